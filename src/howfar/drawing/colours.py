"""One colour scale of distance for boxes and depth views: near is warm, far is cool.

The scale is fixed in metres, so that a video does not flicker and two pictures can be compared: rooms have most of it,
streets the rest. It is Turbo (Mikhailov, Google AI 2019), made for depth and disparity: many hues that can be told
apart and named on a thin box outline, where a map of one hue such as magma would need its neighbours for comparison,
and none of the false edges of a rainbow. Its darkest ends are left out, as they sink into dark photos.
"""

import math
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

FULL_SCALE_M = 10.0
"""Up to here the fixed scale is linear. From here on each doubling of the distance takes as much of it as the last."""
FAR_SCALE_M = 80.0
"""The distance at which the fixed scale ends; what is farther has its last colour."""
LINEAR_SHARE = 0.7
"""The share of the fixed scale that is linear."""

UNKNOWN: Colour = (128, 128, 128)
WARM_END, COOL_END = 235, 20
"""The part of Turbo's 256 colours that is used, from near to far."""

DARK_TEXT: Colour = (16, 16, 16)
LIGHT_TEXT: Colour = (255, 255, 255)


@cache
def _palette() -> NDArray[np.uint8]:
    """256×1×3 RGB colours from near to far."""
    places = np.linspace(WARM_END, COOL_END, 256).round().astype(np.uint8)
    bgr = cv2.applyColorMap(places[:, None], cv2.COLORMAP_TURBO)
    return np.ascontiguousarray(bgr[..., ::-1])


def place_on_scale(depth_m: NDArray[np.float32], max_m: float | None = None) -> NDArray[np.float32]:
    """Where distances lie on the scale: 0 at the camera, 1 at its end and beyond; NaN stays NaN.

    Args:
        depth_m: Distances in metres, of any shape.
        max_m: The end of a scale that is linear from the camera on; the fixed scale when None.
    """
    if max_m is not None:
        linear: NDArray[np.float32] = np.clip(depth_m / np.float32(max_m), 0, 1)
        return linear
    near = np.clip(depth_m / np.float32(FULL_SCALE_M), 0, 1)
    doublings = np.log2(np.clip(depth_m, FULL_SCALE_M, FAR_SCALE_M) / FULL_SCALE_M)
    far = doublings / math.log2(FAR_SCALE_M / FULL_SCALE_M)
    place: NDArray[np.float32] = (LINEAR_SHARE * near + (1 - LINEAR_SHARE) * far).astype(np.float32)
    return place


def colour_places(places: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Colour H×W places on the scale, 0 for near to 1 for far.

    Returns:
        H×W×3 uint8 RGB, grey where a place is NaN.
    """
    unknown = np.isnan(places)
    indices = np.where(unknown, 0, places * 255 + 0.5).astype(np.uint8)
    colours: NDArray[np.uint8] = cv2.applyColorMap(indices, _palette())  # type: ignore[assignment]
    colours[unknown] = UNKNOWN
    return colours


def colour_of(depth_m: float, max_m: float | None = None) -> Colour:
    """The colour of one distance, on the scale that `place_on_scale` explains; grey when it is NaN."""
    red, green, blue = colour_places(place_on_scale(np.full((1, 1), depth_m, dtype=np.float32), max_m))[0, 0].tolist()
    return red, green, blue


def text_colour_on(background: Colour) -> Colour:
    """Dark or light text, whichever reads better on the background (luma of ITU-R BT.601)."""
    red, green, blue = background
    return DARK_TEXT if 0.299 * red + 0.587 * green + 0.114 * blue > 120 else LIGHT_TEXT
