"""Matching, against the official code."""

from typing import Any

import numpy as np
import pytest

from howfar.evaluation.detection.matching import LIMIT, NONE, overlaps, rank_detections, taken_objects
from tests.evaluation.detection.coco_cases import CATEGORIES, official_evaluation, random_case

IOUS = (0.5, 0.75)


def official_ranking(evaluation: Any, category: int, iou: float) -> tuple[list[float], list[bool]]:
    """Scores and rights of one class, as the official code has them before it counts, in its own order."""
    row = int(np.flatnonzero(np.isclose(evaluation.params.iouThrs, iou))[0])
    pictures = [
        found
        for found in evaluation.evalImgs
        if found and found["category_id"] == category and found["aRng"] == [0, 1e10]
    ]
    scores = np.concatenate([np.array(found["dtScores"], dtype=float) for found in pictures])
    right = np.concatenate([found["dtMatches"][row] > 0 for found in pictures])
    ignored = np.concatenate([found["dtIgnore"][row].astype(bool) for found in pictures])
    order = np.argsort(-scores, kind="mergesort")
    order = order[~ignored[order]]
    return scores[order].tolist(), right[order].tolist()


def one_picture(
    true: list[list[float]], found: list[tuple[list[float], float]], crowd: tuple[int, ...] = ()
) -> tuple[dict[str, Any], list[dict[str, Any]], list[int]]:
    """One picture with objects and detections of one class."""
    truth = {
        "images": [{"id": 1, "width": 100, "height": 100}],
        "annotations": [
            {
                "id": number + 1,
                "image_id": 1,
                "category_id": 1,
                "bbox": box,
                "area": box[2] * box[3],
                "iscrowd": int(number in crowd),
            }
            for number, box in enumerate(true)
        ],
        "categories": [{"id": 1, "name": "thing"}],
    }
    results = [{"image_id": 1, "category_id": 1, "bbox": box, "score": score} for box, score in found]
    return truth, results, [1]


@pytest.mark.parametrize("steps", [pytest.param(0, id="all confidences differ"), pytest.param(5, id="many are equal")])
@pytest.mark.parametrize("seed", range(6))
def test_every_detection_is_judged_as_the_official_code_judges_it(seed: int, steps: int) -> None:
    case = random_case(seed, steps=steps)
    evaluation = official_evaluation(*case)
    rankings = rank_detections(*case, IOUS)
    for iou, of_category in zip(IOUS, rankings, strict=True):
        for category in CATEGORIES:
            expected = official_ranking(evaluation, category, iou)
            ranking = of_category[category]
            assert (ranking.scores.tolist(), ranking.right.tolist()) == expected
            assert 0 < sum(expected[1]) < len(expected[1])


@pytest.mark.parametrize(
    ("true", "found", "crowd", "right"),
    [
        pytest.param([[0, 0, 10, 10]], [([0, 0, 10, 10], 0.9)], (), [True], id="an exact copy is right"),
        pytest.param([], [([0, 0, 10, 10], 0.9)], (), [False], id="where nothing is, every detection is wrong"),
        pytest.param(
            [[0, 0, 10, 10]],
            [([0, 0, 10, 8], 0.5), ([0, 0, 10, 10], 0.4)],
            (),
            [True, False],
            id="the second on an object is wrong, though it fits better",
        ),
        pytest.param(
            [[0, 0, 10, 10], [0, 0, 10, 7]],
            [([0, 0, 10, 9], 0.5), ([0, 0, 10, 10], 0.4)],
            (),
            [True, False],
            id="an object that a better one took is not free any more",
        ),
        pytest.param(
            [[0, 0, 100, 100]],
            [([0, 0, 10, 10], 0.5), ([50, 50, 10, 10], 0.4)],
            (0,),
            [],
            id="any number within a crowd are left out",
        ),
        pytest.param(
            [[0, 0, 100, 100], [0, 0, 10, 10]],
            [([0, 0, 10, 10], 0.5)],
            (0,),
            [True],
            id="an object of its own comes before the crowd round it",
        ),
    ],
)
def test_the_rules(true: Any, found: Any, crowd: tuple[int, ...], right: list[bool]) -> None:
    (rankings,) = rank_detections(*one_picture(true, found, crowd), (0.75,))
    assert rankings[1].right.tolist() == right
    assert rankings[1].truths == len(true) - len(crowd)


def test_the_best_hundred_of_a_picture_and_class_are_counted() -> None:
    found = [([0.0, 0.0, 10.0, 10.0], score) for score in np.linspace(0.1, 0.9, LIMIT + 20).tolist()]
    (rankings,) = rank_detections(*one_picture([[0, 0, 10, 10]], found), (0.5,))
    assert len(rankings[1].scores) == LIMIT
    assert rankings[1].scores[0] == 0.9


def test_a_class_without_detections_keeps_its_true_objects() -> None:
    (rankings,) = rank_detections(*one_picture([[0, 0, 10, 10]], []), (0.5,))
    assert (rankings[1].scores.size, rankings[1].right.size, rankings[1].truths) == (0, 0, 1)


def test_pictures_that_were_not_shown_do_not_count() -> None:
    truth, results, _ = random_case(0)
    (rankings,) = rank_detections(truth, results, [4, 5, 6], (0.5,))
    true = [entry for entry in truth["annotations"] if entry["image_id"] in (4, 5, 6) and not entry["iscrowd"]]
    assert sum(ranking.truths for ranking in rankings.values()) == len(true)


def test_overlap_is_intersection_over_union_and_within_a_crowd_over_the_found_box() -> None:
    found = np.array([[0.0, 0.0, 10.0, 10.0]])
    true = np.array([[5.0, 0.0, 10.0, 10.0], [5.0, 0.0, 10.0, 10.0], [10.0, 0.0, 5.0, 5.0], [0.0, 0.0, 0.0, 0.0]])
    shares = overlaps(found, true, np.array([False, True, False, False]))
    assert shares.tolist() == [[50 / 150, 0.5, 0.0, 0.0]]


@pytest.mark.parametrize(
    ("shared", "takeable", "taken"),
    [
        pytest.param([[0.6, 0.9]], None, [1], id="the object that it overlaps most"),
        pytest.param([[0.6, 0.9], [0.5, 0.95]], None, [1, 0], id="the next best where a better detection took it"),
        pytest.param([[0.6, 0.9]], [True, False], [0], id="the next best where it cannot be taken"),
        pytest.param([[0.7, 0.7]], None, [1], id="the last of equals"),
        pytest.param([[0.49, 0.3]], None, [NONE], id="none below the least overlap"),
        pytest.param([[], []], None, [NONE, NONE], id="none where nothing is"),
    ],
)
def test_which_object_a_detection_takes(shared: Any, takeable: Any, taken: list[int]) -> None:
    mask = None if takeable is None else np.array(takeable)
    assert taken_objects(np.array(shared, dtype=np.float64), 0.5, mask).tolist() == taken
