"""The pictures with the numbers by which a user may name an object."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from howfar.calibration.known import Numbered, numbered
from howfar.drawing.annotation import letter_size
from howfar.drawing.colours import colour_of, text_colour_on
from howfar.drawing.outlines import outline, whole_pixels
from howfar.drawing.side_by_side import captioned_grid
from howfar.drawing.text import line_height, put_text, text_width
from howfar.pipeline.view import View


def numbered_picture(views: Sequence[View]) -> NDArray[np.uint8]:
    """The pictures with each object's box, and its number alone in the middle of it, so that none hides another.

    Args:
        views: What `numbered` numbers.

    Returns:
        H×W×3 uint8 RGB: the picture, or several on a sheet.
    """
    objects = iter(numbered(views))
    drawn = [_drawn(view, [next(objects) for _ in view]) for view in views]
    captions = [Path(view.source).name for view in views]
    return drawn[0] if len(drawn) == 1 else captioned_grid(drawn, captions, across=2)


def _drawn(view: View, objects: Sequence[Numbered]) -> NDArray[np.uint8]:
    image = view.image.copy()
    size_px = letter_size(image)
    for one in reversed(objects):
        box = whole_pixels(one.scene_object.box_xyxy_px, image)
        outline(image, box, colour_of(one.scene_object.depth_m), max(2, round(size_px / 8)))
    for one in reversed(objects):
        _write_number(image, one, size_px)
    return image


def _write_number(image: NDArray[np.uint8], one: Numbered, size_px: int) -> None:
    """A plate with the number in the middle of the object's box, moved into the picture."""
    text, colour = str(one.number), colour_of(one.scene_object.depth_m)
    x1, y1, x2, y2 = one.scene_object.box_xyxy_px
    margin = size_px // 3
    width, height = text_width(text, size_px) + 2 * margin, line_height(size_px)
    left = max(0, min(round((x1 + x2 - width) / 2), image.shape[1] - width))
    top = max(0, min(round((y1 + y2 - height) / 2), image.shape[0] - height))
    image[top : top + height, left : left + width] = colour
    put_text(image, text, left + margin, top, size_px, text_colour_on(colour))
