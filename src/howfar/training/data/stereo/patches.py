"""Patches of pairs, one that matches and one that does not, for networks that compare them (MC-CNN, section 3.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from howfar.datasets.samples import StereoSample
from howfar.stereo.mc_cnn.matcher import grey_of
from howfar.training.recipe_settings import StereoDataSettings


class Draw(NamedTuple):
    """One example to be drawn: its number, and in which epoch."""

    number: int
    epoch: int


class PatchBatch(NamedTuple):
    """Examples.

    Attributes:
        left: N×1×P×P float32 grey patches of left-hand pictures, of odd side, normalised picture by picture.
        matching: N×1×P×P of right-hand pictures, round the same points.
        other: N×1×P×P of right-hand pictures, some pixels beside.
        names: What the data set calls their pairs.
    """

    left: Tensor
    matching: Tensor
    other: Tensor
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class GreyPair:
    """A pair as patches are cut out of it.

    Attributes:
        name: What the data set calls it.
        left: H×W float32 grey, less its mean and divided by its deviation.
        right: Likewise.
        disparity_px: H×W float32.
        points: N×2 rows and columns of the points that may be drawn.
    """

    name: str
    left: NDArray[np.float32]
    right: NDArray[np.float32]
    disparity_px: NDArray[np.float32]
    points: NDArray[np.intp]


def grey_pair(sample: StereoSample, margin_px: int, beside_px: float) -> GreyPair:
    """Take a pair, and find the points of known disparity whose patches lie within both pictures.

    Args:
        sample: The pair; points that are known to be hidden from the right-hand camera are not drawn.
        margin_px: Half the side of a patch.
        beside_px: How far beside the true place a patch may be cut out.
    """
    known = np.isfinite(sample.disparity_px)
    if sample.unoccluded is not None:
        known &= sample.unoccluded
    height, width = known.shape
    there = np.arange(width) - np.nan_to_num(sample.disparity_px)
    reach = margin_px + beside_px
    known &= (there >= reach) & (there <= width - 1 - reach)
    inside = np.zeros_like(known)
    inside[margin_px : height - margin_px, margin_px : width - margin_px] = True
    points = np.argwhere(known & inside)
    return GreyPair(sample.name, grey_of(sample.left), grey_of(sample.right), sample.disparity_px, points)


Example = tuple[str, NDArray[np.float32]]


class PatchExamples(Dataset[Example]):
    """Examples by `Draw`, the same for the same seed, epoch and number: a name and 3×P×P patches."""

    def __init__(self, pairs: Sequence[GreyPair], data: StereoDataSettings, side_px: int, seed: int) -> None:
        """Take pairs that each have a point to draw, and the side of a patch."""
        self.pairs, self.data, self.side_px, self.seed = pairs, data, side_px, seed

    def __len__(self) -> int:
        return self.data.examples

    def __getitem__(self, draw: Draw) -> Example:
        rng = np.random.default_rng((self.seed, draw.epoch, draw.number))
        pair = self.pairs[int(rng.integers(len(self.pairs)))]
        row, column = pair.points[rng.integers(len(pair.points))].tolist()
        there = column - float(pair.disparity_px[row, column])
        matching = there + rng.uniform(-self.data.positive_px, self.data.positive_px)
        other = there + rng.choice((-1, 1)) * rng.uniform(*self.data.negative_px)
        patches = [self._cut(pair.left, column, row)]
        patches += [self._cut(pair.right, place, row) for place in (matching, other)]
        return pair.name, np.stack(patches)

    def _cut(self, grey: NDArray[np.float32], column: float, row: float) -> NDArray[np.float32]:
        """A patch round a point, between pixels bilinearly."""
        patch = cv2.getRectSubPix(grey, (self.side_px, self.side_px), (column, row))
        return np.asarray(patch, dtype=np.float32)


def collate(examples: Sequence[Example]) -> PatchBatch:
    """Stack examples."""
    names, patches = zip(*examples, strict=True)
    left, matching, other = torch.from_numpy(np.stack(patches)).unsqueeze(2).unbind(1)
    return PatchBatch(left, matching, other, names)
