"""A depth map as a picture: colours fixed in metres, with a legend."""

import math

import numpy as np
from numpy.typing import NDArray

from howfar.drawing.annotation import letter_size
from howfar.drawing.colours import colour_places, place_on_scale
from howfar.drawing.legend import metre_legend, relative_legend
from howfar.drawing.units import Units
from howfar.errors import SettingError
from howfar.io.resample import resample
from howfar.scene import DepthMap


def draw_depth(
    depth: DepthMap, width_px: int, height_px: int, *, max_m: float | None = None, units: Units = "m"
) -> NDArray[np.uint8]:
    """Colour a depth map and put a legend under it.

    Warm is near and cool is far, on the same scale as the boxes of `draw_scene`; unknown pixels are grey. A relative
    map is spread from its nearest to its farthest value and its legend says only "near" and "far": it has no metres.

    Args:
        depth: The map, of any kind and resolution.
        width_px: Width of the picture that it belongs to.
        height_px: Height of that picture.
        max_m: The distance at which the colours end, in even steps from the camera on; what is farther has the last
            one. When None, the fixed scale: even steps up to 10 m, then by doublings up to 80 m.
        units: Metres or feet on the legend.

    Returns:
        H×width_px×3 uint8 RGB: the map in its first height_px rows and the legend below.

    Raises:
        SettingError: If max_m is not a positive number.
    """
    if max_m is not None and not (math.isfinite(max_m) and max_m > 0):
        raise SettingError(f"The colours must end at a positive number of metres, not {max_m}.")
    places = place_on_scale(depth.metres(), max_m) if depth.is_metric else _relative_places(depth)
    view = colour_places(resample(places, width_px, height_px))
    size_px = letter_size(view)
    legend = metre_legend(width_px, size_px, max_m, units) if depth.is_metric else relative_legend(width_px, size_px)
    return np.vstack([view, legend])


def _relative_places(depth: DepthMap) -> NDArray[np.float32]:
    """Places from 0 for the nearest value to 1 for the farthest, NaN where unknown."""
    values = np.where(depth.valid, depth.values, np.float32(np.nan))
    if not np.isfinite(values).any():
        return values
    low, high = np.nanmin(values), np.nanmax(values)
    places: NDArray[np.float32] = (values - low) / max(high - low, np.finfo(np.float32).tiny)
    return 1 - places if depth.near_is_large else places
