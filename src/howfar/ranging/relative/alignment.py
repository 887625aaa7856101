"""The alignment of a relative depth map to evidence: points whose depth is known.

A scale and a shift are fitted, in inverse depth or in depth by the kind of the map (Ranftl et al.: Towards Robust
Monocular Depth Estimation, TPAMI 2022, equation 4). The fit is robust. It starts from a line through repeated medians
(Siegel, Biometrika 1982), which is correct even if almost half of the points are wrong. Iteratively reweighted least
squares with Cauchy's weights follow (Holland and Welsch, Communications in Statistics 1977). The residuals are
differences of log depth, and are linearised in every round (Gauss–Newton): an error of 10 % counts the same at every
distance, and so does the uncertainty of the evidence.
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
"""The expected error of a well aligned relative map, as a standard deviation in log depth, before any residuals are
known: about twice the published error of foundation networks on their own test sets."""
MAP_POINTS = 3
"""The weight of `MAP_LOG_SD`, as a number of residuals."""
NO_SHIFT_LOG_SD = 0.4
"""The additional uncertainty of a scale without a shift. Measured on pairs of pixels of 40 NYU training pictures, it is
0.21 for inverse depth (0.19 for depth) where the zero of the map is at half the inverse depth of the farthest 2 % (half
the depth of the nearest 2 %), and 0.43 (0.38) where it is at three quarters of it. Networks differ, so the value is a
compromise."""
CAUCHY = 2.385
"""Cauchy's tuning constant: 95 % efficiency for normal residuals."""
SDS_IN_A_MAD = 1.4826
"""The standard deviation of a normal distribution divided by its median absolute deviation."""
ROUNDS = 30
"""The maximum number of rounds of least squares."""
START_POINTS = 255
"""The repeated medians use at most this many points, evenly spaced by value: the number of slopes is its square."""
SAME = 1e-6
"""Values count as equal if they differ by less than this share of the largest."""

NO_EVIDENCE_REASON = (
    "the depth network tells nearer from farther but no metres: name a metric network as its anchor, such as "
    "depth-rooms-streets, or a known distance, such as chair=2.30"
)
NO_SCALE_REASON = (
    "one known depth gives a scale alone, for which the map has to be above zero there: give a second one, elsewhere"
)
CONTRADICTION_REASON = (
    "the evidence ({names}) contradicts the depth map: by it, what is nearer on the map is farther away"
)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Points of a relative depth map with known depths, all from one source.

    Attributes:
        kind: The kind of the source.
        values: N values of the map; a point is not used if its value is not finite.
        depths_m: N depths in metres; a point is not used if its depth is not finite and above 0.
        log_sds: N standard deviations of the natural logarithm of these depths.
        correlation: Correlation of the errors of any two of these depths, 0 to 1. It is high for a network's map, whose
            error is partly common to the whole picture.
    """

    kind: EvidenceKind
    values: Numbers
    depths_m: Numbers
    log_sds: Numbers
    correlation: float = 0.0

    def usable(self) -> "Evidence":
        """The points that have both a value and a depth."""
        good = np.isfinite(self.values) & np.isfinite(self.depths_m) & (self.depths_m > 0)
        return replace(self, values=self.values[good], depths_m=self.depths_m[good], log_sds=self.log_sds[good])


class Aligned(NamedTuple):
    """The result of an alignment.

    Attributes:
        depth: The map in metres; the relative map itself where the alignment failed.
        alignment: The alignment; None where it failed.
        reason: Why it failed, in words; empty where it did not.
    """

    depth: DepthMap
    alignment: DepthAlignment | None
    reason: str


class FitPoints(NamedTuple):
    """The points of one source as the line is fitted to them.

    Attributes:
        x: N values of the map.
        y: N depths in metres, or inverse depths in 1/m, above 0.
        log_sds: As in `Evidence`.
        correlation: As in `Evidence`.
    """

    x: Numbers
    y: Numbers
    log_sds: Numbers
    correlation: float = 0.0

    @property
    def effective_count(self) -> float:
        """How many independent points one point counts as, by Kish's design effect: 1 / (1 + (N − 1)·correlation)."""
        return 1 / (1 + (len(self.x) - 1) * self.correlation)


