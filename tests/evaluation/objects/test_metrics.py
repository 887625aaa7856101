"""The errors of objects' distances, against a plain implementation and by what must hold for any distances."""

import math
from dataclasses import astuple
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.errors import SettingError
from howfar.evaluation.objects.metrics import (
    disparity_errors,
    flag_quality,
    interval_coverage,
    object_errors,
    relative_errors,
)

DISTANCES = st.floats(0.125, 128.0)
PAIRS = st.lists(st.tuples(DISTANCES, st.one_of(DISTANCES, st.just(math.nan))), min_size=1, max_size=12)


def columns(pairs: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    truth, estimate = zip(*pairs, strict=True)
    return np.array(truth), np.array(estimate)


def plain_mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else math.nan


def nearly(expected: tuple[float, ...]) -> object:
    return pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)


@given(PAIRS)
def test_the_errors_are_those_of_a_plain_implementation(pairs: list[tuple[float, float]]) -> None:
    known = [(t, d) for t, d in pairs if d == d]
    expected = (
        len(pairs),
        len(known),
        len(known) / len(pairs),
        plain_mean([abs(d - t) for t, d in known]),
        plain_mean([abs(d - t) / t for t, d in known]),
        math.sqrt(plain_mean([(d - t) ** 2 for t, d in known])),
        plain_mean([max(d / t, t / d) < 1.25 for t, d in known]),
        plain_mean([abs(d - t) / t > 0.1 for t, d in known]),
    )
    assert astuple(object_errors(*columns(pairs))) == nearly(expected)


@given(PAIRS, st.floats(100, 2000), st.floats(0.05, 1))
def test_disparities_are_those_of_a_plain_implementation(
    pairs: list[tuple[float, float]], focal_px: float, baseline_m: float
) -> None:
    off = [abs(focal_px * baseline_m / d - focal_px * baseline_m / t) for t, d in pairs if d == d]
    found = disparity_errors(*columns(pairs), np.full(len(pairs), focal_px), baseline_m)
    assert (found.objects, found.covered, found.coverage) == (len(pairs), len(off), len(off) / len(pairs))
    assert found.end_point_px == pytest.approx(plain_mean(off), rel=1e-6, abs=1e-9, nan_ok=True)
    # A difference right at a limit may fall to either side of it by rounding.
    for limit, share in ((3, found.over3px), (5, found.over5px)):
        least, most = (plain_mean([value > limit + slack for value in off]) for slack in (1e-6, -1e-6))
        assert (not off and math.isnan(share)) or least - 1e-12 <= share <= most + 1e-12


@given(PAIRS, st.sampled_from([0.25, 0.5, 2.0, 16.0]))
def test_scaling_truth_and_estimate_scales_the_errors_in_metres_and_no_other(
    pairs: list[tuple[float, float]], scale: float
) -> None:
    truth, estimate = columns(pairs)
    before, after = object_errors(truth, estimate), object_errors(truth * scale, estimate * scale)
    for name in ("objects", "covered", "coverage", "rel", "delta1", "over10"):
        assert getattr(after, name) == pytest.approx(getattr(before, name), nan_ok=True)
    for name in ("mae_m", "rmse_m"):
        assert getattr(after, name) == pytest.approx(getattr(before, name) * scale, nan_ok=True)


@given(PAIRS, st.randoms())
def test_the_order_of_the_objects_does_not_matter(pairs: list[tuple[float, float]], random) -> None:
    other = list(pairs)
    random.shuffle(other)
    assert astuple(object_errors(*columns(other))) == nearly(astuple(object_errors(*columns(pairs))))


@given(PAIRS)
def test_an_object_without_a_distance_lowers_the_coverage_alone(pairs: list[tuple[float, float]]) -> None:
    before, after = (object_errors(*columns(some)) for some in (pairs, [*pairs, (3.0, math.nan)]))
    assert (after.objects, after.covered) == (before.objects + 1, before.covered)
    assert after.coverage == before.covered / (before.objects + 1)
    assert astuple(after)[3:] == nearly(astuple(before)[3:])


