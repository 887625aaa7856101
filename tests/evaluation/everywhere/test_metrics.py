"""The figures of the benchmark, beside a computation of their own."""

import math
from typing import Any

import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.evaluation.everywhere.metrics import Answers, OtherBoxes, compute, log_slope, update

NAN = math.nan


def answers(
    truth_m: list[float],
    estimate_m: list[float],
    *,
    found: list[bool] | None = None,
    nearest_m: list[float] | None = None,
    margin: float = 1.5,
) -> Answers:
    """Objects whose intervals reach from estimate / margin to estimate · margin, each in a picture of its own."""
    told = np.array(estimate_m, dtype=np.float64)
    return Answers(
        nearest_m=np.full(len(told), NAN) if nearest_m is None else np.array(nearest_m, dtype=np.float64),
        centre_m=np.array(truth_m, dtype=np.float64),
        found=np.isfinite(told) if found is None else np.array(found, dtype=np.bool_),
        estimate_m=told,
        low_m=told / margin,
        high_m=told * margin,
        places=np.arange(len(told)),
    )


@pytest.mark.parametrize(
    ("given", "others", "expected"),
    [
        pytest.param(
            answers([2.0, 4.0], [2.0, 4.0]),
            OtherBoxes(0, 0),
            {"recall": 1.0, "metres_share": 1.0, "within10": (2, 1.0, 1.0), "rel": 0.0},
            id="all found and right",
        ),
        pytest.param(
            answers([2.0, 4.0], [2.0, NAN]),
            OtherBoxes(0, 0),
            {"recall": 0.5, "metres_share": 1.0, "within10": (1, 0.5, 1.0), "rel": 0.0},
            id="what is not found lowers the recall alone",
        ),
        pytest.param(
            answers([2.0, 4.0], [2.0, NAN], found=[True, True]),
            OtherBoxes(0, 0),
            {"recall": 1.0, "metres_share": 0.5, "within10": (1, 0.5, 1.0), "rel": 0.0},
            id="what has no metres is found, and is no answer",
        ),
        pytest.param(
            answers([2.0, 4.0], [2.0, 4.0]),
            OtherBoxes(3, 2),
            {"recall": 1.0, "others": 3, "within10": (2, 1.0, 0.5)},
            id="boxes of nothing that have metres are wrong answers",
        ),
        pytest.param(
            answers([2.0, 4.0], [2.0, 4.0]),
            None,
            {"others": None, "within10": (2, 1.0, 1.0)},
            id="where they cannot be counted they are not",
        ),
        pytest.param(
            answers([10.0, 10.0, 10.0], [11.0, 12.5, 13.0]),
            None,
            {"within10": (1, 1 / 3, 1 / 3), "within25": (2, 2 / 3, 2 / 3), "rel": (0.1 + 0.25 + 0.3) / 3},
            id="the tolerances themselves are right",
        ),
        pytest.param(
            answers([2.0, 3.0], [4.0, 3.3], nearest_m=[NAN, 3.0]),
            None,
            {"objects": 1, "within10": (1, 1.0, 1.0)},
            id="an object without the truth that is held against does not count",
        ),
        pytest.param(
            answers([], []),
            OtherBoxes(1, 1),
            {"objects": 0, "recall": NAN, "others": 1, "rel": NAN, "within10": (0, NAN, 0.0)},
            id="nothing labelled",
        ),
        pytest.param(
            answers([2.0], [NAN]),
            OtherBoxes(0, 0),
            {"recall": 0.0, "metres_share": NAN, "within10": (0, 0.0, NAN), "rel": NAN},
            id="nothing found",
        ),
    ],
)
def test_the_figures_of_few_objects(given: Answers, others: OtherBoxes | None, expected: dict[str, Any]) -> None:
    figures = compute(given, given.truth, others)
    told = {
        "objects": figures.objects,
        "recall": figures.recall,
        "others": figures.others,
        "metres_share": figures.metres_share,
        "rel": figures.compared.mean,
        "within10": (figures.within10.right, figures.within10.recall, figures.within10.precision),
        "within25": (figures.within25.right, figures.within25.recall, figures.within25.precision),
    }
    for name, value in expected.items():
        assert told[name] == pytest.approx(value, nan_ok=True), name


