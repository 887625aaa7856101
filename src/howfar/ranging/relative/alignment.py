"""A relative depth map gets its metres from evidence: points of which the depth is known.

Scale and shift are fitted in inverse depth or in depth, as the map's kind says (Ranftl et al.: Towards Robust Monocular
Depth Estimation, TPAMI 2022, equation 4), and robustly: from a line through repeated medians (Siegel, Biometrika 1982),
which holds against just under half of the points being wrong, by iteratively reweighted least squares with Cauchy's
weights (Holland and Welsch, Communications in Statistics 1977). Residuals are counted in the logarithm of depth, by
Gauss and Newton's steps: a tenth too near counts the same at every distance, and so does the spread of the evidence.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from howfar.scene import DepthMap
from howfar.scene.depth_alignment import EVIDENCE_TEXTS, DepthAlignment, EvidenceKind
from howfar.scene.line import Line

Numbers = NDArray[np.float64]

MAP_LOG_SD = 0.1
"""How far a well aligned relative map is taken to be off, as a standard deviation in log depth, before the residuals
say: about twice what foundation networks are published with on their own test sets."""
MAP_POINTS = 3
"""How many residuals that expectation weighs as much as."""
NO_SHIFT_LOG_SD = 0.4
"""What a scale without a shift adds. By pairs of pixels of 40 NYU training pictures it is 0.21 (depth: 0.19) where the
map's zero is half the inverse depth of the farthest 2 % (half the depth of the nearest) and 0.43 (0.38) where it is
three quarters of it: a judgement, as networks differ."""
CAUCHY = 2.385
"""Cauchy's tuning constant: 95 % efficient where all residuals are normal."""
SDS_IN_A_MAD = 1.4826
ROUNDS = 30
START_POINTS = 255
"""Medians of slopes are taken over this many points at the most, evenly spaced by value: their number is its square."""
SAME = 1e-6
"""Values that differ by less, as a share of the largest, are one value."""

NO_EVIDENCE = (
    "the depth network tells nearer from farther but no metres: name a metric network as its anchor, such as "
    "depth-compact-nyu, or a known distance, such as chair=2.30"
)
NO_SCALE = (
    "one known depth gives a scale alone, for which the map has to be above zero there: give a second one, elsewhere"
)
CONTRADICTION = "the evidence ({names}) contradicts the depth map: by it, what is nearer on the map is farther away"


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Points of a relative depth map with their depths, all from one source.

    Attributes:
        kind: What kind of source.
        values: N values of the map; a point where it is not finite is left out of the fit.
        depths_m: N depths in metres, likewise.
        log_sds: N standard deviations of the natural logarithm of these depths.
        correlation: Of the errors of two of these depths, 0 to 1: that of a network's map is one of the whole picture.
    """

    kind: EvidenceKind
    values: Numbers
    depths_m: Numbers
    log_sds: Numbers
    correlation: float = 0.0

    def usable(self) -> "Evidence":
        """Those points alone that have both a value and a depth."""
        good = np.isfinite(self.values) & np.isfinite(self.depths_m) & (self.depths_m > 0)
        return replace(self, values=self.values[good], depths_m=self.depths_m[good], log_sds=self.log_sds[good])


class Aligned(NamedTuple):
    """What became of a relative map.

    Attributes:
        depth: The map in metres; the relative map as it was where that was not to be had.
        alignment: How it got there; None where it did not.
        reason: Why it did not, in words; empty where it did.
    """

    depth: DepthMap
    alignment: DepthAlignment | None
    reason: str


class FitPoints(NamedTuple):
    """The points of one source in the numbers that the line is fitted in.

    Attributes:
        x: N values of the map.
        y: N depths or inverse depths, above 0.
        log_sds: As in `Evidence`.
        correlation: As in `Evidence`.
    """

    x: Numbers
    y: Numbers
    log_sds: Numbers
    correlation: float = 0.0

    @property
    def share(self) -> float:
        """How many independent points each point counts as: Kish's design effect, 1 / (1 + (N − 1)·correlation)."""
        return 1 / (1 + (len(self.x) - 1) * self.correlation)


