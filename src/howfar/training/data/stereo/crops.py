"""Crops of pairs with their disparity, for networks that give it whole."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from howfar.datasets.samples import StereoSample
from howfar.training.bounds import Size
from howfar.training.data.stereo.patches import Draw


class CropBatch(NamedTuple):
    """Examples.

    Attributes:
        left: N×3×H×W float32, normalised.
        right: N×3×H×W float32, of the same rows and columns.
        disparity_px: N×1×H×W float32, NaN where unknown.
        names: What the data set calls their pairs.
    """

    left: Tensor
    right: Tensor
    disparity_px: Tensor
    names: tuple[str, ...]


Example = tuple[str, NDArray[np.uint8], NDArray[np.uint8], NDArray[np.float32]]


class CropExamples(Dataset[Example]):
    """Examples by `Draw`, the same for the same seed, epoch and number."""

    def __init__(self, samples: Sequence[StereoSample], count: int, size_px: Size, seed: int) -> None:
        """Take pairs, how many examples an epoch has, and width and height of a crop."""
        self.samples = [_at_least(sample, size_px) for sample in samples]
        self.count, self.size_px, self.seed = count, size_px, seed

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, draw: Draw) -> Example:
        rng = np.random.default_rng((self.seed, draw.epoch, draw.number))
        sample = self.samples[int(rng.integers(len(self.samples)))]
        height, width = sample.disparity_px.shape
        row, column = (int(rng.integers(room + 1)) for room in (height - self.size_px[1], width - self.size_px[0]))
        return cut(sample, self.size_px, row, column)

    def middle(self, index: int) -> Example:
        """The middle of one pair."""
        sample = self.samples[index]
        height, width = sample.disparity_px.shape
        return cut(sample, self.size_px, (height - self.size_px[1]) // 2, (width - self.size_px[0]) // 2)


def cut(sample: StereoSample, size_px: Size, row: int, column: int) -> Example:
    """A crop of a pair from this row and column on."""
    part = (slice(row, row + size_px[1]), slice(column, column + size_px[0]))
    return sample.name, sample.left[part], sample.right[part], sample.disparity_px[part]


def collate_crops(examples: Sequence[Example], mean: tuple[float, ...], std: tuple[float, ...]) -> CropBatch:
    """Stack examples, and normalise their pictures by the mean and the deviation of each channel."""
    names, lefts, rights, disparities = zip(*examples, strict=True)

    def tensor(pictures: Sequence[NDArray[np.uint8]]) -> Tensor:
        levels = np.stack(pictures).astype(np.float32)
        stacked = (levels - np.array(mean, dtype=np.float32)) / np.array(std, dtype=np.float32)
        return torch.from_numpy(np.ascontiguousarray(stacked.transpose(0, 3, 1, 2)))

    return CropBatch(tensor(lefts), tensor(rights), torch.from_numpy(np.stack(disparities)[:, None]), names)


def _at_least(sample: StereoSample, size_px: Size) -> StereoSample:
    """A pair that is no smaller than a crop: mirrored at the right and below, where no disparity is known."""
    height, width = sample.disparity_px.shape
    below, right = max(0, size_px[1] - height), max(0, size_px[0] - width)
    if not below and not right:
        return sample
    pictures = [
        np.pad(picture, ((0, below), (0, right), (0, 0)), mode="symmetric") for picture in (sample.left, sample.right)
    ]
    truth = np.pad(sample.disparity_px, ((0, below), (0, right)), constant_values=np.nan)
    return StereoSample(sample.name, pictures[0], pictures[1], truth)
