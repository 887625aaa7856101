"""Precision, recall and what follows from them, against the official code and by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.evaluation.detection.curves import (
    RECALLS,
    OperatingPoint,
    average_precision,
    best_operating_point,
    interpolated_precision,
    map_by_confidence,
    mean_average_precision,
    mean_interpolated_precision,
    operating_point,
    pooled,
)
from howfar.evaluation.detection.matching import Ranking, rank_detections
from tests.evaluation.detection.coco_cases import CATEGORIES, official_evaluation, random_case

THRESHOLDS = (0.0, 0.2, 0.35, 0.6, 0.99)


def ranking(scores: list[float], right: list[int], truths: int) -> Ranking:
    return Ranking(np.array(scores, dtype=np.float64), np.array(right, dtype=np.bool_), truths)


@st.composite
def rankings(draw: st.DrawFn) -> Ranking:
    """Any ranking: few confidences, so that equal ones are common, and no more right than there are objects."""
    scores = sorted(draw(st.lists(st.sampled_from([0.1, 0.3, 0.5, 0.7, 0.9]), max_size=12)), reverse=True)
    right = draw(st.lists(st.booleans(), min_size=len(scores), max_size=len(scores)))
    return ranking(scores, right, sum(right) + draw(st.integers(0, 5)))


@pytest.mark.parametrize("steps", [pytest.param(0, id="all confidences differ"), pytest.param(5, id="many are equal")])
@pytest.mark.parametrize("seed", range(3))
def test_map_by_confidence_is_what_the_official_code_counts_of_the_detections_that_are_left(
    seed: int, steps: int
) -> None:
    truth, results, image_ids = random_case(seed, steps=steps)
    at50, at75 = rank_detections(truth, results, image_ids, (0.5, 0.75))
    measured = [map_by_confidence(list(of_category.values()), THRESHOLDS) for of_category in (at50, at75)]
    for place, threshold in enumerate(THRESHOLDS):
        left = [result for result in results if result["score"] >= threshold]
        expected = official_evaluation(truth, left, image_ids).stats[1:3] if left else [0.0, 0.0]
        assert [values[place] for values in measured] == pytest.approx(expected, abs=1e-9)
    assert measured[0][0] > measured[0][-1]


@pytest.mark.parametrize("seed", range(3))
def test_the_interpolated_precision_of_each_class_is_the_official_one(seed: int) -> None:
    case = random_case(seed)
    official = official_evaluation(*case).eval["precision"][0, :, :, 0, -1]
    (at50,) = rank_detections(*case, (0.5,))
    for place, category in enumerate(CATEGORIES):
        assert interpolated_precision(at50[category]) == pytest.approx(official[:, place], abs=1e-9)
    assert mean_interpolated_precision(at50.values()) == pytest.approx(official.mean(axis=1), abs=1e-9)


@given(rankings(), st.sampled_from([0.0, 0.2, 0.3, 0.6, 1.0]))
def test_dropping_first_and_dropping_later_give_the_same(whole: Ranking, threshold: float) -> None:
    kept = whole.scores >= threshold
    part = Ranking(whole.scores[kept], whole.right[kept], whole.truths)
    assert average_precision(whole, threshold) == pytest.approx(average_precision(part), nan_ok=True)


@given(rankings())
def test_the_best_threshold_is_as_good_as_any_other(whole: Ranking) -> None:
    best = best_operating_point(whole)
    others = [operating_point(whole, score) for score in whole.scores.tolist()]
    if not (others and whole.truths):
        assert math.isnan(best.score)
        return
    assert best.f1 == max(other.f1 for other in others)
    assert best.score == max(other.score for other in others if other.f1 == best.f1)
    assert best in others


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        pytest.param(0.95, OperatingPoint(0.95, math.nan, 0.0, 0.0), id="none is kept"),
        pytest.param(0.9, OperatingPoint(0.9, 1.0, 0.25, 0.4), id="a threshold keeps what equals it"),
        pytest.param(0.5, OperatingPoint(0.5, 2 / 3, 0.5, 4 / 7), id="two right, one wrong, of four"),
        pytest.param(0.0, OperatingPoint(0.0, 0.5, 0.5, 0.5), id="all are kept"),
    ],
)
def test_precision_recall_and_f1_by_hand(score: float, expected: OperatingPoint) -> None:
    point = operating_point(ranking([0.9, 0.8, 0.5, 0.1], [1, 0, 1, 0], 4), score)
    assert (point.precision, point.recall, point.f1) == pytest.approx(
        (expected.precision, expected.recall, expected.f1), nan_ok=True
    )
    assert point.score == score


def test_the_best_threshold_by_hand() -> None:
    assert best_operating_point(ranking([0.9, 0.8, 0.5, 0.1], [1, 0, 1, 0], 4)).score == 0.5


def test_without_detections_nothing_is_found() -> None:
    point = best_operating_point(ranking([], [], 3))
    assert (point.recall, point.f1) == (0.0, 0.0)
    assert math.isnan(point.precision)
    assert average_precision(ranking([], [], 3)) == 0.0


def test_without_a_true_object_a_class_has_no_ap_and_does_not_count() -> None:
    empty, full = ranking([0.9], [0], 0), ranking([0.9], [1], 1)
    assert math.isnan(average_precision(empty))
    assert mean_average_precision([empty, full]) == 1.0
    assert math.isnan(mean_average_precision([empty]))
    assert mean_interpolated_precision([]).shape == RECALLS.shape


def test_pooled_detections_are_ranked_anew() -> None:
    both = pooled([ranking([0.9, 0.2], [1, 0], 2), ranking([0.5], [1], 1)])
    assert (both.scores.tolist(), both.right.tolist(), both.truths) == ([0.9, 0.5, 0.2], [True, True, False], 3)
