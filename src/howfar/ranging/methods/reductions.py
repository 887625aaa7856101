"""One number for many: the statistics that a box can be reduced to. All take a non-empty 1-D array."""

import math

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]
MODE_SHARE = 0.1


def mean(values: Values) -> float:
    """The arithmetic mean."""
    return float(np.add.reduce(values, dtype=np.float64)) / values.size


def percentile(values: Values, q: float) -> float:
    """The q-th percentile, 0 to 100, linear between neighbours (as NumPy's); 50 is the median.

    By partition, without NumPy's overhead per call: a picture may have a hundred boxes.
    """
    place = (values.size - 1) * q / 100.0
    below = math.floor(place)
    above = min(below + 1, values.size - 1)
    ordered = np.partition(values, (below, above))
    low, high = float(ordered[below]), float(ordered[above])
    return low + (high - low) * (place - below)


def mode(values: Values) -> float:
    """The densest place: the middle of the shortest interval that holds a tenth of the values, and at least three.

    Without bins it does not depend on where they begin, and it scales with the values. The tenth is large enough to be
    steady on a few hundred cells, and small enough to find a surface that fills less than half of the box, which the
    half-sample mode (Bickel and Frühwirth 2006) does not.
    """
    ordered = np.sort(values)
    held = max(math.ceil(ordered.size * MODE_SHARE), min(ordered.size, 3))
    widths = ordered[held - 1 :] - ordered[: ordered.size - held + 1]
    start = int(widths.argmin())
    return (float(ordered[start + (held - 1) // 2]) + float(ordered[start + held // 2])) / 2
