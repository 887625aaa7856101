"""Crops for the ranging network: what is seen, what belongs to the object, and what chance does to both."""

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from howfar.scene import DepthMap
from howfar.training.data.ranging.augmentation import RangingAugmentation
from howfar.training.data.ranging.examples import RangingDraw, RangingExamples, collate
from howfar.training.data.ranging.samples import objects_of, ranging_sample
from tests.training.data.ranging.pairs import pair

STILL = RangingAugmentation(moved=0.0, flip=0.0, softened=0.0)


def examples(augmentation: RangingAugmentation = STILL, seed: int = 0) -> RangingExamples:
    return RangingExamples(objects_of([ranging_sample(pair(), 700)], 1), augmentation, 32, 0.25, seed)


def test_without_chance_the_mask_is_the_object_and_the_rest_is_farther() -> None:
    name, shown, mask, known = examples()[RangingDraw(0, 0)]
    assert name == "room"
    assert known.all()
    np.testing.assert_array_equal(mask, shown[2] == 1)
    np.testing.assert_allclose(shown[0][mask], 0.0, atol=1e-6)
    np.testing.assert_allclose(shown[0][~mask], np.log(2.5), rtol=1e-5)


def test_a_map_that_a_network_gave_is_shown_with_the_true_outline() -> None:
    predicted = DepthMap(np.full((64, 80), 4.0, dtype=np.float32), "metres")
    objects = objects_of([ranging_sample(pair(), 700, predicted)], 1)
    always = msgspec.structs.replace(STILL, predicted=1.0)
    _, shown, mask, _ = RangingExamples(objects, always, 32, 0.25, 0)[RangingDraw(0, 0)]
    assert np.ptp(shown[0]) == 0
    np.testing.assert_array_equal(mask, examples()[RangingDraw(0, 0)][2])


def test_without_such_a_map_the_truth_is_shown() -> None:
    _, shown, _, _ = examples(msgspec.structs.replace(STILL, predicted=1.0))[RangingDraw(0, 0)]
    assert np.ptp(shown[0]) == pytest.approx(np.log(2.5), rel=1e-5)


def test_a_flip_mirrors_all_of_it() -> None:
    slanted = pair()
    slanted.depth_m[:] = np.linspace(1, 9, 640, dtype=np.float32)  # farther to the right
    objects = objects_of([ranging_sample(slanted, 700)], 1)
    (_, shown, mask, known), (_, straight, *others) = (
        RangingExamples(objects, msgspec.structs.replace(STILL, flip=flip), 32, 0.25, 0)[RangingDraw(1, 0)]
        for flip in (1.0, 0.0)
    )
    assert (np.diff(straight[0], axis=1) > 0).all()
    np.testing.assert_array_equal(shown, straight[..., ::-1])
    np.testing.assert_array_equal([mask, known], np.array(others)[..., ::-1])


def test_softened_depth_keeps_the_mask_and_blurs_the_edge() -> None:
    soft = RangingAugmentation(moved=0.0, flip=0.0, softened=1.0, blur_cells=(2.0, 2.0), noise=0.0)
    _, shown, mask, _ = examples(soft)[RangingDraw(0, 0)]
    _, _, sharp, _ = examples()[RangingDraw(0, 0)]
    np.testing.assert_array_equal(mask, sharp)
    assert len(np.unique(shown[0].round(3))) > 20


def test_examples_are_the_same_for_the_same_seed_and_epoch_and_else_others() -> None:
    chance = RangingAugmentation()
    first, again, later, other = (
        examples(chance, seed)[RangingDraw(0, epoch)][1] for seed, epoch in ((0, 3), (0, 3), (0, 4), (1, 3))
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, later)
    assert not np.array_equal(first, other)


def test_a_batch_stacks_examples() -> None:
    drawn = examples()
    batch = collate([drawn[RangingDraw(0, 0)], drawn[RangingDraw(1, 0)]])
    assert batch.crops.shape == (2, 3, 32, 32)
    assert batch.mask.shape == batch.known.shape == (2, 32, 32)
    assert batch.names == ("room", "room")
    shown: NDArray[np.float32] = batch.crops[1].numpy()
    np.testing.assert_array_equal(shown, drawn[RangingDraw(1, 0)][1])
