"""What a user is told of labelled objects, and how much of it is right: update and compute, on arrays alone.

With N labelled objects, of which some are found and some of these have a distance, d the distance told and t the true
one:

    recall            = found / N
    REL               = mean |d − t| / t, over those with a distance; its median likewise
    right within 10 % : |d − t| / t ≤ 0.1
    recall of these   = right / N
    precision         = right / answers; an answer is a box with a distance: of a labelled object, or of nothing
    slope             = of the least-squares line of log d on log t: 1 where far and near are told apart as they are

Where a data set does not label all objects, nobody can say which boxes are of nothing: they are not counted, and the
precision is over the objects found. The share of truths that lie in their intervals comes with its uncertainty by
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
"""Of fewer objects a slope tells nothing."""


@dataclass(frozen=True, eq=False)
class Answers:
    """N labelled objects and what was told of them.

    Attributes:
        nearest_m: N float64, the true distances of their nearest faces; NaN where the data set does not tell.
        centre_m: N float64, their true distances as the data set defines them; likewise.
        found: N bool.
        estimate_m: N float64, the distances told; NaN where there is none, or the object was not found.
        low_m: N float64, the lower ends of the intervals told; likewise.
        high_m: N float64, the upper ends; likewise.
        pictures: N int64, the numbers of their pictures.

    Raises:
        SettingError: If the arrays are not of one length.
    """

    nearest_m: Values
    centre_m: Values
    found: NDArray[np.bool_]
    estimate_m: Values
    low_m: Values
    high_m: Values
    pictures: NDArray[np.int64]

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
        """What answers are held against: the nearest faces where any is known, as those are what is seen."""
        return "nearest" if _is_distance(self.nearest_m).any() else "centre"

    def truth_m(self, truth: Truth) -> Values:
        """N true distances, of the nearest faces or as the data set defines them."""
        return self.nearest_m if truth == "nearest" else self.centre_m


@dataclass(frozen=True, slots=True)
class OtherBoxes:
    """Boxes of the classes looked for that are of no labelled object.

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
    """Answers that are off by no more than a tolerance; shares are NaN where there is nothing to take them of.

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
    """What was measured of some labelled objects; shares are NaN where there is nothing to take them of.

    Attributes:
        truth: What right answers, intervals and the slope are held against.
        objects: Labelled objects.
        found: Those of them that were found.
        recall: Their share.
        others: Boxes of nothing that is labelled; None where they are not counted.
        with_metres: Objects found that have a distance.
        metres_share: Their share of those found.
        nearest: Errors against the nearest faces.
        centre: Errors against the distances as the data set defines them.
        within10: Right answers within 10 %.
        within25: Right answers within 25 %.
        interval: How many truths lie in their intervals.
        log_slope: Slope of log distance told on log true distance; NaN of too few objects.
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
    def held_against(self) -> RelativeErrors:
        """Errors against what right answers are held against."""
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
        answers: The objects and what was told of them.
        truth: What right answers, intervals and the slope are held against; an object of which it is not known (not
            finite and above zero) does not count.
        others: The boxes of nothing that is labelled; None where they cannot be counted.
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
        interval=interval_coverage(truth_m, counted.low_m, counted.high_m, counted.pictures),
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
