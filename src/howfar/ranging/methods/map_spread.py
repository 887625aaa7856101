"""How certain a depth map says that it is of each object, where it states an uncertainty for each cell."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from howfar.ranging.methods.crops import cells_at
from howfar.ranging.methods.method import Readings
from howfar.scene import DepthMap

SIDE = 12
"""Regions without weights are sampled at SIDE × SIDE cells."""
BEYOND_BOTH = "by one eye: farther than the pair can tell"
NOT_MATCHED = "by one eye: nothing was matched here"


def map_spreads(depth: DepthMap, readings: Readings) -> tuple[NDArray[np.float64], Sequence[str]]:
    """What a map states of its own error in N regions.

    Args:
        depth: The map.
        readings: What a method read in N regions, with the weight of each cell where the method has weights.

    Returns:
        N standard deviations of log depth: the weighted median of those of the cells; NaN where the map states none
        for most of the region. And N notes: of such a region, why the pair of a stereo map does not tell.
    """
    count = len(readings.values)
    if depth.log_sds is None or not count:
        return np.full(count, np.nan), [""] * count
    edges = readings.cells.astype(np.float64) if readings.weights is None else readings.weights.cells
    side = SIDE if readings.weights is None else readings.weights.values.shape[1]
    steps = (np.arange(side) + 0.5) / side
    across = edges[:, :1] + (edges[:, 2:3] - edges[:, :1]) * steps
    down = edges[:, 1:2] + (edges[:, 3:] - edges[:, 1:2]) * steps
    cells, _ = cells_at(depth.shape, across, down)
    weights = depth.valid[cells].astype(np.float64)
    if readings.weights is not None:
        weights *= readings.weights.values
    spreads = _weighted_medians(depth.log_sds[cells], weights)
    return spreads, [_note(*each, depth) for each in zip(spreads.tolist(), readings.values.tolist(), strict=True)]


def _weighted_medians(values: NDArray[np.float32], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """N weighted medians, of which NaN counts as the largest value; NaN without any weight."""
    flat = values.reshape(len(values), -1)
    order = flat.argsort(axis=1)  # NaN comes last
    reached = np.take_along_axis(weights.reshape(flat.shape), order, axis=1).cumsum(axis=1)
    middle = (reached >= reached[:, -1:] / 2).argmax(axis=1)
    rows = np.arange(len(flat))
    medians: NDArray[np.float64] = flat[rows, order[rows, middle]].astype(np.float64)
    return np.where(reached[:, -1] > 0, medians, np.nan)


def _note(spread: float, value: float, depth: DepthMap) -> str:
    if spread == spread or value != value or depth.stereo is None:
        return ""
    depth_m = float(depth.to_metres(np.array([value], dtype=np.float32))[0])
    return BEYOND_BOTH if depth_m > depth.stereo.reach_m else NOT_MATCHED
