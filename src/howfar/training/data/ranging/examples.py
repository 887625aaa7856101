"""Crops of depth maps with the outline of the object in them, as batches for the learned ranging method."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from howfar.ranging.methods.crops import cells_at, crop_boxes, network_input
from howfar.training.data.ranging.augmentation import RangingAugmentation, depth_shown, moved
from howfar.training.data.ranging.samples import SampleObject


class RangingDraw(NamedTuple):
    """One example to be drawn: which object, by its index, and in which epoch."""

    object_index: int
    epoch: int


class RangingBatch(NamedTuple):
    """Examples.

    Attributes:
        crops: N×3×S×S float32, as `howfar.ranging.methods.crops.network_input` gives them.
        mask: N×S×S float32: 1 where the object is.
        known: N×S×S float32: 1 where the depth is known.
        names: What the data set calls their pictures.
    """

    crops: Tensor
    mask: Tensor
    known: Tensor
    names: tuple[str, ...]


Example = tuple[str, NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_]]


class RangingExamples(Dataset[Example]):
    """Examples by `RangingDraw`, the same for the same seed, epoch and index."""

    def __init__(
        self, objects: Sequence[SampleObject], augmentation: RangingAugmentation, side: int, margin: float, seed: int
    ) -> None:
        """Take the objects, what may happen to them, and how they are cropped (see `crop_boxes`)."""
        self.objects, self.augmentation, self.side, self.margin, self.seed = objects, augmentation, side, margin, seed

    def __len__(self) -> int:
        return len(self.objects)

    def __getitem__(self, draw: RangingDraw) -> Example:
        (sample, index), augmentation = self.objects[draw.object_index], self.augmentation
        rng = np.random.default_rng((self.seed, draw.epoch, draw.object_index))
        depth = depth_shown(sample, augmentation, rng)
        box = moved(sample.boxes[index], augmentation, rng)
        scale = np.array([depth.shape[1] / sample.depth.shape[1], depth.shape[0] / sample.depth.shape[0]])
        crops = crop_boxes(depth, box[None] * np.tile(scale, 2), self.side, self.margin)
        shown = network_input(crops, crops.values)[0]
        (rows, columns), _ = cells_at(sample.regions.shape, crops.across / scale[0], crops.down / scale[1])
        known = crops.known[0]
        mask = (sample.regions[rows, columns][0] == index + 1) & known
        if rng.uniform() < augmentation.flip:
            shown, mask, known = shown[..., ::-1], mask[:, ::-1], known[:, ::-1]
        return sample.name, shown, mask, known


def collate(examples: Sequence[Example]) -> RangingBatch:
    """Stack examples."""
    names, crops, masks, known = zip(*examples, strict=True)
    return RangingBatch(
        torch.from_numpy(np.stack(crops)),
        torch.from_numpy(np.stack(masks).astype(np.float32)),
        torch.from_numpy(np.stack(known).astype(np.float32)),
        names,
    )
