"""Whether a box shows a whole object: not cut by the frame, upright, and not covered by what stands before it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from howfar.ranging.cues.seen import Seen
from howfar.scene import Camera

FRAME_MARGIN = 0.02
"""A box whose distance from the picture's frame is less than this share of the picture's side counts as cut by it. One
per cent is a pixel or two of a detector's input, which is no more than the error of its boxes."""
COVERED_SHARE = 0.3
"""An object of which a nearer one covers more than this share of the box may not be whole; of our own choice."""


def is_cut_above(seen: Seen, camera: Camera) -> bool:
    """Whether the frame cuts the box above."""
    return seen.box_xyxy_px[1] <= FRAME_MARGIN * camera.height_px


def is_cut_below(seen: Seen, camera: Camera) -> bool:
    """Whether the frame cuts the box below."""
    return seen.box_xyxy_px[3] >= (1 - FRAME_MARGIN) * camera.height_px


def is_cut_at_side(seen: Seen, camera: Camera) -> bool:
    """Whether the frame cuts the box on the left or on the right; its height is seen all the same."""
    margin_px = FRAME_MARGIN * camera.width_px
    return seen.box_xyxy_px[0] <= margin_px or seen.box_xyxy_px[2] >= camera.width_px - margin_px


def is_upright(seen: Seen) -> bool:
    """Whether the box is as high for its width as that of an upright object of the class; true of unknown classes."""
    return seen.size is None or seen.height_px >= seen.size.least_ratio * seen.width_px


def are_whole(objects: Sequence[Seen], camera: Camera) -> NDArray[np.bool_]:
    """Whether boxes show the whole height of upright objects, as far as all boxes of a picture tell.

    Args:
        objects: All N objects of the picture, those that are not asked for as well: they may cover the others.
        camera: The picture's camera.

    Returns:
        N bool.
    """
    whole = [is_upright(one) and not is_cut_above(one, camera) and not is_cut_below(one, camera) for one in objects]
    boxes = np.array([one.box_xyxy_px for one in objects], dtype=np.float64).reshape(-1, 4)
    return np.array(whole, dtype=np.bool_) & ~are_covered(boxes, COVERED_SHARE)


def are_covered(boxes_xyxy_px: NDArray[np.floating], share: float) -> NDArray[np.bool_]:
    """Whether a box that ends lower, so of something nearer, covers more than a share of each box.

    Args:
        boxes_xyxy_px: N×4 boxes.
        share: The share of a box, 0 to 1.

    Returns:
        N bool.
    """
    left, top, right, bottom = boxes_xyxy_px.astype(np.float64).T
    width = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    height = np.minimum(bottom[:, None], bottom) - np.maximum(top[:, None], top)
    shared = np.maximum(width, 0) * np.maximum(height, 0) / np.maximum((right - left) * (bottom - top), 1e-9)[:, None]
    covered: NDArray[np.bool_] = ((shared > share) & (bottom > bottom[:, None])).any(axis=1)
    return covered
