"""The boundary F1, against a plain implementation and by what must hold for any map."""

import math
from dataclasses import astuple
from functools import reduce

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from howfar.errors import SettingError
from howfar.evaluation.depth.boundaries import BoundarySums, boundary_compute, boundary_scores, boundary_update

DEPTHS = arrays.arrays(np.float32, (4, 5), elements=st.sampled_from([1.0, 1.03, 1.08, 1.2, 1.5, 3.0, 0.0, np.nan]))
KNOWN = arrays.arrays(np.float32, (4, 5), elements=st.sampled_from([1.0, 1.03, 1.08, 1.2, 1.5, 3.0]))
THRESHOLDS = [5 + 20 * step / 9 for step in range(10)]


def ratios(depth: np.ndarray, truth: np.ndarray) -> dict[tuple[int, ...], float]:
    """d(j) / d(i) of all pairs (i, j) of the formula, pixel by pixel, where truth and depth are known."""
    height, width = depth.shape
    known = np.isfinite(depth) & (depth > 0) & np.isfinite(truth) & (truth > 0)
    return {
        (row, column, down, right): float(depth[row + down, column + right]) / float(depth[row, column])
        for row in range(height)
        for column in range(width)
        for down, right in ((0, 1), (0, -1), (1, 0), (-1, 0))
        if 0 <= row + down < height
        and 0 <= column + right < width
        and known[row, column]
        and known[row + down, column + right]
    }


def has_contour(depth: np.ndarray) -> bool:
    return any(ratio > 1.05 for ratio in ratios(depth, depth).values())


def plain_f1(predicted: np.ndarray, truth: np.ndarray) -> float:
    """The weighted mean of F1, from sets of contours."""
    of_prediction, of_truth = ratios(predicted, truth), ratios(truth, truth)
    total = weights = 0.0
    for percent in THRESHOLDS:
        least = 1 + percent / 100
        found = {pair for pair, ratio in of_prediction.items() if ratio > least}
        true = {pair for pair, ratio in of_truth.items() if ratio > least}
        if not found and not true:
            continue
        precision = len(found & true) / max(len(found), 1)
        recall = len(found & true) / max(len(true), 1)
        both = precision + recall
        total += least * (2 * precision * recall / both if both else 0.0)
        weights += least
    return total / weights


@given(DEPTHS, DEPTHS)
def test_the_f1_is_that_of_a_plain_implementation(predicted: np.ndarray, truth: np.ndarray) -> None:
    scores = boundary_scores(predicted, truth)
    if has_contour(truth):
        assert scores.f1 == pytest.approx(plain_f1(predicted, truth))
    else:
        assert all(math.isnan(value) for value in astuple(scores))


@given(KNOWN)
def test_a_perfect_map_scores_one_where_there_is_a_contour(truth: np.ndarray) -> None:
    assume(has_contour(truth))
    assert astuple(boundary_scores(truth, truth)) == pytest.approx((1.0, 1.0, 1.0))


@given(KNOWN, KNOWN, st.sampled_from([0.25, 0.5, 4.0]))
def test_a_factor_for_the_whole_map_changes_nothing(predicted: np.ndarray, truth: np.ndarray, factor: float) -> None:
    before, after = boundary_scores(predicted, truth), boundary_scores(predicted * np.float32(factor), truth)
    assert astuple(after) == pytest.approx(astuple(before), nan_ok=True)


@given(KNOWN, KNOWN)
def test_mirroring_and_turning_both_maps_changes_nothing(predicted: np.ndarray, truth: np.ndarray) -> None:
    before, after = boundary_scores(predicted, truth), boundary_scores(predicted[:, ::-1].T, truth[:, ::-1].T)
    assert astuple(after) == pytest.approx(astuple(before), nan_ok=True)


@given(KNOWN, KNOWN)
def test_swapping_the_maps_swaps_precision_and_recall(predicted: np.ndarray, truth: np.ndarray) -> None:
    assume(has_contour(truth))
    assume(has_contour(predicted))
    one, other = boundary_scores(predicted, truth), boundary_scores(truth, predicted)
    assert (other.f1, other.precision, other.recall) == pytest.approx((one.f1, one.recall, one.precision))


