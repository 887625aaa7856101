"""Boxes of the user's own: what cannot be boxes of a picture, and which are asked for."""

import math
import re

import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.scene import Detections, Query
from howfar.scene.detections import BOX_LOG_SD
from howfar.scene.own_boxes import DRAWN_LOG_SD, asked_for, fitted_to_picture, round_what_is_seen


@pytest.mark.parametrize(
    ("box", "says"),
    [
        pytest.param((10, 10, math.nan, 40), "has a number that is not finite", id="a corner that is no number"),
        pytest.param((10, 10, math.inf, 40), "has a number that is not finite", id="an infinite corner"),
        pytest.param((60, 10, 20, 40), "ends before it begins", id="left and right swapped"),
        pytest.param((60, 30, 20, 10), "not left, top, width, height", id="a width in the place of the right edge"),
        pytest.param((10, 40, 20, 10), "ends before it begins", id="top and bottom swapped"),
        pytest.param((200, 10, 240, 40), "outside the picture of 128×96 pixels", id="right of the picture"),
        pytest.param((-40, 10, -10, 40), "outside the picture", id="left of the picture"),
        pytest.param((10, 10, 10, 40), "is empty", id="no width"),
        pytest.param((0.1, 0.2, 0.5, 0.9), "multiply x by 128 and y by 96", id="shares of the sides"),
    ],
)
def test_what_cannot_be_a_box_of_a_picture_is_refused_in_a_sentence(box: tuple[float, ...], says: str) -> None:
    with pytest.raises(SettingError, match=re.escape(says)) as error:
        fitted_to_picture(Detections.from_boxes([box], ["cup"]), 128, 96)
    assert error.value.setting == "detections"
    assert str(error.value).count(". ") == 0


def test_the_refusal_names_the_box_as_it_was_given() -> None:
    found = Detections.from_boxes([(0, 0, 9, 9), (5, 5, 1, 9)], ["cup", "dog"], [0.1, 0.9])
    with pytest.raises(SettingError, match=r"Box 2 of 2, 5 5 1 9 \(dog\), ends"):
        fitted_to_picture(found, 64, 48)


def test_boxes_are_cut_to_the_picture_and_sorted_with_all_that_belongs_to_them() -> None:
    found = Detections.from_boxes([(-5, 2, 30, 60), (4, 4, 8, 8)], ["cup", "dog"], [0.5, 0.75], [7, -1])
    fitted = fitted_to_picture(found, 64, 48)
    assert fitted.boxes_xyxy_px.tolist() == [[4, 4, 8, 8], [0, 2, 30, 48]]
    assert fitted.labels == ("dog", "cup")
    assert fitted.scores.tolist() == [0.75, 0.5]
    assert fitted.track_ids is not None
    assert fitted.track_ids.tolist() == [-1, 7]


def test_no_boxes_are_boxes_of_any_picture() -> None:
    assert len(fitted_to_picture(Detections.from_boxes([], []), 64, 48)) == 0


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        pytest.param(Query(), ["cup", "Dog", "crate"], id="everything"),
        pytest.param(Query(score=0.5), ["cup", "Dog"], id="what is sure"),
        pytest.param(Query(classes=("dog", "CRATE")), ["Dog", "crate"], id="classes in other letters"),
        pytest.param(Query(classes=(0,)), ["cup"], id="a class by its number"),
        pytest.param(Query(classes=("person",)), [], id="a class of which there is none"),
    ],
)
def test_a_query_chooses_among_the_boxes(query: Query, labels: list[str]) -> None:
    boxes = np.array([(0, 0, 9, 9)] * 3)
    found = Detections.from_boxes(boxes, ["cup", "Dog", "crate"], [0.9, 0.5, 0.3])
    assert list(asked_for(found, query).labels) == labels


def test_boxes_of_a_detector_are_less_exact_than_those_of_people() -> None:
    found = Detections.from_boxes(np.array([(0, 0, 9, 9)] * 2), ["cup", "dog"], [1.0, 0.9])
    assert round_what_is_seen(found).height_log_sds.tolist() == [DRAWN_LOG_SD, BOX_LOG_SD]


def test_as_many_track_ids_as_boxes_are_needed() -> None:
    with pytest.raises(SettingError, match="1 detections need 1 track ids"):
        Detections.from_boxes([(0, 0, 9, 9)], ["cup"], track_ids=[1, 2])
