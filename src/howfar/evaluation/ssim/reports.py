"""How a comparison by SSIM is shown: tables, and the pictures of where two maps differ."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.drawing.side_by_side import side_by_side
from howfar.evaluation.depth.alignment import ALIGNMENT_TEXTS, Alignment
from howfar.evaluation.report.report import FigureTable, Report, figure_text
from howfar.evaluation.ssim.metric import WINDOW_PX, Scale, SsimResult
from howfar.io.picture_writer import save_picture

RED = (220, 20, 20)
UNKNOWN = (40, 60, 130)
"""A colour that no grey level has."""

LISTED = 20
"""Pairs that the table lists at most; CSV has them all."""

SCALE_TEXTS: dict[Scale, str] = {
    "each": "each map's own least and greatest value become 0 and 255",
    "shared": "the truth's least and greatest value become 0 and 255 in both maps",
}


@dataclass(frozen=True, slots=True)
class SsimScore:
    """The score of one pair.

    Attributes:
        name: The pair's name.
        score: Its structural similarity, NaN where nothing is known.
        known_share: The share of the pixels that it is counted over.
    """

    name: str
    score: float
    known_share: float

    @classmethod
    def of(cls, name: str, result: SsimResult) -> "SsimScore":
        """What is kept of a comparison."""
        return cls(name, result.score, float(result.known.mean()))


def ssim_report(
    scores: Sequence[SsimScore], *, prediction: str, truth: str, scale: Scale, alignment: Alignment
) -> Report:
    """The report of one pair or several.

    Args:
        scores: At least one.
        prediction: Where the predictions come from.
        truth: Where the truths come from.
        scale: How maps became 8 bits.
        alignment: How predictions were fitted.
    """
    values = np.array([score.score for score in scores])
    known = float(np.mean([score.known_share for score in scores]))
    note = f"Measured with scale {scale}, alignment {alignment}."
    mean = float(values.mean())
    return Report(
        title="SSIM",
        protocol={
            "prediction": prediction,
            "truth": truth,
            "pairs": str(len(scores)),
            "protocol": f"scikit-image's structural_similarity, {WINDOW_PX}×{WINDOW_PX} window, data range 255",
            "8 bits": SCALE_TEXTS[scale],
            "alignment": ALIGNMENT_TEXTS[alignment],
            "size": "the truth's; a prediction of another size is resized bilinearly",
            "coverage": f"{known:.2%} of the pixels; unknown ones are 0 in both maps and are left out of the mean",
        },
        columns=("mean over images",),
        figures={"SSIM": (mean,)},
        fields={"prediction": prediction, "truth": truth, "scale": scale, "alignment": alignment, "ssim": mean},
        tables=_list(scores, note) if len(scores) > 1 else (),
        note=note,
    )


def ssim_rows(scores: Sequence[SsimScore], report: Report) -> list[dict[str, object]]:
    """One row a pair for CSV, each with the protocol."""
    return [
        dict(report.fields) | {"name": score.name, "ssim": score.score, "coverage": score.known_share}
        for score in scores
    ]


def draw_local(result: SsimResult) -> NDArray[np.uint8]:
    """The local similarity, H×W×3 uint8 RGB: bright is alike, black is unlike, blue is unknown."""
    grey = (np.clip(result.local, 0, 1) * 255).astype(np.uint8)
    return _in_rgb(grey, result.known)


def draw_worst(result: SsimResult) -> NDArray[np.uint8]:
    """The prediction as it was compared, with red boxes round the worst regions, H×W×3 uint8 RGB."""
    picture = _in_rgb(result.prediction, result.known)
    line = max(1, round(min(picture.shape[:2]) / 160))
    for box in result.regions:
        cv2.rectangle(picture, (box.x1, box.y1), (box.x2 - 1, box.y2 - 1), RED, line)
    return picture


def draw_comparison(result: SsimResult) -> NDArray[np.uint8]:
    """Truth, prediction with its worst regions, and local similarity beside each other, H×W×3 uint8 RGB."""
    pictures = (_in_rgb(result.truth, result.known), draw_worst(result), draw_local(result))
    return side_by_side(pictures, ("truth", "prediction, worst regions", "similarity: bright is alike"))


def write_pictures(result: SsimResult, folder: Path, name: str, *, overwrite: bool = False) -> None:
    """Write `NAME-difference.png` and `NAME-worst.png`.

    Raises:
        OutputError: If a file exists and overwrite is not set, or cannot be written.
    """
    save_picture(draw_local(result), folder / f"{name}-difference.png", overwrite=overwrite)
    save_picture(draw_worst(result), folder / f"{name}-worst.png", overwrite=overwrite)


def least_alike(scores: Sequence[SsimScore], most: int) -> list[SsimScore]:
    """The pairs with the lowest scores, lowest first; before them those without a score, which want looking at most."""
    return sorted(scores, key=lambda score: (math.isfinite(score.score), score.score))[:most]


def _list(scores: Sequence[SsimScore], note: str) -> tuple[FigureTable, ...]:
    listed = least_alike(scores, LISTED)
    rows = tuple((score.name, figure_text(score.score), f"{score.known_share:.2%}") for score in listed)
    return (FigureTable("Least alike first", ("", "SSIM", "coverage"), rows, note),)


def _in_rgb(grey: NDArray[np.uint8], known: NDArray[np.bool_]) -> NDArray[np.uint8]:
    picture = np.repeat(grey[..., None], 3, axis=2)
    picture[~known] = UNKNOWN
    return picture
