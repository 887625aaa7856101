"""Which pixels of the left-hand picture the right-hand camera does not see, by their disparities alone."""

import numpy as np
from numpy.typing import NDArray

SAME_SURFACE_PX = 1.0
"""What differs by less lies on one surface."""


def hidden_pixels(values_px: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Find the pixels that a nearer one covers in the right-hand picture, or that lie outside it.

    Args:
        values_px: H×W disparities of the left-hand picture; NaN where unknown.

    Returns:
        H×W bool; True where unknown, too.
    """
    rows, columns = values_px.shape
    here = np.arange(columns, dtype=np.float32)
    target = np.rint(here - values_px)
    inside = np.isfinite(target) & (target >= 0) & (target < columns)
    column = np.where(inside, target, 0).astype(np.int64)
    flat = (np.arange(rows)[:, None] * columns + column).ravel()
    nearest = np.full(rows * columns, -np.inf, dtype=np.float32)
    np.maximum.at(nearest, flat[inside.ravel()], values_px.ravel()[inside.ravel()])
    covered = values_px < nearest[flat].reshape(rows, columns) - SAME_SURFACE_PX
    hidden: NDArray[np.bool_] = ~inside | covered
    return hidden
