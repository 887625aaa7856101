"""How far off the distances of objects are: pure functions on arrays, one entry an object.

With d the estimated and t the true distance of an object:

    MAE     = mean |d − t|
    REL     = mean |d − t| / t
    RMSE    = √ mean (d − t)²
    δ1      = share of objects with max(d/t, t/d) < 1.25
    > 10 %  = share of objects with |d − t| / t > 0.1

Each is over the objects that got a distance, and says nothing without the share of those: the coverage. On disparities
(f·B/d for a focal length f and a baseline B) they are the end-point error and the shares above 3 and 5 pixels of Zhou
et al., IEEE Access 2019, Table II.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError

Values = NDArray[np.float64]

DELTA_1 = 1.25
TOLERANCE = 0.1
"""A distance that is off by more than this share of the truth is called wrong."""

BOOTSTRAPS = 2000
"""How often pictures are drawn again to tell how sure a share is."""


@dataclass(frozen=True, slots=True)
class ObjectErrors:
    """The errors over some objects; all shares and errors are NaN where there is nothing to take them of.

    Attributes:
        objects: Objects with a known truth.
        covered: Those of them that got a distance: the errors are theirs.
        coverage: Their share.
        mae_m: Mean absolute error in metres.
        rel: Mean relative error (a share, not per cent).
        rmse_m: Root of the mean squared error in metres.
        delta1: Share that is off by a factor below 1.25.
        over10: Share that is off by more than 10 %.
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
    """The errors of some objects as a pair of cameras would see them; NaN where there is nothing to take them of.

    Attributes:
        objects: Objects with a known truth.
        covered: Those of them that got a distance: the errors are theirs.
        coverage: Their share.
        end_point_px: Mean absolute difference of the disparities in pixels.
        over3px: Share that is off by more than 3 pixels.
        over5px: Share that is off by more than 5 pixels.
    """

    objects: int
    covered: int
    coverage: float
    end_point_px: float
    over3px: float
    over5px: float


@dataclass(frozen=True, slots=True)
class IntervalCoverage:
    """How many true distances lie in their intervals.

    Attributes:
        objects: Objects with a known truth and an interval.
        share: Those of them whose truth lies in the interval, ends included; NaN where there are none.
        low: Lower end of the 95 % confidence interval of that share, for pictures drawn independently.
        high: Upper end of it.
    """

    objects: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class FlagQuality:
    """How well a flag tells the wrong ones; NaN where there is nothing to take a share of.

    Attributes:
        flagged: Share that carries the flag.
        precision: Share of the flagged that are wrong.
        recall: Share of the wrong that are flagged.
    """

    flagged: float
    precision: float
    recall: float


def object_errors(truth_m: Values, estimate_m: Values) -> ObjectErrors:
    """The errors of N distances.

    Args:
        truth_m: N true distances; one that is not finite and above zero is unknown, and its object is not counted.
        estimate_m: N estimates; one that is not finite and above zero is no distance, and lowers the coverage alone.

    Raises:
        SettingError: If there is not one estimate for each truth.
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
        truth_m: N true distances; see `object_errors` for what counts.
        estimate_m: N estimates.
        focal_px: N focal lengths in pixels.
        baseline_m: Distance between the two cameras.

    Raises:
        SettingError: If there is not one estimate for each truth, or the baseline is not above zero.
    """
    if not (math.isfinite(baseline_m) and baseline_m > 0):
        raise SettingError(f"The baseline must be a number of metres above 0, not {baseline_m}.")
    objects, compared = _comparable(truth_m, estimate_m)
    error = focal_px[compared] * baseline_m * np.abs(1 / estimate_m[compared] - 1 / truth_m[compared])
    share = _share(len(error), objects)
    return DisparityErrors(objects, len(error), share, _mean(error), _mean(error > 3), _mean(error > 5))


def relative_errors(truth_m: Values, estimate_m: Values) -> Values:
    """|d − t| / t of N distances; NaN where there is no estimate."""
    errors: Values = np.abs(estimate_m - truth_m) / truth_m
    return errors


def interval_coverage(truth_m: Values, low_m: Values, high_m: Values, pictures: NDArray[np.int64]) -> IntervalCoverage:
    """The share of N true distances that lie in their intervals, with its own uncertainty.

    The objects of one picture share the error of its depth map, so the confidence interval is that of whole pictures
    drawn again with replacement (the percentile bootstrap of Efron, Annals of Statistics 1979, by clusters).

    Args:
        truth_m: N true distances, NaN where unknown.
        low_m: N lower ends, NaN where there is no interval.
        high_m: N upper ends, likewise.
        pictures: N numbers of the objects' pictures.
    """
    known = np.isfinite(truth_m) & np.isfinite(low_m) & np.isfinite(high_m)
    inside = (low_m <= truth_m) & (truth_m <= high_m) & known
    count, hits = int(known.sum()), int(inside.sum())
    if not count:
        return IntervalCoverage(0, math.nan, math.nan, math.nan)
    names, each = np.unique(pictures[known], return_inverse=True)
    of_picture = np.column_stack([np.bincount(each, inside[known]), np.bincount(each)])
    drawn = np.random.default_rng(0).multinomial(len(names), np.full(len(names), 1 / len(names)), size=BOOTSTRAPS)
    hits_again, counts_again = (drawn @ of_picture).T
    low, high = np.quantile(hits_again / counts_again, (0.025, 0.975)).tolist()
    return IntervalCoverage(count, hits / count, low, high)


def flag_quality(flags: NDArray[np.bool_], wrong: NDArray[np.bool_]) -> FlagQuality:
    """How well N flags tell which of N things are wrong."""
    hits, flagged = int((flags & wrong).sum()), int(flags.sum())
    return FlagQuality(_share(flagged, len(flags)), _share(hits, flagged), _share(hits, int(wrong.sum())))


def _comparable(truth_m: Values, estimate_m: Values) -> tuple[int, NDArray[np.bool_]]:
    """How many truths are known, and N bool: where there is an estimate too."""
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
