"""Figures of the benchmark over many data sets: pure functions on arrays, update and compute.

With N labelled objects, some of them found, and some of these with a distance; d is the reported distance and t the
true one:

    recall            = found / N
    REL               = mean |d − t| / t, over those with a distance; its median likewise
    right within 10 % : |d − t| / t ≤ 0.1
    recall of these   = right / N
    precision         = right / answers; an answer is a reported box with a distance, matched or not
    slope             = slope of the least-squares line of log d on log t; 1 is right, below 1 the range is compressed

If a data set does not label all objects, an unmatched box may still be right: unmatched boxes are not counted then, and
the precision is over matched boxes. The share of true distances inside their intervals has its uncertainty from
`howfar.evaluation.objects.metrics.interval_coverage`.
"""

import math
from dataclasses import dataclass, fields
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.evaluation.objects.metrics import IntervalCoverage, interval_coverage, relative_errors

Values = NDArray[np.float64]
Truth = Literal["nearest", "centre"]

NEAR, WIDE = 0.1, 0.25
"""The two tolerances within which an answer is called right."""

LEAST_FOR_SLOPE = 10
"""With fewer objects a slope means nothing."""


@dataclass(frozen=True, eq=False)
class Answers:
    """N labelled objects and what was reported for them.

    Attributes:
        nearest_m: N float64, true distances of the nearest faces; NaN where the data set does not give them.
        centre_m: N float64, true distances as the data set defines them; likewise.
        found: N bool.
        estimate_m: N float64, the reported distances; NaN without a distance, and for objects that were not found.
        low_m: N float64, the lower ends of the reported intervals; likewise.
        high_m: N float64, the upper ends; likewise.
        places: N int64, the numbers of the places of their pictures; of the pictures where no place is known.

    Raises:
        SettingError: If the arrays are not of one length.
    """

    nearest_m: Values
    centre_m: Values
    found: NDArray[np.bool_]
    estimate_m: Values
    low_m: Values
    high_m: Values
    places: NDArray[np.int64]

    def __post_init__(self) -> None:
        lengths = [len(getattr(self, field.name)) for field in fields(self)]
        if len(set(lengths)) > 1:
            raise SettingError(f"Answers need one value for each object in every array, not {lengths}.")

    def __len__(self) -> int:
        return len(self.found)

    @classmethod
    def none(cls) -> Self:
        """No objects, to begin with."""
        empty = np.zeros(0)
        return cls(empty, empty, np.zeros(0, dtype=np.bool_), empty, empty, empty, np.zeros(0, dtype=np.int64))

    def select(self, members: NDArray[np.int64] | NDArray[np.bool_]) -> Self:
        """The objects that indices or a mask name."""
        return type(self)(**{field.name: getattr(self, field.name)[members] for field in fields(self)})

    @property
    def truth(self) -> Truth:
        """The truth to compare with: the nearest face, which the camera sees, if any is known; else the centre."""
        return "nearest" if _is_distance(self.nearest_m).any() else "centre"

    def truth_m(self, truth: Truth) -> Values:
        """N true distances, of the nearest faces or as the data set defines them."""
        return self.nearest_m if truth == "nearest" else self.centre_m


@dataclass(frozen=True, slots=True)
class OtherBoxes:
    """Reported boxes of the data set's classes that match no labelled object.

    Attributes:
        boxes: How many there are.
        with_metres: How many of them have a distance.
    """

    boxes: int
    with_metres: int


@dataclass(frozen=True, slots=True)
class RelativeErrors:
    """Relative errors against one kind of truth (shares, not per cent); NaN where there are none.

    Attributes:
        objects: Objects with that truth and a distance.
        mean: The mean of |d − t| / t.
        median: Its median.
    """

    objects: int
    mean: float
    median: float


