"""Ranging by the detector's own masks, where it gives them: no network has to find the object again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from howfar.ranging.methods.crops import crop_boxes
from howfar.ranging.methods.foreground import Foreground, weighted_readings
from howfar.ranging.methods.statistics import NO_BOUNDS, Bounds, Grids, Method, Readings
from howfar.scene import DepthMap


@dataclass(frozen=True, slots=True, eq=False)
class Masked:
    """The median of the depths in each box, weighted by the box's mask.

    Attributes:
        masks: N×S×S float32, 0 to 1, on a grid over each of the boxes that will be read.
        bounds: Limits in metres on what is looked at.
        name: Name of the method.
    """

    masks: NDArray[np.float32]
    bounds: Bounds = NO_BOUNDS
    name: str = "mask"

    def read(self, depth: DepthMap, boxes: NDArray[np.float64]) -> Readings:
        """Read the N×4 boxes of the masks, given in the map's cells, off a metric depth map."""
        crops = crop_boxes(depth, boxes, self.masks.shape[1], 0.0, self.bounds.usable(depth))
        return weighted_readings(depth, boxes, crops, Grids(self.masks, boxes))


def with_masks(method: Method, masks: NDArray[np.float32] | None) -> Method:
    """The method for boxes whose detector gave masks too: they take the place of the learned method, if it gave any."""
    if masks is None or not isinstance(method, Foreground):
        return method
    return Masked(masks, method.bounds)
