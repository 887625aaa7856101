"""The learned ranging method: a small network finds the object in its box, and its depth is measured there alone."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from howfar.ranging.cells import covered_cells
from howfar.ranging.crops import crop_boxes, network_input
from howfar.ranging.methods import NO_BOUNDS, Bounds, Readings
from howfar.scene import DepthMap

Network = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""From N×3×S×S crops (`network_input`) to N×S×S: how much each place belongs to the object, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Foreground:
    """The median of the depths in a box, each with the weight that a network gives its place.

    Attributes:
        network: Tells how much each place belongs to the object.
        side: S, places along each side of a crop.
        margin: How much is seen round a box, as a share of its sides.
        bounds: Limits in metres on what is looked at.
        name: Name of the method.
    """

    network: Network
    side: int
    margin: float
    bounds: Bounds = NO_BOUNDS
    name: str = "auto"

    def read(self, depth: DepthMap, boxes: NDArray[np.float64]) -> Readings:
        """Read N×4 boxes, given in the map's cells, off a metric depth map."""
        cells = covered_cells(boxes, depth.shape)
        values, shares = np.full(len(boxes), np.nan), np.zeros(len(boxes))
        crops = crop_boxes(depth, boxes, self.side, self.margin, self.bounds.usable(depth))
        inside = crops.known & crops.inside
        seen = np.flatnonzero(inside.any(axis=(1, 2)) & (cells[:, 2:] > cells[:, :2]).all(axis=1))
        if len(seen):
            shown = network_input(crops, depth.to_metres(crops.values))[seen]
            weights = np.where(crops.known[seen], self.network(shown), 0.0)
            values[seen] = weighted_median(crops.values[seen], weights)
            shares[seen] = inside[seen].sum(axis=(1, 2)) / crops.inside.sum()
        return Readings(values, cells, shares)


def weighted_median(values: NDArray[np.float32], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The value of each of N groups at which half of the group's weight is reached, counted from the least.

    Args:
        values: N×… values.
        weights: As many weights, not negative, not all zero.
    """
    flat = values.reshape(len(values), -1)
    order = flat.argsort(axis=1)
    reached = np.take_along_axis(weights.reshape(flat.shape), order, axis=1).cumsum(axis=1)
    place = (reached >= reached[:, -1:] / 2).argmax(axis=1)
    picked: NDArray[np.float64] = flat[np.arange(len(flat)), order[np.arange(len(flat)), place]].astype(np.float64)
    return picked
