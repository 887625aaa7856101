"""Measuring the distances of objects."""

import math
from pathlib import Path

import numpy as np
import pytest

from howfar.datasets import ObjectSample
from howfar.errors import SettingError
from howfar.evaluation.objects.evaluation import NOT_FOUND, evaluate_objects
from howfar.evaluation.objects.results import ObjectResult
from howfar.models import CardDetector, open_detector
from tests.evaluation.objects.object_cases import CAMERA, LEFT, RIGHT, object_options, object_sample
from tests.evaluation.predictors import Predictor, red_tenths
from tests.models.onnx_files import constant_detector

NAMES = {"chair": "chair", "sofa": "couch", "settee": "couch"}


def finding(folder: Path, *rows: tuple[tuple[float, ...], float, str]) -> CardDetector:
    """A detector that finds these boxes with their scores and classes in every picture."""
    classes = ("couch", "Chair", "dog")
    found = np.array([[[*box, score, classes.index(name)] for box, score, name in rows]], dtype=np.float32)
    card = f'layout = "end2end"\nclasses = {list(classes)}\nscore = 0.3'
    return open_detector(constant_detector(folder, {"found": found}, card, fit="stretch"))


def in_detected_boxes(detector: CardDetector, *samples: ObjectSample, **settings: object) -> ObjectResult:
    return evaluate_objects(samples, object_options(boxes="detector", **settings), detector, None, NAMES)


def test_with_true_boxes_and_true_depth_only_the_methods_error_is_left() -> None:
    result = evaluate_objects([object_sample()], object_options("median", "min"))
    assert result.truth_m.tolist() == [2.0, 4.0]
    assert result.estimates_m("median").tolist() == [2.0, 5.0]
    assert (result.errors("median").rel, result.errors("median").coverage) == (0.125, 1.0)
    first = result.objects[0]
    assert (first.picture, first.sample_index, first.number, first.label) == ("room", 0, 0, "chair")
    assert (first.box_xyxy_px, first.measured_xyxy_px, first.found) == (LEFT, LEFT, True)
    assert math.isnan(first.score)
    assert [each.method for each in first.distances] == ["median", "min"]


def test_with_the_networks_depth_it_sees_each_picture_once_with_its_camera() -> None:
    network = Predictor(red_tenths)
    result = evaluate_objects(
        [object_sample(mapped=False)], object_options("median", "mean", depth="network"), None, network
    )
    assert result.estimates_m("median").tolist() == [3.0, 6.0]
    ((image, camera),) = network.seen
    assert (image.shape, camera) == ((48, 64, 3), CAMERA)


def test_pixels_of_unknown_true_depth_are_left_out() -> None:
    sample = object_sample()
    assert sample.depth_map_m is not None
    sample.depth_map_m[:, 36:50] = np.nan
    sample.depth_map_m[:, :32] = np.nan
    result = evaluate_objects([sample], object_options())
    assert result.estimates_m("median").tolist() == pytest.approx([np.nan, 5.0], nan_ok=True)
    assert result.errors("median").coverage == 0.5


def test_a_relative_depth_network_covers_nothing_and_has_no_error() -> None:
    network = Predictor(red_tenths, "relative_depth")
    errors = evaluate_objects([object_sample()], object_options(depth="network"), None, network).errors("median")
    assert (errors.objects, errors.coverage) == (2, 0.0)
    assert math.isnan(errors.rel)


def test_a_detection_finds_the_object_of_its_class_that_it_overlaps(tmp_path: Path) -> None:
    detector = finding(tmp_path, ((4, 4, 24, 20), 0.9, "Chair"), (RIGHT, 0.8, "dog"))
    result = in_detected_boxes(detector, object_sample())
    chair, sofa = result.objects
    assert (chair.found, chair.measured_xyxy_px, chair.box_xyxy_px) == (True, (4.0, 4.0, 24.0, 20.0), LEFT)
    assert chair.score == pytest.approx(0.9)
    assert (sofa.found, sofa.distances[0].reason) == (False, NOT_FOUND)
    assert all(math.isnan(value) for value in (*sofa.measured_xyxy_px, sofa.score))
    assert result.errors("median").coverage == 0.5
    assert result.class_map == {"chair": "Chair", "sofa": "couch", "settee": "couch"}


