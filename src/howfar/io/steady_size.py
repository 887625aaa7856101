"""The size of a stream's pictures, which stays that of the first where the resolution changes on the way."""

import numpy as np
from numpy.typing import NDArray

from howfar.scene.camera import ASPECT_TOLERANCE

ROUNDED_PX = 2
"""Codecs want even sides: half of 620×186 is 310×94."""


class SteadySize:
    """Brings pictures of another resolution to the size of the first one, as players do.

    What is said of a stream in pixels, such as a focal length, then holds for all of it. A picture of another shape
    keeps its size: nobody knows what part of the view it is.
    """

    def __init__(self) -> None:
        self._size: tuple[int, int] | None = None

    def __call__(self, image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], bool]:
        """The picture, H×W×3 uint8, resized if need be; and whether it has another shape than the first one."""
        import cv2

        height, width = image.shape[:2]
        if self._size is None:
            self._size = (width, height)
        first_width, first_height = self._size
        off_px = abs(height - width * first_height / first_width)
        has_its_shape = off_px <= max(ASPECT_TOLERANCE * height, ROUNDED_PX)
        if (width, height) == self._size or not has_its_shape:
            return image, not has_its_shape
        interpolation = cv2.INTER_AREA if width > first_width else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(image, self._size, interpolation=interpolation), dtype=np.uint8), False
