"""Batches of stereo pairs: both pictures of a pair are cut, coloured and mirrored alike."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from howfar.datasets.rig_pairs import RigPair
from howfar.scene import Camera
from howfar.training.bounds import Size
from howfar.training.data.depth.augmentation import Choice, DepthAugmentation, seen_picture
from howfar.training.data.depth.mixing import MixedDraw


class Rig(NamedTuple):
    """The rig that is learned: its focal length at the size of a crop, and its baseline."""

    focal_px: float
    baseline_m: float

    @classmethod
    def of(cls, pair: RigPair, base_px: Size) -> "Rig":
        """That of a pair whose whole picture is brought to a size."""
        return cls(pair.camera.resized(*base_px).focal_px, pair.baseline_m)

    def base_px(self, camera: Camera) -> tuple[float, float]:
        """Width and height at which a whole picture has the focal length that is learned."""
        ratio = self.focal_px / camera.focal_px
        return camera.width_px * ratio, camera.height_px * ratio

    def unit_m(self, width_px: int) -> float:
        """The depth of what has a disparity of the whole width, in metres: focal length times baseline over width."""
        return self.focal_px * self.baseline_m / width_px

    def middle(self, camera: Camera, size_px: Size) -> Choice:
        """As much of the middle of a picture as fills a crop, unchanged otherwise."""
        base_px = self.base_px(camera)
        return Choice(
            scale=max(size_px[0] / base_px[0], size_px[1] / base_px[1]),
            angle_deg=0.0,
            offset=(0.5, 0.5),
            flipped=False,
            factors=(1.0, 1.0, 1.0),
            exponent=1.0,
            saturation=1.0,
            contrast=1.0,
            base_px=base_px,
        )


class PairExample(NamedTuple):
    """One pair as a network is shown it.

    Attributes:
        name: What the data set calls it.
        left: h×w×3 uint8 RGB.
        right: h×w×3 uint8 RGB.
        baseline: Its baseline as a multiple of the one that is learned.
    """

    name: str
    left: NDArray[np.uint8]
    right: NDArray[np.uint8]
    baseline: float


class PairBatch(NamedTuple):
    """Examples of one size.

    Attributes:
        left: N×3×H×W uint8 RGB.
        right: N×3×H×W uint8 RGB.
        baseline: N float32: each pair's baseline as a multiple of the one that is learned.
        names: What the data set calls them.
    """

    left: Tensor
    right: Tensor
    baseline: Tensor
    names: tuple[str, ...]


class PairExamples(Dataset[PairExample]):
    """Examples of several sources by `MixedDraw`; what chance decides depends on that and the seed alone.

    Every picture is brought to the focal length that is learned, or beyond it by the scale that is drawn. The network
    takes whatever it sees for a picture of that focal length: then only the baseline of another rig is left, of which
    disparity is a multiple.
    """

    def __init__(
        self, sources: Sequence[Sequence[RigPair]], augmentation: DepthAugmentation, rig: Rig, seed: int
    ) -> None:
        self.sources, self.augmentation, self.rig, self.seed = sources, augmentation, rig, seed

    def __len__(self) -> int:
        return sum(map(len, self.sources))

    def __getitem__(self, draw: MixedDraw) -> PairExample:
        pair = self.sources[draw.source][draw.draw.sample_index]
        rng = np.random.default_rng((self.seed, draw.source, draw.draw.epoch, draw.draw.sample_index))
        choice = self.augmentation.draw(draw.draw.size_px, rng, pair.camera, self.rig.focal_px)
        return self.example(pair, choice, draw.draw.size_px)

    def example(self, pair: RigPair, choice: Choice, size_px: Size) -> PairExample:
        """A pair as a choice shows it; of one that is mirrored the right-hand picture becomes the left-hand one."""
        left, right = (seen_picture(eye, self.augmentation, choice, size_px) for eye in (pair.left, pair.right))
        if choice.flipped:
            left, right = right, left
        return PairExample(pair.name, left, right, pair.baseline_m / self.rig.baseline_m)


def collate(examples: Sequence[PairExample]) -> PairBatch:
    """Stack examples of one size."""
    eyes: Mapping[str, Tensor] = {
        side: torch.from_numpy(np.stack([getattr(each, side) for each in examples])).permute(0, 3, 1, 2)
        for side in ("left", "right")
    }
    baselines = torch.tensor([each.baseline for each in examples], dtype=torch.float32)
    return PairBatch(eyes["left"], eyes["right"], baselines, tuple(each.name for each in examples))
