"""From whole disparities to fractions of a pixel, and smoothing that keeps edges."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

MEDIAN_PX = 5
GAUSSIAN_REACH = 3
"""Standard deviations up to which the Gaussian counts."""

BLOCK_ROWS = 16
"""Rows that are smoothed at once, few enough to stay in the processor's cache."""


def between_pixels(disparity: NDArray[np.intp], cost: NDArray[np.float32]) -> NDArray[np.float32]:
    """Move each disparity to the vertex of the parabola through its cost and those of its two neighbours.

    Args:
        disparity: H×W whole disparities.
        cost: H×W×D.

    Returns:
        H×W float32, each at most half a pixel from where it was; unchanged at the ends of the range and where its cost
        is not the least of the three, as of one that was filled in.
    """
    last = cost.shape[2] - 1
    middle = np.clip(disparity, 1, max(last - 1, 0))[..., None]
    if last < 2:
        return disparity.astype(np.float32)
    below, here, above = (np.take_along_axis(cost, middle + offset, axis=2)[..., 0] for offset in (-1, 0, 1))
    curvature = below - 2 * here + above
    usable = (disparity > 0) & (disparity < last) & (here <= below) & (here <= above) & (curvature > 0)
    offset = np.divide(below - above, 2 * curvature, out=np.zeros_like(here), where=usable)
    return np.asarray(disparity + offset, dtype=np.float32)


def median(disparity_px: NDArray[np.float32]) -> NDArray[np.float32]:
    """The median of 5×5 disparities; at the margins the outermost ones are repeated."""
    smooth: NDArray[np.float32] = np.asarray(cv2.medianBlur(disparity_px, MEDIAN_PX), dtype=np.float32)
    return smooth


def bilateral_mean(disparity_px: NDArray[np.float32], sigma_px: float, difference_px: float) -> NDArray[np.float32]:
    """The mean of the disparities round each, by a Gaussian of their distance; those that differ by more are left out.

    The paper compares the brightness of the pixels; its program compares their disparities, as its threshold of several
    pixels suits, and so does this.

    Args:
        disparity_px: H×W, all known.
        sigma_px: Standard deviation of the Gaussian; it ends at three of them.
        difference_px: Disparities that differ by this or more from the middle one do not count.
    """
    reach = math.ceil(GAUSSIAN_REACH * sigma_px)
    padded = np.pad(disparity_px.astype(np.float32), reach, constant_values=np.inf)  # outside nothing counts
    smooth = np.empty(disparity_px.shape, dtype=np.float32)
    for start in range(0, disparity_px.shape[0], BLOCK_ROWS):
        end = min(start + BLOCK_ROWS, disparity_px.shape[0])
        smooth[start:end] = _mean_of_block(padded[start : end + 2 * reach], sigma_px, difference_px, reach)
    return smooth


def _mean_of_block(
    padded: NDArray[np.float32], sigma_px: float, difference_px: float, reach: int
) -> NDArray[np.float32]:
    """The mean of some rows, given with `reach` more on each side.

    Offsets from the middle are summed, which are finite and small, and so as exact as the disparities.
    """
    rows, columns = padded.shape[0] - 2 * reach, padded.shape[1] - 2 * reach
    middle = np.ascontiguousarray(padded[reach : reach + rows, reach : reach + columns])
    total, weights = np.zeros_like(middle), np.zeros_like(middle)
    offset, weight = np.empty_like(middle), np.empty_like(middle)
    least = np.float32(difference_px)
    for y in range(-reach, reach + 1):
        for x in range(-reach, reach + 1):
            share = np.float32(math.exp(-(x * x + y * y) / (2 * sigma_px * sigma_px)))
            shifted = padded[reach + y : reach + y + rows, reach + x : reach + x + columns]
            np.subtract(shifted, middle, out=offset)
            np.less(np.abs(offset, out=weight), least, out=weight)
            weight *= share
            weights += weight
            np.clip(offset, -least, least, out=offset)  # infinity times 0 is no number
            offset *= weight
            total += offset
    return middle + total / weights
