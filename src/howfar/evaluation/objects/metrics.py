"""Error metrics of the distances of objects: pure functions on arrays with one element for each object.

With d the estimated and t the true distance of an object:

    MAE     = mean |d − t|
    REL     = mean |d − t| / t
    RMSE    = √ mean (d − t)²
    δ1      = share of objects with max(d/t, t/d) < 1.25
    > 10 %  = share of objects with |d − t| / t > 0.1

Each is computed over the objects that got a distance, so it must be read together with their share, the coverage. On
disparities (f·B/d for a focal length f and a baseline B) the metrics are the end-point error and the shares above 3 and
5 pixels, as in Zhou et al., IEEE Access 2019, Table II.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError

Values = NDArray[np.float64]

DELTA_1 = 1.25
TOLERANCE = 0.1
"""A distance counts as wrong if its error is more than this share of the truth."""

BOOTSTRAPS = 2000
"""Number of bootstrap samples for the confidence interval of a share."""


@dataclass(frozen=True, slots=True)
class ObjectErrors:
    """The errors over some objects; shares and errors of no objects are NaN.

    Attributes:
        objects: Objects with a known truth.
        covered: Objects that also got a distance; the errors are over these.
        coverage: Their share, covered / objects.
        mae_m: Mean absolute error in metres.
        rel: Mean relative error (a share, not per cent).
        rmse_m: Root of the mean squared error in metres.
        delta1: Share with an error of a factor below 1.25.
        over10: Share with an error above 10 %.
    """

    objects: int
    covered: int
    coverage: float
    mae_m: float
    rel: float
    rmse_m: float
    delta1: float
    over10: float


@dataclass(frozen=True, slots=True)
class DisparityErrors:
    """The errors of some objects as disparities of a pair of cameras; shares and errors of no objects are NaN.

    Attributes:
        objects: Objects with a known truth.
        covered: Objects that also got a distance; the errors are over these.
        coverage: Their share, covered / objects.
        end_point_px: Mean absolute difference of the disparities in pixels.
        over3px: Share with an error above 3 pixels.
        over5px: Share with an error above 5 pixels.
    """

    objects: int
    covered: int
    coverage: float
    end_point_px: float
    over3px: float
    over5px: float


@dataclass(frozen=True, slots=True)
class IntervalCoverage:
    """The share of true distances that lie in their intervals.

    Attributes:
        objects: Objects with a known truth and an interval.
        share: Share of them whose truth lies in the interval, ends included; NaN for no objects.
        low: Lower end of the 95 % confidence interval of that share, by whole pictures or places drawn again.
        high: Upper end of it.
    """

    objects: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class FlagQuality:
    """The quality of a flag for wrong distances; shares of no objects are NaN.

    Attributes:
        flagged: Share of the objects that have the flag.
        precision: Share of the flagged that are wrong.
        recall: Share of the wrong that are flagged.
    """

    flagged: float
    precision: float
    recall: float


def object_errors(truth_m: Values, estimate_m: Values) -> ObjectErrors:
    """The errors of N distances.

    Args:
        truth_m: N true distances in metres. A truth that is not finite and above 0 is unknown; its object does not
            count.
        estimate_m: N estimates in metres. An estimate that is not finite and above 0 is no distance; it lowers the
            coverage only.

    Raises:
        SettingError: If there are not as many estimates as truths.
    """
    objects, compared = _comparable(truth_m, estimate_m)
    truth, estimate = truth_m[compared], estimate_m[compared]
    error = np.abs(estimate - truth)
    ratio = estimate / truth
    return ObjectErrors(
        objects,
        len(truth),
        _share(len(truth), objects),
        mae_m=_mean(error),
        rel=_mean(error / truth),
        rmse_m=math.sqrt(_mean(error**2)),
        delta1=_mean(np.maximum(ratio, 1 / ratio) < DELTA_1),
        over10=_mean(error / truth > TOLERANCE),
    )


def disparity_errors(truth_m: Values, estimate_m: Values, focal_px: Values, baseline_m: float) -> DisparityErrors:
    """The errors of N distances as disparities f·B/Z.

    Args:
        truth_m: N true distances in metres, as for `object_errors`.
        estimate_m: N estimates in metres, as for `object_errors`.
        focal_px: N focal lengths in pixels.
        baseline_m: Distance between the two cameras in metres.

    Raises:
        SettingError: If there are not as many estimates as truths, or the baseline is not above 0.
    """
    if not (math.isfinite(baseline_m) and baseline_m > 0):
        raise SettingError(f"The baseline must be a number of metres above 0, not {baseline_m}.", setting="baseline_m")
    objects, compared = _comparable(truth_m, estimate_m)
    error = focal_px[compared] * baseline_m * np.abs(1 / estimate_m[compared] - 1 / truth_m[compared])
    return _of_errors(objects, error)


def errors_of_disparities(truth_px: Values, estimate_px: Values) -> DisparityErrors:
    """The errors of N disparities.

    Args:
        truth_px: N true disparities in pixels, NaN where unknown.
        estimate_px: N estimates in pixels, NaN where there is none.

    Raises:
        SettingError: If there are not as many estimates as truths.
    """
    objects, compared = _comparable(truth_px, estimate_px)
    return _of_errors(objects, np.abs(estimate_px - truth_px)[compared])


def _of_errors(objects: int, error_px: Values) -> DisparityErrors:
    share = _share(len(error_px), objects)
    return DisparityErrors(objects, len(error_px), share, _mean(error_px), _mean(error_px > 3), _mean(error_px > 5))


def relative_errors(truth_m: Values, estimate_m: Values) -> Values:
    """|d − t| / t of N distances; NaN where there is no estimate."""
    errors: Values = np.abs(estimate_m - truth_m) / truth_m
    return errors


def interval_coverage(truth_m: Values, low_m: Values, high_m: Values, clusters: NDArray[np.int64]) -> IntervalCoverage:
    """The share of N true distances that lie in their intervals, with its confidence interval.

    Args:
        truth_m: N true distances in metres, NaN where unknown.
        low_m: N lower ends in metres, NaN where there is no interval.
        high_m: N upper ends in metres, NaN where there is no interval.
        clusters: N indices of the places or pictures that the objects are from, as in `share_confidence`.
    """
    known = np.isfinite(truth_m) & np.isfinite(low_m) & np.isfinite(high_m)
    inside = ((low_m <= truth_m) & (truth_m <= high_m))[known]
    if not len(inside):
        return IntervalCoverage(0, math.nan, math.nan, math.nan)
    return IntervalCoverage(len(inside), float(inside.mean()), *share_confidence(inside, clusters[known]))


def share_confidence(hits: NDArray[np.bool_], clusters: NDArray[np.generic]) -> tuple[float, float]:
    """The 95 % confidence interval of the share of hits among N objects, one at least.

    The objects of one picture share the error of its depth map, and those of one place are alike. So it comes from
    whole clusters, drawn again with replacement (the percentile bootstrap of Efron, Annals of Statistics 1979).

    Args:
        hits: N bool.
        clusters: N names or indices: those of one picture or place are equal.
    """
    names, each = np.unique(clusters, return_inverse=True)
    of_cluster = np.column_stack([np.bincount(each, hits), np.bincount(each)])
    drawn = np.random.default_rng(0).multinomial(len(names), np.full(len(names), 1 / len(names)), size=BOOTSTRAPS)
    hits_again, counts_again = (drawn @ of_cluster).T
    low, high = np.quantile(hits_again / counts_again, (0.025, 0.975)).tolist()
    return low, high


def flag_quality(flags: NDArray[np.bool_], wrong: NDArray[np.bool_]) -> FlagQuality:
    """The quality of N flags for N objects, of which some are wrong."""
    hits, flagged = int((flags & wrong).sum()), int(flags.sum())
    return FlagQuality(_share(flagged, len(flags)), _share(hits, flagged), _share(hits, int(wrong.sum())))


def _comparable(truth_m: Values, estimate_m: Values) -> tuple[int, NDArray[np.bool_]]:
    """The number of known truths, and N bool: which objects have both a truth and an estimate."""
    if truth_m.shape != estimate_m.shape:
        raise SettingError(f"Each true distance needs one estimate; there are {len(truth_m)} and {len(estimate_m)}.")
    known = _is_distance(truth_m)
    return int(known.sum()), known & _is_distance(estimate_m)


def _is_distance(values: Values) -> NDArray[np.bool_]:
    return np.isfinite(values) & (values > 0)


def _mean(values: NDArray[np.float64] | NDArray[np.bool_]) -> float:
    return float(values.mean()) if len(values) else math.nan


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan
