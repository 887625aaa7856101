"""The statistics of a box: functions that reduce a non-empty 1-D array to one number."""

import math

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]
MODE_SHARE = 0.1
"""The share of the values in the interval whose middle is the mode."""


def mean(values: Values) -> float:
    """The arithmetic mean."""
    return float(np.add.reduce(values, dtype=np.float64)) / values.size


def percentile(values: Values, q: float) -> float:
    """The q-th percentile, 0 to 100, linear between neighbours (as NumPy's); 50 is the median.

    It uses a partition and avoids NumPy's overhead per call, since a picture may have a hundred boxes.
    """
    position = (values.size - 1) * q / 100.0
    below = math.floor(position)
    above = min(below + 1, values.size - 1)
    ordered = np.partition(values, (below, above))
    low, high = float(ordered[below]), float(ordered[above])
    return low + (high - low) * (position - below)


def mode(values: Values) -> float:
    """The mode: the middle of the shortest interval that holds a tenth of the values, and at least three of them.

    It needs no bins, so it does not depend on their position, and it scales with the values. A tenth is large enough to
    be stable on a few hundred cells. It is small enough to find a surface that fills less than half of the box, unlike
    the half-sample mode (Bickel and Frühwirth 2006).
    """
    ordered = np.sort(values)
    held = max(math.ceil(ordered.size * MODE_SHARE), min(ordered.size, 3))
    widths = ordered[held - 1 :] - ordered[: ordered.size - held + 1]
    start = int(widths.argmin())
    return (float(ordered[start + (held - 1) // 2]) + float(ordered[start + held // 2])) / 2
