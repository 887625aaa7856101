"""The errors of depth maps, against a plain implementation and by what must hold for any map."""

import math
from collections.abc import Iterable
from dataclasses import astuple, replace
from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from howfar.errors import SettingError
from howfar.evaluation.depth.metrics import DepthSums, depth_compute, depth_errors, depth_update

DEPTHS = arrays.arrays(np.float32, (3, 4), elements=st.floats(0.125, 64.0, width=32))
SCALES = st.sampled_from([0.25, 0.5, 2.0, 8.0])
SILOG = 5
"""Its place among the errors."""

SILOG_ROUNDING = 1e-3
"""It is the root of a difference of sums: a rounding of 1e-14 in these is one of 100 · √1e-14 = 1e-5 in it."""


def nearly(expected: Iterable[float]) -> tuple[object, ...]:
    """What errors may be compared with by `==`."""
    return tuple(
        pytest.approx(value, rel=1e-9, abs=SILOG_ROUNDING if place == SILOG else 1e-12)
        for place, value in enumerate(expected)
    )


def plain_errors(predicted, truth) -> tuple[float, ...]:
    """The errors of pairs of pixels, one pixel at a time, as the paper writes them."""
    pairs = [(float(d), float(t)) for d, t in zip(predicted, truth, strict=True)]
    count = len(pairs)
    rel = sum(abs(d - t) / t for d, t in pairs) / count
    rmse = math.sqrt(sum((d - t) ** 2 for d, t in pairs) / count)
    log10 = sum(abs(math.log10(d) - math.log10(t)) for d, t in pairs) / count
    log10_squared = sum((math.log10(d) - math.log10(t)) ** 2 for d, t in pairs) / count
    logs = [math.log(d) - math.log(t) for d, t in pairs]
    rmse_log = math.sqrt(sum(log**2 for log in logs) / count)
    silog = 100 * math.sqrt(sum((log - sum(logs) / count) ** 2 for log in logs) / count)
    deltas = [sum(max(d / t, t / d) < 1.25**power for d, t in pairs) / count for power in (1, 2, 3)]
    return (rel, rmse, log10, log10_squared, rmse_log, silog, *deltas)


@given(DEPTHS, DEPTHS)
def test_the_errors_are_those_of_a_plain_implementation(predicted: np.ndarray, truth: np.ndarray) -> None:
    expected = plain_errors(predicted.ravel(), truth.ravel())
    assert astuple(depth_errors(predicted, truth)) == nearly(expected)


@given(DEPTHS)
def test_a_perfect_prediction_has_no_error_and_every_pixel_within_reach(truth: np.ndarray) -> None:
    assert astuple(depth_errors(truth, truth)) == (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0)


@given(DEPTHS, DEPTHS, SCALES)
def test_scaling_both_maps_changes_the_rmse_alone(predicted: np.ndarray, truth: np.ndarray, scale: float) -> None:
    factor = np.float32(scale)
    before, after = depth_errors(predicted, truth), depth_errors(predicted * factor, truth * factor)
    assert after.rmse_m == pytest.approx(before.rmse_m * scale)
    assert astuple(replace(after, rmse_m=before.rmse_m)) == nearly(astuple(before))


@given(DEPTHS, DEPTHS, SCALES)
def test_scaling_the_prediction_alone_does_not_change_silog(
    predicted: np.ndarray, truth: np.ndarray, scale: float
) -> None:
    scaled = depth_errors(predicted * np.float32(scale), truth)
    assert scaled.silog == pytest.approx(depth_errors(predicted, truth).silog, abs=SILOG_ROUNDING)


@given(st.lists(st.tuples(DEPTHS, DEPTHS), min_size=1, max_size=4))
def test_sums_add_over_images(pairs: list[tuple[np.ndarray, np.ndarray]]) -> None:
    sums = reduce(DepthSums.__add__, (depth_update(*pair) for pair in pairs), DepthSums.none())
    means = np.mean([astuple(depth_errors(*pair)) for pair in pairs], axis=0)
    pooled = plain_errors(*(np.concatenate([pair[side].ravel() for pair in pairs]) for side in (0, 1)))
    assert sums.images == len(pairs)
    assert sums.pixels == 12 * len(pairs)
    assert astuple(depth_compute(sums, "images")) == nearly(means)
    assert astuple(depth_compute(sums, "pixels")) == nearly(pooled)


