"""The error that a depth map has in common around an object, from what the other cues say of the other objects.

The error of a network's map in log depth has two parts: one of each object alone, and one that is common to all that is
about equally far in the picture (a network takes a whole street for shorter than it is, and its far end more so). The
common part is taken as a Gaussian process over the logarithm of the map's depth (Rasmussen and Williams: Gaussian
Processes for Machine Learning, 2006, equations 2.25 and 2.26): its prior is zero with the map's own uncertainty, and
each object of known size, or on the ground, observes it. So objects of which nothing but the map speaks profit too.

For each object the common error is estimated from the *other* objects: what its own cues say is joined later, and must
not count twice. To leave out each in turn takes one inversion of a matrix (equation 5.12 there). The estimate is robust
against single objects of a wrong size, such as a poster.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

COMMON_SHARE = 0.45
"""Share of the common error in the variance of a map's error: the correlation of the errors of two objects of one
picture that are equally far. It is 0.35 to 0.45 on NYU's test objects by two networks, 0.64 on streets (23 pairs)."""
REACH_LOG = 0.4
"""How far the common error reaches, as a difference of log depth at which the correlation has fallen to 61 %. On the
same objects the correlation is 0.1 or less if the depths differ by a factor of 1.4 or more."""
OUTLIER_SDS = 2.0
"""From this residual on, in standard deviations, the weight of an observation falls with the square of the residual."""
ROUNDS = 5


class CommonError(NamedTuple):
    """The common error at N objects, each from the others.

    Attributes:
        means: N estimates of log true depth minus log depth of the map.
        variances: N variances of them.
    """

    means: Values
    variances: Values


def common_error(log_depths: Values, variances: Values, offsets: Values, offset_variances: Values) -> CommonError:
    """Estimate the common error at each object from the other objects.

    Args:
        log_depths: N natural logarithms of the map's depths; NaN where unknown.
        variances: N variances of the map's error at the objects.
        offsets: N logarithms of the distance by the other cues over the map's; NaN where one of them is unknown.
        offset_variances: N variances of the distances by the other cues.
    """
    known = np.isfinite(log_depths)
    observed = known & np.isfinite(offsets)
    differences = np.where(known, log_depths, 0.0)[:, None] - np.where(known, log_depths, 0.0)
    sds = np.sqrt(COMMON_SHARE * np.where(known, variances, 0.0))
    covariance = sds[:, None] * sds * np.exp(-(differences**2) / (2 * REACH_LOG**2))
    means, left = np.zeros(len(log_depths)), np.diag(covariance).copy()
    if not observed.any():
        return CommonError(means, left)
    among, seen = covariance[np.ix_(observed, observed)], offsets[observed]
    noise = (1 - COMMON_SHARE) * variances[observed] + offset_variances[observed]
    noise = noise / _robust_weights(among, noise, seen)
    inverse = np.linalg.inv(among + np.diag(noise))
    precisions = np.diag(inverse)
    means[observed] = (np.diag(precisions) - inverse) @ seen / precisions
    left[observed] = 1 / precisions - noise
    unseen = known & ~observed
    gain = covariance[np.ix_(unseen, observed)] @ inverse
    means[unseen] = gain @ seen
    left[unseen] -= (gain * covariance[np.ix_(unseen, observed)]).sum(axis=1)
    return CommonError(means, left)


def _robust_weights(covariance: Values, noise: Values, offsets: Values) -> Values:
    """The weight of each of M observations, below 1 for outliers."""
    weights = np.ones(len(noise))
    for _ in range(ROUNDS):
        fitted = covariance @ np.linalg.solve(covariance + np.diag(noise / weights), offsets)
        squares = (offsets - fitted) ** 2 / noise
        weights = np.where(squares > OUTLIER_SDS**2, OUTLIER_SDS**2 / np.maximum(squares, 1e-12), 1.0)
    return weights
