"""Fusion: several cues of one distance are joined to one estimate.

Each cue is a normal distribution of the logarithm of the distance, and the cues are taken as independent. Together they
give the mean weighted by the inverse variances. If the cues differ by more than their standard deviations allow, the
standard deviation of the mean is multiplied by the Birge ratio S = √(χ²/(n − 1)), as the Particle Data Group does for
measurements that disagree (Review of Particle Physics, introduction).

A cue can also give a bound, beyond which the distance does not lie. The distribution of the logarithm is then the
normal one times Φ((log bound − x) / s), where s is the uncertainty of the bound: a skew normal distribution in its
extended form (Azzalini, Scandinavian Journal of Statistics 1985). The result is the normal distribution with its mean
and standard deviation. Of several bounds the nearest is applied first, and the next to the result.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple, Protocol

from howfar.scene import Cue

CHI_SQUARED_95 = {1: 3.841, 2: 5.991, 3: 7.815}
"""The 95 % quantile of χ² by degrees of freedom."""

FAR_BELOW = -25.0
"""From here down, the first terms of the series for the hazard are as good as single precision."""


class Estimate(Protocol):
    """A log-normal estimate of a distance, such as a `Cue` or a `Fused`."""

    @property
    def depth_m(self) -> float:
        """Its median in metres; NaN where unknown."""

    @property
    def log_sd(self) -> float:
        """Standard deviation of its natural logarithm."""


class Fused(NamedTuple):
    """The distance that several cues give together.

    Attributes:
        depth_m: Median of the distance in metres; NaN where no cue gives a distance.
        log_sd: Standard deviation of its natural logarithm.
        conflict: Whether the cues contradict each other at the 95 % level.
        cues: The cues, each with its weight.
    """

    depth_m: float = math.nan
    log_sd: float = math.nan
    conflict: bool = False
    cues: tuple[Cue, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether any cue gives a distance."""
        return math.isfinite(self.depth_m)


def fuse(cues: Sequence[Cue]) -> Fused:
    """Join the cues of one distance.

    Args:
        cues: At most four cues. Those without a distance are kept, with weight 0; their bounds hold.
    """
    known = [cue for cue in cues if cue.is_known]
    if not known:
        return Fused(cues=tuple(cues))
    total = sum(cue.log_sd**-2 for cue in known)
    weighed = tuple(replace(cue, weight=cue.log_sd**-2 / total) if cue.is_known else cue for cue in cues)
    bounds = [cue for cue in cues if cue.is_bound and not cue.is_known]
    if len(known) == 1:  # its own numbers, without rounding errors from logarithms
        return bounded(Fused(known[0].depth_m, known[0].log_sd, False, weighed), bounds)
    mean = sum(cue.weight * math.log(cue.depth_m) for cue in weighed if cue.is_known)
    chi_squared = _chi_squared(known, mean)
    freedom = len(known) - 1
    widening = max(1.0, math.sqrt(chi_squared / freedom))
    conflict = chi_squared > CHI_SQUARED_95[freedom]
    return bounded(Fused(math.exp(mean), widening / math.sqrt(total), conflict, weighed), bounds)


def bounded(fused: Fused, bounds: Sequence[Cue]) -> Fused:
    """A distance with the bounds that some cues give; they contradict it if it lies far beyond one of them."""
    if not fused.is_known or not bounds:
        return fused
    mean, log_sd = math.log(fused.depth_m), fused.log_sd
    for bound in sorted(bounds, key=lambda each: each.at_most_m):
        mean, log_sd = _cut_off(mean, log_sd, math.log(bound.at_most_m), bound.log_sd)
    excess = max(math.log(fused.depth_m / each.at_most_m) / math.hypot(fused.log_sd, each.log_sd) for each in bounds)
    return fused._replace(
        depth_m=math.exp(mean), log_sd=log_sd, conflict=fused.conflict or excess > math.sqrt(CHI_SQUARED_95[1])
    )


def _cut_off(mean: float, sd: float, bound: float, bound_sd: float) -> tuple[float, float]:
    """Mean and standard deviation of the normal distribution times Φ((bound − x) / bound_sd)."""
    both = math.hypot(sd, bound_sd)
    deviation, shift = (bound - mean) / both, sd * sd / both
    hazard = _hazard(deviation)
    # So written, rounding leaves it positive: the first term is the variance far beyond the bound.
    variance = (sd * bound_sd / both) ** 2 + shift**2 * max(0.0, 1 - hazard * (hazard + deviation))
    return mean - shift * hazard, math.sqrt(variance)


def _hazard(deviation: float) -> float:
    """φ(z) / Φ(z) of the standard normal distribution; far below 0, where both vanish, by its asymptotic series."""
    if deviation < FAR_BELOW:
        return -deviation - 1 / deviation + 2 / deviation**3 - 10 / deviation**5
    return math.exp(-(deviation**2) / 2) / math.sqrt(2 * math.pi) / (math.erfc(-deviation / math.sqrt(2)) / 2)


def contradict(one: Estimate, other: Estimate) -> bool:
    """Whether two estimates of one distance differ at the 95 % level; False where one of them is unknown."""
    if not (math.isfinite(one.depth_m) and math.isfinite(other.depth_m)):
        return False
    weights = one.log_sd**-2, other.log_sd**-2
    mean = (weights[0] * math.log(one.depth_m) + weights[1] * math.log(other.depth_m)) / sum(weights)
    return _chi_squared((one, other), mean) > CHI_SQUARED_95[1]


def _chi_squared(estimates: Sequence[Estimate], mean: float) -> float:
    """χ² of the estimates about a mean of log depth."""
    return sum(((math.log(each.depth_m) - mean) / each.log_sd) ** 2 for each in estimates)
