"""The annotated picture: each object's box, class and distance."""

import math
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from howfar.drawing.colours import Colour
from howfar.drawing.labels import label_text, object_colour, place_labels, write_label
from howfar.drawing.outlines import outline, whole_pixels
from howfar.drawing.regions import draw_region
from howfar.drawing.style import DrawStyle
from howfar.scene import Scene

FAR_GREY: Colour = (170, 170, 170)

TEXT_SHARE = 1 / 34
"""Size of the letters over the side of a square as large as the picture: as readable at 320 pixels as at 4000."""

SMALLEST_TEXT_PX = 11


DEFAULT_STYLE = DrawStyle()


def draw_scene(image: NDArray[np.uint8], scene: Scene, style: DrawStyle = DEFAULT_STYLE) -> NDArray[np.uint8]:
    """Draw each object of a scene with its class and its distance along the optical axis.

    A box has the colour of its distance on the fixed scale that depth views have too, warm for near and cool for far,
    and grey when the distance is not known ("chair ? m"). A label says "chair 2.3 m", with signs where they are due:
    "~2.3 m" where the camera was assumed and so the scale of all distances is, or the depth map is doubtful, "2.3 m*"
    with a dashed box where the box holds two depths and one number for it is doubtful, "2.3 m!" where cues contradict
    each other. A tracked object has its number, its speed and the time to its contact too; one that breaks a rule is
    red. Without metres, on a relative depth map, it says "chair 1st" of the nearest, and the colours run from the
    nearest object to the farthest.

    Args:
        image: H×W×3 uint8 RGB, the scene's picture.
        scene: What was found in it.
        style: What is drawn, and in which units.

    Returns:
        A new H×W×3 uint8 RGB array.
    """
    drawn = np.array(image, order="C")
    size_px = letter_size(drawn)
    thickness = max(2, round(size_px / 8))
    if style.show_far:
        for one in scene.beyond:
            outline(drawn, whole_pixels(one.box_xyxy_px, drawn), FAR_GREY, thickness // 2)
    far_to_near = sorted(scene.objects, key=attrgetter("nearness"), reverse=True)
    last_rank = max((one.nearness_rank or 0 for one in far_to_near), default=0)
    if style.show_region:
        for one in far_to_near:
            draw_region(drawn, one.distance, thickness // 2)
    for one in far_to_near:
        box = whole_pixels(one.box_xyxy_px, drawn)
        wide = 2 * thickness if one.alerts else thickness
        outline(drawn, box, object_colour(one, last_rank), wide, dashed=one.distance.mixed)
    texts = [(one, label_text(one, style, assumed=scene.assumes_scale)) for one in reversed(far_to_near)]
    for label in reversed(place_labels(texts, drawn, size_px, last_rank)):
        write_label(drawn, label)
    return drawn


def letter_size(image: NDArray[np.uint8]) -> int:
    """Size of the letters in pixels for a picture: it follows the picture's area."""
    height, width = image.shape[:2]
    return max(SMALLEST_TEXT_PX, round(math.sqrt(height * width) * TEXT_SHARE))
