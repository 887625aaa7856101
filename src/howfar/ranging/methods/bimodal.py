"""Boxes with a bimodal distribution of depth, for which one number is doubtful."""

import numpy as np
from numpy.typing import NDArray

from howfar.scene import DepthMap

SIDE = 12
"""Each box is sampled at SIDE × SIDE cells: enough to estimate shares, and the same for all boxes."""
MIN_RATIO = 1.3
"""The far group must be at least this many times as far as the near group."""
MIN_SHARE = 0.35
"""Each group must hold at least this share of the box: statistics find the depth of a group that is clearly larger."""


def hold_two_depths(depth: DepthMap, boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Find the boxes whose depths are bimodal.

    The logarithms of the depths are split into a near and a far group by Otsu's criterion, the greatest variance
    between the groups (IEEE Trans. SMC 1979). A box is bimodal if the groups are far apart and of similar size. On 924
    objects of 265 NYU v2 training pictures with true depth this flags 18 % of the boxes. Of the flagged boxes, the
    median is wrong by more than 10 % in 46 %; of the boxes with such an error, 62 % are flagged. (The share of the
    variance that the split explains, the usual test for two modes, did not improve this.)

    Args:
        depth: A metric map.
        boxes: N×4 boxes in the map's cells.

    Returns:
        N bool; False for a box in which fewer than half of the sampled depths are known.
    """
    if not len(boxes):
        return np.zeros(0, dtype=bool)
    logs = np.sort(np.log(_samples_m(depth, boxes)), axis=1)  # NaN is sorted last
    known = np.isfinite(logs)
    count = known.sum(axis=1, keepdims=True)
    sums = np.cumsum(np.where(known, logs, 0.0), axis=1)
    near = np.arange(1, logs.shape[1] + 1, dtype=np.float64)
    far = np.maximum(count - near, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = (sums[:, -1:] - sums) / far - sums / near
        between = np.where(far > 0, near * far * gap**2, 0.0)
    best = between.argmax(axis=1)
    rows = np.arange(len(boxes))
    smaller = np.minimum(near[best], far[rows, best])
    known_enough = 2 * count[:, 0] >= logs.shape[1]
    result: NDArray[np.bool_] = (
        known_enough & (gap[rows, best] > np.log(MIN_RATIO)) & (smaller >= MIN_SHARE * count[:, 0])
    )
    return result


def _samples_m(depth: DepthMap, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """N × SIDE² depths in metres, evenly spaced over each box; NaN where unknown."""
    steps = (np.arange(SIDE) + 0.5) / SIDE
    height, width = depth.shape
    columns = boxes[:, :1] + (boxes[:, 2:3] - boxes[:, :1]) * steps
    rows = boxes[:, 1:2] + (boxes[:, 3:] - boxes[:, 1:2]) * steps
    column = np.clip(columns, 0, width - 1).astype(np.int64)
    row = np.clip(rows, 0, height - 1).astype(np.int64)
    picked = (row[:, :, None], column[:, None, :])
    values = depth.to_metres(depth.values[picked]).astype(np.float64)
    if not depth.all_valid:
        values[~depth.valid[picked]] = np.nan
    return values.reshape(len(boxes), -1)