STEP = np.array([[1.0, 1.0, 2.0, 2.0]], dtype=np.float32)


@pytest.mark.parametrize(
    ("predicted", "f1", "precision", "recall"),
    [
        pytest.param([1.0, 1.0, 2.0, 2.0], 1.0, 1.0, 1.0, id="the step is in its place"),
        pytest.param([5.0, 5.0, 9.0, 9.0], 1.0, 1.0, 1.0, id="only the ratio counts, and that it is large enough"),
        pytest.param([2.0, 2.0, 1.0, 1.0], 0.0, 0.0, 0.0, id="a step the other way is none"),
        pytest.param([1.0, 2.0, 2.0, 2.0], 0.0, 0.0, 0.0, id="nor is one between other pixels"),
        pytest.param([1.0, 1.5, 2.0, 3.0], 0.5, 1 / 3, 1.0, id="of three steps one is true"),
        pytest.param([1.0, 1.0, np.nan, 2.0], 0.0, 0.0, 0.0, id="an unknown prediction hides the step"),
        pytest.param([1.0, 1.0, 1.01, 1.01], 0.0, 0.0, 0.0, id="a step of 1 % is none"),
    ],
)
def test_by_hand(predicted: list[float], f1: float, precision: float, recall: float) -> None:
    scores = boundary_scores(np.array([predicted], dtype=np.float32), STEP)
    assert astuple(scores) == pytest.approx((f1, precision, recall))


def test_the_mean_is_weighted_by_the_ratio_of_each_threshold() -> None:
    # A step of 10 % is found by the thresholds 5, 7.2 and 9.4 %, and missed by the other seven.
    scores = boundary_scores(np.array([[1.0, 1.0, 1.1, 1.1]], dtype=np.float32), STEP)
    weights = [1 + percent / 100 for percent in THRESHOLDS]
    assert scores.f1 == pytest.approx(sum(weights[:3]) / sum(weights))
    assert scores.recall == scores.precision == scores.f1


def test_a_threshold_without_any_contour_says_nothing() -> None:
    low = np.array([[1.0, 1.0, 1.1, 1.1]], dtype=np.float32)
    assert boundary_scores(low, low).f1 == 1.0


@pytest.mark.parametrize(
    ("truth", "valid"),
    [
        pytest.param([[1.0, 1.0, np.nan, 2.0]], None, id="the truth is unknown at the step"),
        pytest.param([[1.0, 1.0, 0.0, 2.0]], None, id="a truth of zero is unknown"),
        pytest.param([[1.0, 1.0, 2.0, 2.0]], [[True, True, False, True]], id="the step is outside the mask"),
        pytest.param([[2.0, 2.0, 2.0, 2.0]], None, id="all is flat"),
    ],
)
def test_without_a_true_contour_there_is_no_score_and_no_picture(truth, valid) -> None:
    mask = None if valid is None else np.array(valid)
    sums = boundary_update(STEP, np.array(truth, dtype=np.float32), mask)
    assert sums.images == 0
    assert all(math.isnan(value) for value in astuple(boundary_compute(sums)))


@settings(deadline=None)
@given(st.lists(st.tuples(KNOWN, KNOWN), min_size=1, max_size=4))
def test_sums_add_over_pictures(pairs: list[tuple[np.ndarray, np.ndarray]]) -> None:
    sums = reduce(BoundarySums.__add__, (boundary_update(*pair) for pair in pairs), BoundarySums.none())
    alone = [plain_f1(*pair) for pair in pairs if has_contour(pair[1])]
    assume(alone)
    assert sums.images == len(alone)
    assert boundary_compute(sums).f1 == pytest.approx(np.mean(alone))
    # Stacked with a row between that is not known, the pictures are one picture whose contours are pooled.
    gap = np.full((1, 5), np.nan, dtype=np.float32)
    stacked = (np.concatenate([part for pair in pairs for part in (pair[side], gap)]) for side in (0, 1))
    assert boundary_compute(sums, "pixels").f1 == pytest.approx(plain_f1(*stacked))


def test_maps_of_different_sizes_are_refused() -> None:
    with pytest.raises(SettingError, match="compared at one size"):
        boundary_scores(STEP.T, STEP)
