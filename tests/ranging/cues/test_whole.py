"""Whether a box shows a whole object."""

import numpy as np
import pytest

from howfar.ranging.cues.seen import seen_objects
from howfar.ranging.cues.sizes import default_sizes
from howfar.ranging.cues.whole import are_covered, are_whole, is_cut_at_side
from howfar.scene import Camera, Detections

CAMERA = Camera.assumed(200, 100)
UPRIGHT = (80, 20, 100, 80)


def seen(*objects: tuple[str, tuple[int, ...]]):
    boxes = np.array([box for _, box in objects], dtype=np.float32).reshape(-1, 4)
    return seen_objects(Detections.from_boxes(boxes, [label for label, _ in objects]), default_sizes())


@pytest.mark.parametrize(
    ("label", "box", "whole"),
    [
        ("person", UPRIGHT, True),
        ("person", (80, 2, 100, 80), False),
        ("person", (80, 20, 100, 98), False),
        ("person", (0, 20, 20, 80), True),
        ("person", (60, 20, 120, 80), False),
        ("car", (60, 20, 120, 80), True),
        ("thing of no known size", (60, 20, 120, 80), True),
    ],
    ids=["upright", "cut above", "cut below", "cut at the side", "wide, a person", "wide, a car", "wide, unknown"],
)
def test_a_box_shows_the_whole_height(label: str, box: tuple[int, ...], whole: bool) -> None:
    assert are_whole(seen((label, box)), CAMERA).tolist() == [whole]


@pytest.mark.parametrize(
    ("before", "whole"),
    [((80, 50, 100, 90), False), ((80, 50, 100, 70), True), ((80, 70, 100, 90), True)],
    ids=["half covered by a nearer one", "by one that ends higher", "a sixth of it covered"],
)
def test_what_stands_before_an_object_covers_it(before: tuple[int, ...], whole: bool) -> None:
    assert are_whole(seen(("person", UPRIGHT), ("chair", before)), CAMERA)[0] == whole


def test_the_frame_cuts_a_box_at_either_side() -> None:
    objects = seen(("car", (4, 20, 40, 40)), ("car", (150, 20, 196, 40)), ("car", (50, 20, 90, 40)))
    assert [is_cut_at_side(one, CAMERA) for one in objects] == [True, True, False]


def test_no_box_is_whole_or_covered_where_there_is_none() -> None:
    assert are_whole([], CAMERA).shape == (0,)
    assert are_covered(np.zeros((0, 4)), 0.3).shape == (0,)


def test_a_box_without_area_is_not_covered() -> None:
    assert not are_covered(np.array([[10.0, 10.0, 10.0, 20.0], [0.0, 0.0, 30.0, 30.0]]), 0.3).any()
