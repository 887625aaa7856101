"""Boxes in a picture, as lines that show on anything."""

import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.drawing.colours import Colour

Box = tuple[int, int, int, int]
"""x1, y1, x2, y2 in whole pixels, ends excluded."""

SHADOW: Colour = (24, 24, 24)

DASH_SHARE = 5
"""Length of a dash, and of the gap after it, over the thickness of the line."""


def whole_pixels(xyxy_px: tuple[float, float, float, float], image: NDArray[np.uint8]) -> Box | None:
    """A box cut to the picture, in whole pixels; None when it lies outside or is not known."""
    if not all(math.isfinite(value) for value in xyxy_px):
        return None
    height, width = image.shape[:2]
    x1, x2 = (round(min(max(x, 0), width)) for x in xyxy_px[0::2])
    y1, y2 = (round(min(max(y, 0), height)) for y in xyxy_px[1::2])
    return (x1, y1, x2, y2) if x2 > x1 and y2 > y1 else None


def outline(image: NDArray[np.uint8], box: Box | None, colour: Colour, thickness: int, *, dashed: bool = False) -> None:
    """Draw a box's edge inward, so that it shows at the picture's border, with a thin shadow for bright pictures.

    Args:
        image: H×W×3 uint8 RGB, contiguous; it is changed.
        box: The box; None for nothing.
        colour: Its colour.
        thickness: Of the line in pixels.
        dashed: Break the line; the shadow shows in the gaps.
    """
    if box is None:
        return
    x1, y1, x2, y2 = box
    inset = min(thickness // 2, (x2 - x1) // 2, (y2 - y1) // 2)
    left, top, right, bottom = x1 + inset, y1 + inset, x2 - 1 - inset, y2 - 1 - inset
    if thickness > 1 or dashed:
        cv2.rectangle(image, (left, top), (right, bottom), SHADOW, thickness + 2)
    if not dashed:
        cv2.rectangle(image, (left, top), (right, bottom), colour, thickness)
        return
    for start, end in _dashes(left, right, DASH_SHARE * thickness):
        cv2.line(image, (start, top), (end, top), colour, thickness)
        cv2.line(image, (start, bottom), (end, bottom), colour, thickness)
    for start, end in _dashes(top, bottom, DASH_SHARE * thickness):
        cv2.line(image, (left, start), (left, end), colour, thickness)
        cv2.line(image, (right, start), (right, end), colour, thickness)


def _dashes(start: int, end: int, length: int) -> Iterator[tuple[int, int]]:
    """Where dashes of about this length begin and end, one at each end of the line."""
    gaps = max(1, (end - start) // (2 * length))
    edges = np.linspace(start, end, 2 * gaps + 2).round().astype(int).tolist()
    yield from zip(edges[0::2], edges[1::2], strict=True)
