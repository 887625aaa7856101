"""A detector's batches: what is in them, and that chance depends on the seed, the epoch and the index alone."""

import numpy as np
import pytest
import torch

from howfar.datasets import DetectionSample, LazySamples
from howfar.training.data.detection.augmentation import DetectionAugmentation
from howfar.training.data.detection.batches import DetectionBatch, DetectionDraw, DetectionExamples, collate
from howfar.training.data.preparation import Preparation

SHAKEN = DetectionAugmentation(size_px=32)
STILL = SHAKEN.still()


def sample(index: int) -> DetectionSample:
    """A picture of 64×32 pixels with `index` objects and a crowd."""
    image = np.random.default_rng(index).integers(0, 256, (32, 64, 3), dtype=np.uint8)
    boxes = np.array([[4 * k, 2, 4 * k + 20, 18] for k in range(index)] + [[0, 0, 64, 32]], dtype=np.float32)
    return DetectionSample(
        name=f"{index}.png",
        image_id=index,
        image=image,
        boxes_xyxy_px=boxes,
        class_ids=np.arange(index + 1),
        crowd=np.arange(index + 1) == index,
        class_names=tuple("abcdefgh"),
    )


SAMPLES = LazySamples(range(6), sample)


def epochs(workers: int, seed: int = 3) -> list[list[DetectionBatch]]:
    """The batches of epochs 0 and 1, in which the pictures come in their order."""
    preparation = Preparation(DetectionExamples(SAMPLES, SHAKEN, seed), collate, workers)
    return [
        list(preparation.run([[DetectionDraw(index, epoch), DetectionDraw(index + 1, epoch)] for index in (0, 2, 4)]))
        for epoch in range(2)
    ]


def same(one: list[DetectionBatch], other: list[DetectionBatch]) -> bool:
    return all(
        torch.equal(mine.images, its.images) and torch.equal(mine.targets, its.targets) and mine.names == its.names
        for mine, its in zip(one, other, strict=True)
    )


def still(*indices: int) -> DetectionBatch:
    """Letterboxed pictures as a batch."""
    examples = DetectionExamples(SAMPLES, STILL)
    return collate([examples[DetectionDraw(index, 0)] for index in indices])


def test_an_example_is_the_letterboxed_picture_and_its_boxes_without_crowds() -> None:
    images, targets, names = still(2)
    assert images.shape == (1, 3, 32, 32)
    assert images.dtype == torch.float32
    assert names == ("2.png",)
    assert (images[0, :, :8] == 114 / 255).all()
    blocks = sample(2).image.reshape(16, 2, 32, 2, 3).mean(axis=(1, 3)).transpose(2, 0, 1)
    np.testing.assert_allclose(images[0, :, 8:24] * 255, blocks, atol=0.51)
    # Half of 20×16, and 8 px of bar above.
    assert targets.tolist() == [[0, 0, 5, 13, 10, 8], [0, 1, 7, 13, 10, 8]]


def test_a_batch_numbers_its_pictures() -> None:
    images, targets, names = still(1, 0, 2)
    assert images.shape == (3, 3, 32, 32)
    assert names == ("1.png", "0.png", "2.png")
    assert targets[:, 0].tolist() == [0, 2, 2]
    assert torch.equal(targets[1:, 1:], still(2).targets[:, 1:])


def test_a_batch_without_a_box_has_no_target() -> None:
    assert still(0, 0).targets.shape == (0, 6)


def test_a_mosaic_has_the_names_of_all_its_pictures() -> None:
    name, _ = DetectionExamples(SAMPLES, SHAKEN)[DetectionDraw(4, 0)]
    assert len(name.split("+")) == 4
    assert "4.png" in name.split("+")


@pytest.mark.slow
def test_workers_make_no_difference() -> None:
    for here, there in zip(epochs(0), epochs(2), strict=True):
        assert same(here, there)


def test_another_epoch_and_another_seed_give_other_examples() -> None:
    first, second = epochs(0)
    assert not same(first, second)
    assert not same(first, epochs(0, seed=4)[0])


def test_an_example_does_not_depend_on_what_was_asked_for_before() -> None:
    fresh, used = DetectionExamples(SAMPLES, SHAKEN, 3), DetectionExamples(SAMPLES, SHAKEN, 3)
    for index in range(5):
        used[DetectionDraw(index, 6)]
    wanted = DetectionDraw(5, 7)
    assert same([collate([fresh[wanted]])], [collate([used[wanted]])])
    assert len(fresh) == 6
