"""PSMNet: disparity from a pair of pictures by spatial pyramid pooling and stacked three-dimensional hourglasses.

Chang and Chen: Pyramid Stereo Matching Network, CVPR 2018. Names are those of the published weights.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from howfar.networks.entry import NetworkEntry, PublishedFormat
from howfar.networks.imagenet import IMAGENET_MEAN, IMAGENET_STD

LEAST_SIDE_PX, MULTIPLE_PX = 256, 16
"""The widest pooling takes 64×64 at a quarter of the size; the hourglasses halve that twice."""

MAX_DISPARITY_PX = 192
"""The paper's."""

POOLED = (64, 32, 16, 8)
"""Sides of the pooled squares, at a quarter of the size."""


def _conv_bn(inputs: int, outputs: int, kernel: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    padding = dilation * (kernel // 2)
    conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs))


def _conv3_bn(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv3d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm3d(outputs))


def _widened3_bn(inputs: int, outputs: int) -> nn.Sequential:
    conv = nn.ConvTranspose3d(inputs, outputs, 3, stride=2, padding=1, output_padding=1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm3d(outputs))


class BasicBlock(nn.Module):
    """Two convolutions beside a shortcut; no ReLU follows the sum."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1, dilation: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(_conv_bn(inputs, outputs, 3, stride, dilation), nn.ReLU(inplace=True))
        self.conv2 = _conv_bn(outputs, outputs, 3, 1, dilation)
        narrows = stride != 1 or inputs != outputs
        self.downsample = _conv_bn(inputs, outputs, 1, stride) if narrows else None

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x if self.downsample is None else self.downsample(x)
        return self.conv2(self.conv1(x)) + shortcut


def _layer(inputs: int, outputs: int, blocks: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    first = BasicBlock(inputs, outputs, stride, dilation)
    return nn.Sequential(first, *(BasicBlock(outputs, outputs, 1, dilation) for _ in range(blocks - 1)))


class FeatureExtraction(nn.Module):
    """Features at a quarter of the size, N×3×H×W to N×32×H/4×W/4, with the surroundings pooled in four sizes."""

    def __init__(self, align_corners: bool) -> None:
        super().__init__()
        self.align_corners = align_corners
        first: list[nn.Module] = []
        for inputs, stride in ((3, 2), (32, 1), (32, 1)):
            first += [_conv_bn(inputs, 32, 3, stride), nn.ReLU(inplace=True)]
        self.firstconv = nn.Sequential(*first)
        self.layer1 = _layer(32, 32, 3)
        self.layer2 = _layer(32, 64, 16, stride=2)
        self.layer3 = _layer(64, 128, 3)
        self.layer4 = _layer(128, 128, 3, dilation=2)
        for number, side in enumerate(POOLED, start=1):
            branch = nn.Sequential(nn.AvgPool2d(side), _conv_bn(128, 32, 1), nn.ReLU(inplace=True))
            self.add_module(f"branch{number}", branch)
        self.lastconv = nn.Sequential(_conv_bn(320, 128, 3), nn.ReLU(inplace=True), nn.Conv2d(128, 32, 1, bias=False))

    def forward(self, picture: Tensor) -> Tensor:
        early = self.layer2(self.layer1(self.firstconv(picture)))
        deep = self.layer4(self.layer3(early))
        size = deep.shape[2:]
        pooled = [
            functional.interpolate(
                self.get_submodule(f"branch{number}")(deep), size, mode="bilinear", align_corners=self.align_corners
            )
            for number in range(len(POOLED), 0, -1)
        ]
        return self.lastconv(torch.cat((early, deep, *pooled), dim=1))


class Hourglass(nn.Module):
    """Narrows a volume twice and widens it again; `pre` and `post` link one hourglass with the next."""

    def __init__(self, channels: int = 32) -> None:
        super().__init__()
        wide = 2 * channels
        self.conv1 = nn.Sequential(_conv3_bn(channels, wide, 2), nn.ReLU(inplace=True))
        self.conv2 = _conv3_bn(wide, wide)
        self.conv3 = nn.Sequential(_conv3_bn(wide, wide, 2), nn.ReLU(inplace=True))
        self.conv4 = nn.Sequential(_conv3_bn(wide, wide), nn.ReLU(inplace=True))
        self.conv5 = _widened3_bn(wide, wide)
        self.conv6 = _widened3_bn(wide, channels)

    def forward(self, x: Tensor, pre: Tensor | None, post: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        """Give the volume, and the maps at half its size before the second narrowing and after the first widening.

        Args:
            x: N×C×D×h×w.
            pre: The first hourglass' map before the second narrowing; this one's own when None.
            post: The previous hourglass' map after the first widening; None in the first.
        """
        own = self.conv2(self.conv1(x))
        own = functional.relu(own if post is None else own + post)
        widened = self.conv5(self.conv4(self.conv3(own)))
        after = functional.relu(widened + (own if pre is None else pre))
        return self.conv6(after), own, after


def _head() -> nn.Sequential:
    return nn.Sequential(_conv3_bn(32, 32), nn.ReLU(inplace=True), nn.Conv3d(32, 1, 3, padding=1, bias=False))


class PSMNet(nn.Module):
    """Disparity in pixels from two pictures, N×3×H×W each, normalised with ImageNet's statistics.

    In training, of at least two pairs at once, it gives the disparities of all three hourglasses, N×3×H×W; otherwise
    that of the last, N×1×H×W. Both sides are multiples of 16, and at least 256.

    Attributes:
        any_size: An exported file takes pairs of one size alone.
    """

    any_size = False

    def __init__(self, max_disparity_px: int = MAX_DISPARITY_PX, align_corners: bool = True) -> None:
        """Build it.

        Args:
            max_disparity_px: One more than the largest disparity that it tells, a multiple of 16.
            align_corners: How maps are enlarged: with the corners of both on one point, as the PyTorch of its authors
                did and the published weights want, or without, as today's does by default.

        Raises:
            ValueError: If the largest disparity is no multiple of 16.
        """
        super().__init__()
        if max_disparity_px < MULTIPLE_PX or max_disparity_px % MULTIPLE_PX:
            raise ValueError(f"max_disparity_px is a multiple of {MULTIPLE_PX}, not {max_disparity_px}")
        self.max_disparity_px, self.align_corners = max_disparity_px, align_corners
        self.feature_extraction = FeatureExtraction(align_corners)
        self.dres0 = nn.Sequential(_conv3_bn(64, 32), nn.ReLU(inplace=True), _conv3_bn(32, 32), nn.ReLU(inplace=True))
        self.dres1 = nn.Sequential(_conv3_bn(32, 32), nn.ReLU(inplace=True), _conv3_bn(32, 32))
        self.dres2, self.dres3, self.dres4 = Hourglass(), Hourglass(), Hourglass()
        self.classif1, self.classif2, self.classif3 = _head(), _head(), _head()
        self.apply(_draw)

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        volume = self._volume(self.feature_extraction(left), self.feature_extraction(right))
        cost = self.dres0(volume)
        cost = self.dres1(cost) + cost
        out, pre, post = self.dres2(cost, None, None)
        first = out + cost
        out, _, post = self.dres3(first, pre, post)
        second = out + cost
        out, _, _ = self.dres4(second, pre, post)
        third = out + cost
        heads = [self.classif1(first)]
        heads.append(self.classif2(second) + heads[0])
        heads.append(self.classif3(third) + heads[1])
        read = heads if self.training else heads[-1:]
        return torch.cat([self._disparity(head, left.shape[2:]) for head in read], dim=1)

    def _volume(self, left: Tensor, right: Tensor) -> Tensor:
        """Both features side by side at each shift, N×64×D/4×h×w; 0 where the right-hand picture ends."""
        planes = [torch.cat((left, right), dim=1)]
        for shift in range(1, self.max_disparity_px // 4):
            pair = torch.cat((left[..., shift:], right[..., :-shift]), dim=1)
            planes.append(functional.pad(pair, (shift, 0)))
        return torch.stack(planes, dim=2)

    def _disparity(self, head: Tensor, size: torch.Size) -> Tensor:
        """The mean disparity by the softmax of a head at full size (soft-argmin): N×1×H×W."""
        full = functional.interpolate(
            head, (self.max_disparity_px, *size), mode="trilinear", align_corners=self.align_corners
        )
        shares = functional.softmax(full.squeeze(1), dim=1)
        disparities = torch.arange(self.max_disparity_px, dtype=shares.dtype, device=shares.device)
        return (shares * disparities.reshape(1, -1, 1, 1)).sum(dim=1, keepdim=True)


def _draw(module: nn.Module) -> None:
    """Draw the convolutions of a part as the authors did; those that widen as PyTorch does."""
    if isinstance(module, nn.Conv2d | nn.Conv3d):
        spread = module.out_channels * module.weight[0, 0].numel()
        nn.init.normal_(module.weight, std=(2 / spread) ** 0.5)


def _as_its_authors(_: Mapping[str, Tensor]) -> dict[str, Any]:
    return {"align_corners": True}


ENTRY = NetworkEntry(
    name="psmnet",
    task="stereo",
    build=PSMNet,
    mean=IMAGENET_MEAN,
    std=IMAGENET_STD,
    multiple_px=MULTIPLE_PX,
    published=PublishedFormat("PSMNet (Chang and Chen, CVPR 2018)", size_px=(1248, 384), options=_as_its_authors),
)