def test_the_two_means_differ_for_images_of_unequal_error() -> None:
    truth = np.full((1, 1), 2.0, dtype=np.float32)
    sums = depth_update(truth, truth) + depth_update(truth + 4, truth)
    assert depth_compute(sums, "images").rmse_m == pytest.approx(2.0)
    assert depth_compute(sums, "pixels").rmse_m == pytest.approx(math.sqrt(8.0))


TRUTH = np.array([[1.0, 2.0, 4.0, 8.0]], dtype=np.float32)


def _with(place: int, value: float) -> np.ndarray:
    changed = TRUTH.copy()
    changed[0, place] = value
    return changed


@pytest.mark.parametrize(
    ("predicted", "truth", "valid", "pixels", "coverage"),
    [
        pytest.param(TRUTH, TRUTH, None, 4, 1.0, id="everything known is compared"),
        pytest.param(_with(0, np.nan), TRUTH, None, 3, 0.75, id="an unknown prediction lowers the coverage"),
        pytest.param(_with(0, 0.0), TRUTH, None, 3, 0.75, id="so does a prediction of zero"),
        pytest.param(_with(0, np.inf), TRUTH, None, 3, 0.75, id="so does an infinite one"),
        pytest.param(TRUTH, _with(1, np.nan), None, 3, 1.0, id="an unknown truth does not"),
        pytest.param(TRUTH, _with(1, 0.0), None, 3, 1.0, id="nor does a truth of zero"),
        pytest.param(_with(2, 99.0), TRUTH, TRUTH != 4.0, 3, 1.0, id="nor does a pixel outside the mask"),
    ],
)
def test_what_is_compared_and_what_counts_as_covered(
    predicted: np.ndarray, truth: np.ndarray, valid: np.ndarray | None, pixels: int, coverage: float
) -> None:
    sums = depth_update(predicted, truth, valid)
    assert (sums.images, sums.pixels) == (1, pixels)
    assert sums.coverage == pytest.approx(coverage)
    assert depth_compute(sums).rel == 0.0


@pytest.mark.parametrize("average", ["images", "pixels"])
def test_where_nothing_can_be_compared_the_errors_are_unknown(average) -> None:
    sums = depth_update(np.full_like(TRUTH, np.nan), TRUTH)
    assert (sums.images, sums.coverage) == (0, 0.0)
    assert all(math.isnan(value) for value in astuple(depth_compute(sums, average)))


def test_an_image_without_a_comparable_pixel_does_not_change_the_mean() -> None:
    known = depth_update(TRUTH * 2, TRUTH)
    assert depth_compute(known + depth_update(TRUTH, np.zeros_like(TRUTH))).rel == pytest.approx(1.0)


def test_without_any_known_truth_the_coverage_is_unknown() -> None:
    assert math.isnan(depth_update(TRUTH, np.zeros_like(TRUTH)).coverage)


@pytest.mark.parametrize(
    ("predicted", "valid"),
    [
        pytest.param(TRUTH.T, None, id="a prediction of another size"),
        pytest.param(TRUTH, np.ones((2, 2), dtype=bool), id="a mask of another size"),
    ],
)
def test_maps_of_different_sizes_are_refused(predicted: np.ndarray, valid: np.ndarray | None) -> None:
    with pytest.raises(SettingError, match="compared at one size"):
        depth_update(predicted, TRUTH, valid)


@pytest.mark.parametrize("low", [0.0, -3.0, 1e-4])
def test_with_a_floor_a_low_prediction_counts_as_it_is_and_as_the_floor_in_the_logarithms(low: float) -> None:
    floored = depth_errors(_with(0, low), TRUTH, floor_m=1e-3)
    assert depth_update(_with(0, low), TRUTH, floor_m=1e-3).coverage == 1.0
    assert floored.rel == pytest.approx((1 - low) / 4)
    assert floored.rmse_m == pytest.approx((1 - low) / 2)
    assert floored.log10 == pytest.approx(3 / 4)
    assert floored.log10_squared == pytest.approx(9 / 4)
    assert floored.rmse_log == pytest.approx(math.log(1000) / 2)
    assert floored.delta3 == 0.75


def test_with_a_floor_what_is_not_finite_is_still_not_compared() -> None:
    assert depth_update(_with(0, np.nan), TRUTH, floor_m=1e-3).coverage == 0.75
