"""Depth maps at another resolution, without making up depth where none is known."""

import cv2
import numpy as np
from numpy.typing import NDArray


def resample(values: NDArray[np.float32], width_px: int, height_px: int) -> NDArray[np.float32]:
    """Resize a map bilinearly; unknown values do not leak into known ones.

    A pixel is the weighted mean of its known neighbours, and unknown where they carry less than half of the weight:
    that is where the nearest value is unknown.

    Args:
        values: H×W float32, NaN where unknown.
        width_px: Columns of the result.
        height_px: Rows of the result.

    Returns:
        height_px×width_px float32, NaN where unknown.
    """
    if values.shape == (height_px, width_px):
        return values
    known = np.isfinite(values)
    if known.all():
        return _resize(values, width_px, height_px)
    weight = _resize(known.astype(np.float32), width_px, height_px)
    total = _resize(np.where(known, values, np.float32(0)), width_px, height_px)
    enough = weight >= 0.5
    return np.divide(total, weight, out=np.full_like(total, np.nan), where=enough)


def _resize(values: NDArray[np.float32], width_px: int, height_px: int) -> NDArray[np.float32]:
    return cv2.resize(values, (width_px, height_px), interpolation=cv2.INTER_LINEAR)  # type: ignore[return-value]
