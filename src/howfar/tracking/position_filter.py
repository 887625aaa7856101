"""Where the middle of an object's box is in the picture, and how it moves: what the next frame is matched by."""

import math

import numpy as np
from numpy.typing import NDArray

NOISE_SHARE, NOISE_PX = 0.06, 1.0
"""Standard deviation of the middle of a box: a share of its size, and pixels."""
FIRST_SPEED = 2.0
"""Standard deviation of the speed of a new object, in sizes of its box a second."""
ACCELERATION = 1.5
"""Standard deviation of the speed's change within a second, likewise."""
PARTLY_SEEN = 6.0
"""What it costs that only an edge fits on each axis: a part of the object is hidden now, or no longer is."""
CHANGED = 1.25
"""A box whose sides change by this factor from frame to frame shows more or less of its object."""
MOST_CHANGED = 2.0
"""One whose height changes by this factor is another object's, unless the frame's edge cuts it."""
HEIGHT_LOG_SD, HEIGHT_WALK = 0.15, 0.5
"""Noise of the logarithm of a box's height, and how much it changes in a second."""


class PositionFilter:
    """A Kalman filter of constant speed, alike for both axes; and the last height of the box.

    Attributes:
        place_px: The middle of the box, x and y.
        speed_px_s: Its speed, x and y.
        covariance: 2×2, of place and speed along each axis.
        height_px: Height of the box when it was last seen.
        width_px: Width of the box when it was last seen.
    """

    def __init__(self, box_xyxy_px: tuple[float, float, float, float]) -> None:
        """Begin with the box of a frame."""
        self.place_px, self.width_px, self.height_px = _middle_and_size(box_xyxy_px)
        self.speed_px_s = np.zeros(2)
        self.covariance = np.diag([self._noise, (FIRST_SPEED * self._size) ** 2])
        self._since_s = 0.0

    @property
    def _size(self) -> float:
        return math.sqrt(self.width_px * self.height_px)

    @property
    def _noise(self) -> float:
        return (NOISE_SHARE * self._size) ** 2 + NOISE_PX**2

    def predict(self, dt_s: float, shift_px: NDArray[np.float64]) -> None:
        """Go on by some time.

        Args:
            dt_s: Seconds since the last call, above 0.
            shift_px: How far the whole picture has moved meanwhile, as the camera turned.
        """
        self.place_px = self.place_px + self.speed_px_s * dt_s + shift_px
        step = np.array([[1.0, dt_s], [0.0, 1.0]])
        density = (ACCELERATION * self._size) ** 2
        noise = density * np.array([[dt_s**3 / 3, dt_s**2 / 2], [dt_s**2 / 2, dt_s]])
        self.covariance = step @ self.covariance @ step.T + noise
        self._since_s += dt_s

    def see(self, box_xyxy_px: tuple[float, float, float, float]) -> None:
        """Take in the box of a frame."""
        off, width_px, height_px = self._off(box_xyxy_px)
        gains = self.covariance[:, 0] / (self.covariance[0, 0] + self._noise)
        self.place_px = self.place_px + gains[0] * off
        self.speed_px_s = self.speed_px_s + gains[1] * off
        self.covariance = self.covariance - np.outer(gains, self.covariance[0])
        self.width_px, self.height_px = width_px, height_px
        self._since_s = 0.0

    def _off(self, box: tuple[float, float, float, float]) -> tuple[NDArray[np.float64], float, float]:
        """How far the middle is from where it was expected, and the size.

        A box that suddenly shows another part of the object tells its place by the edge that fits better, and its size
        goes half the way.
        """
        middle, *sizes = _middle_and_size(box)
        off = middle - self.place_px
        for axis, (size, last) in enumerate(zip(sizes, (self.width_px, self.height_px), strict=True)):
            if not 1 / CHANGED < size / last < CHANGED:
                more = (size - last) / 2
                off[axis] = min(off[axis] - more, off[axis] + more, key=abs)
                sizes[axis] = math.sqrt(size * last)
        return off, sizes[0], sizes[1]

    def misfits(
        self, boxes_xyxy_px: NDArray[np.float64], cut: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
        """How little N boxes fit to what is expected.

        Args:
            boxes_xyxy_px: N×4 boxes.
            cut: N, whether a box may be cut by the frame's edge.

        Returns:
            N squared distances in standard deviations, of the middle and the height; N of the edges that fit best, for
            a box that shows another part of the object; and the logarithm of the volume of one of them, which is the
            larger the less was expected.
        """
        middles = (boxes_xyxy_px[:, :2] + boxes_xyxy_px[:, 2:]) / 2
        heights = boxes_xyxy_px[:, 3] - boxes_xyxy_px[:, 1]
        variance = self.covariance[0, 0] + self._noise
        height_variance = HEIGHT_LOG_SD**2 + HEIGHT_WALK**2 * self._since_s
        squares = ((middles - self.place_px) ** 2).sum(axis=1) / variance
        growths = np.log(heights / self.height_px)
        squares = squares + growths**2 / height_variance
        half = np.array([self.width_px, self.height_px]) / 2
        before = np.abs(boxes_xyxy_px[:, :2] - (self.place_px - half))
        after = np.abs(boxes_xyxy_px[:, 2:] - (self.place_px + half))
        by_edges = (np.minimum(before, after) ** 2).sum(axis=1) / variance + PARTLY_SEEN
        by_edges[(abs(growths) > math.log(MOST_CHANGED)) & ~(cut & (growths < 0))] = np.inf
        return squares, by_edges, math.log(variance / self._size**2) + math.log(height_variance) / 2


def _middle_and_size(box: tuple[float, float, float, float]) -> tuple[NDArray[np.float64], float, float]:
    x1, y1, x2, y2 = box
    return np.array([(x1 + x2) / 2, (y1 + y2) / 2]), max(x2 - x1, 1.0), max(y2 - y1, 1.0)
