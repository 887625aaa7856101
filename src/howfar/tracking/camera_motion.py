"""How the camera moves, told by corners of the background that are followed from frame to frame."""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.scene.box import Box

WIDTH_PX = 320
"""Corners are followed in pictures of this width: enough for a tenth of a pixel, and fast."""
CORNERS = 150
LEAST_CORNERS = 12
"""With fewer nothing is said."""
STILL_PX = 0.2
"""Of a camera that stands, three of four corners move by less, in pixels of those pictures."""
STILL_QUANTILE = 0.75
STILL_S = 0.4
"""For so long it must have stood."""


class CameraMotion(NamedTuple):
    """The motion of the camera since the last frame.

    Attributes:
        shift_px: How far the picture as a whole moved, x and y, in its own pixels; 0 where it is not known.
        stands_still: Whether the camera has stood still for a while.
    """

    shift_px: NDArray[np.float64]
    stands_still: bool


UNKNOWN_MOTION = CameraMotion(np.zeros(2), False)


class CameraWatch:
    """Follows the background of the frames of one video."""

    def __init__(self) -> None:
        """No frame was seen yet."""
        self._last: NDArray[np.uint8] | None = None
        self._stood: deque[tuple[float, bool]] = deque()

    def see(self, image: NDArray[np.uint8], boxes: Sequence[Box], time_s: float) -> CameraMotion:
        """Take in a frame.

        Args:
            image: H×W×3 uint8 RGB.
            boxes: The objects, which may move by themselves.
            time_s: Its time in seconds.
        """
        scale = image.shape[1] / WIDTH_PX
        size = (WIDTH_PX, max(1, round(image.shape[0] / scale)))
        grey = cv2.cvtColor(cv2.resize(image, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
        last, self._last = self._last, np.asarray(grey, dtype=np.uint8)
        if last is None or last.shape != grey.shape:
            self._stood.clear()
            return UNKNOWN_MOTION
        flow = _flow(last, self._last, boxes, scale)
        if flow is None:
            self._stood.clear()
            return UNKNOWN_MOTION
        moved_px = np.quantile(np.hypot(flow[:, 0], flow[:, 1]), STILL_QUANTILE)
        self._stood.append((time_s, bool(moved_px < STILL_PX)))
        while len(self._stood) > 1 and self._stood[1][0] <= time_s - STILL_S:
            self._stood.popleft()
        long_enough = self._stood[0][0] <= time_s - STILL_S
        return CameraMotion(np.median(flow, axis=0) * scale, long_enough and all(stood for _, stood in self._stood))


def _flow(
    last: NDArray[np.uint8], now: NDArray[np.uint8], boxes: Sequence[Box], scale: float
) -> NDArray[np.float64] | None:
    """N×2 motions of corners that lie in no box; None where there are too few."""
    free = np.full(last.shape, 255, dtype=np.uint8)
    for x1, y1, x2, y2 in boxes:
        rows = slice(max(0, int(y1 / scale) - 2), max(0, int(y2 / scale) + 3))
        free[rows, max(0, int(x1 / scale) - 2) : max(0, int(x2 / scale) + 3)] = 0
    corners = cv2.goodFeaturesToTrack(last, CORNERS, 0.02, 6, mask=free)
    if corners is None or len(corners) < LEAST_CORNERS:
        return None
    moved, found, _ = cv2.calcOpticalFlowPyrLK(last, now, corners, None, winSize=(15, 15), maxLevel=3)  # type: ignore[call-overload]
    good = found.ravel() == 1
    if good.sum() < LEAST_CORNERS:
        return None
    return np.asarray((moved - corners).reshape(-1, 2)[good], dtype=np.float64)
