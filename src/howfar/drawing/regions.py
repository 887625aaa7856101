"""What of the picture a distance was measured on: a tint where a method weighs every pixel, else an outline."""

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.drawing.colours import Colour, colour_of
from howfar.drawing.outlines import Box, outline, whole_pixels
from howfar.scene import Distance, Weights

REGION_WHITE: Colour = (255, 255, 255)
STRONGEST = 0.6
"""Share of the tint's colour where a pixel counts in full: the object can still be seen through it."""

MOST = 0.5
"""A cue of this weight says at least as much as all others together."""


def draw_region(image: NDArray[np.uint8], distance: Distance, thickness: int) -> None:
    """Show what was measured: the weights as a tint in the colour of the distance, else the region's edge in white.

    Nothing is drawn where the distance rests on other cues more than on the depth map: those look at the box alone.

    Args:
        image: H×W×3 uint8 RGB, contiguous; it is changed.
        distance: The distance.
        thickness: Of an edge in pixels.
    """
    if not _is_read_off_the_map(distance):
        return
    if distance.weights is None:
        outline(image, whole_pixels(distance.region_xyxy_px, image), REGION_WHITE, thickness)
    else:
        _tint(image, distance.weights, colour_of(distance.depth_m))


def _is_read_off_the_map(distance: Distance) -> bool:
    return not distance.cues or any(cue.name == "depth" and cue.weight >= MOST for cue in distance.cues)


def _tint(image: NDArray[np.uint8], weights: Weights, colour: Colour) -> None:
    box = whole_pixels(weights.xyxy_px, image)
    if box is None:
        return
    x1, y1, x2, y2 = box
    part = image[y1:y2, x1:x2]
    share = STRONGEST * _in_pixels(weights, box)[..., None]
    part[...] = np.rint(part + (np.array(colour, dtype=np.float32) - part) * share)


def _in_pixels(weights: Weights, box: Box) -> NDArray[np.float32]:
    """The weights of a box's pixels, smoothly between those of the grid."""
    rows, columns = weights.values.shape
    x1, y1, x2, y2 = weights.xyxy_px
    across, down = columns / (x2 - x1), rows / (y2 - y1)
    to_grid = np.array(
        [
            [across, 0.0, (box[0] + 0.5 - x1) * across - 0.5],  # OpenCV counts from the middle of the first pixel
            [0.0, down, (box[1] + 0.5 - y1) * down - 0.5],
        ]
    )
    how = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    size = (box[2] - box[0], box[3] - box[1])
    smooth = cv2.warpAffine(weights.values, to_grid, size, flags=how, borderMode=cv2.BORDER_REPLICATE)
    return np.clip(smooth, 0.0, 1.0)  # cubic interpolation overshoots