@pytest.mark.parametrize(
    ("rows", "settings", "found"),
    [
        pytest.param([(LEFT, 0.9, "Chair")], {}, {0: 0.9}, id="an exact copy"),
        pytest.param([((4, 4, 24, 13), 0.9, "Chair")], {}, {}, id="an IoU of 0.45 is too little"),
        pytest.param([((4, 4, 24, 13), 0.9, "Chair")], {"iou": 0.4}, {0: 0.9}, id="unless less is asked for"),
        pytest.param([(LEFT, 0.04, "Chair")], {}, {}, id="a score below the threshold"),
        pytest.param([(LEFT, 0.04, "Chair")], {"score": 0.01}, {0: 0.04}, id="unless less is asked for, too"),
        pytest.param(
            [((4, 4, 24, 20), 0.9, "Chair"), (LEFT, 0.5, "Chair")], {}, {0: 0.9}, id="the best score comes first"
        ),
        pytest.param([(LEFT, 0.9, "couch")], {}, {}, id="another class"),
        pytest.param([(LEFT, 0.9, "Chair"), (RIGHT, 0.6, "couch")], {}, {0: 0.9, 1: 0.6}, id="two classes"),
    ],
)
def test_what_counts_as_found(tmp_path: Path, rows: list, settings: dict, found: dict[int, float]) -> None:
    result = in_detected_boxes(finding(tmp_path, *rows), object_sample(), **settings)
    scores = {index: each.score for index, each in enumerate(result.objects) if each.found}
    assert scores == pytest.approx(found)


def test_two_of_the_datas_classes_may_have_one_name_and_share_its_detections(tmp_path: Path) -> None:
    sample = object_sample(("settee", "sofa"))
    result = in_detected_boxes(finding(tmp_path, (RIGHT, 0.9, "couch"), (LEFT, 0.8, "couch")), sample)
    assert [each.score for each in result.objects] == pytest.approx([0.8, 0.9])


def test_objects_of_classes_that_the_detector_does_not_know_are_left_out_and_counted(tmp_path: Path) -> None:
    detector = finding(tmp_path, (RIGHT, 0.9, "couch"))
    samples = [object_sample(("lamp", "sofa")), object_sample(("lamp", "rug"), name="next")]
    result = in_detected_boxes(detector, *samples)
    assert ([each.label for each in result.objects], result.left_out) == (["sofa"], {"lamp": 2, "rug": 1})
    assert (result.images, result.images_measured) == (2, 1)
    assert len(evaluate_objects(samples, object_options()).objects) == 4  # with true boxes all count


def test_no_network_sees_a_picture_without_an_object_that_counts() -> None:
    network = Predictor(red_tenths)
    empty = object_sample((), (), ())
    result = evaluate_objects([empty, object_sample()], object_options(depth="network"), None, network)
    assert (len(network.seen), result.images, result.objects[0].sample_index) == (1, 2, 1)


def test_compared_with_the_nearest_face_objects_without_one_are_left_out() -> None:
    sample = object_sample(nearest_m=(1.6, np.nan), occlusions=(2, 0))
    result = evaluate_objects([sample], object_options(truth="nearest"))
    (each,) = result.objects
    assert (each.truth_m, each.nearest_m, each.occlusion) == (1.6, 1.6, 2)
    assert (result.without_truth, result.errors("median").rel) == (1, pytest.approx(0.25))


@pytest.mark.parametrize(
    ("settings", "sample", "reason"),
    [
        pytest.param({}, {"mapped": False}, "true depth of every pixel of room", id="true depth that is not there"),
        pytest.param({"depth": "network"}, {}, "needs a depth network", id="a depth network that is not given"),
        pytest.param({"boxes": "detector"}, {}, "needs a detector", id="a detector that is not given"),
        pytest.param({"truth": "nearest"}, {}, "of the nearest is not known", id="nearest faces that are not known"),
    ],
)
def test_what_is_missing_is_told(settings: dict, sample: dict, reason: str) -> None:
    with pytest.raises(SettingError, match=reason):
        evaluate_objects([object_sample(**sample)], object_options(**settings))


def test_a_detector_that_knows_no_class_of_the_data_is_refused(tmp_path: Path) -> None:
    detector = finding(tmp_path, (LEFT, 0.9, "dog"))
    with pytest.raises(SettingError, match="knows none of the data set's classes"):
        evaluate_objects([object_sample()], object_options(boxes="detector"), detector, None, {"sofa": "settee"})


@pytest.mark.parametrize(
    ("truth", "nearest_m", "compared", "truth_m"),
    [
        pytest.param(None, (1.5, 3.0), "nearest", [1.5, 3.0], id="the nearest face, where it is known"),
        pytest.param(None, None, "centre", [2.0, 4.0], id="the distance as it is defined, where no face is known"),
        pytest.param("centre", (1.5, 3.0), "centre", [2.0, 4.0], id="the centre, where it is asked for"),
    ],
)
def test_distances_are_compared_with_the_surface_that_the_camera_sees(truth, nearest_m, compared, truth_m) -> None:
    result = evaluate_objects([object_sample(nearest_m=nearest_m)], object_options(truth=truth))
    assert (result.truth, result.truth_m.tolist()) == (compared, truth_m)
    assert result.errors_to("centre", "median").objects == 2
    assert result.errors_to("nearest", "median").objects == (2 if nearest_m else 0)
