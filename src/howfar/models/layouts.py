"""The families of detector outputs: from raw arrays to candidate boxes in input pixels.

Every reader takes the outputs, the input's size and the score threshold, and gives the candidates above it as
(N×4 boxes x1, y1, x2, y2; N scores; N class ids). Suppression of duplicates comes after.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from howfar.errors import ModelError
from howfar.models.masks import MaskParts

Arrays = list[NDArray[np.float32]]


class Candidates(NamedTuple):
    """Boxes before suppression, in input pixels."""

    boxes_xyxy: NDArray[np.float32]
    scores: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    masks: MaskParts | None = None
    disparities: NDArray[np.float32] | None = None
    """Of pairs of boxes: distance of the two centres, left less right."""

    def select(self, indices: NDArray[np.int64]) -> "Candidates":
        """Those at some indices, in their order."""
        masks = self.masks and self.masks._replace(coefficients=self.masks.coefficients[indices])
        disparities = None if self.disparities is None else self.disparities[indices]
        return Candidates(self.boxes_xyxy[indices], self.scores[indices], self.class_ids[indices], masks, disparities)


def _sigmoid(logits: NDArray[np.float32]) -> None:
    logits[...] = 1 / (1 + np.exp(-logits))


def _softmax(logits: NDArray[np.float32]) -> None:
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    logits[...] = weights / weights.sum(axis=-1, keepdims=True)


class Layout(NamedTuple):
    """One family of outputs.

    Attributes:
        read: Reads the candidates above a threshold.
        needs_nms: Whether duplicates are still in it.
        counts: From how many outputs it can be read.
        parts: Views of all boxes, the four numbers last (None where they are no coordinates), and of all scores, those
            of one box last; given outputs of the right shape and the number of classes.
        activate: Makes probabilities of logits, in place.
    """

    read: Callable[[Arrays, tuple[int, int], float, int], Candidates]
    needs_nms: bool
    counts: tuple[int, ...]
    parts: Callable[[Arrays, int], tuple[NDArray[np.float32] | None, NDArray[np.float32]]]
    activate: Callable[[NDArray[np.float32]], None] = _sigmoid


NANODET_STRIDES = (8, 16, 32)


def read_nanodet(outputs: Arrays, size: tuple[int, int], threshold: float, classes: int) -> Candidates:
    """NanoDet (Li et al. 2020, generalised focal loss): `scores` 1×N×C and `distances` 1×N×4·bins.

    Each side's distance from the cell's centre is the mean of a distribution over bins, times the stride.
    """
    scores, sides = (output[0] for output in _expect(outputs, 2, 3))
    centres, strides = _nanodet_grid(*size)
    if scores.shape != (len(centres), classes) or len(sides) != len(centres) or not _has_bins(sides.shape[1]):
        raise ModelError(
            f"A nanodet output for {size[0]}×{size[1]} and {classes} classes is 1×{len(centres)}×{classes} and "
            f"1×{len(centres)}×4·bins; this one is 1×{'×'.join(map(str, scores.shape))} and "
            f"1×{'×'.join(map(str, sides.shape))}."
        )
    cells, class_ids = _above(scores, threshold)
    bins = sides.shape[1] // 4
    logits = sides[cells].reshape(-1, 4, bins)
    weights = np.exp(logits - logits.max(axis=2, keepdims=True))
    distance = weights @ np.arange(bins, dtype=np.float32) / weights.sum(axis=2) * strides[cells, None]
    middle = centres[cells]
    boxes = np.concatenate([middle - distance[:, :2], middle + distance[:, 2:]], axis=1)
    return Candidates(boxes, scores[cells, class_ids], class_ids)


def _has_bins(columns: int) -> bool:
    """Whether so many columns are four sides of one bin or more each."""
    return columns > 0 and columns % 4 == 0


@lru_cache(maxsize=8)
def _nanodet_grid(width: int, height: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    centres, strides = [], []
    for stride in NANODET_STRIDES:
        columns, rows = np.meshgrid(np.arange(-(-width // stride)), np.arange(-(-height // stride)))
        centres.append((np.stack([columns.ravel(), rows.ravel()], axis=1) + 0.5) * stride)
        strides.append(np.full(columns.size, stride))
    return np.concatenate(centres).astype(np.float32), np.concatenate(strides).astype(np.float32)


def read_yolov5(outputs: Arrays, size: tuple[int, int], threshold: float, classes: int) -> Candidates:
    """YOLOv5 and v7: 1×N×(5+C): centre x, y, width, height, objectness, class scores."""
    rows = _rows(outputs, 5 + classes, "yolov5", classes)
    kept = rows[rows[:, 4] > threshold]
    return _from_centres(kept[:, :4], kept[:, 5:] * kept[:, 4:5], threshold)


def read_yolov8(outputs: Arrays, size: tuple[int, int], threshold: float, classes: int) -> Candidates:
    """YOLOv8, 9 and 11: 1×(4+C)×N: centre x, y, width, height, class scores."""
    rows = _rows(outputs, 4 + classes, "yolov8", classes, transposed=True)
    return _from_centres(rows[:, :4], rows[:, 4:], threshold)


def read_yolov8_seg(outputs: Arrays, size: tuple[int, int], threshold: float, classes: int) -> Candidates:
    """YOLOv8 and 11 with masks: 1×(4+C+K)×N, as yolov8 with K coefficients more, and 1×K×h×w prototypes."""
    if len(outputs) != 2 or outputs[1].ndim != 4 or outputs[1].shape[0] != 1 or not outputs[1].size:
        raise ModelError("A yolov8-seg output is 1×(4+C+K)×N and 1×K×h×w: check the card's layout, or the export.")
    prototypes = outputs[1][0]
    if not np.isfinite(prototypes).all():
        raise ModelError("The detector's masks hold no numbers (NaN or infinite): check the card's mean and std.")
    rows = _rows(outputs[:1], 4 + classes + len(prototypes), "yolov8-seg", classes, transposed=True)
    candidates, class_ids = _above(np.ascontiguousarray(rows[:, 4 : 4 + classes]), threshold)
    middle, half = rows[candidates, :2], rows[candidates, 2:4] / 2
    boxes = np.concatenate([middle - half, middle + half], axis=1)
    parts = MaskParts(rows[candidates, 4 + classes :], prototypes)
    return Candidates(boxes, rows[candidates, 4 + class_ids], class_ids, parts)


def read_end2end(outputs: Arrays, size: tuple[int, int], threshold: float, classes: int) -> Candidates:
    """Networks that suppress duplicates themselves (YOLOv10, many exports): 1×N×6: x1, y1, x2, y2, score, class."""
    rows = _rows(outputs, 6, "end2end", classes)
    kept = rows[rows[:, 4] > threshold]
    numbers = kept[:, 5]
    odd = numbers[~((numbers >= 0) & (numbers < classes) & (np.floor(numbers) == numbers))]  # NaN too
    if odd.size:
        raise ModelError(
            f"The detector gave the class {odd[0]:.3g}, and the {classes} that its card names are numbered from 0 to "
            f"{classes - 1}: an end2end row is x1, y1, x2, y2, score, class."
        )
    return Candidates(kept[:, :4], kept[:, 4], numbers.astype(np.int64))


def read_rtdetr(outputs: Arrays, size: tuple[int, int], threshold: float, classes: int) -> Candidates:
    """RT-DETR (Zhao et al. 2024) and its kin: 1×N×(4+C), or 1×N×C scores and 1×N×4 boxes: centre x, y, width, height.

    Each query has a class of its own, so that no duplicates have to be suppressed.
    """
    boxes, scores = _rtdetr_parts(outputs, classes)
    class_ids = scores.argmax(axis=1) if len(scores) else np.empty(0, dtype=np.int64)
    best = scores[np.arange(len(scores)), class_ids]
    kept = np.flatnonzero(best > threshold)
    middle, half = boxes[kept, :2], boxes[kept, 2:] / 2
    return Candidates(np.concatenate([middle - half, middle + half], axis=1), best[kept], class_ids[kept])


def _rtdetr_parts(outputs: Arrays, classes: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    if len(outputs) == 1:
        rows = _rows(outputs, 4 + classes, "rtdetr", classes)
        return rows[:, :4], rows[:, 4:]
    scores, boxes = (output[0] for output in _expect(outputs, 2, 3))
    if scores.shape != (len(boxes), classes) or boxes.shape[1] != 4:
        raise ModelError(
            f"An rtdetr output of two for the card's classes is 1×N×{classes} and 1×N×4, this one "
            f"1×{'×'.join(map(str, scores.shape))} and 1×{'×'.join(map(str, boxes.shape))}: name the scores first."
        )
    return boxes, scores


MOST_OF_CLASS = 400
"""So many of a class's best boxes take part in the suppression (Liu et al. 2016, section 3)."""


