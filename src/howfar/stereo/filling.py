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
    rows, columns = matched.shape
    here = np.broadcast_to(np.arange(columns, dtype=np.int32), (rows, columns))
    before = np.maximum.accumulate(np.where(matched, here, -1), axis=1)
    after = np.minimum.accumulate(np.where(matched, here, columns)[:, ::-1], axis=1)[:, ::-1]
    on_left, on_right = before >= 0, after < columns
    left = np.take_along_axis(values_px, np.maximum(before, 0), axis=1)
    right = np.take_along_axis(values_px, np.minimum(after, columns - 1), axis=1)
    left, right = np.where(on_left, left, right), np.where(on_right, right, left)
    filled = np.where(on_left | on_right, np.minimum(left, right), np.float32(np.nan))
    both = on_left & on_right
    unbounded = np.float32(np.inf)
    apart = np.where(both, np.abs(left - right), unbounded)
    gap = np.where(both, (after - before - 1).clip(0), unbounded)
    return Filled(
        np.where(matched, values_px, filled).astype(np.float32),
        np.where(matched, 0, apart).astype(np.float32),
        np.where(matched, 0, gap).astype(np.float32),
    )