@pytest.mark.parametrize(
    ("truth", "estimate", "objects", "covered"),
    [
        pytest.param([2.0, 2.0], [2.0, 0.0], 2, 1, id="a distance of zero is none"),
        pytest.param([2.0, 2.0], [2.0, np.inf], 2, 1, id="nor is an infinite one"),
        pytest.param([2.0, np.nan], [2.0, 2.0], 1, 1, id="an unknown truth does not count"),
        pytest.param([2.0, 0.0], [2.0, 2.0], 1, 1, id="nor does a truth of zero"),
    ],
)
def test_what_counts_and_what_is_covered(truth: list, estimate: list, objects: int, covered: int) -> None:
    for errors in (
        object_errors(np.array(truth), np.array(estimate)),
        disparity_errors(np.array(truth), np.array(estimate), np.array([100.0, 100.0]), 0.5),
    ):
        assert (errors.objects, errors.covered) == (objects, covered)
        assert astuple(errors)[3] == 0.0


def test_where_nothing_is_known_no_error_is_made_up() -> None:
    nothing = object_errors(np.zeros(0), np.zeros(0))
    assert (nothing.objects, nothing.covered) == (0, 0)
    assert all(math.isnan(value) for value in astuple(nothing)[2:])
    uncovered = object_errors(np.array([2.0]), np.array([math.nan]))
    assert uncovered.coverage == 0.0
    assert all(math.isnan(value) for value in astuple(uncovered)[3:])


@pytest.mark.parametrize("baseline_m", [0.0, -0.5, math.nan, math.inf])
def test_a_baseline_that_cannot_be_is_refused(baseline_m: float) -> None:
    with pytest.raises(SettingError, match="baseline"):
        disparity_errors(np.ones(1), np.ones(1), np.ones(1), baseline_m)


def test_one_estimate_for_each_truth_is_needed() -> None:
    with pytest.raises(SettingError, match="there are 2 and 3"):
        object_errors(np.ones(2), np.ones(3))


def test_a_relative_error_is_unknown_where_there_is_no_estimate() -> None:
    errors = relative_errors(np.array([2.0, 4.0, 4.0]), np.array([2.5, 3.0, np.nan]))
    assert errors == pytest.approx([0.25, 0.25, np.nan], nan_ok=True)


@pytest.mark.parametrize("each", [1, 4], ids=["one object a picture", "four alike a picture"])
@pytest.mark.parametrize("hits", [80, 160])
def test_the_uncertainty_of_a_coverage_is_that_of_its_pictures(hits: int, each: int) -> None:
    count = 200
    high_m = np.repeat(np.where(np.arange(count) < hits, 3.0, 1.5), each)
    pictures = np.repeat(np.arange(count), each)
    found = interval_coverage(np.full(count * each, 2.0), np.full(count * each, 1.0), high_m, pictures)
    share = hits / count
    half = NormalDist().inv_cdf(0.975) * math.sqrt(share * (1 - share) / count)  # a binomial's, of the pictures
    assert (found.objects, found.share) == (count * each, share)
    assert (found.low, found.high) == pytest.approx((share - half, share + half), abs=0.012)


def test_an_interval_holds_its_ends_and_objects_without_one_do_not_count() -> None:
    truth_m = np.array([1.0, 2.0, 3.0, 9.0, 2.0, np.nan])
    low_m = np.array([1.0, 1.0, 1.0, 1.0, np.nan, 1.0])
    high_m = np.array([3.0, 3.0, 3.0, 3.0, np.nan, 3.0])
    found = interval_coverage(truth_m, low_m, high_m, np.arange(6))
    assert (found.objects, found.share) == (4, 0.75)


def test_without_intervals_their_coverage_is_unknown() -> None:
    nothing = interval_coverage(np.array([2.0]), np.array([np.nan]), np.array([np.nan]), np.array([0]))
    assert nothing.objects == 0
    assert all(math.isnan(value) for value in astuple(nothing)[1:])


@pytest.mark.parametrize(
    ("flags", "wrong", "flagged", "precision", "recall"),
    [
        pytest.param([1, 1, 0, 0], [1, 0, 1, 1], 0.5, 0.5, 1 / 3, id="some of both"),
        pytest.param([0, 0], [1, 0], 0.0, math.nan, 0.0, id="nothing flagged has no precision"),
        pytest.param([1, 0], [0, 0], 0.5, 0.0, math.nan, id="nothing wrong has no recall"),
        pytest.param([], [], math.nan, math.nan, math.nan, id="nothing at all"),
    ],
)
def test_how_well_a_flag_tells(flags: list, wrong: list, flagged: float, precision: float, recall: float) -> None:
    told = flag_quality(np.array(flags, dtype=bool), np.array(wrong, dtype=bool))
    assert astuple(told) == nearly((flagged, precision, recall))
