"""Crops for the ranging network: what is seen, what belongs to the object, and what chance does to both."""

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from howfar.datasets import DepthSample
from howfar.datasets.nyu import NYU_CAMERA
from howfar.datasets.samples import UNKNOWN_CLASS
from howfar.scene import DepthMap
from howfar.training.data.ranging.examples import (
    NETWORK_PX,
    RangingAugmentation,
    RegionDraw,
    RegionExamples,
    Room,
    collate,
    moved,
    regions_of,
    room_of,
    softened,
)

CHAIR, BOOKS, WALL = 4, 22, 0
STILL = RangingAugmentation(moved=0.0, flip=0.0, softened=0.0)


def pair() -> DepthSample:
    """A chair 2 m away and books 3 m away before a wall at 5 m."""
    classes = np.full((480, 640), WALL, dtype=np.uint8)
    classes[200:300, 100:180], classes[100:150, 400:480] = CHAIR, BOOKS
    classes[:40] = UNKNOWN_CLASS
    depth_m = np.select([classes == CHAIR, classes == BOOKS], [2.0, 3.0], 5.0).astype(np.float32)
    return DepthSample("room", np.zeros((480, 640, 3), np.uint8), depth_m, NYU_CAMERA, classes)


def examples(augmentation: RangingAugmentation = STILL, seed: int = 0) -> RegionExamples:
    return RegionExamples(regions_of([room_of(pair(), 700)], 1), augmentation, 32, 0.25, seed)


def test_things_are_objects_and_surfaces_are_not() -> None:
    room = room_of(pair(), 700)
    assert room.labels == ("chair", "other")
    np.testing.assert_array_equal(room.boxes, [[50, 100, 90, 150], [200, 50, 240, 75]])
    np.testing.assert_array_equal(room.truths_m, [2.0, 3.0])
    assert room.depth.shape == (240, 320)


@pytest.mark.parametrize(("least", "count"), [(700, 2), (4000, 2), (5000, 1), (9000, 0)])
def test_a_component_needs_enough_pixels(least: int, count: int) -> None:
    assert len(room_of(pair(), least).boxes) == count


def test_objects_of_the_measured_classes_are_shown_more_often() -> None:
    assert [region.place for region in regions_of([room_of(pair(), 700)], 3)] == [0, 0, 0, 1]


def test_without_chance_the_mask_is_the_object_and_the_rest_is_farther() -> None:
    name, shown, mask, known = examples()[RegionDraw(0, 0)]
    assert name == "room"
    assert known.all()
    np.testing.assert_array_equal(mask, shown[2] == 1)
    np.testing.assert_allclose(shown[0][mask], 0.0, atol=1e-6)
    np.testing.assert_allclose(shown[0][~mask], np.log(2.5), rtol=1e-5)


def test_a_map_that_a_network_gave_is_shown_with_the_true_outline() -> None:
    predicted = DepthMap(np.full((64, 80), 4.0, dtype=np.float32), "metres")
    regions = regions_of([room_of(pair(), 700, predicted)], 1)
    always = msgspec.structs.replace(STILL, predicted=1.0)
    _, shown, mask, _ = RegionExamples(regions, always, 32, 0.25, 0)[RegionDraw(0, 0)]
    assert np.ptp(shown[0]) == 0
    np.testing.assert_array_equal(mask, examples()[RegionDraw(0, 0)][2])


def test_without_such_a_map_the_truth_is_shown() -> None:
    _, shown, _, _ = examples(msgspec.structs.replace(STILL, predicted=1.0))[RegionDraw(0, 0)]
    assert np.ptp(shown[0]) == pytest.approx(np.log(2.5), rel=1e-5)


def test_a_flip_mirrors_all_of_it() -> None:
    slanted = pair()
    slanted.depth_m[:] = np.linspace(1, 9, 640, dtype=np.float32)  # farther to the right
    regions = regions_of([room_of(slanted, 700)], 1)
    (_, shown, mask, known), (_, straight, *others) = (
        RegionExamples(regions, msgspec.structs.replace(STILL, flip=flip), 32, 0.25, 0)[RegionDraw(1, 0)]
        for flip in (1.0, 0.0)
    )
    assert (np.diff(straight[0], axis=1) > 0).all()
    np.testing.assert_array_equal(shown, straight[..., ::-1])
    np.testing.assert_array_equal([mask, known], np.array(others)[..., ::-1])


def test_softened_depth_keeps_the_mask_and_blurs_the_edge() -> None:
    soft = RangingAugmentation(moved=0.0, flip=0.0, softened=1.0, blur_cells=(2.0, 2.0), noise=0.0)
    _, shown, mask, _ = examples(soft)[RegionDraw(0, 0)]
    _, _, sharp, _ = examples()[RegionDraw(0, 0)]
    np.testing.assert_array_equal(mask, sharp)
    assert len(np.unique(shown[0].round(3))) > 20


def test_examples_are_the_same_for_the_same_seed_and_epoch_and_else_others() -> None:
    chance = RangingAugmentation()
    first, again, later, other = (
        examples(chance, seed)[RegionDraw(0, epoch)][1] for seed, epoch in ((0, 3), (0, 3), (0, 4), (1, 3))
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, later)
    assert not np.array_equal(first, other)


def test_a_moved_boxs_sides_stay_near() -> None:
    rng, box = np.random.default_rng(0), np.array([10.0, 20.0, 50.0, 30.0])
    boxes = np.array([moved(box, RangingAugmentation(moved=0.5, most_move=0.1), rng) for _ in range(400)])
    still = (boxes == box).all(axis=1)
    assert still.mean() == pytest.approx(0.5, abs=0.1)
    assert np.abs(boxes - box).max(axis=0) == pytest.approx([4.0, 1.0, 4.0, 1.0], rel=0.05)


def holed() -> DepthMap:
    values = np.full((240, 320), 3.0, dtype=np.float32)
    values[:60] = np.nan
    return DepthMap(values, "metres")


@pytest.mark.parametrize(
    "depth",
    [holed(), DepthMap(np.full((240, 320), np.nan, dtype=np.float32), "metres")],
    ids=["a map with a hole", "a map of nothing"],
)
def test_a_networks_depth_has_its_resolution_and_no_holes(depth: DepthMap) -> None:
    soft = softened(depth, RangingAugmentation(), np.random.default_rng(0))
    assert soft.shape == NETWORK_PX[::-1]
    assert soft.all_valid


def test_its_slow_errors_have_the_spread_that_was_asked_for() -> None:
    logs = [
        np.log(softened(holed(), RangingAugmentation(noise=0.1), np.random.default_rng(seed)).values / 3)
        for seed in range(30)
    ]
    assert np.std(logs) == pytest.approx(0.08, abs=0.03)


def test_a_batch_stacks_examples() -> None:
    drawn = examples()
    batch = collate([drawn[RegionDraw(0, 0)], drawn[RegionDraw(1, 0)]])
    assert batch.crops.shape == (2, 3, 32, 32)
    assert batch.mask.shape == batch.known.shape == (2, 32, 32)
    assert batch.names == ("room", "room")
    shown: NDArray[np.float32] = batch.crops[1].numpy()
    np.testing.assert_array_equal(shown, drawn[RegionDraw(1, 0)][1])


def test_a_room_without_things_has_no_boxes() -> None:
    bare = pair()
    room: Room = room_of(DepthSample("bare", bare.image, bare.depth_m, bare.camera, np.zeros_like(bare.classes)), 700)
    assert room.boxes.shape == (0, 4)
