"""The units of a detector's outputs: boxes in pixels or as shares of the input, scores before or after a sigmoid."""

import numpy as np
from numpy.typing import NDArray

from howfar.errors import ModelError
from howfar.models.card import DetectorSpec
from howfar.models.layouts import LAYOUTS, Arrays, Candidates

NORMALISED_PX = 2.0
"""Boxes that all end before this many pixels are none: they are shares of the input's sides."""
MOST_SHARE = 4.0
"""Boxes that reach this many times beyond the input are no shares of its sides."""
MOST_SCORE = 1.001


def decoded(arrays: Arrays, size_px: tuple[int, int], spec: DetectorSpec) -> Arrays:
    """A detector's outputs with boxes in pixels of the input, and scores from 0 to 1.

    Args:
        arrays: The outputs that are read.
        size_px: Width and height of the input.
        spec: What the card says of them.

    Raises:
        ModelError: If the outputs do not fit the card.
    """
    if spec.boxes == "pixels" and spec.scores == "probabilities":
        return arrays
    layout, classes = LAYOUTS[spec.layout], len(spec.classes)
    layout.read(arrays, size_px, np.inf, classes)  # refuses what has another shape
    copies = [np.array(array, dtype=np.float32) for array in arrays]
    boxes, scores = layout.parts(copies, classes)
    if spec.scores == "logits":
        np.clip(scores, -60, 60, out=scores)
        scores[...] = 1 / (1 + np.exp(-scores))
    if spec.boxes == "normalised" and boxes is not None:
        boxes *= np.array(size_px * 2, dtype=np.float32)
    return copies


def refuse_other_units(
    found: Candidates, scores: NDArray[np.floating], size_px: tuple[int, int], spec: DetectorSpec, where: str
) -> None:
    """Refuse candidates that show that the card states another unit than the network has.

    Args:
        found: The candidates above the threshold, in pixels of the input.
        scores: The scores of all rows, which tell where there are no candidates.
        size_px: Width and height of the input.
        spec: What the card says.
        where: What messages call the network.

    Raises:
        ModelError: If scores are no probabilities, or boxes look normalised, or are not.
    """
    odd = float(np.max(found.scores)) if len(found.scores) else float(np.min(scores, initial=0.0))
    if odd > MOST_SCORE or odd < least_score(spec):
        raise ModelError(
            f"{where} gives a score of {odd:.3g}, and no sigmoid is in it: say scores = "
            '"logits" in the card\'s [output].'
        )
    if not len(found.scores):
        return
    refuse_box_unit(found.boxes_xyxy, size_px, spec, where)


def least_score(spec: DetectorSpec) -> float:
    """The least score of a row; some exports fill up their rows with -1."""
    return -1.001 if spec.layout == "end2end" else -0.001


def refuse_box_unit(boxes: NDArray[np.float32], size_px: tuple[int, int], spec: DetectorSpec, where: str) -> None:
    """Refuse N×4 boxes in pixels of the input that show that the card states another unit; see `refuse_other_units`."""
    finite = np.abs(boxes[np.isfinite(boxes)])
    farthest = float(finite.max()) if finite.size else 0.0
    if spec.boxes == "pixels" and 0 < farthest <= NORMALISED_PX < min(size_px):
        raise ModelError(
            f"The boxes of {where} look normalised, as all lie within {farthest:.3g} pixels: say boxes = "
            '"normalised" in the card\'s [output].'
        )
    if spec.boxes == "normalised" and farthest > MOST_SHARE * max(size_px):
        raise ModelError(
            f"The boxes of {where} look like pixels, not like shares of the input: say boxes = "
            '"pixels" in the card\'s [output].'
        )


def without_nan(found: Candidates, scores: NDArray[np.floating], where: str) -> tuple[Candidates, tuple[str, ...]]:
    """The candidates that are numbers, and a sentence about rows that are not.

    Args:
        found: The candidates above the threshold.
        scores: The scores of all rows, those of one row last.
        where: What messages call the network.

    Raises:
        ModelError: If no row has a score.
    """
    whole = np.isfinite(found.boxes_xyxy).all(axis=1) & np.isfinite(found.scores)
    lost = int((~whole).sum())
    if np.isnan(np.sum(scores)):  # one number is NaN
        rows = np.isnan(scores).any(axis=-1)
        if rows.all():
            raise ModelError(
                f"{where} gives scores that are no numbers (NaN): check the card's mean and std, or the file."
            )
        lost += int(rows.sum())
    if not lost:
        return found, ()
    return found.select(np.flatnonzero(whole)), (f"Rows of {where} that hold no numbers (NaN) are left out: {lost}.",)
