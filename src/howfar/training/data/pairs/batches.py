"""Batches for a detector of pairs: the same ones for the same seed, epoch and index."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from howfar.datasets.coco_pairs import PairSample
from howfar.training.data.detection.batches import DetectionDraw
from howfar.training.data.pairs.augmentation import PairAugmentation
from howfar.training.data.pairs.example import PairExample


class PairBatch(NamedTuple):
    """Examples of one size.

    Attributes:
        left: N×3×S×S float32 RGB from 0 to 1.
        right: Likewise.
        targets: M×8 float32: index of the pair in the batch, class, the left-hand box's centre, width and height, and
            the right-hand one's centre x and width, in pixels.
        names: What the data set calls the pairs.
    """

    left: Tensor
    right: Tensor
    targets: Tensor
    names: tuple[str, ...]


class PairExamples(Dataset[tuple[str, PairExample]]):
    """Examples by `DetectionDraw`; what chance decides depends on that and the seed, and on nothing else."""

    def __init__(self, samples: Sequence[PairSample], augmentation: PairAugmentation, seed: int = 0) -> None:
        """Take the pairs and what may happen to them."""
        self.samples, self.augmentation, self.seed = samples, augmentation, seed

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, draw: DetectionDraw) -> tuple[str, PairExample]:
        sample = self.samples[draw.sample_index]
        rng = np.random.default_rng((self.seed, draw.epoch, draw.sample_index))
        return sample.name, self.augmentation(sample, rng)


def collate_pairs(examples: Sequence[tuple[str, PairExample]]) -> PairBatch:
    """Join examples of one size into a batch."""
    return PairBatch(
        left=_images([example.left for _, example in examples]),
        right=_images([example.right for _, example in examples]),
        targets=torch.cat([_targets(index, example) for index, (_, example) in enumerate(examples)]),
        names=tuple(name for name, _ in examples),
    )


def _images(pictures: Sequence[NDArray[np.uint8]]) -> Tensor:
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).contiguous().float() / 255


def _targets(index: int, example: PairExample) -> Tensor:
    left, right = torch.from_numpy(example.boxes_xyxy_px), torch.from_numpy(example.right_boxes_xyxy_px)
    classes = torch.from_numpy(example.class_ids)[:, None].float()
    centre, size = (left[:, :2] + left[:, 2:]) / 2, left[:, 2:] - left[:, :2]
    right_centre, right_width = (right[:, :1] + right[:, 2:3]) / 2, right[:, 2:3] - right[:, :1]
    return torch.cat([torch.full_like(classes, float(index)), classes, centre, size, right_centre, right_width], dim=1)