def align(depth: DepthMap, evidence: Sequence[Evidence]) -> Aligned:
    """Bring a relative depth map to metres.

    Several points give a scale and a shift. One point, or several of equal value, gives a scale alone. This assumes
    that the zero of the map is infinitely far away (inverse depth) or at the camera (depth). The assumption is seldom
    exact, so it adds to the uncertainty of the alignment. That uncertainty has two parts: the scatter about the line,
    for which `MAP_LOG_SD` is the prior, and the uncertainty of the line itself, its median over the map.

    Args:
        depth: A relative map.
        evidence: The known depths, from one or several sources.

    Returns:
        The map in metres. It remains relative if there is no usable point, or if the points contradict the order of the
        map: points that are nearer on the map are then farther away.
    """
    sources = sorted((each.usable() for each in evidence), key=lambda each: list(EVIDENCE_TEXTS).index(each.kind))
    sources = [each for each in sources if len(each.values)]
    if not sources:
        return Aligned(depth, None, NO_EVIDENCE_REASON)
    inverse = depth.kind == "relative_inverse"
    points = [
        FitPoints(each.values, 1 / each.depths_m if inverse else each.depths_m, each.log_sds, each.correlation)
        for each in sources
    ]
    line = fit_line(points)
    if math.isnan(line.scale):
        return Aligned(depth, None, NO_SCALE_REASON)
    if line.scale <= 0:
        names = " and ".join(EVIDENCE_TEXTS[each.kind] for each in sources)
        return Aligned(depth, None, CONTRADICTION_REASON.format(names=names))
    log_sd = _log_sd(line, points, depth.values[depth.valid].astype(np.float64))
    count = sum(len(each.values) for each in sources)
    alignment = DepthAlignment(depth.kind, line, log_sd, tuple(each.kind for each in sources), count)
    return Aligned(aligned_map(depth, alignment), alignment, "")


def aligned_map(depth: DepthMap, alignment: DepthAlignment) -> DepthMap:
    """Convert a relative map to metres; depths are unknown where the line does not give a depth above zero."""
    fitted = alignment.line.of(depth.values)
    if alignment.kind == "relative_inverse":
        fitted = np.divide(1, fitted, out=np.full_like(fitted, np.nan), where=fitted > 0)
    return DepthMap(fitted, "metres", depth.valid)


def relative_of(depth_m: Numbers, alignment: DepthAlignment) -> Numbers:
    """Convert depths in metres back to the values of the relative map."""
    fitted = 1 / depth_m if alignment.kind == "relative_inverse" else depth_m
    values: Numbers = (fitted - alignment.line.shift) / alignment.line.scale
    return values


def fit_line(sources: Sequence[FitPoints]) -> Line:
    """Fit a line to the points of several sources, some of which may be wrong.

    A point is judged as an outlier among the points of its own source only. So a known distance does not become an
    outlier because a network's map has many points that differ from it.

    Args:
        sources: The points of each source.

    Returns:
        The line. If all values are equal it has no shift, and is NaN if the value is not above zero. Its scale is not
        above zero if the targets fall as the values rise.
    """
    x, y = np.concatenate([source.x for source in sources]), np.concatenate([source.y for source in sources])
    if _is_one_value(x):
        middle = float(np.median(x))
        return Line(float(np.median(y)) / middle if middle > 0 else math.nan)
    line = _repeated_medians(x, y)
    for _ in range(ROUNDS):
        if not line.scale > 0:
            break
        weights = np.concatenate([_weights(line, source) for source in sources])
        before, line = line, _weighted_line(x, _linear_targets(line, x, y), weights)
        if np.allclose(before.scale * x + before.shift, line.scale * x + line.shift, rtol=1e-9, atol=0):
            break
    return line


