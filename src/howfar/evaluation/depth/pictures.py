"""Looking at what was measured: the best and the worst pictures, each with its truth, prediction and error."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.datasets import DepthSample
from howfar.drawing.colours import FULL_SCALE_M, UNKNOWN
from howfar.drawing.depth_view import draw_depth
from howfar.drawing.side_by_side import captioned_grid, side_by_side
from howfar.evaluation.depth.evaluation import (
    Comparison,
    DepthOptions,
    DepthResult,
    ImageScore,
    compare_depth,
)
from howfar.evaluation.depth.protocols import FULL, DepthProtocol
from howfar.io.picture_writer import save_picture
from howfar.scene import DepthEstimator, DepthMap

SHOWN = 4
"""Pictures shown of the best and of the worst."""

FULL_ERROR = 0.5
"""The relative error at which the error's colours end."""

WIDE = 2
"""A picture this many times as wide as high is shown in two rows."""

SPARSE = 0.3
"""Where less than this share of a map is known, its points are drawn `POINT_PX` wide."""

POINT_PX = 5


@dataclass(frozen=True, eq=False)
class DepthPicture:
    """A drawn comparison.

    Attributes:
        rank: As `worst-1` or `best-3`.
        score: Its errors.
        image: H×W×3 uint8 RGB: image, truth, prediction and error beside each other.
    """

    rank: str
    score: ImageScore
    image: NDArray[np.uint8]

    @property
    def caption(self) -> str:
        """What it shows, in a line."""
        errors = self.score.errors
        return (
            f"{self.rank}: {self.score.name}, REL {errors.rel:.3f}, RMSE {errors.rmse_m:.3f} m, δ < 1.25 "
            f"{errors.delta1:.3f}"
        )


def ranked(scores: Sequence[ImageScore], shown: int = SHOWN) -> list[tuple[str, ImageScore]]:
    """The worst pictures, worst first, then the best, best first, by their REL; none is both."""
    known = sorted((score for score in scores if np.isfinite(score.errors.rel)), key=lambda score: score.errors.rel)
    worst = known[::-1][:shown]
    best = known[: min(shown, len(known) - len(worst))]
    named = (("worst", worst), ("best", best))
    return [(f"{word}-{rank}", score) for word, chosen in named for rank, score in enumerate(chosen, start=1)]


def draw_ranked(samples: Sequence[DepthSample], network: DepthEstimator, result: DepthResult) -> list[DepthPicture]:
    """Draw the worst and the best pictures of a measurement.

    Args:
        samples: The samples that were measured.
        network: The network; it looks at these pictures once more, so that not all predictions need be kept.
        result: What was measured.
    """
    return [
        DepthPicture(rank, score, draw_comparison(_again(samples, network, result, score), result.options))
        for rank, score in ranked(result.scores)
    ]


def draw_comparison(comparison: Comparison, options: DepthOptions) -> NDArray[np.uint8]:
    """Image, truth, prediction and error beside each other, H×W×3 uint8 RGB; a wide picture's in two rows.

    The colours of depth end at the protocol's upper limit; by `full`, whose cap may lie far behind what a picture
    shows, at the picture's own greatest true depth. The error is |d − t| / t, black for none and bright for
    `FULL_ERROR` and above, grey where nothing is compared. Of a sparse truth, as LiDAR's, the points are enlarged.
    """
    max_m = _colours_end(comparison, options.protocol)
    height, width = comparison.truth_m.shape
    truth, prediction = (
        draw_depth(DepthMap(depth_m, "metres"), width, height, max_m=max_m)
        for depth_m in (_seen(comparison.truth_m), comparison.predicted_m)
    )
    error = draw_error(relative_error(comparison.predicted_m, comparison.truth_m, comparison.valid), FULL_ERROR)
    pictures = [comparison.image, truth, prediction, error]
    captions = [comparison.name, "truth", "prediction", f"relative error: black 0, bright {FULL_ERROR:g} and above"]
    if width < WIDE * height:
        return side_by_side(pictures, captions)
    # A row's letters and gaps go by its first picture: image and error are of one size, without a legend.
    order = (0, 1, 3, 2)
    return captioned_grid([pictures[index] for index in order], [captions[index] for index in order], across=2)


def relative_error(
    predicted_m: NDArray[np.float32], truth_m: NDArray[np.float32], valid: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """|d − t| / t of each pixel, H×W float32, NaN where it is not valid or not predicted."""
    error = np.full_like(truth_m, np.nan)
    np.divide(np.abs(predicted_m - truth_m), truth_m, out=error, where=valid)
    return error


def draw_error(error: NDArray[np.float32], full: float) -> NDArray[np.uint8]:
    """Colour H×W errors: black for none, bright for `full` and above, grey for NaN; H×W×3 uint8 RGB."""
    shares = _seen(np.clip(error / np.float32(full), 0, 1))
    unknown = np.isnan(shares)
    steps = (np.where(unknown, 0, shares) * 255).astype(np.uint8)
    bgr: NDArray[np.uint8] = cv2.applyColorMap(steps, cv2.COLORMAP_INFERNO)  # type: ignore[assignment]
    colours = np.ascontiguousarray(bgr[..., ::-1])
    colours[unknown] = UNKNOWN
    return colours


def write_pictures(pictures: Sequence[DepthPicture], folder: Path, *, overwrite: bool = False) -> list[Path]:
    """Write drawn comparisons to a folder, which is made if it is missing.

    Raises:
        OutputError: If a file exists and overwrite is not set, or cannot be written.
    """
    return [
        save_picture(picture.image, folder / f"{picture.rank}-{Path(picture.score.name).stem}.png", overwrite=overwrite)
        for picture in pictures
    ]


def _again(
    samples: Sequence[DepthSample], network: DepthEstimator, result: DepthResult, score: ImageScore
) -> Comparison:
    return compare_depth(samples[score.index], network, result.options)


def _colours_end(comparison: Comparison, protocol: DepthProtocol) -> float:
    """The depth in metres at which the colours end."""
    if protocol.limits_m is None:
        return FULL_SCALE_M
    if protocol.name != FULL.name or not comparison.valid.any():
        return protocol.limits_m[1]
    return float(comparison.truth_m[comparison.valid].max())


def _seen(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """A map of which little is known (NaN elsewhere) with its points enlarged, so that they can be seen."""
    known = np.isfinite(values)
    if known.mean() > SPARSE:
        return values
    grown = cv2.dilate(np.where(known, values, np.float32(-1)), np.ones((POINT_PX, POINT_PX), np.uint8))
    return np.where(known, values, np.where(grown < 0, np.float32(np.nan), grown))
