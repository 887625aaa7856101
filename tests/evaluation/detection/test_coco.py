"""COCO's twelve numbers and the tables that they are counted from, against the official code."""

import math
import sys
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest

from howfar.datasets import CocoDetection, DetectionSample
from howfar.errors import MissingExtraError, SettingError
from howfar.evaluation.detection.coco import (
    categories_by_name,
    coco_numbers,
    coco_results,
    coco_scores,
    coco_table,
    ground_truth,
    sample_boxes,
)
from howfar.scene import Detections
from tests.datasets import folders
from tests.evaluation.detection.coco_cases import CATEGORIES, official_evaluation, official_numbers, random_case

NAMES = {1: "person", 90: "toothbrush"}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_numbers_are_the_official_ones(seed: int) -> None:
    case = random_case(seed)
    expected = official_numbers(*case)
    assert astuple(coco_numbers(*case)) == pytest.approx(expected, abs=1e-9, nan_ok=True)
    assert 0.1 < expected[0] < 0.9


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_ap_by_class_is_the_official_one(seed: int) -> None:
    case = random_case(seed)
    precision = official_evaluation(*case).eval["precision"][:, :, :, 0, -1]
    expected = {category: precision[:, :, place].mean() for place, category in enumerate(CATEGORIES)}
    assert coco_scores(*case).ap_of == pytest.approx(expected, abs=1e-9)


def test_a_class_without_a_true_object_has_no_ap() -> None:
    truth, results, image_ids = random_case(0)
    truth["categories"].append({"id": 9, "name": "class 9"})
    scores = coco_scores(truth, results, image_ids)
    assert math.isnan(scores.ap_of[9])
    assert scores.numbers == coco_numbers(*random_case(0))


def test_only_the_pictures_that_were_shown_are_counted() -> None:
    truth, results, image_ids = random_case(0)
    some = image_ids[::3]
    shown = [result for result in results if result["image_id"] in some]
    expected = official_numbers(truth, shown, some)
    assert astuple(coco_numbers(truth, shown, some)) == pytest.approx(expected, abs=1e-9, nan_ok=True)


def test_a_size_that_no_true_object_has_is_unknown(tmp_path: Path) -> None:
    dataset = CocoDetection(*folders.write_coco(tmp_path))
    detections = Detections.from_boxes([[10, 5, 30, 35]], ["toothbrush"])
    results = coco_results(7, detections, categories_by_name(detections.class_names, NAMES))
    numbers = coco_numbers(ground_truth(dataset), results, [7, 3])
    # The only person is a crowd, so that the toothbrush, of 300 px², is all there is to find.
    assert (numbers.ap, numbers.ap_small, numbers.ar100) == pytest.approx((1.0, 1.0, 1.0))
    assert math.isnan(numbers.ap_medium)
    assert math.isnan(numbers.ar_large)


def test_a_detector_that_finds_nothing_scores_nothing(tmp_path: Path) -> None:
    dataset = CocoDetection(*folders.write_coco(tmp_path))
    numbers = coco_numbers(ground_truth(dataset), [], [7, 3])
    assert (numbers.ap, numbers.ar100) == (0.0, 0.0)


def test_true_boxes_are_numbered_from_one_and_keep_the_area_of_their_outline(tmp_path: Path) -> None:
    annotations = ground_truth(CocoDetection(*folders.write_coco(tmp_path)))["annotations"]
    expected = folders.coco_table()["annotations"][0] | {"id": 1}
    assert annotations[0] == expected
    assert [annotation["id"] for annotation in annotations] == [1, 2]


def test_the_boxes_of_a_sample_have_the_area_of_the_box() -> None:
    sample = DetectionSample(
        name="a.png",
        image_id=5,
        image=np.zeros((48, 64, 3), dtype=np.uint8),
        boxes_xyxy_px=np.array([[10, 5, 30, 35], [0, 0, 8, 8]], dtype=np.float32),
        class_ids=np.array([1, 0]),
        crowd=np.array([False, True]),
        class_names=("person", "toothbrush"),
    )
    first, second = coco_table([], sample_boxes(sample), {0: "person", 1: "toothbrush"})["annotations"]
    assert first == {
        "id": 1,
        "image_id": 5,
        "category_id": 1,
        "bbox": [10.0, 5.0, 20.0, 30.0],
        "area": 600.0,
        "iscrowd": 0,
    }
    assert (second["id"], second["iscrowd"], second["area"]) == (2, 1, 64.0)


def test_classes_are_matched_by_name_and_others_left_out() -> None:
    assert categories_by_name(("dog", "Toothbrush ", "person"), NAMES) == {1: 90, 2: 1}
    detections = Detections.from_boxes([[1, 2, 4, 8], [0, 0, 5, 5]], ["person", "dog"], [0.75, 0.5])
    results = coco_results(7, detections, categories_by_name(detections.class_names, NAMES))
    assert results == [{"image_id": 7, "category_id": 1, "bbox": [1.0, 2.0, 3.0, 6.0], "score": 0.75}]


def test_a_detector_for_other_classes_is_refused() -> None:
    with pytest.raises(SettingError, match=r"none of the data's classes \(person, toothbrush, …\)"):
        categories_by_name(("dog", "cat"), NAMES)


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faster_coco_eval", None)
    with pytest.raises(MissingExtraError, match=r"howfar\[eval\]"):
        coco_numbers({}, [], [])
