"""The size of a stream's pictures, which stays that of the first where the resolution changes on the way."""

import numpy as np
from numpy.typing import NDArray

from howfar.scene.camera import ASPECT_TOLERANCE


class SteadySize:
    """Brings pictures of another resolution to the size of the first one, as players do.

    What is said of a stream in pixels, such as a focal length, then holds for all of it. A picture of another shape
    keeps its size: nobody knows what part of the view it is.
    """

    def __init__(self) -> None:
        self._size: tuple[int, int] | None = None

    def __call__(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The picture, H×W×3 uint8, resized if need be."""
        import cv2

        height, width = image.shape[:2]
        if self._size is None:
            self._size = (width, height)
        first_width, first_height = self._size
        has_its_shape = abs(width * first_height / (height * first_width) - 1) <= ASPECT_TOLERANCE
        if (width, height) == self._size or not has_its_shape:
            return image
        interpolation = cv2.INTER_AREA if width > first_width else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(image, self._size, interpolation=interpolation), dtype=np.uint8)
