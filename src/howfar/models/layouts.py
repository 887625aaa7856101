"""The families of detector outputs: from raw arrays to candidate boxes in input pixels.

Every reader takes the outputs, the input's size and the score threshold, and gives the candidates above it as
(N×4 boxes x1, y1, x2, y2; N scores; N class ids). Suppression of duplicates comes after.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from howfar.errors import ModelError
from howfar.models.masks import MaskParts

Arrays = list[NDArray[Any]]


class Candidates(NamedTuple):
    """Boxes before suppression, in input pixels."""

    boxes_xyxy: NDArray[np.float32]
    scores: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    masks: MaskParts | None = None

    def select(self, indices: NDArray[np.int64]) -> "Candidates":
        """Those at some indices, in their order."""
        masks = self.masks and self.masks._replace(coefficients=self.masks.coefficients[indices])
        return Candidates(self.boxes_xyxy[indices], self.scores[indices], self.class_ids[indices], masks)


class Layout(NamedTuple):
    """One family: how it is read, and whether duplicates are still in it."""

    read: Callable[[Arrays, tuple[int, int], float, int], Candidates]
    needs_nms: bool


NANODET_STRIDES = (8, 16, 32)


def read_nanodet(outputs: Arrays, size: tuple[int, int], threshold: float, classes: int) -> Candidates:
    """NanoDet (Li et al. 2020, generalised focal loss): `scores` 1×N×C and `distances` 1×N×4·bins.

    Each side's distance from the cell's centre is the mean of a distribution over bins, times the stride.
    """
    scores, sides = (np.asarray(output[0], dtype=np.float32) for output in _expect(outputs, 2, 3))
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
    rows = _rows(outputs, 5 + classes, "yolov5", transposed=False)
    kept = rows[rows[:, 4] > threshold]
    return _from_centres(kept[:, :4], kept[:, 5:] * kept[:, 4:5], threshold)


def read_yolov8(outputs: Arrays, size: tuple[int, int], threshold: float, classes: int) -> Candidates:
    """YOLOv8, 9 and 11: 1×(4+C)×N: centre x, y, width, height, class scores."""
    rows = _rows(outputs, 4 + classes, "yolov8", transposed=True)
    return _from_centres(rows[:, :4], rows[:, 4:], threshold)


def read_yolov8_seg(outputs: Arrays, size: tuple[int, int], threshold: float, classes: int) -> Candidates:
    """YOLOv8 and 11 with masks: 1×(4+C+K)×N, as yolov8 with K coefficients more, and 1×K×h×w prototypes."""
    if len(outputs) != 2 or outputs[1].ndim != 4 or outputs[1].shape[0] != 1 or not outputs[1].size:
        raise ModelError("A yolov8-seg output is 1×(4+C+K)×N and 1×K×h×w: check the card's layout, or the export.")
    prototypes = np.asarray(outputs[1][0], dtype=np.float32)
    rows = _rows(outputs[:1], 4 + classes + len(prototypes), "yolov8-seg", transposed=True)
    candidates, class_ids = _above(np.ascontiguousarray(rows[:, 4 : 4 + classes]), threshold)
    middle, half = rows[candidates, :2], rows[candidates, 2:4] / 2
    boxes = np.concatenate([middle - half, middle + half], axis=1)
    parts = MaskParts(rows[candidates, 4 + classes :], prototypes)
    return Candidates(boxes, rows[candidates, 4 + class_ids], class_ids, parts)


def read_end2end(outputs: Arrays, size: tuple[int, int], threshold: float, classes: int) -> Candidates:
    """Networks that suppress duplicates themselves (YOLOv10, many exports): 1×N×6: x1, y1, x2, y2, score, class."""
    rows = _rows(outputs, 6, "end2end", transposed=False)
    kept = rows[rows[:, 4] > threshold]
    class_ids = kept[:, 5].astype(np.int64)
    if len(class_ids) and not 0 <= class_ids.min() <= class_ids.max() < classes:
        raise ModelError(f"The detector gave a class outside the {classes} that its card names.")
    return Candidates(kept[:, :4], kept[:, 4], class_ids)


LAYOUTS = {
    "nanodet": Layout(read_nanodet, needs_nms=True),
    "yolov5": Layout(read_yolov5, needs_nms=True),
    "yolov8": Layout(read_yolov8, needs_nms=True),
    "yolov8-seg": Layout(read_yolov8_seg, needs_nms=True),
    "end2end": Layout(read_end2end, needs_nms=False),
}


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


def _rows(outputs: Arrays, width: int, layout: str, *, transposed: bool) -> NDArray[np.float32]:
    rows = np.asarray(_expect(outputs, 1, 3)[0][0], dtype=np.float32)
    rows = rows.T if transposed else rows
    if rows.shape[1] != width:
        raise ModelError(
            f"A {layout} output for the card's classes has {width} numbers a box, this one {rows.shape[1]}: "
            "check the card's layout and classes."
        )
    return rows
