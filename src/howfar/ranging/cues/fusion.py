"""Several cues of one distance made into one.

Each cue is a normal distribution of the logarithm of the distance, independent of the others; together they give the
mean weighted by the inverse variances. Where they scatter more than their own spreads allow, the spread of the mean is
widened by the Birge ratio S = √(χ²/(n − 1)), as the Particle Data Group does for measurements that disagree (Review of
Particle Physics, introduction).
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple, Protocol

from howfar.scene import Cue

CHI_SQUARED_95 = {1: 3.841, 2: 5.991}
"""What χ² exceeds in one case of twenty by chance, by degrees of freedom."""


class Estimate(Protocol):
    """A log-normal estimate of a distance, as a `Cue` or a `Fused` is."""

    @property
    def depth_m(self) -> float:
        """Its median; NaN where unknown."""

    @property
    def log_sd(self) -> float:
        """Standard deviation of its logarithm."""


class Fused(NamedTuple):
    """What cues say together.

    Attributes:
        depth_m: The median of the distance; NaN where no cue says anything.
        log_sd: Standard deviation of its logarithm.
        conflict: Whether they contradict each other more than chance would have it.
        cues: The cues, each with its weight.
    """

    depth_m: float = math.nan
    log_sd: float = math.nan
    conflict: bool = False
    cues: tuple[Cue, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether any cue says anything."""
        return math.isfinite(self.depth_m)


def fuse(cues: Sequence[Cue]) -> Fused:
    """The distance that some cues give together.

    Args:
        cues: What each says; silent ones are kept and have no weight. At most three.
    """
    known = [cue for cue in cues if cue.is_known]
    if not known:
        return Fused(cues=tuple(cues))
    total = sum(cue.log_sd**-2 for cue in known)
    weighed = tuple(replace(cue, weight=cue.log_sd**-2 / total) if cue.is_known else cue for cue in cues)
    if len(known) == 1:  # exactly what it says, without a detour through logarithms
        return Fused(known[0].depth_m, known[0].log_sd, False, weighed)
    mean = sum(cue.weight * math.log(cue.depth_m) for cue in weighed if cue.is_known)
    chi_squared = _chi_squared(known, mean)
    freedom = len(known) - 1
    widening = max(1.0, math.sqrt(chi_squared / freedom))
    return Fused(math.exp(mean), widening / math.sqrt(total), chi_squared > CHI_SQUARED_95[freedom], weighed)


def contradict(one: Estimate, other: Estimate) -> bool:
    """Whether two estimates of one distance are farther apart than chance would have it; not where one is unknown."""
    if not (math.isfinite(one.depth_m) and math.isfinite(other.depth_m)):
        return False
    weights = one.log_sd**-2, other.log_sd**-2
    mean = (weights[0] * math.log(one.depth_m) + weights[1] * math.log(other.depth_m)) / sum(weights)
    return _chi_squared((one, other), mean) > CHI_SQUARED_95[1]


def _chi_squared(estimates: Sequence[Estimate], mean: float) -> float:
    """How far estimates scatter about a mean of log depth, in their own spreads."""
    return sum(((math.log(each.depth_m) - mean) / each.log_sd) ** 2 for each in estimates)
