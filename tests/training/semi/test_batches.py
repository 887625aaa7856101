"""Batches of labelled and pseudo-labelled pictures."""

from pathlib import Path

import numpy as np
import pytest
import torch

from howfar.datasets import DepthSample
from howfar.scene import Camera
from howfar.training.data.depth.augmentation import DepthAugmentation
from howfar.training.data.depth.batches import DepthDraw, DepthExamples, EpochPlan
from howfar.training.semi.batches import PseudoExample, SemiExamples, collate, epoch_batches
from howfar.training.semi.perturbation import Perturbation, Rectangle
from howfar.training.semi.pseudo_labels import Author, PseudoLabels
from howfar.training.semi.unlabelled import Unlabelled

SIZE = (64, 64)
STILL = DepthAugmentation((64, 64), scale=(1.0, 1.0), rotation_deg=0.0, flip=0.0, colour=(1.0, 1.0))
NOTHING = Perturbation((1, 1), (1, 1), (1, 1), (1, 1), blur=0.0, cutmix=0.0)


def batches(labelled: int, unlabelled: int, each: tuple[int, int], epoch: int = 0) -> list[list[DepthDraw]]:
    plan = EpochPlan(unlabelled, each[1], [SIZE], (), 7, epoch)
    return epoch_batches(labelled, plan, each[0], 7, epoch)


def test_an_epoch_shows_each_unlabelled_picture_once_and_the_labelled_in_turn() -> None:
    planned = batches(labelled=3, unlabelled=20, each=(2, 4))
    assert [len(batch) for batch in planned] == [6] * 5
    assert sorted(draw.sample_index - 3 for batch in planned for draw in batch[2:]) == list(range(20))
    labelled = [draw.sample_index for batch in planned for draw in batch[:2]]
    assert [sorted(labelled[start : start + 3]) for start in (0, 3, 6)] == [[0, 1, 2]] * 3


def test_a_labelled_picture_is_never_drawn_twice_alike() -> None:
    draws = [draw for epoch in (0, 1, 2) for batch in batches(3, 20, (2, 4), epoch) for draw in batch[:2]]
    assert len({(draw.sample_index, draw.epoch) for draw in draws}) == len(draws) == 30


def test_another_epoch_is_another_order_and_the_same_one_the_same() -> None:
    assert batches(3, 20, (2, 4), epoch=1) == batches(3, 20, (2, 4), epoch=1)
    assert batches(3, 20, (2, 4), epoch=1) != batches(3, 20, (2, 4), epoch=2)


def test_without_labelled_pictures() -> None:
    assert all(draw.sample_index >= 3 for batch in batches(3, 20, (0, 4)) for draw in batch)


def examples(tmp_path: Path, perturbation: Perturbation, augmentation: DepthAugmentation = STILL) -> SemiExamples:
    rng = np.random.default_rng(0)
    image = rng.integers(0, 255, (64, 64, 3), dtype=np.uint8)
    sample = DepthSample("known", image, np.full((64, 64), 3.0, np.float32), Camera.assumed(64, 64))
    labels = PseudoLabels(tmp_path)
    labels.begin(Author("ramp", "0"))
    ramp = np.linspace(0.0, 1.0, 32, dtype=np.float32)[:, None] * np.ones((1, 32), np.float32)
    labels.write("guessed", ramp)
    labelled = DepthExamples([sample], augmentation, {SIZE: (32, 32)}, seed=1)
    return SemiExamples(labelled, [Unlabelled("guessed", image)], labels, perturbation)


def test_an_index_after_the_labelled_is_an_unlabelled_picture(tmp_path: Path) -> None:
    both = examples(tmp_path, NOTHING)
    known, guessed = both[DepthDraw(0, 0, SIZE)], both[DepthDraw(1, 0, SIZE)]
    assert isinstance(known, tuple)
    assert known[0] == "known"
    assert isinstance(guessed, PseudoExample)
    np.testing.assert_array_equal(guessed.image, both.pictures[0].image)
    np.testing.assert_allclose(guessed.inverse[:, 5], np.linspace(0, 1, 32), atol=0.03)


def test_picture_and_label_move_together(tmp_path: Path) -> None:
    moved = DepthAugmentation((64, 64), scale=(1.0, 1.0), rotation_deg=0.0, flip=1.0, colour=(1.0, 1.0))
    both = examples(tmp_path, NOTHING, moved)
    sideways = np.linspace(0.0, 1.0, 32, dtype=np.float32)[None, :] * np.ones((32, 1), np.float32)
    both.labels.write("guessed", sideways)
    guessed = both[DepthDraw(1, 0, SIZE)]
    assert isinstance(guessed, PseudoExample)
    np.testing.assert_array_equal(guessed.image, both.pictures[0].image[:, ::-1])
    np.testing.assert_allclose(guessed.inverse[3], np.linspace(1, 0, 32), atol=0.03)


def test_perturbation_is_for_the_unlabelled_alone(tmp_path: Path) -> None:
    strong = Perturbation(colour=(0.3, 0.5), blur=1.0, blur_sigma_px=(1.0, 2.0))
    both = examples(tmp_path, strong)
    known, guessed = both[DepthDraw(0, 0, SIZE)], both[DepthDraw(1, 0, SIZE)]
    assert isinstance(known, tuple)
    assert isinstance(guessed, PseudoExample)
    np.testing.assert_array_equal(known[1].image, both.pictures[0].image)
    assert guessed.image.mean() < 0.6 * both.pictures[0].image.mean()


def flat(name: str, value: int, rectangle: Rectangle | None = None) -> PseudoExample:
    return PseudoExample(name, np.full((8, 8, 3), value, np.uint8), np.full((4, 4), value / 10, np.float32), rectangle)


def test_the_next_picture_shows_through_a_rectangle() -> None:
    rectangle = Rectangle(0.5, 0.0, 1.0, 0.5)
    _, batch = collate([flat("a", 10, rectangle), flat("b", 20), flat("c", 30, rectangle)])
    assert batch.names == ("a", "b", "c")
    for index, (own, other) in enumerate(((10, 20), (20, None), (30, 10))):  # the first comes after the last
        expected = np.full((8, 8), own)
        if other is not None:
            expected[:4, 4:] = other
        for channel in range(3):
            np.testing.assert_array_equal(batch.image[index, channel].numpy(), expected)
        seen = batch.pasted[index, 0]
        assert bool(seen[:2, 2:].all()) == (other is not None)
        assert int(seen.sum()) == (4 if other is not None else 0)
    assert batch.inverse[:, 0, 0, 0].tolist() == pytest.approx([1.0, 2.0, 3.0])
    assert batch.other[:, 0, 0, 0].tolist() == pytest.approx([2.0, 3.0, 1.0])


def test_what_shows_through_is_the_picture_before_anything_was_cut_into_it() -> None:
    whole, part = Rectangle(0, 0, 1, 1), Rectangle(0, 0, 0.5, 0.5)
    _, batch = collate([flat("a", 10, part), flat("b", 20, whole)])
    assert batch.image[0, 0, 0, 0].item() == 20
    assert torch.all(batch.image[1] == 10)


def test_a_batch_without_labelled_pictures_says_so() -> None:
    assert collate([flat("a", 1)]).labelled is None
