"""Matching what is seen to what is labelled."""

from dataclasses import replace

import numpy as np
import pytest

from howfar.evaluation.everywhere.matching import class_map, match_objects
from howfar.scene import SceneObject
from tests.evaluation.everywhere.everywhere_cases import seen
from tests.evaluation.objects.object_cases import LEFT, RIGHT, object_sample

KNOWN = {"chair": "chair", "sofa": "couch", "settee": "couch"}
FREE = (26.0, 30.0, 34.0, 47.0)


@pytest.mark.parametrize(
    ("shown", "found", "others"),
    [
        pytest.param([seen("chair", LEFT)], {0: 0.9}, 0, id="an exact copy"),
        pytest.param([seen("chair", RIGHT)], {}, 1, id="in another place"),
        pytest.param([seen("couch", LEFT)], {}, 1, id="under the name of another class"),
        pytest.param([seen("dog", LEFT)], {}, 0, id="of a class that nobody looks for"),
        pytest.param([seen("chair", LEFT, 0.5), seen("chair", LEFT, 0.8)], {0: 0.8}, 1, id="best score first"),
        pytest.param([seen("chair", LEFT), seen("couch", RIGHT, 0.6)], {0: 0.9, 1: 0.6}, 0, id="two classes"),
        pytest.param([seen("couch", FREE)], {}, 1, id="of nothing"),
        pytest.param([], {}, 0, id="nothing seen"),
    ],
)
def test_what_is_found_and_what_is_of_nothing(shown: list[SceneObject], found: dict[int, float], others: int) -> None:
    matching = match_objects(object_sample(), shown, KNOWN, 0.5)
    assert {number: one.score for number, one in matching.found.items()} == found
    assert len(matching.others) == others


@pytest.mark.parametrize(
    ("box", "others"),
    [
        pytest.param((26, 30, 34, 47), 0, id="inside it"),
        pytest.param((24, 30, 34, 47), 0, id="more than half inside"),
        pytest.param((10, 30, 34, 47), 1, id="less than half inside"),
    ],
)
def test_a_box_in_a_region_that_is_not_labelled_is_neither_right_nor_wrong(box: tuple[float, ...], others: int) -> None:
    sample = replace(object_sample(), unlabelled_xyxy_px=np.array([[25, 25, 36, 48]], dtype=np.float32))
    assert len(match_objects(sample, [seen("couch", box)], KNOWN, 0.5).others) == others


def test_a_part_of_an_object_without_a_name_is_neither_right_nor_wrong() -> None:
    sample = object_sample(("cyclist", "sofa"))
    upper_half = (4.0, 4.0, 24.0, 14.0)
    assert match_objects(sample, [seen("chair", upper_half)], KNOWN, 0.5).others == ()


def test_two_classes_of_one_name_share_what_is_seen() -> None:
    sample = object_sample(("settee", "sofa"))
    matching = match_objects(sample, [seen("couch", RIGHT, 0.9), seen("couch", LEFT, 0.8)], KNOWN, 0.5)
    assert {number: one.score for number, one in matching.found.items()} == {0: 0.8, 1: 0.9}


def test_a_picture_without_labels_has_boxes_of_nothing_alone() -> None:
    matching = match_objects(object_sample((), (), ()), [seen("chair", LEFT)], KNOWN, 0.5)
    assert (matching.found, len(matching.others)) == ({}, 1)


def test_classes_are_matched_by_name_without_regard_to_case() -> None:
    names = {"Car": "car", "Tram": "train", "Pedestrian": "person"}
    assert class_map(("Car", "PERSON"), names) == {"Car": "Car", "Pedestrian": "PERSON"}
