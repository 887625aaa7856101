"""Measuring a detector on pictures with known objects."""

import math
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest

from howfar.datasets import CocoDetection
from howfar.errors import SettingError
from howfar.evaluation.detection.coco import categories_by_name, coco_results, ground_truth
from howfar.evaluation.detection.curves import mean_average_precision
from howfar.evaluation.detection.evaluation import DetectionOptions, evaluate_detector
from howfar.models import CardDetector, open_detector
from howfar.scene import Frame, Query
from tests.datasets.folders import write_coco
from tests.evaluation.detection.coco_cases import official_numbers
from tests.models.onnx_files import constant_detector


def tiny_detector(folder: Path) -> CardDetector:
    """It finds a toothbrush where one is in the first picture, in any picture; and a faint one elsewhere."""
    found = np.array([[[10, 5, 30, 35, 0.9, 1], [0, 0, 20, 20, 0.01, 1]]], dtype=np.float32)
    card = 'layout = "end2end"\nclasses = ["dog", "toothbrush"]'
    return open_detector(constant_detector(folder, {"found": found}, card, fit="stretch"))


@pytest.mark.parametrize("threshold", ["score", "nms", "confidence"])
@pytest.mark.parametrize("value", [-0.1, 1.5, math.nan])
def test_a_threshold_that_cannot_be_is_refused(threshold: str, value: float) -> None:
    with pytest.raises(SettingError, match=f"{threshold} threshold must lie between 0 and 1"):
        DetectionOptions(**{threshold: value})


def test_precision_is_not_stated_where_detections_were_dropped() -> None:
    with pytest.raises(SettingError, match=r"at a confidence of 0.2 .* below 0.3 are dropped: raise the confidence"):
        DetectionOptions(score=0.3, confidence=0.2)


def test_a_detector_is_shown_every_picture_and_measured(tmp_path: Path) -> None:
    result = evaluate_detector(CocoDetection(*write_coco(tmp_path)), tiny_detector(tmp_path))
    assert (result.images, result.classes_known, len(result.classes), result.outlined) == (2, 1, 2, True)
    assert result.numbers.ar100 == pytest.approx(1.0)
    # One toothbrush is found in each picture with the same score, and only one is right.
    assert result.numbers.ap == pytest.approx(0.5)


def test_each_class_of_the_data_is_measured(tmp_path: Path) -> None:
    result = evaluate_detector(CocoDetection(*write_coco(tmp_path)), tiny_detector(tmp_path))
    person, toothbrush = result.classes
    assert (person.name, person.known, person.at50.truths) == ("person", False, 0)
    assert math.isnan(person.ap)
    assert (toothbrush.name, toothbrush.known, toothbrush.ap) == ("toothbrush", True, pytest.approx(0.5))
    # Of equal detections those in the picture with the lower number, 3, come first; the toothbrush is in picture 7.
    assert toothbrush.at50.right.tolist() == toothbrush.at75.right.tolist() == [False, True]
    assert toothbrush.at50.scores.tolist() == pytest.approx([0.9, 0.9])


def test_samples_of_any_data_set_are_measured_by_the_area_of_their_boxes(tmp_path: Path) -> None:
    dataset = CocoDetection(*write_coco(tmp_path))
    detector = tiny_detector(tmp_path)
    stated, measured = evaluate_detector(dataset, detector), evaluate_detector(dataset[:], detector)
    assert (measured.outlined, measured.images) == (False, 2)
    assert [one.name for one in measured.classes] == ["person", "toothbrush"]
    assert measured.numbers.ap == stated.numbers.ap
    # The box holds 600 px² and the outline 300 px²: small both.
    assert measured.numbers.ap_small == stated.numbers.ap_small


def test_only_the_samples_that_are_given_are_shown(tmp_path: Path) -> None:
    dataset = CocoDetection(*write_coco(tmp_path))
    result = evaluate_detector(dataset, tiny_detector(tmp_path), samples=dataset[:1])
    assert (result.images, result.numbers.ap) == (1, pytest.approx(1.0))


def test_the_embedded_detector_on_some_pictures_of_coco_is_measured_as_the_official_code_does(shared: Path) -> None:
    folder = shared / "data" / "coco_train337"
    dataset = CocoDetection(folder / "images", folder / "instances.json")
    detector = open_detector()
    samples = dataset[::28]
    result = evaluate_detector(dataset, detector, samples=samples)
    categories = categories_by_name(
        detector.class_names, dict(zip(dataset.category_ids, dataset.class_names, strict=True))
    )
    found = [
        entry
        for sample in samples
        for entry in coco_results(
            sample.image_id,
            detector.detect(Frame(sample.image, sample.name), Query(0.02, 0.6, class_wise=True)),
            categories,
        )
    ]
    expected = official_numbers(ground_truth(dataset), found, [sample.image_id for sample in samples])
    assert astuple(result.numbers) == pytest.approx(expected, abs=1e-9, nan_ok=True)
    matched = [mean_average_precision([getattr(one, at) for one in result.classes]) for at in ("at50", "at75")]
    assert matched == pytest.approx(expected[1:3], abs=1e-9)
    assert result.classes_known == 80
    assert result.numbers.ap > 0.2
