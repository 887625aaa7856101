"""Boxes of rooms by their semantic classes and a teacher: what is believed where both speak."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from howfar.datasets import DepthSample
from howfar.errors import SourceError
from howfar.scene import Camera
from howfar.training.data.joint.samples import Boxes
from howfar.training.data.joint.semantic_objects import FRAME_PX, semantic_objects

NAMES = ("chair", "couch", "dining table", "cup", "dog")
CHAIR, TABLE, DESK, LAMP, WALL = 4, 6, 13, 34, 0
AREA = (100, 100, 200, 180)
"""A component of 100×80 pixels."""

Found = tuple[str, tuple[int, int, int, int], float]


def room(components: Mapping[tuple[int, int, int, int], int], width: int = 640, height: int = 480) -> DepthSample:
    """A wall, and before it components of classes."""
    classes = np.full((height, width), WALL, np.uint8)
    for (left, top, right, bottom), number in components.items():
        classes[top:bottom, left:right] = number
    image = np.zeros((height, width, 3), np.uint8)
    depth_m = np.ones((height, width), np.float32)
    return DepthSample("room", image, depth_m, Camera.assumed(width, height), classes)


def taught(found: Sequence[Found]) -> Boxes:
    return Boxes(
        np.array([box for _, box, _ in found], np.float32).reshape(-1, 4),
        np.array([NAMES.index(name) for name, _, _ in found], np.int64),
        np.array([certainty for _, _, certainty in found], np.float32),
    )


def told(boxes: Boxes) -> set[Found]:
    rows = zip(boxes.class_ids.tolist(), boxes.xyxy_px.astype(int).tolist(), boxes.certainty.tolist(), strict=True)
    return {(NAMES[number], tuple(box), round(certainty, 3)) for number, box, certainty in rows}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param((), {("chair", AREA, 1.0)}, id="nobody else saw it"),
        pytest.param((("chair", (110, 105, 205, 180), 1.0),), {("chair", AREA, 1.0)}, id="the same object"),
        pytest.param((("chair", (110, 105, 140, 140), 1.0),), {("chair", AREA, 1.0)}, id="one part is no group"),
        pytest.param(
            (("chair", (100, 100, 148, 180), 1.0), ("chair", (152, 100, 200, 180), 0.9)),
            {("chair", AREA, 0.0), ("chair", (100, 100, 148, 180), 1.0), ("chair", (152, 100, 200, 180), 0.9)},
            id="two chairs in one component",
        ),
        pytest.param(
            (("chair", (100, 100, 150, 180), 1.0), ("chair", (110, 100, 160, 180), 0.9)),
            {("chair", AREA, 1.0)},
            id="two parts that overlap are one",
        ),
        pytest.param(
            (("chair", (100, 100, 148, 180), 1.0), ("chair", (152, 100, 200, 180), 0.7)),
            {("chair", AREA, 1.0)},
            id="a part that is doubtful",
        ),
        pytest.param(
            (
                ("chair", (100, 100, 140, 180), 1.0),
                ("chair", (115, 100, 155, 180), 0.9),
                ("chair", (160, 100, 200, 180), 0.9),
                ("couch", (102, 100, 200, 180), 1.0),
                ("chair", (100, 100, 200, 170), 1.0),
            ),
            {
                ("chair", AREA, 0.0),
                ("chair", (100, 100, 140, 180), 1.0),
                ("chair", (115, 100, 155, 180), 0.9),
                ("chair", (160, 100, 200, 180), 0.9),
            },
            id="a group of which two overlap, a wrong name for it, and a box round all of it",
        ),
        pytest.param((("couch", (102, 100, 200, 180), 1.0),), {("chair", AREA, 1.0)}, id="a wrong name"),
        pytest.param(
            (("cup", (130, 110, 150, 130), 0.65),),
            {("chair", AREA, 1.0), ("cup", (130, 110, 150, 130), 0.65)},
            id="a class that is not labelled",
        ),
        pytest.param((("cup", (130, 110, 150, 130), 0.5),), {("chair", AREA, 1.0)}, id="hardly seen"),
        pytest.param(
            (("chair", (400, 300, 460, 400), 0.85), ("couch", (300, 300, 360, 400), 0.7)),
            {("chair", AREA, 1.0), ("chair", (400, 300, 460, 400), 0.85)},
            id="what the labels name and do not have wants to be surer",
        ),
    ],
)
def test_labels_and_teacher_become_one(found: Sequence[Found], expected: set[Found]) -> None:
    assert told(semantic_objects(room({AREA: CHAIR}), taught(found), NAMES)) == expected


@pytest.mark.parametrize(
    ("components", "expected"),
    [
        pytest.param({AREA: TABLE}, {("dining table", AREA, 1.0)}, id="by the detector's name"),
        pytest.param({AREA: DESK}, {("dining table", AREA, 0.0)}, id="a desk may be taken for a table"),
        pytest.param({AREA: LAMP}, set(), id="a class that no detector knows"),
        pytest.param(
            {(100, 100, 130, 130): CHAIR}, {("chair", (100, 100, 130, 130), 0.0)}, id="too small for an object"
        ),
        pytest.param({(100, 100, 112, 112): CHAIR}, set(), id="too small for anything"),
        pytest.param(
            {(0, 100, 640, 180): CHAIR},
            {("chair", (FRAME_PX, 100, 640 - FRAME_PX, 180), 1.0)},
            id="up to the frame and not to the crop of a protocol",
        ),
    ],
)
def test_components_are_objects_or_regions(
    components: Mapping[tuple[int, int, int, int], int], expected: set[Found]
) -> None:
    assert told(semantic_objects(room(components), taught(()), NAMES)) == expected


def test_a_region_leaves_the_teacher_his_say() -> None:
    seen = ("dining table", (102, 100, 200, 180), 0.9)
    assert told(semantic_objects(room({AREA: DESK}), taught([seen]), NAMES)) == {("dining table", AREA, 0.0), seen}


def test_pictures_of_another_size_are_read_too() -> None:
    boxes = semantic_objects(room({(10, 20, 90, 100): CHAIR}, width=320, height=240), taught(()), NAMES)
    assert told(boxes) == {("chair", (10, 20, 90, 100), 1.0)}


def test_a_picture_without_classes_is_refused() -> None:
    image = np.zeros((48, 64, 3), np.uint8)
    bare = DepthSample("bare", image, np.ones((48, 64), np.float32), Camera.assumed(64, 48))
    with pytest.raises(SourceError, match="bare has no semantic classes"):
        semantic_objects(bare, taught(()), NAMES)
