"""How the numbers of a data set's depth files become metres."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def metres_of(counts: NDArray[Any], metres_per_count: float, invalid: Sequence[float] = ()) -> NDArray[np.float32]:
    """Turn stored numbers into metres.

    Args:
        counts: H×W numbers of a depth file.
        metres_per_count: What one of them is worth; 0.001 for millimetres.
        invalid: Numbers that stand for "not known", besides those that no depth can be: zero, negative, not finite.

    Returns:
        H×W float32 metres, NaN where the depth is not known.
    """
    with np.errstate(over="ignore"):
        metres = (counts * np.float64(metres_per_count)).astype(np.float32)
    known = np.isfinite(metres) & (metres > 0)
    if invalid:
        # Of 0.1 in the description, a file of single precision holds the nearest single.
        marks = np.asarray(invalid, dtype=counts.dtype if counts.dtype.kind == "f" else np.float64)
        known &= ~np.isin(counts, marks)
    return np.where(known, metres, np.float32(np.nan))
