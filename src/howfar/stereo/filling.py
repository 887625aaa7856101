"""Filling the holes of a disparity map from both sides of each row."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Filled(NamedTuple):
    """A disparity map without holes, except in rows that nothing was matched in.

    Attributes:
        values_px: H×W float32: the disparities, and in holes the smaller one of the nearest on both sides.
        apart_px: H×W float32: in holes, how far the disparities of both sides differ; 0 elsewhere, and infinite where a
            hole has one side alone.
        gap_px: H×W float32: in holes, how wide the hole is; 0 elsewhere, and infinite where it has one side alone.
    """

    values_px: NDArray[np.float32]
    apart_px: NDArray[np.float32]
    gap_px: NDArray[np.float32]


def filled_rows(values_px: NDArray[np.float32], matched: NDArray[np.bool_]) -> Filled:
    """Fill each hole of a row with the smaller disparity of its two sides.

    What one eye alone sees is the background beside a nearer thing, so the farther side goes on.

    Args:
        values_px: H×W disparities.
        matched: H×W bool: which of them hold.
    """
    columns = matched.shape[1]
    here = np.arange(columns, dtype=np.int32)
    before = np.maximum.accumulate(np.where(matched, here, np.int32(-1)), axis=1)
    after = np.minimum.accumulate(np.where(matched, here, np.int32(columns))[:, ::-1], axis=1)[:, ::-1]
    row, column = np.nonzero(~matched)
    first, last = before[row, column], after[row, column]
    left = np.where(first >= 0, values_px[row, first], np.inf)
    right = np.where(last < columns, values_px[row, np.minimum(last, columns - 1)], np.inf)
    both = np.isfinite(left) & np.isfinite(right)
    nearest = np.minimum(left, right)
    values, apart, gap = values_px.astype(np.float32), np.zeros_like(values_px), np.zeros_like(values_px)
    values[row, column] = np.where(np.isfinite(nearest), nearest, np.nan)
    with np.errstate(invalid="ignore"):  # neither side is known in a row of nothing
        apart[row, column] = np.where(both, np.abs(left - right), np.inf)
    gap[row, column] = np.where(both, last - first - 1, np.inf)
    return Filled(values, apart, gap)
