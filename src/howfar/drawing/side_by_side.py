"""Several pictures as one: beside each other, each under its caption, in rows, and stacked."""

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
    _refuse_unpaired(pictures, captions)
    size_px = letter_size(pictures[0])
    height = max(picture.shape[0] for picture in pictures)
    gap_px = max(2, size_px // 3)
    columns = []
    for index, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        column = np.vstack([_caption(caption, picture.shape[1], size_px), picture])
        right = gap_px if index < len(pictures) - 1 else 0
        columns.append(_padded(column, below=height - picture.shape[0], right=right))
    return np.hstack(columns)


def captioned_grid(pictures: Sequence[NDArray[np.uint8]], captions: Sequence[str], across: int) -> NDArray[np.uint8]:
    """Put pictures in rows, captions on top of each; the letters of a row have the size for its first picture.

    Args:
        pictures: H×W×3 uint8 RGB each.
        captions: One for each picture.
        across: How many are in a row.

    Returns:
        One uint8 RGB image, white where there is no picture.

    Raises:
        SettingError: If there is no picture, or not one caption for each.
    """
    _refuse_unpaired(pictures, captions)
    starts = range(0, len(pictures), across)
    return stacked([side_by_side(pictures[s : s + across], captions[s : s + across]) for s in starts])


def tile_grid(tiles: Sequence[NDArray[np.uint8]], across: int, gap_px: int) -> NDArray[np.uint8]:
    """Put pictures of one height in rows, without captions.

    Args:
        tiles: H×W×3 uint8 RGB each, at least one.
        across: How many are in a row.
        gap_px: White on the right of each picture and below it.

    Returns:
        One uint8 RGB image, white where there is no picture.
    """
    rows = [tiles[start : start + across] for start in range(0, len(tiles), across)]
    return stacked([np.hstack([_padded(tile, right=gap_px) for tile in row]) for row in rows], gap_px)


def stacked(rows: Sequence[NDArray[np.uint8]], gap_px: int = 0) -> NDArray[np.uint8]:
    """Put pictures under each other, at the left.

    Args:
        rows: H×W×3 uint8 RGB each, at least one.
        gap_px: White below each of them.

    Returns:
        One uint8 RGB image as wide as the widest, white beside narrower ones.
    """
    width = max(row.shape[1] for row in rows)
    return np.vstack([_padded(row, below=gap_px, right=width - row.shape[1]) for row in rows])


def _refuse_unpaired(pictures: Sequence[NDArray[np.uint8]], captions: Sequence[str]) -> None:
    if not pictures or len(pictures) != len(captions):
        raise SettingError(f"Each picture needs one caption; there are {len(pictures)} and {len(captions)}.")


def _padded(picture: NDArray[np.uint8], below: int = 0, right: int = 0) -> NDArray[np.uint8]:
    """The picture with white below it and on its right."""
    return cv2.copyMakeBorder(picture, 0, below, 0, right, cv2.BORDER_CONSTANT, value=LIGHT_TEXT)  # type: ignore[return-value]


def _caption(caption: str, width_px: int, size_px: int) -> NDArray[np.uint8]:
    """A white strip with the caption in its middle; without it where even small letters do not fit."""
    strip = np.full((line_height(size_px) + size_px // 2, width_px, 3), LIGHT_TEXT, dtype=np.uint8)
    size = size_that_fits(caption, size_px, width_px)
    if size is not None:
        left = (width_px - text_width(caption, size)) // 2
        put_text(strip, caption, left, (strip.shape[0] - line_height(size)) // 2, size, DARK_TEXT)
    return strip
