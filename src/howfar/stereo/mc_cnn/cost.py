"""The matching cost of two pictures from a feature vector of each of their pixels."""

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Features = Callable[[Picture], NDArray[np.float32]]
"""From an H×W×3 uint8 RGB picture to C×H×W features of unit length."""

Similarity = Callable[[Picture, Picture], NDArray[np.float32]]
"""From two pictures of one size to H×W numbers, from 0 to 1 for pixels that are alike."""

WORST_COST = 1.0
"""The cost of a point that would lie outside of the other picture: what opposite features have."""

MOST_COLUMNS, MOST_TERMS = 64, 2**19 - 1
"""Columns that are compared at once, and multiplications of one product. OpenBLAS shares a larger one among threads,
which wait for each other thousands of times a picture: fourteen times slower on a busy machine."""


def feature_cost(left: NDArray[np.float32], right: NDArray[np.float32], disparities: int) -> NDArray[np.float32]:
    """The cost of each disparity at each pixel of the left-hand picture: minus the product of the two features.

    Args:
        left: C×H×W features of unit length, of the left-hand picture.
        right: C×H×W, of the right-hand one.
        disparities: D: disparities from 0 to D − 1 pixels are compared.

    Returns:
        H×W×D float32, from −1 (alike) to 1; `WORST_COST` where column x − d lies outside of the right-hand picture.
    """
    channels, height, width = left.shape
    rows = np.ascontiguousarray(left.transpose(1, 2, 0))
    others = np.zeros((height, width + disparities - 1, channels), dtype=np.float32)
    others[:, disparities - 1 :] = right.transpose(1, 2, 0)
    cost = np.empty((height, width, disparities), dtype=np.float32)
    block = _columns_at_once(channels, disparities)
    for start in range(0, width, block):
        end = min(start + block, width)
        candidates = others[:, start : end + disparities - 1].transpose(0, 2, 1)
        products = rows[:, start:end] @ candidates
        np.negative(_band(products, disparities), out=cost[:, start:end])
    refuse_outside(cost)
    return cost


def by_features(features: Features, left: Picture, right: Picture, disparities: int) -> NDArray[np.float32]:
    """The cost of two pictures, H×W×3 uint8 RGB, by the features that a network gives each; see `feature_cost`."""
    return feature_cost(features(left), features(right), disparities)


def by_similarity(similarity: Similarity, left: Picture, right: Picture, disparities: int) -> NDArray[np.float32]:
    """The cost of two pictures by a network that judges their pixels of one place: it sees them once a disparity.

    Args:
        similarity: The network: from two pictures to H×W numbers from 0 to 1.
        left: H×W×3 uint8 RGB.
        right: H×W×3.
        disparities: D.

    Returns:
        H×W×D float32, from −1 (alike) to 0, and `WORST_COST` outside.
    """
    cost = np.empty((*left.shape[:2], disparities), dtype=np.float32)
    for disparity in range(disparities):
        # What is rolled in from the other side lies outside, and the mean of the picture stays.
        np.negative(similarity(left, np.roll(right, disparity, axis=1)), out=cost[:, :, disparity])
    refuse_outside(cost)
    return cost


def refuse_outside(cost: NDArray[np.float32]) -> None:
    """Give `WORST_COST`, in place, to what lies outside of the right-hand picture."""
    disparities = cost.shape[2]
    corner = cost[:, : disparities - 1]
    corner[:, np.arange(corner.shape[1])[:, None] < np.arange(disparities)] = WORST_COST


def seen_from_right(cost: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same costs at the pixels of the right-hand picture, mirrored left to right.

    In the mirror the right-hand picture is a left-hand one: column x of it is compared with column x − d. So every
    stage that follows works for both.

    Args:
        cost: H×W×D, as `feature_cost` gives it.
    """
    width, disparities = cost.shape[1:]
    mirrored = np.full_like(cost, WORST_COST)
    inner = width - disparities + 1  # columns of the right-hand picture that may match at every disparity
    if inner > 0:
        plane, row, step = cost.strides
        shifted = as_strided(cost, (len(cost), inner, disparities), (plane, row, row + step), writeable=False)
        mirrored[:, disparities - 1 :] = shifted[:, ::-1]
    first = max(inner, 0)
    for disparity in range(min(disparities, width - first)):
        mirrored[:, disparity : width - first, disparity] = cost[:, first + disparity :, disparity][:, ::-1]
    return mirrored


def _columns_at_once(channels: int, disparities: int) -> int:
    """Columns of a block.

    Its product has every column of it with every column that may match. Of these a diagonal band is kept.
    """
    fitting = (count for count in range(MOST_COLUMNS, 0, -1) if count * (count + disparities) * channels <= MOST_TERMS)
    return next(fitting, 1)


def _band(products: NDArray[np.float32], disparities: int) -> NDArray[np.float32]:
    """Of H×B×(B + D − 1) products, at row i the columns i + D − 1 down to i: H×B×D, a view."""
    height, columns, _ = products.shape
    plane, row, step = products.strides
    first = products[:, :, disparities - 1 :]
    return as_strided(first, (height, columns, disparities), (plane, row + step, -step), writeable=False)
