"""Several versions of a picture beside each other, each under its caption."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.drawing.annotation import letter_size
from howfar.drawing.colours import DARK_TEXT, LIGHT_TEXT
from howfar.drawing.text import line_height, put_text, size_that_fits, text_width
from howfar.errors import SettingError


def side_by_side(pictures: Sequence[NDArray[np.uint8]], captions: Sequence[str]) -> NDArray[np.uint8]:
    """Put pictures in a row, captions on top.

    Args:
        pictures: H×W×3 uint8 RGB each; a lower one is filled up with white below.
        captions: One for each picture.

    Returns:
        One uint8 RGB image, white between and above the pictures.

    Raises:
        SettingError: If there is no picture, or not one caption for each.
    """
    if not pictures or len(pictures) != len(captions):
        raise SettingError(f"Each picture needs one caption; there are {len(pictures)} and {len(captions)}.")
    size_px = letter_size(pictures[0])
    height = max(picture.shape[0] for picture in pictures)
    gap = max(2, size_px // 3)
    columns = []
    for place, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        column = np.vstack([_caption(caption, picture.shape[1], size_px), picture])
        below = height - picture.shape[0]
        right = gap if place < len(pictures) - 1 else 0
        columns.append(cv2.copyMakeBorder(column, 0, below, 0, right, cv2.BORDER_CONSTANT, value=LIGHT_TEXT))
    return np.hstack(columns)


def _caption(caption: str, width_px: int, size_px: int) -> NDArray[np.uint8]:
    """A white strip with the caption in its middle; without it where even small letters do not fit."""
    strip = np.full((line_height(size_px) + size_px // 2, width_px, 3), LIGHT_TEXT, dtype=np.uint8)
    size = size_that_fits(caption, size_px, width_px)
    if size is not None:
        left = (width_px - text_width(caption, size)) // 2
        put_text(strip, caption, left, (strip.shape[0] - line_height(size)) // 2, size, DARK_TEXT)
    return strip
