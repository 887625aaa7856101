"""How a depth network pulls distances towards its usual one, and the errors that are left beside it.

A network that is not certain gives a distance between what it sees and what is usual. So by given distance its errors
are even, and by true distance they are not: what is unusually near or far is off most, and to one side. Intervals that
are to hold there as often as elsewhere follow from a line through the logarithm of the given distance over that of the
true one, read the other way round (inverse regression: Osborne, International Statistical Review 1991).
"""

import math

import numpy as np
from numpy.typing import NDArray

from howfar.scene.margins import Pull

MOST_SLOPE = 0.95
"""A line that is steeper shows no pull: noise alone in the distances flattens it so far."""
LEAST_SLOPE = 0.5
"""No line is taken as flatter: the distances of such a network say little."""

Values = NDArray[np.float64]


def fitted_pull(log_errors: Values, depth_m: Values, weights: Values) -> Pull | None:
    """The pull that errors show; None where they show none.

    Args:
        log_errors: N logarithms of estimate over truth.
        depth_m: N estimates in metres.
        weights: N weights; all together 1.
    """
    given = np.log(depth_m)
    true = given - log_errors
    middle = float(weights @ given), float(weights @ true)
    variance = float(weights @ (true - middle[1]) ** 2)
    if variance < np.finfo(np.float64).eps:
        return None
    slope = max(float(weights @ ((true - middle[1]) * (given - middle[0]))) / variance, LEAST_SLOPE)
    if slope > MOST_SLOPE:
        return None
    usual_log = (middle[0] - slope * middle[1]) / (1 - slope)
    return Pull(round(math.exp(usual_log), 3), round(slope, 3))


def beyond_pull(log_errors: Values, depth_m: Values, pull: Pull | None) -> Values:
    """How far off N distances are in log depth, beyond what the pull adds to the interval on the side of the truth.

    Args:
        log_errors: N logarithms of estimate over truth.
        depth_m: N estimates in metres.
        pull: The pull.
    """
    off: Values = np.abs(log_errors)
    if pull is None:
        return off
    pulled = np.array([pull.log_at(each) for each in depth_m.tolist()], dtype=np.float64)
    towards_truth = np.where(log_errors > 0, np.maximum(-pulled, 0.0), np.maximum(pulled, 0.0))
    left: Values = np.maximum(off - towards_truth, 0.0)
    return left
