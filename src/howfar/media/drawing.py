"""The annotated picture: each object's box, class and distance."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.media.colours import Colour, colour_of, text_colour_on
from howfar.media.text import line_height, put_text, size_that_fits, text_width
from howfar.media.units import Units, distance_text
from howfar.scene import Scene, SceneObject

Box = tuple[int, int, int, int]
"""x1, y1, x2, y2 in whole pixels, ends excluded."""

MIXED_MARK = "*"
ASSUMED_MARK = "~"
FAR_GREY: Colour = (170, 170, 170)
REGION_WHITE: Colour = (255, 255, 255)
SHADOW: Colour = (24, 24, 24)

TEXT_SHARE = 1 / 34
"""Size of the letters over the side of a square as large as the picture: as readable at 320 pixels as at 4000."""

SMALLEST_TEXT_PX = 11


@dataclass(frozen=True, slots=True)
class _Label:
    """A text on its coloured plate, at its place."""

    text: str
    size_px: int
    plate: Box
    colour: Colour


def draw_scene(
    image: NDArray[np.uint8],
    scene: Scene,
    *,
    units: Units = "m",
    show_far: bool = False,
    show_region: bool = False,
) -> NDArray[np.uint8]:
    """Draw each object of a scene with its class and its distance along the optical axis.

    A box has the colour of its distance on the fixed scale that depth views have too, warm for near and cool for far,
    and grey when the distance is not known ("chair ? m"). A label says "chair 2.3 m", with two more signs where they
    are due: "~2.3 m" where the camera was assumed and so the scale of all distances is, and "2.3 m*" where the box
    holds two depths and one number for it is doubtful.

    Args:
        image: H×W×3 uint8 RGB, the scene's picture.
        scene: What was found in it.
        units: Metres or feet on the labels.
        show_far: Draw the objects beyond the maximum depth as thin grey boxes without a label.
        show_region: Outline in white the region that each distance was measured in.

    Returns:
        A new H×W×3 uint8 RGB array.
    """
    drawn = np.array(image, order="C")
    size_px = letter_size(drawn)
    thickness = max(2, round(size_px / 8))
    if show_far:
        for thing in scene.beyond:
            _outline(drawn, _whole_pixels(thing.box_xyxy_px, drawn), FAR_GREY, thickness // 2)
    far_to_near = sorted(scene.objects, key=lambda thing: -thing.depth_m if math.isfinite(thing.depth_m) else -math.inf)
    for thing in far_to_near:
        colour = colour_of(thing.depth_m)
        if show_region:
            _outline(drawn, _whole_pixels(thing.distance.region_xyxy_px, drawn), REGION_WHITE, thickness // 2)
        _outline(drawn, _whole_pixels(thing.box_xyxy_px, drawn), colour, thickness)
    for label in reversed(_place_labels(reversed(far_to_near), scene, drawn, units, size_px)):
        _write(drawn, label)
    return drawn


def letter_size(image: NDArray[np.uint8]) -> int:
    """Size of the letters in pixels for a picture: it follows the picture's area."""
    height, width = image.shape[:2]
    return max(SMALLEST_TEXT_PX, round(math.sqrt(height * width) * TEXT_SHARE))


def label_text(thing: SceneObject, *, assumed: bool, units: Units = "m") -> str:
    """What an object's label says: "chair 2.3 m", with the signs that `draw_scene` explains."""
    about = ASSUMED_MARK if assumed and thing.distance.is_known else ""
    mark = MIXED_MARK if thing.distance.mixed else ""
    name = " ".join(thing.label.split())
    return f"{name} {about}{distance_text(thing.depth_m, units)}{mark}".lstrip()


def _whole_pixels(xyxy_px: tuple[float, float, float, float], image: NDArray[np.uint8]) -> Box | None:
    """A box cut to the picture, in whole pixels; None when it lies outside or is not known."""
    if not all(math.isfinite(value) for value in xyxy_px):
        return None
    height, width = image.shape[:2]
    x1, x2 = (round(min(max(x, 0), width)) for x in xyxy_px[0::2])
    y1, y2 = (round(min(max(y, 0), height)) for y in xyxy_px[1::2])
    return (x1, y1, x2, y2) if x2 > x1 and y2 > y1 else None


def _outline(image: NDArray[np.uint8], box: Box | None, colour: Colour, thickness: int) -> None:
    """Draw a box's edge inward, so that it shows at the picture's border, with a thin shadow for bright pictures."""
    if box is None:
        return
    x1, y1, x2, y2 = box
    inset = min(thickness // 2, (x2 - x1) // 2, (y2 - y1) // 2)
    corners = (x1 + inset, y1 + inset), (x2 - 1 - inset, y2 - 1 - inset)
    if thickness > 1:
        cv2.rectangle(image, *corners, SHADOW, thickness + 2)
    cv2.rectangle(image, *corners, colour, thickness)


def _place_labels(
    nearest_first: Iterable[SceneObject], scene: Scene, image: NDArray[np.uint8], units: Units, size_px: int
) -> list[_Label]:
    """Give each label a place in the picture that no nearer object's label has, where there is one."""
    placed: list[_Label] = []
    for thing in nearest_first:
        box = _whole_pixels(thing.box_xyxy_px, image)
        text = label_text(thing, assumed=scene.assumes_scale, units=units)
        size = size_that_fits(text, size_px, image.shape[1] - 2 * _margin(size_px))
        if box is None or size is None or line_height(size) > image.shape[0]:
            continue
        width, height = text_width(text, size) + 2 * _margin(size), line_height(size)
        plates = [_inside(plate, image) for plate in _candidates(box, width, height)]
        best = min(plates, key=lambda plate: sum(_overlap(plate, other.plate) for other in placed))
        placed.append(_Label(text, size, best, colour_of(thing.depth_m)))
    return placed


def _margin(size_px: int) -> int:
    """Room in pixels on either side of a label's text."""
    return max(2, round(size_px * 0.3))


def _candidates(box: Box, width: int, height: int) -> Iterator[Box]:
    """Places for a label of this size, best first: on top of the box, inside it, under it, at its right end."""
    x1, y1, x2, y2 = box
    tops = (y1 - height, y1, y2, y2 - height) if y1 >= height else (y1, y2, y2 - height)
    for left in (x1, x2 - width):
        for top in tops:
            yield left, top, left + width, top + height


def _inside(plate: Box, image: NDArray[np.uint8]) -> Box:
    """The plate moved into the picture."""
    x1, y1, x2, y2 = plate
    height, width = image.shape[:2]
    left = max(0, min(x1, width - (x2 - x1)))
    top = max(0, min(y1, height - (y2 - y1)))
    return left, top, left + x2 - x1, top + y2 - y1


def _overlap(one: Box, other: Box) -> int:
    """Pixels that two boxes share."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return width * height if width > 0 and height > 0 else 0


def _write(image: NDArray[np.uint8], label: _Label) -> None:
    x1, y1, x2, y2 = label.plate
    image[y1:y2, x1:x2] = label.colour
    put_text(image, label.text, x1 + _margin(label.size_px), y1, label.size_px, text_colour_on(label.colour))
