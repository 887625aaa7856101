"""Which pictures a detector is trained on, and what is noted of them."""

import numpy as np
import pytest

from howfar.datasets import DetectionSample, LazySamples
from howfar.errors import SettingError
from howfar.training.data.detection.pictures import Survey, chosen_pictures
from tests.training.detection_data import sample

BIG, SMALL, NONE = [(0, 2, 2, 40, 30)], [(0, 2, 2, 40, 30), (1, 50, 10, 9, 10)], []
SAMPLES = [sample(boxes, index) for index, boxes in enumerate([BIG, SMALL, NONE, BIG, BIG])]


@pytest.mark.parametrize(
    ("min_box_px", "count", "chosen"),
    [
        pytest.param(0, 0, [0, 1, 2, 3, 4], id="all pictures"),
        pytest.param(0, 2, [0, 1], id="the first two"),
        pytest.param(10, 0, [0, 3, 4], id="those with boxes, none of them below 10 × 10"),
        pytest.param(9, 0, [0, 1, 3, 4], id="a box of 9 × 10 is no smaller than 9 × 9"),
        pytest.param(10, 2, [0, 3], id="the first two of those"),
    ],
)
def test_pictures_are_chosen_in_their_order(min_box_px: float, count: int, chosen: list[int]) -> None:
    assert [each.image_id for each in chosen_pictures(SAMPLES, min_box_px, count)] == chosen


@pytest.mark.parametrize(
    ("min_box_px", "count", "message"),
    [
        pytest.param(0, 6, r"6 pictures .* 5 of 5 can be taken: lower data\.count", id="more than there are"),
        pytest.param(10, 4, r"4 pictures .* 3 of 5", id="more than have large boxes"),
        pytest.param(90, 0, r"A picture .* 0 of 5", id="boxes larger than all"),
    ],
)
def test_too_few_pictures_are_told(min_box_px: float, count: int, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        chosen_pictures(SAMPLES, min_box_px, count)


def test_no_more_pictures_are_read_than_are_needed() -> None:
    read = []

    def load(index: int) -> DetectionSample:
        read.append(index)
        return SAMPLES[index]

    chosen_pictures(LazySamples(range(5), load), 10, 2)
    assert read == [0, 1, 2, 3]
    read.clear()
    chosen_pictures(LazySamples(range(5), load), 0, 2)
    assert read == []


def test_a_survey_notes_the_shapes_as_the_network_sees_them() -> None:
    survey = Survey(size_px=64)  # half of the width of 128
    assert survey.check([sample([(0, 0, 0, 40, 30), (1, 5, 5, 3, 20)]), sample(NONE)], lambda _: None) == []
    assert [shapes.tolist() for shapes in survey.shapes_px] == [[[20, 15]], []]
    assert survey.remark("data") is None


def test_a_survey_remarks_on_boxes_that_no_training_can_use() -> None:
    survey = Survey(size_px=64)
    problems = survey.check([sample(BIG), sample([(0, 4, 4, 0, 10)], 1), sample([(1, 4, 4, 8, 0)], 2)], lambda _: None)
    assert not any(problem.fatal for problem in problems)
    remark = survey.remark("data")
    assert remark == (
        "data, 1.png: 1 box has no width or no height: take them out, as no training can use them (the first is 4.0, "
        "4.0, 4.0, 14.0). (1 more: howfar data check data)"
    )


def test_a_survey_leaves_out_crowds() -> None:
    crowded = sample(SMALL)
    crowded = DetectionSample(**{**vars(crowded), "crowd": np.array([True, False])})
    survey = Survey(size_px=128)
    survey.check([crowded], lambda _: None)
    assert survey.shapes_px[0].tolist() == [[9, 10]]
