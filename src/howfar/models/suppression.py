"""Non-maximum suppression: one box for one thing."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

MOST_CANDIDATES = 10_000
"""So many of the best boxes take part in the suppression: its time grows with their square, and an untrained or foreign
network can give hundreds of thousands."""


def suppress(
    boxes_xyxy: NDArray[np.float32], scores: NDArray[np.float32], groups: NDArray[np.int64], iou: float
) -> NDArray[np.int64]:
    """Greedy non-maximum suppression within each group of classes: indices of the boxes that stay, best first.

    Args:
        boxes_xyxy: N×4 boxes.
        scores: N scores.
        groups: N numbers: the group that each box is in.
        iou: Overlap above which the weaker of two boxes is dropped.
    """
    if not len(scores):
        return np.empty(0, dtype=np.int64)
    if len(scores) > MOST_CANDIDATES:
        best = np.argsort(-scores, kind="stable")[:MOST_CANDIDATES]
        return best[suppress(boxes_xyxy[best], scores[best], groups[best], iou)]
    corner_size: Any = boxes_xyxy.astype(np.float64)
    corner_size[:, 2:] -= corner_size[:, :2]
    weights: Any = scores
    numbers: Any = groups.astype(np.int32)
    kept = np.asarray(cv2.dnn.NMSBoxesBatched(corner_size, weights, numbers, 0.0, iou), dtype=np.int64).ravel()
    order: NDArray[np.int64] = kept[np.argsort(-scores[kept], kind="stable")]
    return order
