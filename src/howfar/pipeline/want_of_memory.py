"""Want of memory, called that: of one picture among many it must not end the others."""

from collections.abc import Iterator
from contextlib import contextmanager

import cv2

from howfar.errors import SourceError
from howfar.scene.frame import Frame

OPENCV_NO_MEMORY = -4


@contextmanager
def memory_told(frame: Frame) -> Iterator[None]:
    """Turn want of memory into one sentence about a picture.

    Raises:
        SourceError: In the place of NumPy's and OpenCV's errors for it.
    """
    try:
        yield
    except MemoryError:
        raise _refusal(frame) from None
    except cv2.error as error:
        if error.code != OPENCV_NO_MEMORY:
            raise
        raise _refusal(frame) from None


def _refusal(frame: Frame) -> SourceError:
    return SourceError(
        f"{frame.source} has {frame.width_px}×{frame.height_px} pixels, and there is not enough memory to look at it: "
        "make it smaller, or close other programs."
    )