def _is_one_value(x: Numbers) -> bool:
    """Whether all values count as equal."""
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
    """The logarithm of line over target at each point; infinity where the line is not above zero."""
    fitted = line.scale * x + line.shift
    return np.log(fitted / y, out=np.full_like(y, np.inf), where=fitted > 0)


def _linear_targets(line: Line, x: Numbers, y: Numbers) -> Numbers:
    """The targets of the next round: to first order, a line fitted to them minimises the logarithmic residuals."""
    residuals = _log_residuals(line, x, y)
    fitted = line.scale * x + line.shift
    return np.where(np.isfinite(residuals), fitted * (1 - residuals), y)


def _weights(line: Line, source: FitPoints) -> Numbers:
    """The weight of each point in the next round of least squares."""
    standard = _log_residuals(line, source.x, source.y) / source.log_sds
    scale = max(SDS_IN_A_MAD * float(np.median(np.abs(standard))), 1e-12)
    with np.errstate(invalid="ignore"):  # the line is not above zero at most points: it ends as one without numbers
        cauchy = 1 / (1 + (standard / (CAUCHY * scale)) ** 2)
    fitted = np.where(np.isfinite(standard), line.scale * source.x + line.shift, np.inf)
    weights: Numbers = source.effective_count * cauchy / (source.log_sds * fitted) ** 2
    return weights


def _weighted_line(x: Numbers, y: Numbers, weights: Numbers) -> Line:
    """The line of weighted least squares."""
    middle = np.average(x, weights=weights)
    off = x - middle
    scale = float((weights * off * y).sum() / (weights * off * off).sum())
    return Line(scale, float(np.average(y, weights=weights) - scale * middle))


def _log_sd(line: Line, sources: Sequence[FitPoints], values: Numbers) -> float:
    """The uncertainty of the aligned map, as a standard deviation in log depth.

    The scatter about the line comes from the map and from the evidence. The part of the evidence's own variance that is
    not common to its points is subtracted; the rest is attributed to the map.
    """
    residuals = np.concatenate([_log_residuals(line, source.x, source.y) for source in sources])
    fitted = 1 if _is_one_value(np.concatenate([source.x for source in sources])) else 2
    free = max(len(residuals) - fitted, 0)
    mad = SDS_IN_A_MAD * float(np.median(np.abs(residuals)))
    own = float(np.concatenate([(1 - source.correlation) * source.log_sds**2 for source in sources]).mean())
    expected, observed = MAP_POINTS * MAP_LOG_SD**2, len(residuals) * max(mad**2 - own, 0.0)
    scatter = (expected + observed) / (MAP_POINTS + free) if free else MAP_LOG_SD**2
    if fitted == 2:
        return math.sqrt(scatter + _line_variance(line, sources, scatter, values))
    independent = sum(float((source.effective_count / (source.log_sds**2 + scatter)).sum()) for source in sources)
    return math.sqrt(scatter + 1 / independent + NO_SHIFT_LOG_SD**2)


def _line_variance(line: Line, sources: Sequence[FitPoints], scatter: float, values: Numbers) -> float:
    """The variance of the line itself in log depth: the median over the values of the map that get a depth."""
    middle = float(np.median(np.concatenate([source.x for source in sources])))  # subtracted for numerical precision
    information = np.zeros((2, 2))
    for source in sources:
        fitted = line.scale * source.x + line.shift
        positive = fitted > 0
        weights = source.effective_count / ((source.log_sds[positive] ** 2 + scatter) * fitted[positive] ** 2)
        columns = np.stack([source.x[positive] - middle, np.ones(positive.sum())])
        information += (columns * weights) @ columns.T
    covariance = np.linalg.pinv(information)
    fitted = line.scale * values + line.shift
    positive = fitted > 0
    columns = np.stack([values[positive] - middle, np.ones(positive.sum())]) / fitted[positive]
    return float(np.median(np.einsum("in,ij,jn->n", columns, covariance, columns)))
