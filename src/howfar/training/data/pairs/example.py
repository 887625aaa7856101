"""One example for a detector of pairs."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class PairExample(NamedTuple):
    """Two pictures of one size with the boxes of the same N objects in both.

    Attributes:
        left: S×S×3 uint8 RGB.
        right: S×S×3 uint8 RGB.
        boxes_xyxy_px: N×4 float32 in the left-hand picture.
        right_boxes_xyxy_px: N×4 float32 in the right-hand one.
        class_ids: N int64.
    """

    left: NDArray[np.uint8]
    right: NDArray[np.uint8]
    boxes_xyxy_px: NDArray[np.float32]
    right_boxes_xyxy_px: NDArray[np.float32]
    class_ids: NDArray[np.int64]
