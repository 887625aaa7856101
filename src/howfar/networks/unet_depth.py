"""A small U-Net for depth: downscale, bottleneck, upscale.

After Ronneberger, Fischer, Brox: U-Net: Convolutional Networks for Biomedical Image Segmentation, MICCAI 2015, with
residual blocks (He et al., CVPR 2016) on the way down.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from howfar.networks.entry import NetworkEntry
from howfar.networks.imagenet import IMAGENET_MEAN, IMAGENET_STD

LEAK = 0.2
"""Slope of the leaky ReLU below zero."""

START = 0.25
"""The first value of the last bias: below zero, the last ReLU would let no gradient through."""


class ConvActNorm(nn.Sequential):
    """A 3×3 convolution, leaky ReLU and batch normalisation, in this order."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, padding=1), nn.LeakyReLU(LEAK, inplace=True), nn.BatchNorm2d(outputs)
        )


class DownBlock(nn.Module):
    """Two convolutions, each with leaky ReLU and batch normalisation; the first one's bare output is added last."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1)
        # Not in place: what comes out of the convolution is needed again at the end.
        self.act_norm = nn.Sequential(nn.LeakyReLU(LEAK), nn.BatchNorm2d(outputs))
        self.second = ConvActNorm(outputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        first = self.first(x)
        return self.second(self.act_norm(first)) + first


class UpBlock(nn.Module):
    """Enlarge twice, join the skipped map of that size, and two convolutions."""

    def __init__(self, inputs: int, skip: int) -> None:
        super().__init__()
        self.filters = nn.Sequential(ConvActNorm(inputs + skip, skip), ConvActNorm(skip, skip))

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        return self.filters(torch.cat((functional.interpolate(x, scale_factor=2.0, mode="nearest"), skip), dim=1))


class UNetDepth(nn.Module):
    """Depth from N×3×H×W at the same size, N×1×H×W; each level halves, so five need H and W in multiples of 32.

    The output is depth divided by the maximum depth (10 m indoors), never negative: the loss works on that, and whoever
    exports the network multiplies it back. A picture of another size is refused with a `ValueError`.
    """

    def __init__(self, filters: Sequence[int] = (16, 32, 64, 128, 256)) -> None:
        """Build one level for each entry of `filters`, its number of channels, largest map first."""
        super().__init__()
        inputs = (3, *filters)
        self.down = nn.ModuleList(DownBlock(*pair) for pair in zip(inputs, filters, strict=False))
        deepest = filters[-1]
        self.bottleneck = nn.Sequential(
            nn.Conv2d(deepest, deepest, 3, padding=1),
            nn.LeakyReLU(LEAK, inplace=True),
            nn.Conv2d(deepest, deepest, 3, padding=1),
            nn.LeakyReLU(LEAK, inplace=True),
        )
        upwards = tuple(reversed(filters))
        self.up = nn.ModuleList(UpBlock(*pair) for pair in zip((deepest, *upwards), upwards, strict=False))
        last = nn.Conv2d(filters[0], 1, 1)
        nn.init.constant_(last.get_parameter("bias"), START)
        self.depth = nn.Sequential(last, nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        multiple = 2 ** len(self.down)
        if x.shape[2] % multiple or x.shape[3] % multiple:
            raise ValueError(
                f"UNetDepth takes heights and widths in multiples of {multiple}, and this picture is "
                f"{x.shape[3]}×{x.shape[2]}: resize or pad it first."
            )
        skips = []
        for block in self.down:
            skips.append(block(x))
            x = functional.max_pool2d(skips[-1], 2)
        x = self.bottleneck(x)
        for block, skip in zip(self.up, reversed(skips), strict=True):
            x = block(x, skip)
        return self.depth(x)


ENTRY = NetworkEntry(
    name="unet",
    task="depth",
    build=UNetDepth,
    # Its document names no normalisation. ImageNet's is about that of any photos, and an input around zero is what a
    # first convolution without a normalisation before it learns from best.
    mean=IMAGENET_MEAN,
    std=IMAGENET_STD,
    unit_m=10.0,
    deepest="bottleneck",
)