def read_ssd(outputs: Arrays, size: tuple[int, int], threshold: float, classes: int, numbers: int = 4) -> Candidates:
    """SSD (Liu et al. 2016): 1×N×4 boxes and 1×N×(1+C) scores, background first.

    The boxes are already decoded from their offsets to centre x, y, width and height (`box_units.decoded`), which takes
    the card's default boxes. `numbers` is 6 for pairs, whose last two are centre x and width of the right-hand box.
    """
    boxes, scores = (output[0] for output in _expect(outputs, 2, 3))
    if scores.shape != (len(boxes), 1 + classes) or boxes.shape[1] != numbers:
        raise ModelError(
            f"An SSD's outputs for the card's classes are 1×N×{numbers} and, with the background, 1×N×{1 + classes}; "
            f"these are 1×{'×'.join(map(str, boxes.shape))} and 1×{'×'.join(map(str, scores.shape))}: name the boxes "
            "first in the card's tensors, and check its classes."
        )
    of_classes = np.ascontiguousarray(scores[:, 1:])
    rows, class_ids = _above(_best_of_each(of_classes), threshold)
    chosen, (middle, half) = boxes[rows], (boxes[rows, :2], boxes[rows, 2:4] / 2)
    disparities = chosen[:, 0] - chosen[:, 4] if numbers > 4 else None
    corners = np.concatenate([middle - half, middle + half], axis=1)
    return Candidates(corners, of_classes[rows, class_ids], class_ids, disparities=disparities)


