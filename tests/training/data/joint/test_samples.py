"""Pictures with depth and boxes."""

from dataclasses import fields

import numpy as np

from howfar.datasets import DepthSample
from howfar.scene import Camera
from howfar.training.data.joint.samples import Boxes, WithBoxes

BOXES = Boxes(np.array([[0, 0, 4, 4], [2, 2, 9, 9]], np.float32), np.array([1, 0]), np.array([1, 0], np.float32))


def sample(name: str) -> DepthSample:
    image = np.zeros((8, 12, 3), dtype=np.uint8)
    return DepthSample(name, image, np.ones((8, 12), np.float32), Camera.assumed(12, 8), place="kitchen")


def test_each_picture_keeps_what_it_has_and_gets_its_boxes() -> None:
    pairs = [sample("a"), sample("b")]
    labelled = WithBoxes(pairs, [BOXES, BOXES.where(np.array([True, False]))])
    assert [len(each.boxes or ()) for each in labelled] == [2, 1]
    for before, after in zip(pairs, labelled, strict=True):
        assert all(getattr(before, field.name) is getattr(after, field.name) for field in fields(DepthSample))


def test_where_nobody_has_looked_there_are_no_boxes_rather_than_none_found() -> None:
    labelled = WithBoxes([sample("a")], None)
    assert (len(labelled), labelled[0].boxes) == (1, None)
