"""COCO's twelve numbers, against the official code."""

import copy
import math
import sys
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from howfar.datasets import CocoDetection
from howfar.errors import MissingExtraError, SettingError
from howfar.evaluation.detection import (
    CocoNumbers,
    DetectorProtocol,
    categories_by_name,
    coco_numbers,
    coco_results,
    evaluate_detector,
    ground_truth,
)
from howfar.models import open_detector
from howfar.scene import Detections

from ..datasets.folders import coco_table, write_coco
from ..models.onnx_files import constant_detector


def official_numbers(truth: dict[str, Any], results: list[dict[str, Any]], image_ids: list[int]) -> tuple[float, ...]:
    """What pycocotools counts; NaN where it says -1."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    coco = COCO()
    coco.dataset = copy.deepcopy(truth) | {"info": {}}
    coco.createIndex()
    evaluation = COCOeval(coco, coco.loadRes(copy.deepcopy(results)), "bbox")
    evaluation.params.imgIds = image_ids
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return tuple(value if value >= 0 else math.nan for value in evaluation.stats.tolist())


def random_case(seed: int) -> tuple[dict[str, Any], list[dict[str, Any]], list[int]]:
    """Thirty pictures with objects of all sizes, some of them crowds, of which some are found, more or less."""
    random = np.random.default_rng(seed)
    truth: dict[str, Any] = {
        "images": [{"id": number, "width": 400, "height": 300} for number in range(1, 31)],
        "annotations": [],
        "categories": [{"id": number, "name": f"class {number}"} for number in (2, 3, 7)],
    }
    results = []
    for number in range(1, 31):
        for _ in range(random.integers(0, 6)):
            x, y, width, height = random.uniform(0, 200), random.uniform(0, 150), *np.exp(random.uniform(2, 5, 2))
            annotation = {
                "id": len(truth["annotations"]) + 1,
                "image_id": number,
                "category_id": int(random.choice([2, 3, 7])),
                "bbox": [x, y, width, height],
                "area": width * height * random.uniform(0.5, 1),
                "iscrowd": int(random.random() < 0.1),
            }
            truth["annotations"].append(annotation)
            for _ in range(random.integers(0, 3)):
                moved = np.array(annotation["bbox"]) + random.normal(0, 0.06, 4) * [width, height, width, height]
                category = annotation["category_id"] if random.random() < 0.9 else 7
                results.append(
                    {"image_id": number, "category_id": category, "bbox": moved.tolist(), "score": random.random()}
                )
    return truth, results, list(range(1, 31))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_numbers_are_the_official_ones(seed: int) -> None:
    truth, results, image_ids = random_case(seed)
    expected = official_numbers(truth, results, image_ids)
    assert astuple(coco_numbers(truth, results, image_ids)) == pytest.approx(expected, abs=1e-9, nan_ok=True)
    assert 0.1 < expected[0] < 0.9


def test_only_the_pictures_that_were_shown_are_counted() -> None:
    truth, results, image_ids = random_case(0)
    some = image_ids[::3]
    shown = [result for result in results if result["image_id"] in some]
    expected = official_numbers(truth, shown, some)
    assert astuple(coco_numbers(truth, shown, some)) == pytest.approx(expected, abs=1e-9, nan_ok=True)


def test_a_size_that_no_true_object_has_is_unknown(tmp_path: Path) -> None:
    dataset = CocoDetection(*write_coco(tmp_path))
    detections = Detections.from_boxes([[10, 5, 30, 35]], ["toothbrush"])
    results = coco_results(7, detections, categories_by_name(detections.class_names, dataset))
    numbers = coco_numbers(ground_truth(dataset), results, [7, 3])
    # The only person is a crowd, so that the toothbrush, of 300 px², is all there is to find.
    assert (numbers.ap, numbers.ap_small, numbers.ar100) == pytest.approx((1.0, 1.0, 1.0))
    assert math.isnan(numbers.ap_medium)
    assert math.isnan(numbers.ar_large)


def test_a_detector_that_finds_nothing_scores_nothing(tmp_path: Path) -> None:
    dataset = CocoDetection(*write_coco(tmp_path))
    numbers = coco_numbers(ground_truth(dataset), [], [7, 3])
    assert (numbers.ap, numbers.ar100) == (0.0, 0.0)


def test_true_boxes_are_numbered_from_one_and_keep_the_area_of_their_outline(tmp_path: Path) -> None:
    annotations = ground_truth(CocoDetection(*write_coco(tmp_path)))["annotations"]
    expected = coco_table()["annotations"][0] | {"id": 1}
    assert annotations[0] == expected
    assert [annotation["id"] for annotation in annotations] == [1, 2]


def test_classes_are_matched_by_name_and_others_left_out(tmp_path: Path) -> None:
    dataset = CocoDetection(*write_coco(tmp_path))
    categories = categories_by_name(("dog", "Toothbrush ", "person"), dataset)
    assert categories == {1: 90, 2: 1}
    detections = Detections.from_boxes([[1, 2, 4, 8], [0, 0, 5, 5]], ["person", "dog"], [0.75, 0.5])
    results = coco_results(7, detections, categories_by_name(detections.class_names, dataset))
    assert results == [{"image_id": 7, "category_id": 1, "bbox": [1.0, 2.0, 3.0, 6.0], "score": 0.75}]


def test_a_detector_for_other_classes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"none of the classes of .*\(person, toothbrush, …\)"):
        categories_by_name(("dog", "cat"), CocoDetection(*write_coco(tmp_path)))


@pytest.mark.parametrize("threshold", ["score", "nms"])
@pytest.mark.parametrize("value", [-0.1, 1.5, math.nan])
def test_a_threshold_that_cannot_be_is_refused(threshold: str, value: float) -> None:
    with pytest.raises(SettingError, match=f"{threshold} threshold must lie between 0 and 1"):
        DetectorProtocol(**{threshold: value})


def test_without_the_library_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faster_coco_eval", None)
    with pytest.raises(MissingExtraError, match=r"howfar\[eval\]"):
        coco_numbers({}, [], [])


def test_a_detector_is_shown_every_picture_and_measured(tmp_path: Path) -> None:
    found = np.array([[[10, 5, 30, 35, 0.9, 1], [0, 0, 20, 20, 0.01, 1]]], dtype=np.float32)
    model = constant_detector(
        tmp_path, {"found": found}, 'layout = "end2end"\nclasses = ["dog", "toothbrush"]', fit="stretch"
    )
    result = evaluate_detector(CocoDetection(*write_coco(tmp_path)), open_detector(model))
    assert (result.images, result.classes_known, result.classes) == (2, 1, 2)
    assert result.numbers.ar100 == pytest.approx(1.0)
    # One toothbrush is found in each picture with the same score, and only one is right.
    assert result.numbers.ap == pytest.approx(0.5)


def test_the_embedded_detector_on_some_pictures_of_coco_is_measured_as_the_official_code_does(shared: Path) -> None:
    folder = shared / "data" / "coco_train337"
    dataset = CocoDetection(folder / "images", folder / "instances.json")
    detector = open_detector()
    samples = dataset[::28]
    result = evaluate_detector(dataset, detector, samples=samples)
    categories = categories_by_name(detector.spec.classes, dataset)
    found = [
        entry
        for sample in samples
        for entry in coco_results(sample.image_id, detector.detect(sample.image, score=0.02, nms=0.6), categories)
    ]
    expected = official_numbers(ground_truth(dataset), found, [sample.image_id for sample in samples])
    assert isinstance(result.numbers, CocoNumbers)
    assert astuple(result.numbers) == pytest.approx(expected, abs=1e-9, nan_ok=True)
    assert result.classes_known == 80
    assert result.numbers.ap > 0.2
