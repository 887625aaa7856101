"""NanoDet-g (RangiLyu 2021), the embedded detector, for training.

A trunk of stages, each of which joins what went through its convolutions with what went round them (CSPNet, Wang et al.
2020); a neck that exchanges maps between strides (PANet, Liu et al., CVPR 2018, with sums); and a head
for each stride with scores of classes and, for each side of a box, a distribution over its distance (Generalized Focal
Loss, Li et al., NeurIPS 2020). The published file has its normalisations joined with the convolutions, so that there is
none here.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

STRIDES = (8, 16, 32)
CLASSES = 80

BINS = 11
"""The distances of a side that have a probability each: 0 to 10 strides."""

STEM_CHANNELS = 32
STAGES = ((32, 1, 1), (64, 2, 2), (128, 2, 2), (256, 3, 2))
"""Of each stage: the channels of its convolutions, how many pairs of them it has, and its stride."""

TRUNK_CHANNELS = (32, 64, 128, 256, 512)
"""Of the maps at 1/2, 1/4, 1/8, 1/16 and 1/32 of the picture."""

NECK_CHANNELS = 128
SLOPE = 0.1

SCORES, DISTANCES = "scores", "distances"
"""What the outputs of an exported file are called."""


class Cells(NamedTuple):
    """What a head says of each cell: those of stride 8 row by row, then of 16, then of 32.

    Attributes:
        class_logits: N×cells×classes, before the sigmoid.
        side_logits: N×cells×4·bins, before the softmax of each side: left, top, right, bottom.
    """

    class_logits: Tensor
    side_logits: Tensor


class ConvAct(nn.Sequential):
    """A 3×3 convolution and a leaky ReLU."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__(nn.Conv2d(inputs, outputs, 3, stride, 1), nn.LeakyReLU(SLOPE))


class Pair(nn.Module):
    """Two convolutions, the second of which sees what entered the first as well."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.narrow = ConvAct(inputs, inputs)
        self.wide = ConvAct(2 * inputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        joined: Tensor = self.wide(torch.cat((self.narrow(x), x), 1))
        return joined


class Stage(nn.Module):
    """A convolution, then pairs of half its channels; what left it and what left them, side by side."""

    def __init__(self, inputs: int, channels: int, pairs: int, stride: int) -> None:
        super().__init__()
        half = channels // 2
        self.enter = ConvAct(inputs, channels, stride)
        self.halve = ConvAct(channels, half)
        self.pairs = nn.Sequential(*(Pair(half, channels if last else half) for last in _last(pairs)))

    def forward(self, x: Tensor) -> Tensor:
        entered = self.enter(x)
        return torch.cat((self.pairs(self.halve(entered)), entered), 1)


class Trunk(nn.Module):
    """From N×3×H×W (H and W multiples of 32) to the maps of `TRUNK_CHANNELS`."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = ConvAct(3, STEM_CHANNELS, 2)
        self.pool = nn.MaxPool2d(3, 2, 1)
        inputs = (STEM_CHANNELS, *TRUNK_CHANNELS[1:-1])
        self.stages = nn.ModuleList(Stage(width, *stage) for width, stage in zip(inputs, STAGES, strict=True))

    def forward(self, x: Tensor) -> list[Tensor]:
        maps = [self.stem(x)]
        x = self.pool(maps[0])
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        return maps


class Neck(nn.Module):
    """From the trunk's last three maps to as many of `NECK_CHANNELS`, coarse to fine and back."""

    def __init__(self) -> None:
        super().__init__()
        self.lateral = nn.ModuleList(nn.Conv2d(width, NECK_CHANNELS, 1) for width in reversed(TRUNK_CHANNELS[-3:]))

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        coarse = self.lateral[0](maps[-1])
        middle = self.lateral[1](maps[-2]) + _resized(coarse, 2.0)
        fine = self.lateral[2](maps[-3]) + _resized(middle, 2.0)
        middle = middle + _resized(fine, 0.5)
        return [fine, middle, coarse + _resized(middle, 0.5)]


class NanoDetG(nn.Module):
    """Objects in N×3×H×W RGB (H and W multiples of 32), normalised with ImageNet's mean and standard deviation."""

    def __init__(self, classes: int = CLASSES) -> None:
        """Build it for a number of classes."""
        super().__init__()
        self.classes = classes
        self.trunk = Trunk()
        self.neck = Neck()
        numbers = classes + 4 * BINS
        self.heads = nn.ModuleList(
            nn.Sequential(ConvAct(NECK_CHANNELS, NECK_CHANNELS), nn.Conv2d(NECK_CHANNELS, numbers, 1))
            for _ in reversed(STRIDES)
        )

    def forward(self, x: Tensor) -> Cells:
        return self.cells(self.trunk(x))

    def cells(self, maps: list[Tensor]) -> Cells:
        """What it finds in the trunk's maps."""
        said = [head(x) for head, x in zip(reversed(self.heads), self.neck(maps), strict=True)]
        rows = torch.cat([each.flatten(2) for each in said], 2).transpose(1, 2)
        return Cells(rows[..., : self.classes], rows[..., self.classes :])


def _last(count: int) -> list[bool]:
    """For each of some things whether it is the last."""
    return [number == count - 1 for number in range(count)]


def _resized(x: Tensor, factor: float) -> Tensor:
    return functional.interpolate(x, scale_factor=factor, mode="bilinear", align_corners=False)
