"""Cross-based aggregation: the mean of the cost over pixels of one surface.

Zhang, Lu, Lafruit: Cross-Based Local Stereo Matching Using Orthogonal Integral Images, TCSVT 2009, as Žbontar and LeCun
use it in section 4.1. From each pixel four arms reach over neighbours of about its brightness; its support is what the
horizontal arms of all pixels of its vertical arms cover. Of both pictures the shorter arm counts.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from howfar.stereo.mc_cnn.settings import AggregationSettings

LEAST_ARM_PX = 1
"""An arm reaches over the next pixel whatever its brightness, where there is one."""


@dataclass(frozen=True, slots=True, eq=False)
class Arms:
    """How many pixels the arms reach from each pixel, all H×W integers."""

    left: NDArray[np.intp]
    right: NDArray[np.intp]
    up: NDArray[np.intp]
    down: NDArray[np.intp]


def arms_of(grey: NDArray[np.float32], settings: AggregationSettings) -> Arms:
    """The arms of each pixel of an H×W picture, in standard deviations of its grey.

    An arm goes on while it is shorter than `arm_px` and the pixel differs by less than `difference` from the middle.
    """
    return Arms(*(_arm(grey, axis, step, settings) for axis, step in ((1, -1), (1, 1), (0, -1), (0, 1))))


def aggregate(cost: NDArray[np.float32], left: Arms, right: Arms, rounds: int) -> NDArray[np.float32]:
    """Replace each cost by its mean over the support, several times over.

    Args:
        cost: H×W×D.
        left: The arms of the picture whose pixels these are.
        right: Those of the other, at column x − d.
        rounds: How often.

    Returns:
        H×W×D float32; where x − d lies outside of the other picture, the arms of the one count alone.
    """
    if not rounds:
        return cost
    mean = np.empty_like(cost)
    for disparity in range(cost.shape[2]):
        arms = _shorter(left, right, disparity)
        plane = cost[..., disparity].astype(np.float64)
        for _ in range(rounds):
            plane = _mean_over(plane, arms)
        mean[..., disparity] = plane
    return mean


def _arm(grey: NDArray[np.float32], axis: int, step: int, settings: AggregationSettings) -> NDArray[np.intp]:
    length = np.zeros(grey.shape, dtype=np.intp)
    going = np.ones(grey.shape, dtype=bool)
    for reach in range(1, settings.arm_px):
        there = _moved(grey, axis, step * reach)
        known = ~np.isnan(there)
        alike = np.abs(there - grey) < settings.difference
        going &= known & (alike | (reach <= LEAST_ARM_PX))
        length[going] = reach
    return length


def _moved(grey: NDArray[np.float32], axis: int, step: int) -> NDArray[np.float32]:
    """What lies `step` pixels further along an axis; NaN outside."""
    moved = np.full(grey.shape, np.nan, dtype=np.float32)
    size = grey.shape[axis]
    if abs(step) < size:
        target = [slice(None)] * 2
        source = [slice(None)] * 2
        target[axis] = slice(max(-step, 0), size - max(step, 0))
        source[axis] = slice(max(step, 0), size - max(-step, 0))
        moved[tuple(target)] = grey[tuple(source)]
    return moved


def _shorter(left: Arms, right: Arms, disparity: int) -> Arms:
    """The shorter of the arms of both pictures, for one disparity."""

    def both(one: NDArray[np.intp], other: NDArray[np.intp]) -> NDArray[np.intp]:
        least = one.copy()
        if disparity < one.shape[1]:
            matched = least[:, disparity:]
            np.minimum(matched, other[:, : one.shape[1] - disparity], out=matched)
        return least

    return Arms(
        both(left.left, right.left), both(left.right, right.right), both(left.up, right.up), both(left.down, right.down)
    )


def _mean_over(plane: NDArray[np.float64], arms: Arms) -> NDArray[np.float64]:
    """The mean over the support: sums along rows, and the sums of these along columns, by running sums."""
    sums = _sums(plane, arms.left, arms.right, axis=1)
    counts = (arms.left + arms.right + 1).astype(np.float64)
    return _sums(sums, arms.up, arms.down, axis=0) / _sums(counts, arms.up, arms.down, axis=0)


def _sums(
    values: NDArray[np.float64], back: NDArray[np.intp], ahead: NDArray[np.intp], axis: int
) -> NDArray[np.float64]:
    """For each pixel the sum from `back` pixels before it to `ahead` pixels after it along an axis."""
    running = np.cumsum(values, axis=axis)
    zero = np.zeros_like(np.take(running, [0], axis=axis))
    running = np.concatenate([zero, running], axis=axis)
    index = np.arange(values.shape[axis]).reshape((-1, 1) if axis == 0 else (1, -1))
    ends = np.take_along_axis(running, index + ahead + 1, axis=axis)
    starts = np.take_along_axis(running, index - back, axis=axis)
    difference: NDArray[np.float64] = ends - starts
    return difference
