"""Winner takes all, and the left-right check: which disparities of one picture does the other confirm?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_DIFFERENCE_PX = 1.1
"""Two disparities of one point that differ by less agree."""


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """The left-right check of each pixel, all H×W bool; exactly one is true of a pixel.

    Attributes:
        correct: The right-hand picture has the same disparity where this one leads.
        mismatched: It has not, but some other disparity would be confirmed: the point is seen, and matched wrongly.
        occluded: No disparity would be confirmed: the point is hidden from the right-hand camera.
    """

    correct: NDArray[np.bool_]
    mismatched: NDArray[np.bool_]
    occluded: NDArray[np.bool_]


def winners(cost: NDArray[np.float32]) -> NDArray[np.intp]:
    """The disparity of least cost: H×W×D to H×W; the smaller of two that are as good."""
    best: NDArray[np.intp] = cost.argmin(axis=2)
    return best


def check_left_right(left: NDArray[np.intp], right: NDArray[np.intp], disparities: int) -> Checked:
    """Check whole disparities against those of the right-hand picture.

    Args:
        left: H×W disparities of the left-hand picture.
        right: H×W disparities of the right-hand one.
        disparities: D: 0 to D − 1 are the disparities there are.
    """
    height, width = left.shape
    columns = np.arange(width)
    there = columns - left
    inside = there >= 0
    confirmed = np.take_along_axis(right, np.maximum(there, 0), axis=1)
    correct = inside & (np.abs(left - confirmed) < MOST_DIFFERENCE_PX)
    elsewhere = np.zeros((height, width), dtype=bool)
    for offset in range(-int(MOST_DIFFERENCE_PX), int(MOST_DIFFERENCE_PX) + 1):
        disparity = right + offset
        target = columns + disparity
        possible = (disparity >= 0) & (disparity < disparities) & (target < width)
        elsewhere[np.nonzero(possible)[0], target[possible]] = True
    mismatched = inside & elsewhere & ~correct
    return Checked(correct, mismatched, ~(correct | mismatched))