def align(depth: DepthMap, evidence: Sequence[Evidence]) -> Aligned:
    """Turn a relative depth map into metres by what is known of it.

    Several points give a scale and a shift; one, or several of one value, gives a scale alone. That supposes that the
    map's zero is infinitely far away (inverse depth) or at the camera (depth), which is seldom quite so, and widens the
    alignment's log_sd. That is made of the scatter about the line, which counts as `MAP_LOG_SD` until the residuals say
    otherwise, and of how well the points tell the line, at the median value of the map.

    Args:
        depth: A relative map.
        evidence: What is known, from one or several sources.

    Returns:
        The map in metres; relative still where there is no point at all, or the points put what is nearer on the map
        farther away.
    """
    sources = sorted((each.usable() for each in evidence), key=lambda each: list(EVIDENCE_TEXTS).index(each.kind))
    sources = [each for each in sources if len(each.values)]
    if not sources:
        return Aligned(depth, None, NO_EVIDENCE)
    inverse = depth.kind == "relative_inverse"
    groups = [
        FitPoints(each.values, 1 / each.depths_m if inverse else each.depths_m, each.log_sds, each.correlation)
        for each in sources
    ]
    line = fit_line(groups)
    if math.isnan(line.scale):
        return Aligned(depth, None, NO_SCALE)
    if line.scale <= 0:
        names = " and ".join(EVIDENCE_TEXTS[each.kind] for each in sources)
        return Aligned(depth, None, CONTRADICTION.format(names=names))
    log_sd = _log_sd(line, groups, depth.values[depth.valid].astype(np.float64))
    points = sum(len(each.values) for each in sources)
    alignment = DepthAlignment(depth.kind, line, log_sd, tuple(each.kind for each in sources), points)
    return Aligned(aligned_map(depth, alignment), alignment, "")


def aligned_map(depth: DepthMap, alignment: DepthAlignment) -> DepthMap:
    """A relative map in metres; unknown where the line gives no depth above zero."""
    fitted = alignment.line.of(depth.values)
    if alignment.kind == "relative_inverse":
        fitted = np.divide(1, fitted, out=np.full_like(fitted, np.nan), where=fitted > 0)
    return DepthMap(fitted, "metres", depth.valid)


def relative_of(depth_m: Numbers, alignment: DepthAlignment) -> Numbers:
    """The numbers of the relative map that depths in metres come from."""
    fitted = 1 / depth_m if alignment.kind == "relative_inverse" else depth_m
    values: Numbers = (fitted - alignment.line.shift) / alignment.line.scale
    return values


def fit_line(groups: Sequence[FitPoints]) -> Line:
    """The line through points of several sources, some of which may be wrong.

    Whether a point is an outlier is judged among those of its own source: a known distance is none because a network's
    map has it otherwise.

    Args:
        groups: The points of each source.

    Returns:
        The line. Without a shift where all values are one, and NaN where that is not above zero. Its scale is not above
        zero where the targets fall as the values rise.
    """
    x, y = np.concatenate([group.x for group in groups]), np.concatenate([group.y for group in groups])
    if _is_one_value(x):
        middle = float(np.median(x))
        return Line(float(np.median(y)) / middle if middle > 0 else math.nan)
    line = _repeated_medians(x, y)
    for _ in range(ROUNDS):
        if not line.scale > 0:
            break
        weights = np.concatenate([_weights(line, group) for group in groups])
        before, line = line, _weighted_line(x, _linear_targets(line, x, y), weights)
        if np.allclose(before.scale * x + before.shift, line.scale * x + line.shift, rtol=1e-9, atol=0):
            break
    return line


def _is_one_value(x: Numbers) -> bool:
    return bool(np.ptp(x) <= SAME * np.abs(x).max())