def test_many_objects_are_as_a_plain_loop_and_numpys_own_line_have_them() -> None:
    random = np.random.default_rng(3)
    centre = random.uniform(1, 60, 200)
    nearest = centre - random.uniform(0, 0.5, 200)
    found = random.random(200) < 0.7
    told = np.where(found & (random.random(200) < 0.9), nearest * np.exp(random.normal(0.05, 0.2, 200)), np.nan)
    given = Answers(nearest, centre, found, told, told * 0.8, told * 1.2, np.arange(200) // 4)
    figures = compute(given, "nearest", OtherBoxes(20, 15))
    known = [index for index in range(200) if found[index] and not math.isnan(told[index])]
    errors = [abs(told[index] - nearest[index]) / nearest[index] for index in known]
    centres = sorted(abs(told[index] - centre[index]) / centre[index] for index in known)
    right = sum(error <= 0.1 for error in errors)
    inside = sum(told[index] * 0.8 <= nearest[index] <= told[index] * 1.2 for index in known)
    assert (figures.objects, figures.found, figures.with_metres) == (200, int(found.sum()), len(known))
    assert figures.nearest.mean == pytest.approx(sum(errors) / len(errors))
    assert figures.nearest.median == pytest.approx(np.percentile(errors, 50))
    assert figures.centre.mean == pytest.approx(sum(centres) / len(centres))
    assert figures.within10.recall == pytest.approx(right / 200)
    assert figures.within10.precision == pytest.approx(right / (len(known) + 15))
    assert figures.interval.share == pytest.approx(inside / len(known))
    assert figures.interval.low < figures.interval.share < figures.interval.high
    assert figures.log_slope == pytest.approx(np.polyfit(np.log(nearest[known]), np.log(told[known]), 1)[0])


def test_updating_picture_by_picture_is_the_same_as_all_at_once() -> None:
    whole = answers([2.0, 4.0, 8.0], [2.1, NAN, 9.0])
    joined = Answers.none()
    for index in range(3):
        joined = update(joined, whole.select(np.array([index])))
    assert compute(joined, "centre") == compute(whole, "centre")
    assert len(joined) == 3


@pytest.mark.parametrize(
    ("nearest_m", "truth"),
    [
        pytest.param([NAN, NAN], "centre", id="no face is known"),
        pytest.param([NAN, 3.0], "nearest", id="some are"),
        pytest.param(None, "centre", id="the data set tells none"),
    ],
)
def test_the_nearest_faces_are_compared_where_they_are_known(nearest_m: list[float] | None, truth: str) -> None:
    assert answers([2.0, 4.0], [2.0, 4.0], nearest_m=nearest_m).truth == truth


@pytest.mark.parametrize(
    ("power", "slope"),
    [
        pytest.param(1.0, 1.0, id="all too far by one factor"),
        pytest.param(0.5, 0.5, id="near too far and far too near"),
    ],
)
def test_the_slope_tells_how_well_near_and_far_are_told_apart(power: float, slope: float) -> None:
    truth_m = np.linspace(1, 20, 12)
    assert log_slope(truth_m, 1.3 * truth_m**power) == pytest.approx(slope)


@pytest.mark.parametrize(
    "truth_m",
    [
        pytest.param(np.linspace(1, 2, 9), id="too few objects"),
        pytest.param(np.full(20, 3.0), id="all equally far"),
    ],
)
def test_there_is_no_slope(truth_m: np.ndarray) -> None:
    assert math.isnan(log_slope(truth_m, truth_m))


def test_arrays_that_do_not_fit_together_are_refused() -> None:
    one = np.ones(1)
    with pytest.raises(SettingError, match="one value for each object"):
        Answers(one, one, np.ones(2, dtype=np.bool_), one, one, one, np.zeros(1, dtype=np.int64))