def _best_of_each(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scores of N rows, with those of each column beyond its best `MOST_OF_CLASS` at 0."""
    if len(scores) <= MOST_OF_CLASS:
        return scores
    least = -np.partition(-scores, MOST_OF_CLASS - 1, axis=0)[MOST_OF_CLASS - 1]
    return np.where(scores >= least, scores, np.float32(0))


LAYOUTS = {
    "nanodet": Layout(read_nanodet, True, (2,), lambda outputs, _: (None, outputs[0])),
    "yolov5": Layout(read_yolov5, True, (1,), lambda outputs, _: _columns(outputs[0], 4)),
    "yolov8": Layout(read_yolov8, True, (1,), lambda outputs, _: _columns(outputs[0].transpose(0, 2, 1), 4)),
    "yolov8-seg": Layout(
        read_yolov8_seg,
        True,
        (2,),
        lambda outputs, classes: _columns(outputs[0].transpose(0, 2, 1), 4, 4 + classes),
    ),
    "end2end": Layout(read_end2end, False, (1,), lambda outputs, _: _columns(outputs[0], 4, 5)),
    "rtdetr": Layout(read_rtdetr, False, (1, 2), _rtdetr_parts),
    "ssd": Layout(read_ssd, True, (2,), lambda outputs, _: (outputs[0], outputs[1]), _softmax),
    "ssd-pair": Layout(partial(read_ssd, numbers=6), True, (2,), lambda outputs, _: (outputs[0], outputs[1]), _softmax),
}


def _columns(
    rows: NDArray[np.float32], first: int, last: int | None = None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Views of the boxes, and of the scores between two columns."""
    return rows[..., :4], rows[..., first:last]


def _above(scores: NDArray[np.float32], threshold: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the scores above a threshold (a flat search is ten times faster than a 2-D one)."""
    flat = np.flatnonzero(scores.ravel() > threshold)
    rows, columns = np.divmod(flat, scores.shape[1])
    return rows, columns


def _from_centres(boxes: NDArray[np.float32], scores: NDArray[np.float32], threshold: float) -> Candidates:
    rows, class_ids = _above(np.ascontiguousarray(scores), threshold)
    middle, half = boxes[rows, :2], boxes[rows, 2:] / 2
    return Candidates(np.concatenate([middle - half, middle + half], axis=1), scores[rows, class_ids], class_ids)


def _expect(outputs: Arrays, count: int, ndim: int) -> Arrays:
    if len(outputs) < count or any(output.ndim != ndim or output.shape[0] != 1 for output in outputs[:count]):
        shapes = ", ".join("×".join(map(str, output.shape)) for output in outputs)
        raise ModelError(f"The detector's outputs ({shapes}) do not fit the layout that its card names.")
    return outputs[:count]


def _rows(outputs: Arrays, width: int, layout: str, classes: int, *, transposed: bool = False) -> NDArray[np.float32]:
    raw = _expect(outputs, 1, 3)[0][0]
    rows: NDArray[np.float32] = raw.T if transposed else raw
    if rows.shape[1] != width:
        fits = _fitting_layouts(raw.shape, classes)
        hint = f" It looks like {' or '.join(fits)}." if fits else ""
        raise ModelError(
            f"A {layout} output for the card's classes has {width} numbers a box, this one {rows.shape[1]}: "
            f"check the card's layout and classes.{hint}"
        )
    return rows


def _fitting_layouts(shape: tuple[int, ...], classes: int) -> list[str]:
    """The layouts that an output of N×M numbers fits, for the card's classes."""
    first, last = shape
    fits = {"yolov5": last == 5 + classes, "yolov8": first == 4 + classes, "rtdetr": last == 4 + classes}
    return [name for name, does_fit in (fits | {"end2end": last == 6}).items() if does_fit]
