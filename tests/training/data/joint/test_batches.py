"""Batches of pictures with depth and boxes."""

import numpy as np
import pytest
from numpy.typing import NDArray

from howfar.datasets import DepthSample
from howfar.scene import Camera
from howfar.training.data.depth.augmentation import DepthAugmentation
from howfar.training.data.depth.batches import DepthDraw
from howfar.training.data.joint.batches import JointExamples, collate, cut
from howfar.training.data.joint.samples import Boxes, JointSample

SIZE_PX = (96, 64)
OBJECT = (60, 40, 110, 90)


def boxes(*rows: tuple[float, ...], certainty: float = 1.0) -> Boxes:
    count = len(rows)
    return Boxes(
        np.array(rows, np.float32).reshape(-1, 4), np.arange(count), np.full(count, certainty, dtype=np.float32)
    )


def sample(name: str, found: Boxes | None) -> JointSample:
    """A dark picture of 160×120 with a bright object, 2 m away before 8 m."""
    image = np.zeros((120, 160, 3), dtype=np.uint8)
    depth_m = np.full((120, 160), 8.0, dtype=np.float32)
    left, top, right, bottom = OBJECT
    image[top:bottom, left:right], depth_m[top:bottom, left:right] = 255, 2.0
    return JointSample(name, image, depth_m, Camera.assumed(160, 120), boxes=found)


def examples(samples: list[DepthSample], seed: int = 0) -> JointExamples:
    augmentation = DepthAugmentation(base_px=(120, 90), scale=(1.0, 1.3), rotation_deg=0, flip=0.5)
    return JointExamples(samples, augmentation, {SIZE_PX: (24, 16)}, seed)


def bright(image: NDArray[np.uint8]) -> list[int]:
    down, across = np.argwhere(image[..., 0] > 127).T
    return [across.min(), down.min(), across.max() + 1, down.max() + 1]


@pytest.mark.parametrize("epoch", range(8))
def test_boxes_lie_round_what_they_are_round_in_the_picture(epoch: int) -> None:
    _, example = examples([sample("a", boxes(OBJECT))])[DepthDraw(0, epoch, SIZE_PX)]
    assert example.boxes is not None
    assert example.boxes.xyxy_px[0] == pytest.approx(bright(example.image), abs=1.1)


def test_the_picture_and_its_depth_are_those_of_a_training_of_depth_alone() -> None:
    joint = examples([sample("a", boxes(OBJECT))], seed=3)[DepthDraw(0, 2, SIZE_PX)][1]
    alone = super(JointExamples, (shown := examples([sample("a", None)], seed=3))).__getitem__(DepthDraw(0, 2, SIZE_PX))
    assert shown.samples
    assert np.array_equal(joint.image, alone[1].image)
    assert np.array_equal(joint.depth_m, alone[1].depth_m, equal_nan=True)


@pytest.mark.parametrize(
    ("box", "left", "certainty"),
    [
        pytest.param((10, 10, 50, 50), (10, 10, 50, 50), 1, id="inside"),
        pytest.param((-10, 10, 30, 50), (0, 10, 30, 50), 1, id="cut by the edge"),
        pytest.param((-30, 10, 10, 50), (0, 10, 10, 50), 0, id="hardly seen: nothing is asked there"),
        pytest.param((10, 10, 15, 50), (10, 10, 15, 50), 0, id="too thin: likewise"),
        pytest.param((200, 10, 240, 50), None, 0, id="outside: gone"),
        pytest.param((-40, 10, 0, 50), None, 0, id="up to the edge from outside: gone"),
    ],
)
def test_boxes_are_cut_to_the_crop(box: tuple[float, ...], left: tuple[float, ...] | None, certainty: float) -> None:
    seen = cut(boxes(box), SIZE_PX)
    assert seen.xyxy_px.tolist() == ([] if left is None else [[float(side) for side in left]])
    assert seen.certainty.tolist() == ([] if left is None else [certainty])


def test_no_boxes_are_cut_to_none() -> None:
    assert len(cut(boxes(), SIZE_PX)) == 0


def test_a_batch_knows_whose_each_box_is_and_where_nobody_looked() -> None:
    two, nothing, unknown = boxes(OBJECT, (10, 10, 50, 50)), boxes(), None
    shown = examples([sample("a", two), sample("b", unknown), sample("c", nothing), sample("d", two)])
    batch = collate([shown[DepthDraw(index, 0, SIZE_PX)] for index in range(4)])
    assert batch.depth.names == ("a", "b", "c", "d")
    assert batch.looked_at.tolist() == [True, False, True, True]
    assert set(batch.labels.picture.tolist()) <= {0, 3}
    assert len({len(column) for column in batch.labels}) == 1
    assert batch.labels.box_xyxy_px.shape[1] == 4


def test_a_batch_without_any_box_is_whole() -> None:
    batch = collate([examples([sample("a", None)])[DepthDraw(0, 0, SIZE_PX)]])
    assert [tuple(column.shape) for column in batch.labels] == [(0,), (0,), (0, 4), (0,)]
    assert batch.looked_at.tolist() == [False]
