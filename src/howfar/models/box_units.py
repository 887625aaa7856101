"""The units of a detector's outputs: boxes in pixels or as shares of the input, scores before or after a sigmoid."""

import numpy as np
from numpy.typing import NDArray

from howfar.errors import ModelError
from howfar.models.card import DetectorSpec
from howfar.models.layouts import LAYOUTS, Arrays, Candidates
from howfar.networks.default_boxes import DefaultBoxes

NORMALISED_PX = 2.0
"""Boxes that all end before this many pixels are none: they are shares of the input's sides."""
MOST_SHARE = 4.0
"""Boxes that reach this many times beyond the input are no shares of its sides."""
MOST_SCORE = 1.001
MOST_LOGIT = 60.0
"""No network is so sure of anything: scores beyond it are percent, or whole numbers of 8 bits."""
FROM_0_TO_1 = "export it with scores from 0 to 1"
INSIDE_OUT = 0.5
"""Boxes of which a larger share ends before it begins are given in another way than the layout says."""


def decoded(arrays: Arrays, size_px: tuple[int, int], spec: DetectorSpec) -> Arrays:
    """A detector's outputs with boxes in pixels of the input, and scores from 0 to 1.

    Args:
        arrays: The outputs that are read.
        size_px: Width and height of the input.
        spec: What the card says of them.

    Raises:
        ModelError: If the outputs do not fit the card.
    """
    if spec.boxes == "pixels" and spec.scores == "probabilities" and spec.default_boxes is None:
        return arrays
    layout, classes = LAYOUTS[spec.layout], len(spec.classes)
    layout.read(arrays, size_px, np.inf, classes)  # refuses what has another shape
    copies = [array.copy() for array in arrays]
    boxes, scores = layout.parts(copies, classes)
    if spec.scores == "logits":
        if np.max(scores, initial=0.0) > MOST_LOGIT:  # false where numbers are missing (NaN)
            raise ModelError(f"The detector gives a score of {np.max(scores):.3g}, which is no logit: {FROM_0_TO_1}.")
        np.clip(scores, -MOST_LOGIT, MOST_LOGIT, out=scores)
        layout.activate(scores)
    if spec.default_boxes is not None and boxes is not None:
        _refuse_other_count(boxes, spec.default_boxes)
        boxes[...] = spec.default_boxes.decode(boxes)
    if spec.boxes == "normalised" and boxes is not None:
        boxes *= np.array(size_px * 2, dtype=np.float32)
    return copies


def _refuse_other_count(boxes: NDArray[np.float32], expected: DefaultBoxes) -> None:
    if boxes.shape[-2] != len(expected):
        raise ModelError(
            f"The detector gives {boxes.shape[-2]} boxes, and the default boxes of its card are {len(expected)}: "
            "correct maps or ratios in the card's default_boxes."
        )


def refuse_other_units(
    found: Candidates, scores: NDArray[np.float32], size_px: tuple[int, int], spec: DetectorSpec, where: str
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
    if not len(found.scores):
        refuse_scores(float(np.min(scores, initial=0.0)), 0.0, spec, where)
        return
    refuse_scores(0.0, float(np.max(found.scores)), spec, where)
    refuse_box_unit(found.boxes_xyxy, size_px, spec, where)
    refuse_inside_out(found.boxes_xyxy[:, 2:] < found.boxes_xyxy[:, :2], spec, where)


def refuse_scores(least: float, most: float, spec: DetectorSpec, where: str) -> None:
    """Refuse scores that are no probabilities; see `refuse_other_units`."""
    if most > MOST_LOGIT:
        raise ModelError(
            f"{where} gives a score of {most:.3g}, which is neither a probability nor a logit: {FROM_0_TO_1}."
        )
    filling = -1.0 if spec.layout == "end2end" else 0.0  # some exports fill up their rows with -1
    if most > MOST_SCORE or least < filling - 0.001:
        odd = most if most > MOST_SCORE else least
        raise ModelError(
            f"{where} gives a score of {odd:.3g}, and no sigmoid is in it: say scores = "
            '"logits" in the card\'s [output].'
        )


def refuse_inside_out(negative: NDArray[np.bool_], spec: DetectorSpec, where: str) -> None:
    """Refuse boxes, most of which have a negative side; N×2 says of widths and heights whether they are."""
    share = float(negative.any(axis=1).mean()) if len(negative) else 0.0
    if share > INSIDE_OUT:
        way = "x1, y1, x2, y2" if spec.layout == "end2end" else "centre x, centre y, width, height"
        raise ModelError(
            f"{share:.0%} of the boxes of {where} end before they begin, and a box of the layout {spec.layout} is {way}"
            ": check the card's layout, or the export."
        )


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


def without_nan(found: Candidates, scores: NDArray[np.float32], where: str) -> tuple[Candidates, tuple[str, ...]]:
    """The candidates that are numbers, and a sentence about rows that are not.

    Args:
        found: The candidates above the threshold.
        scores: The scores of all rows, those of one row last.
        where: What messages call the network.

    Raises:
        ModelError: If no row has a score.
    """
    whole = np.isfinite(found.boxes_xyxy).all(axis=1) & np.isfinite(found.scores)
    if found.disparities is not None:
        whole &= np.isfinite(found.disparities)
    if found.masks is not None:
        whole &= np.isfinite(found.masks.coefficients).all(axis=1)
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
