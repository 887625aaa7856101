"""Filling in the disparities that failed the left-right check, from those that did not."""

import numpy as np
from numpy.typing import NDArray

from howfar.stereo.mc_cnn.checking import Checked

WAYS = tuple(
    (y / 2, x / 2)
    for y, x in (
        *((0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (2, -1), (2, -2), (1, -2)),
        *((0, -2), (-1, -2), (-2, -2), (-2, -1), (-2, 0), (-2, 1), (-2, 2), (-1, 2)),
    )
)
"""Rows and columns of one step in each of the sixteen directions; half a pixel is rounded away from zero."""


def interpolate(disparity_px: NDArray[np.float32], checked: Checked) -> NDArray[np.float32]:
    """Fill in what is occluded from the left, and what is mismatched by the median of sixteen directions.

    Args:
        disparity_px: H×W.
        checked: What the left-right check says of them.

    Returns:
        H×W float32; what is correct is unchanged, and so is everything where nothing is correct.
    """
    filled = disparity_px.astype(np.float32)
    from_left, known = _from_left(filled, checked.correct)
    occluded = checked.occluded & known
    filled[occluded] = from_left[occluded]
    rows, columns = np.nonzero(checked.mismatched)
    if rows.size and checked.correct.any():
        found = _nearest_in_all_ways(disparity_px, checked.correct, rows, columns)
        some = ~np.isnan(found).all(axis=0)
        filled[rows[some], columns[some]] = np.nanmedian(found[:, some], axis=0)
    return filled


def _from_left(
    disparity_px: NDArray[np.float32], correct: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The nearest correct disparity of the row to the left, or else to the right; and where the row has one.

    What is hidden from the right-hand camera lies left of what hides it, and belongs to the background on its left.
    """
    width = disparity_px.shape[1]
    columns = np.arange(width)
    left = np.maximum.accumulate(np.where(correct, columns, -1), axis=1)
    right = np.minimum.accumulate(np.where(correct, columns, width)[:, ::-1], axis=1)[:, ::-1]
    source = np.where(left >= 0, left, right)
    known = source < width
    return np.take_along_axis(disparity_px, np.minimum(source, width - 1), axis=1), known


def _nearest_in_all_ways(
    disparity_px: NDArray[np.float32],
    correct: NDArray[np.bool_],
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
) -> NDArray[np.float32]:
    """The nearest correct disparity of N pixels in each direction, 16×N; NaN where there is none up to the margin."""
    found = np.full((len(WAYS), rows.size), np.nan, dtype=np.float32)
    for way, (down, right) in enumerate(WAYS):
        waiting, step = np.arange(rows.size), 0
        while waiting.size:
            step += 1
            y = rows[waiting] + _away(down * step)
            x = columns[waiting] + _away(right * step)
            inside = (y >= 0) & (y < correct.shape[0]) & (x >= 0) & (x < correct.shape[1])
            waiting, y, x = waiting[inside], y[inside], x[inside]
            hit = correct[y, x]
            found[way, waiting[hit]] = disparity_px[y[hit], x[hit]]
            waiting = waiting[~hit]
    return found


def _away(value: float) -> int:
    """Rounded, half a pixel away from zero."""
    return int(np.sign(value) * np.floor(abs(value) + 0.5))
