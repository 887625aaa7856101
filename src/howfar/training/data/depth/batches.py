"""Batches for a depth network: from samples to tensors, the same ones for the same seed, epoch and index."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from howfar.datasets import DepthSample
from howfar.training.bounds import Size
from howfar.training.data.depth.augmentation import Choice, DepthAugmentation, DepthExample, augment_depth
from howfar.training.data.epoch_plan import batches_of_rank, shuffled_batches


class DepthBatch(NamedTuple):
    """Examples of one size.

    Attributes:
        image: N×3×H×W uint8 RGB.
        depth_m: N×1×h×w float32 metres, NaN where unknown, at the network's output size.
        classes: N×h'×w' int64, 255 where unknown; empty without labels.
        names: What the data set calls them.
        dense: N bool: whose truth is one of whole surfaces; None where all are.
        scale_free: N bool: whose truth is known up to a factor; None where none is.
    """

    image: Tensor
    depth_m: Tensor
    classes: Tensor
    names: tuple[str, ...]
    dense: Tensor | None = None
    scale_free: Tensor | None = None


class DepthDraw(NamedTuple):
    """One example to be drawn: which sample, in which epoch, at which size."""

    sample_index: int
    epoch: int
    size_px: Size


class DepthExamples(Dataset[tuple[str, DepthExample]]):
    """Examples by `DepthDraw`; what chance decides depends on that and the seed alone."""

    def __init__(
        self,
        samples: Sequence[DepthSample],
        augmentation: DepthAugmentation,
        output_px: Mapping[Size, Size],
        seed: int,
        classes_stride: int = 0,
        *,
        focal_px: float | None = None,
        dense: bool = True,
        scale_free: bool = False,
    ) -> None:
        """Take the samples and what may happen to them.

        Args:
            samples: Pictures with their truth.
            augmentation: What may happen to them.
            output_px: The network's output size for each size of crop.
            seed: Of what chance decides.
            classes_stride: More than 0 asks for semantic labels at that fraction of the crop.
            focal_px: The focal length that the network learns, where each picture is brought to it by its own camera;
                None where all have one camera, that of a whole picture at the augmentation's base.
            dense: Whether the truth is one of whole surfaces; a sparse one is scattered.
            scale_free: Whether the truth is to teach no metres.
        """
        self.samples = samples
        self.augmentation = augmentation
        self.output_px = output_px
        self.seed = seed
        self.classes_stride = classes_stride
        self.focal_px = focal_px
        self.dense = dense
        self.scale_free = scale_free

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, draw: DepthDraw) -> tuple[str, DepthExample]:
        sample = self.samples[draw.sample_index]
        return sample.name, self.example(sample, self.choice(sample, draw), draw.size_px)

    def choice(self, sample: DepthSample, draw: DepthDraw) -> Choice:
        """What chance decides for a sample that is drawn."""
        rng = np.random.default_rng((self.seed, draw.epoch, draw.sample_index))
        return self.augmentation.draw(draw.size_px, rng, sample.camera, self.focal_px)

    def example(self, sample: DepthSample, choice: Choice, size_px: Size) -> DepthExample:
        """A sample as a choice shows it."""
        stride = self.classes_stride
        classes_px = (size_px[0] // stride, size_px[1] // stride) if stride else None
        example = augment_depth(
            sample, self.augmentation, choice, size_px, self.output_px[size_px], classes_px, dense=self.dense
        )
        return replace(example, scale_free=self.scale_free)


class EpochPlan(Sequence[list[DepthDraw]]):
    """The batches of one epoch: a shuffle of the samples, and for each batch the size of its crops."""

    def __init__(
        self, count: int, batch: int, sizes_px: Sequence[Size], shares: Sequence[float], seed: int, epoch: int
    ) -> None:
        """Plan; an incomplete last batch is left out unless it is the only one."""
        rng = np.random.default_rng((seed, epoch))
        batches = shuffled_batches(count, batch, rng)
        chances = np.asarray(shares or [1.0] * len(sizes_px))
        chosen = rng.choice(len(sizes_px), len(batches), p=chances / chances.sum())
        self._batches = [
            [DepthDraw(index, epoch, sizes_px[size]) for index in indices]
            for indices, size in zip(batches, chosen, strict=True)
        ]

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, number: int) -> list[DepthDraw]:  # type: ignore[override]
        return self._batches[number]

    def __iter__(self) -> Iterator[list[DepthDraw]]:
        return iter(self._batches)

    def of_rank(self, rank: int, world: int) -> list[list[DepthDraw]]:
        """The batches of one of `world` processes."""
        return batches_of_rank(self._batches, rank, world)


def collate(examples: Sequence[tuple[str, DepthExample]]) -> DepthBatch:
    """Stack examples of one size."""
    drawn = [example for _, example in examples]
    labels = [example.classes for example in drawn if example.classes is not None]
    return DepthBatch(
        image=torch.from_numpy(np.stack([example.image for example in drawn])).permute(0, 3, 1, 2),
        depth_m=torch.from_numpy(np.stack([example.depth_m for example in drawn]))[:, None],
        classes=torch.from_numpy(np.stack(labels)).long() if len(labels) == len(drawn) else torch.empty(0),
        names=tuple(name for name, _ in examples),
        dense=None if all(example.dense for example in drawn) else torch.tensor([example.dense for example in drawn]),
        scale_free=torch.tensor([each.scale_free for each in drawn])
        if any(each.scale_free for each in drawn)
        else None,
    )
