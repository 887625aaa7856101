"""Batches for a detector: from samples to tensors, the same ones for the same seed, epoch and index."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from howfar.datasets import DetectionSample
from howfar.training.data.detection.augmentation import DetectionAugmentation, LabelledPicture


class DetectionBatch(NamedTuple):
    """Examples of one size.

    Attributes:
        images: N×3×S×S float32 RGB from 0 to 1.
        targets: M×6 float32: index of the image in the batch, class, and the box's centre, width and height in pixels.
        names: What the data set calls the picture of each example; the pictures of a mosaic are joined by +.
    """

    images: Tensor
    targets: Tensor
    names: tuple[str, ...]


class DetectionDraw(NamedTuple):
    """One example to be drawn: which sample, in which epoch."""

    sample_index: int
    epoch: int


class DetectionExamples(Dataset[tuple[str, LabelledPicture]]):
    """Examples by `DetectionDraw`; what chance decides depends on that and the seed, and on nothing else.

    So a training that is resumed sees the same examples, whichever worker makes them. Boxes drawn round many
    objects at once (crowds) are left out: they are not what the network should learn to draw.
    """

    def __init__(self, samples: Sequence[DetectionSample], augmentation: DetectionAugmentation, seed: int = 0) -> None:
        """Take the samples and what may happen to them; `augmentation.still()` for nothing but the letterbox."""
        self.samples = samples
        self.augmentation = augmentation
        self.seed = seed

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, draw: DetectionDraw) -> tuple[str, LabelledPicture]:
        index, epoch = draw
        rng = np.random.default_rng((self.seed, epoch, index))
        names: list[str] = []

        def load(index: int) -> LabelledPicture:
            sample = self.samples[index]
            names.append(sample.name)
            return labelled(sample)

        example = self.augmentation(load, index, len(self.samples), rng)
        return "+".join(names), example


def labelled(sample: DetectionSample) -> LabelledPicture:
    """A sample's picture with the boxes of single objects."""
    single = ~sample.crowd
    return LabelledPicture(sample.image, sample.boxes_xyxy_px[single], sample.class_ids[single])


def collate(examples: Sequence[tuple[str, LabelledPicture]]) -> DetectionBatch:
    """Join examples of one size into a batch."""
    images = torch.from_numpy(np.stack([example.image for _, example in examples]))
    return DetectionBatch(
        images=images.permute(0, 3, 1, 2).contiguous().float() / 255,
        targets=torch.cat([_targets(index, example) for index, (_, example) in enumerate(examples)]),
        names=tuple(name for name, _ in examples),
    )


def _targets(index: int, example: LabelledPicture) -> Tensor:
    corners = torch.from_numpy(example.boxes_xyxy_px)
    low, high = corners[:, :2], corners[:, 2:]
    classes = torch.from_numpy(example.class_ids)[:, None].float()
    return torch.cat([torch.full_like(classes, float(index)), classes, (low + high) / 2, high - low], dim=1)
