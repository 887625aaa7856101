"""What can be told of a relative depth map without metres: which thing is nearer than which."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from howfar.ranging.methods.cells import boxes_in_cells
from howfar.ranging.methods.foreground import Foreground
from howfar.ranging.methods.layers import Layers
from howfar.ranging.methods.statistics import NO_BOUNDS, BoxStatistic, Method, parse_method
from howfar.scene import Camera, DepthMap

RELATIVE_METHOD = "percentile:40"
"""What stands in for a method that looks at logarithms of depth, which a map of unknown shift has not: the statistic
that comes nearest to `auto` on true depth."""


def for_relative(method: Method, *, bounded: bool = True) -> Method:
    """What a method is on a relative map: a statistic is itself, all others are `RELATIVE_METHOD`.

    Args:
        method: The method.
        bounded: Keep its limits in metres, which a relative map refuses.
    """
    if isinstance(method, BoxStatistic):
        return method if bounded else replace(method, bounds=NO_BOUNDS)
    bounds = method.bounds if bounded and isinstance(method, Foreground | Layers) else NO_BOUNDS
    return parse_method(RELATIVE_METHOD, bounds=bounds)


def relative_values(
    depth: DepthMap, boxes_xyxy_px: NDArray[np.float32], camera: Camera, method: Method
) -> NDArray[np.float64]:
    """Read N×4 boxes, in pixels of the picture, off a relative map.

    Returns:
        N values in the map's own unit; NaN for a box without usable depth.

    Raises:
        SettingError: If the method has limits in metres.
    """
    boxes = boxes_in_cells(boxes_xyxy_px, (camera.width_px, camera.height_px), depth.shape)
    return method.read(depth, boxes).values


def nearness_ranks(values: NDArray[np.float64], *, near_is_large: bool) -> tuple[int | None, ...]:
    """The place of each of N values counted from the nearest, 1; equal values share one, NaN has none."""
    nearer = values > values[:, None] if near_is_large else values < values[:, None]
    return tuple(
        None if unknown else 1 + count
        for unknown, count in zip(np.isnan(values).tolist(), nearer.sum(axis=1).tolist(), strict=True)
    )


def nearest_first(ranks: Sequence[int | None]) -> list[int]:
    """The places of N things, nearest first, those of no rank last; what is equally near stays in order."""
    return sorted(range(len(ranks)), key=lambda place: ranks[place] or len(ranks) + 1)