def _repeated_medians(x: Numbers, y: Numbers) -> Line:
    """Siegel's line: the median over all points of the median slope to the others."""
    order = np.argsort(x, kind="stable")[np.unique(np.linspace(0, len(x) - 1, START_POINTS).astype(np.int64))]
    x, y = x[order], y[order]
    across = x[:, None] - x
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = np.where(across != 0, (y[:, None] - y) / across, np.nan)
    scale = float(np.median(np.nanmedian(slopes, axis=1)))
    return Line(scale, float(np.median(y - scale * x)))


def _log_residuals(line: Line, x: Numbers, y: Numbers) -> Numbers:
    """How far the line is from the targets, as logarithms; infinitely far where it gives nothing above zero."""
    fitted = line.scale * x + line.shift
    return np.log(fitted / y, out=np.full_like(y, np.inf), where=fitted > 0)


def _linear_targets(line: Line, x: Numbers, y: Numbers) -> Numbers:
    """What a line has to give for its difference from this one to be the logarithmic residual, to first order."""
    residuals = _log_residuals(line, x, y)
    fitted = line.scale * x + line.shift
    return np.where(np.isfinite(residuals), fitted * (1 - residuals), y)


def _weights(line: Line, group: FitPoints) -> Numbers:
    """What each point counts in the next round of least squares."""
    standard = _log_residuals(line, group.x, group.y) / group.log_sds
    scale = max(SDS_IN_A_MAD * float(np.median(np.abs(standard))), 1e-12)
    cauchy = 1 / (1 + (standard / (CAUCHY * scale)) ** 2)
    fitted = np.where(np.isfinite(standard), line.scale * group.x + line.shift, np.inf)
    weights: Numbers = group.share * cauchy / (group.log_sds * fitted) ** 2
    return weights


def _weighted_line(x: Numbers, y: Numbers, weights: Numbers) -> Line:
    """The line of weighted least squares."""
    middle = np.average(x, weights=weights)
    off = x - middle
    scale = float((weights * off * y).sum() / (weights * off * off).sum())
    return Line(scale, float(np.average(y, weights=weights) - scale * middle))


def _log_sd(line: Line, groups: Sequence[FitPoints], values: Numbers) -> float:
    """How far the aligned map is off, as a standard deviation in log depth.

    Of the scatter about the line the map has what the evidence's own errors, but for what they share, do not explain.
    """
    residuals = np.concatenate([_log_residuals(line, group.x, group.y) for group in groups])
    fitted = 1 if _is_one_value(np.concatenate([group.x for group in groups])) else 2
    free = max(len(residuals) - fitted, 0)
    mad = SDS_IN_A_MAD * float(np.median(np.abs(residuals)))
    own = float(np.concatenate([(1 - group.correlation) * group.log_sds**2 for group in groups]).mean())
    expected, seen = MAP_POINTS * MAP_LOG_SD**2, len(residuals) * max(mad**2 - own, 0.0)
    scatter = (expected + seen) / (MAP_POINTS + free) if free else MAP_LOG_SD**2
    if fitted == 2:
        return math.sqrt(scatter + _line_variance(line, groups, scatter, values))
    independent = sum(float((group.share / (group.log_sds**2 + scatter)).sum()) for group in groups)
    return math.sqrt(scatter + 1 / independent + NO_SHIFT_LOG_SD**2)


def _line_variance(line: Line, groups: Sequence[FitPoints], scatter: float, values: Numbers) -> float:
    """The variance in log depth that the line has from its points, at the median value of those that have a depth."""
    middle = float(np.median(np.concatenate([group.x for group in groups])))  # for the precision of what follows
    information = np.zeros((2, 2))
    for group in groups:
        fitted = line.scale * group.x + line.shift
        seen = fitted > 0
        weights = group.share / ((group.log_sds[seen] ** 2 + scatter) * fitted[seen] ** 2)
        columns = np.stack([group.x[seen] - middle, np.ones(seen.sum())])
        information += (columns * weights) @ columns.T
    covariance = np.linalg.pinv(information)
    fitted = line.scale * values + line.shift
    seen = fitted > 0
    columns = np.stack([values[seen] - middle, np.ones(seen.sum())]) / fitted[seen]
    return float(np.median(np.einsum("in,ij,jn->n", columns, covariance, columns)))
