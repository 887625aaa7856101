"""Measuring what a user gets on one data set."""

import math
from pathlib import Path

import pytest

from howfar.errors import SettingError
from howfar.evaluation.everywhere.evaluation import NOT_FOUND, evaluate_data_set
from howfar.evaluation.everywhere.results import EverywhereOptions
from tests.evaluation.everywhere.everywhere_cases import CLASSES, finder_of, measured_rooms, pictures
from tests.evaluation.objects.object_cases import CAMERA, LEFT, RIGHT, object_sample


def test_what_look_tells_is_compared_the_labels(tmp_path: Path) -> None:
    result, finder = measured_rooms(tmp_path)
    view = finder.look(object_sample().image)
    chair, sofa = result.objects
    assert [one.distances[0].depth_m for one in result.objects] == [3.0, 6.0]
    assert sorted(one.depth_m for one in view.objects)[0] == 3.0
    assert (chair.label, chair.measured_xyxy_px, chair.score) == ("chair", LEFT, pytest.approx(0.9))
    assert (sofa.truth_m, sofa.nearest_m, sofa.focal_px) == (4.0, 3.0, CAMERA.fx_px)
    assert (result.images, result.left_out) == (1, {"lamp": 1})
    assert result.class_map == {"chair": "Chair", "sofa": "couch", "settee": "couch"}
    assert result.seconds > 0


def test_the_figures_follow_over_all_by_class_and_by_distance(tmp_path: Path) -> None:
    result, _ = measured_rooms(tmp_path)
    figures = result.figures()
    assert (result.truth, figures.objects, figures.found, figures.others) == ("nearest", 2, 2, 1)
    assert figures.nearest.mean == pytest.approx((0.5 + 1.0) / 2)
    assert figures.centre.mean == pytest.approx(0.5)
    assert {name: (each.objects, each.others) for name, each in result.by_class().items()} == {
        "Chair": (1, 0),
        "couch": (1, 1),
    }
    assert {name: each.objects for name, each in result.by_distance().items()} == {"2–4 m": 2}


def test_where_not_all_is_labelled_other_boxes_are_not_counted(tmp_path: Path) -> None:
    result, _ = measured_rooms(tmp_path, exhaustive=False)
    assert result.others is None
    assert result.figures().others is None
    assert all(each.others is None for each in result.by_class().values())


def test_what_is_not_found_says_so_and_has_no_distance(tmp_path: Path) -> None:
    result = evaluate_data_set(pictures(object_sample()), finder_of(tmp_path, (LEFT, 0.9, "Chair")), CLASSES)
    sofa = result.objects[1]
    assert (sofa.found, sofa.distances[0].reason, math.isnan(sofa.score)) == (False, NOT_FOUND, True)
    assert (result.truth, result.figures().recall) == ("centre", 0.5)


def test_a_relative_network_finds_and_gives_no_metres(tmp_path: Path) -> None:
    result, _ = measured_rooms(tmp_path, kind="relative_depth")
    figures = result.figures()
    assert (figures.recall, figures.metres_share) == (1.0, 0.0)
    assert math.isnan(figures.nearest.mean)


def test_an_object_whose_face_is_not_known_is_left_out_where_others_are(tmp_path: Path) -> None:
    sample = object_sample(nearest_m=(math.nan, 3.0))
    finder = finder_of(tmp_path, (LEFT, 0.9, "Chair"), (RIGHT, 0.8, "couch"))
    result = evaluate_data_set(pictures(sample), finder, CLASSES)
    assert (result.without_truth, result.figures().objects) == (1, 1)
    assert {name: each.objects for name, each in result.by_distance().items()} == {"2–4 m": 1}


@pytest.mark.parametrize(
    ("iou", "found"), [pytest.param(0.5, 0, id="an IoU of 0.45"), pytest.param(0.4, 1, id="if less is asked for")]
)
def test_the_overlap_decides_what_is_found(tmp_path: Path, iou: float, found: int) -> None:
    finder = finder_of(tmp_path, ((4, 4, 24, 13), 0.9, "Chair"))
    result = evaluate_data_set(pictures(object_sample()), finder, CLASSES, EverywhereOptions(iou))
    assert result.figures().found == found


def test_a_detector_that_knows_no_class_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="knows none of the classes of rooms:test by name"):
        evaluate_data_set(pictures(object_sample()), finder_of(tmp_path, (LEFT, 0.9, "dog")), ("dog",))


@pytest.mark.parametrize("iou", [0.0, 1.5, math.nan])
def test_an_overlap_that_cannot_be_is_refused(iou: float) -> None:
    with pytest.raises(SettingError, match="above 0 and at most 1"):
        EverywhereOptions(iou)
