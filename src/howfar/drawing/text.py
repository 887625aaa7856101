"""Writing text into pictures.

OpenCV 5 renders TrueType: any script, straight from the fonts it ships, and ends the process where a
text is not UTF-8. OpenCV 4 has only the Hershey strokes, which
are
ASCII: there accents are dropped, a dash is a hyphen, and other letters become question marks.
"""

import threading
import unicodedata
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.drawing.colours import Colour
from howfar.text import shown

HAS_TRUETYPE = hasattr(cv2, "FontFace")
WEIGHT = 500
LINE_HEIGHT = 1.36
"""Height of a line over the size of its letters: room for accents, for what hangs below, and for Chinese characters."""

BASELINE = 1.02
"""Where the letters stand, from the top of their line, over their size."""

SMALLEST_PX = 8

_local = threading.local()


def line_height(size_px: int) -> int:
    """Height in pixels of a line of text."""
    return round(size_px * LINE_HEIGHT)


def text_width(text: str, size_px: int) -> int:
    """Width in pixels that a text takes."""
    if HAS_TRUETYPE:
        x, _, width, _ = cv2.getTextSize((0, 0), shown(text), (0, 0), _font(), size_px, WEIGHT)
        return int(x + width)
    scale, thickness = _hershey(size_px)
    return int(cv2.getTextSize(_ascii(text), cv2.FONT_HERSHEY_SIMPLEX, scale, thickness)[0][0])


def put_text(image: NDArray[np.uint8], text: str, left: int, top: int, size_px: int, colour: Colour) -> None:
    """Write one line of text into an image.

    Args:
        image: H×W×3 uint8, contiguous; it is changed.
        text: What to write.
        left: Left edge of the text in pixels.
        top: Upper edge of its line (`line_height` high).
        size_px: Size of the letters.
        colour: Colour of the letters.
    """
    origin = (left, top + round(size_px * BASELINE))
    if HAS_TRUETYPE:
        cv2.putText(image, shown(text), origin, colour, _font(), size_px, WEIGHT)
    else:
        scale, thickness = _hershey(size_px)
        cv2.putText(image, _ascii(text), origin, cv2.FONT_HERSHEY_SIMPLEX, scale, colour, thickness, cv2.LINE_AA)


def size_that_fits(text: str, size_px: int, width_px: int) -> int | None:
    """The largest size up to size_px at which the text is at most width_px wide; None when even a small one is not."""
    needed = text_width(text, size_px)
    if needed <= width_px:
        return size_px
    size = int(size_px * width_px / needed)
    while size >= SMALLEST_PX and text_width(text, size) > width_px:
        size -= 1
    return size if size >= SMALLEST_PX else None


def _font() -> Any:
    """The font, one for each thread: OpenCV's may not be used by two at once, the letters come out wrong."""
    if not hasattr(_local, "font"):
        _local.font = cv2.FontFace("sans")
    return _local.font


def _hershey(size_px: int) -> tuple[float, int]:
    thickness = max(1, round(size_px / 11))
    return cv2.getFontScaleFromHeight(cv2.FONT_HERSHEY_SIMPLEX, max(1, round(size_px * 0.72)), thickness), thickness


def _ascii(text: str) -> str:
    letters = unicodedata.normalize("NFKD", shown(text)).replace("–", "-")
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return plain.encode("ascii", "replace").decode()