@dataclass(frozen=True, slots=True)
class RightAnswers:
    """Answers within a tolerance of the truth; a share of zero objects is NaN.

    Attributes:
        right: How many there are.
        recall: Their share of the labelled objects.
        precision: Their share of the answers given.
    """

    right: int
    recall: float
    precision: float


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures over some labelled objects; a share of zero objects is NaN.

    Attributes:
        truth: The truth that right answers, intervals and the slope are compared with.
        objects: Labelled objects.
        found: Those of them that were found.
        recall: Their share.
        others: Unmatched boxes; None if they are not counted.
        with_metres: Objects found that have a distance.
        metres_share: Their share of those found.
        nearest: Errors against the nearest faces.
        centre: Errors against the distances as the data set defines them.
        within10: Right answers within 10 %.
        within25: Right answers within 25 %.
        interval: How many truths lie in their intervals.
        log_slope: Slope of log reported distance on log true distance; NaN with too few objects.
    """

    truth: Truth
    objects: int
    found: int
    recall: float
    others: int | None
    with_metres: int
    metres_share: float
    nearest: RelativeErrors
    centre: RelativeErrors
    within10: RightAnswers
    within25: RightAnswers
    interval: IntervalCoverage
    log_slope: float

    @property
    def compared(self) -> RelativeErrors:
        """The errors against `truth`."""
        return self.nearest if self.truth == "nearest" else self.centre


def update(answers: Answers, more: Answers) -> Answers:
    """The answers so far, and those of one more picture."""
    joined = {
        field.name: np.concatenate([getattr(answers, field.name), getattr(more, field.name)])
        for field in fields(Answers)
    }
    return Answers(**joined)


def compute(answers: Answers, truth: Truth, others: OtherBoxes | None = None) -> Figures:
    """The figures of some labelled objects.

    Args:
        answers: The objects and what was reported for them.
        truth: The truth to compare with; an object whose truth is not known (not finite and above zero) does not count.
        others: The unmatched boxes; None if they cannot be counted.
    """
    counted = answers.select(_is_distance(answers.truth_m(truth)))
    truth_m, estimate_m = counted.truth_m(truth), counted.estimate_m
    known = counted.found & _is_distance(estimate_m)
    found, with_metres = int(counted.found.sum()), int(known.sum())
    errors = relative_errors(truth_m[known], estimate_m[known])
    answered = with_metres + (0 if others is None else others.with_metres)
    within10, within25 = (
        RightAnswers(right, _share(right, len(counted)), _share(right, answered))
        for right in (int((errors <= tolerance).sum()) for tolerance in (NEAR, WIDE))
    )
    return Figures(
        truth=truth,
        objects=len(counted),
        found=found,
        recall=_share(found, len(counted)),
        others=None if others is None else others.boxes,
        with_metres=with_metres,
        metres_share=_share(with_metres, found),
        nearest=_errors(counted.nearest_m[known], estimate_m[known]),
        centre=_errors(counted.centre_m[known], estimate_m[known]),
        within10=within10,
        within25=within25,
        interval=interval_coverage(truth_m, counted.low_m, counted.high_m, counted.places),
        log_slope=log_slope(truth_m[known], estimate_m[known]),
    )


def log_slope(truth_m: Values, estimate_m: Values) -> float:
    """The slope of the least-squares line of log estimate on log truth.

    Args:
        truth_m: N true distances, above 0.
        estimate_m: N estimates, above 0.

    Returns:
        The slope; NaN for fewer than `LEAST_FOR_SLOPE` objects, or where all are equally far.
    """
    if len(truth_m) < LEAST_FOR_SLOPE or np.ptp(truth_m) == 0:
        return math.nan
    x, y = np.log(truth_m), np.log(estimate_m)
    x = x - x.mean()
    return float((x @ y) / (x @ x))


def _errors(truth_m: Values, estimate_m: Values) -> RelativeErrors:
    known = _is_distance(truth_m)
    errors = relative_errors(truth_m[known], estimate_m[known])
    if not len(errors):
        return RelativeErrors(0, math.nan, math.nan)
    return RelativeErrors(len(errors), float(errors.mean()), float(np.median(errors)))


def _is_distance(values: Values) -> NDArray[np.bool_]:
    return np.isfinite(values) & (values > 0)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan
