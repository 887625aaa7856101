"""A depth network's batches: what is in them, and that chance depends on the seed, the epoch and the index alone."""

from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from howfar.datasets import DepthSample, LazySamples
from howfar.scene import Camera
from howfar.training.data.depth.augmentation import DepthAugmentation, DepthExample
from howfar.training.data.depth.batches import DepthDraw, DepthExamples, EpochPlan, collate

SIZE, OTHER = (32, 24), (24, 32)
AUGMENTATION = DepthAugmentation(base_px=(40, 30))


def sample(index: int, labelled: bool = True) -> DepthSample:
    rng = np.random.default_rng(index)
    image = rng.integers(0, 256, (30, 40, 3), dtype=np.uint8)
    depth_m = rng.uniform(1, 9, (30, 40)).astype(np.float32)
    classes = rng.integers(0, 9, (30, 40)).astype(np.uint8) if labelled else None
    return DepthSample(f"{index:04d}", image, depth_m, Camera.assumed(40, 30), classes)


def examples(seed: int = 0, classes_stride: int = 8, labelled: bool = True) -> DepthExamples:
    samples = LazySamples(range(6), lambda index: sample(index, labelled))
    return DepthExamples(samples, AUGMENTATION, {SIZE: (16, 12), OTHER: (12, 16)}, seed, classes_stride)


def same(one: DepthExample, other: DepthExample) -> bool:
    return np.array_equal(one.image, other.image) and np.array_equal(one.depth_m, other.depth_m, equal_nan=True)


def test_the_same_seed_epoch_and_index_give_the_same_example() -> None:
    (name, one), (its_name, other) = examples(seed=3)[DepthDraw(2, 5, SIZE)], examples(seed=3)[DepthDraw(2, 5, SIZE)]
    assert name == its_name == "0002"
    assert same(one, other)


@pytest.mark.parametrize(
    ("seed", "draw"),
    [(4, DepthDraw(2, 5, SIZE)), (3, DepthDraw(2, 6, SIZE)), (3, DepthDraw(1, 5, SIZE))],
    ids=["another seed", "another epoch", "another index"],
)
def test_anything_else_gives_another_one(seed: int, draw: DepthDraw) -> None:
    assert not same(examples(seed=3)[DepthDraw(2, 5, SIZE)][1], examples(seed)[draw][1])


@pytest.mark.parametrize(("size", "truth"), [(SIZE, (12, 16)), (OTHER, (16, 12))], ids=["landscape", "portrait"])
def test_an_example_has_the_size_drawn_and_its_truth_the_networks(
    size: tuple[int, int], truth: tuple[int, int]
) -> None:
    _, example = examples()[DepthDraw(0, 0, size)]
    assert example.image.shape == (size[1], size[0], 3)
    assert example.depth_m.shape == truth
    assert example.classes is not None
    assert example.classes.shape == (size[1] // 8, size[0] // 8)


def test_no_classes_are_read_unless_they_are_trained() -> None:
    assert examples(classes_stride=0)[DepthDraw(0, 0, SIZE)][1].classes is None


@settings(max_examples=50, deadline=None)
@given(count=st.integers(1, 60), batch=st.integers(1, 16), epoch=st.integers(0, 5), seed=st.integers(0, 5))
def test_a_plan_shows_each_sample_once_in_batches_of_one_size(count: int, batch: int, epoch: int, seed: int) -> None:
    plan = EpochPlan(count, batch, [SIZE, OTHER], (), seed, epoch)
    indices = [draw.sample_index for draws in plan for draw in draws]
    assert len(indices) == len(set(indices))
    assert set(indices) <= set(range(count))
    # An incomplete batch is left out, unless there is no other.
    assert len(indices) == (count // batch * batch or count)
    assert all(len({draw.size_px for draw in draws}) == 1 for draws in plan)
    assert {draw.epoch for draws in plan for draw in draws} == {epoch}
    assert list(plan) == list(EpochPlan(count, batch, [SIZE, OTHER], (), seed, epoch))


def test_epochs_and_seeds_shuffle_differently() -> None:
    orders = {
        tuple(draw.sample_index for draws in EpochPlan(50, 5, [SIZE], (), seed, epoch) for draw in draws)
        for seed in range(3)
        for epoch in range(3)
    }
    assert len(orders) == 9


@pytest.mark.parametrize(("shares", "first"), [((), 0.5), ((3.0, 1.0), 0.75)], ids=["evenly", "three to one"])
def test_sizes_are_drawn_by_their_shares(shares: tuple[float, ...], first: float) -> None:
    sizes = Counter(draws[0].size_px for draws in EpochPlan(4000, 1, [SIZE, OTHER], shares, seed=0, epoch=0))
    assert sizes[SIZE] / 4000 == pytest.approx(first, abs=0.03)


@settings(max_examples=50, deadline=None)
@given(count=st.integers(1, 60), batch=st.integers(1, 8), world=st.integers(1, 5))
def test_ranks_part_the_batches_evenly(count: int, batch: int, world: int) -> None:
    plan = EpochPlan(count, batch, [SIZE], (), seed=0, epoch=0)
    parts = [plan.of_rank(rank, world) for rank in range(world)]
    if len(plan) < world:
        assert all(part == list(plan) for part in parts)
        return
    assert {len(part) for part in parts} == {len(plan) // world}
    assert [draws for part in parts for draws in part] == list(plan)[: len(plan) // world * world]


def test_a_batch_is_the_stack_of_its_examples() -> None:
    drawn = [examples()[DepthDraw(index, 0, SIZE)] for index in (4, 1)]
    batch = collate(drawn)
    assert batch.names == ("0004", "0001")
    assert batch.image.shape == (2, 3, 24, 32)
    assert batch.image.dtype == torch.uint8
    for number, (_, example) in enumerate(drawn):
        np.testing.assert_array_equal(batch.image[number].permute(1, 2, 0), example.image)
        np.testing.assert_array_equal(batch.depth_m[number, 0], example.depth_m)
        np.testing.assert_array_equal(batch.classes[number], example.classes)
    assert batch.classes.dtype == torch.int64


def test_a_batch_without_labels_has_no_classes() -> None:
    drawn = [examples(labelled=False)[DepthDraw(index, 0, SIZE)] for index in (0, 1)]
    assert collate(drawn).classes.numel() == 0
