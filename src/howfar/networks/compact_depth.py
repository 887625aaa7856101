"""A compact network for metric depth: an EfficientNet-Lite encoder, a U-Net decoder, a distribution over depth.

The decoder is a U-Net's (Ronneberger et al. 2015). The head gives each pixel a distribution over fixed bins of log
depth, and depth is the exponential of its mean, as in Cao et al. (Estimating Depth from Monocular Images as
Classification, 2017) and Bhat et al. (AdaBins, CVPR 2021): an output that starts in the middle of the range, cannot
leave it, and knows its own spread. The semantic head is a second task for training only.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from howfar.networks.efficientnet_lite import ENCODER_WEIGHTS, EfficientNetLite
from howfar.networks.entry import NetworkEntry
from howfar.networks.imagenet import IMAGENET_MEAN, IMAGENET_STD

DECODER_CHANNELS = (128, 96, 64, 40, 24)
"""Channels at 1/32, 1/16, 1/8, 1/4 and 1/2 of the picture."""

NEAREST_M, FARTHEST_M = 0.25, 12.0
BINS = 32


class DepthAndClasses(NamedTuple):
    """What `CompactDepth` gives while it trains: N×1×H/2×W/2 metres and N×C×H/8×W/8 class scores."""

    depth_m: Tensor
    class_scores: Tensor


class ConvNormAct(nn.Sequential):
    """A convolution, batch normalisation and ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 3) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
        )


class Context(nn.Module):
    """Each cell of the smallest map, with the mean of the whole picture added (ParseNet's global pooling)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.local = ConvNormAct(inputs, outputs, 1)
        self.whole = nn.Sequential(nn.Conv2d(inputs, outputs, 1), nn.ReLU(), nn.Conv2d(outputs, outputs, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.local(x) + self.whole(x.mean((2, 3), keepdim=True))


class UpBlock(nn.Module):
    """Enlarge twice, join the encoder's map of that size, and filter."""

    def __init__(self, inputs: int, skip: int, outputs: int, convolutions: int) -> None:
        super().__init__()
        self.filters = nn.Sequential(
            ConvNormAct(inputs + skip, outputs), *(ConvNormAct(outputs, outputs) for _ in range(convolutions - 1))
        )

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        x = functional.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
        return self.filters(torch.cat((x, skip), 1))


class LogDepthHead(nn.Module):
    """A distribution over bins that are even in log depth, and the depth at its mean.

    It works with the channels last: a softmax over contiguous numbers is ten times faster to train on a CPU.
    """

    def __init__(self, inputs: int, bins: int = BINS) -> None:
        super().__init__()
        self.scores = nn.Linear(inputs, bins)
        nn.init.zeros_(self.scores.weight)
        nn.init.zeros_(self.scores.bias)
        self.register_buffer("centres", torch.linspace(math.log(NEAREST_M), math.log(FARTHEST_M), bins))

    def forward(self, x: Tensor) -> Tensor:
        scores = self.scores(x.permute(0, 2, 3, 1))
        with torch.autocast(x.device.type, enabled=False):
            return (scores.float().softmax(-1) @ self.centres).unsqueeze(1).exp()


class CompactDepth(nn.Module):
    """Depth in metres from N×3×H×W (H and W multiples of 32), at half the size: N×1×H/2×W/2.

    RGB is normalised with ImageNet's mean and standard deviation. With `classes`, `forward` in training mode gives
    `DepthAndClasses`.
    """

    def __init__(self, encoder: str = "lite2", classes: int = 0, drop_path: float = 0.0) -> None:
        """Build it on an encoder of `efficientnet_lite.SCALINGS`.

        Args:
            encoder: `lite0` to `lite4`.
            classes: More than 0 adds the second task's head.
            drop_path: Greatest share of pictures that skip a block of the encoder in training.
        """
        super().__init__()
        self.encoder = EfficientNetLite(encoder, drop_path)
        skips = self.encoder.channels
        self.context = Context(skips[4], DECODER_CHANNELS[0])
        self.up = nn.ModuleList(
            UpBlock(DECODER_CHANNELS[level], skips[3 - level], DECODER_CHANNELS[level + 1], 1 if level == 0 else 2)
            for level in range(4)
        )
        self.head = LogDepthHead(DECODER_CHANNELS[4])
        self.classes = nn.Conv2d(DECODER_CHANNELS[2], classes, 1) if classes else None

    def forward(self, x: Tensor) -> Tensor | DepthAndClasses:
        maps = self.encoder(x)
        x = self.context(maps[4])
        class_scores = None
        for level, block in enumerate(self.up):
            x = block(x, maps[3 - level])
            if level == 1 and self.training and self.classes is not None:
                class_scores = self.classes(x)
        depth_m = self.head(x)
        return depth_m if class_scores is None else DepthAndClasses(depth_m, class_scores)


ENTRY = NetworkEntry(
    name="compact",
    task="depth",
    build=CompactDepth,
    mean=IMAGENET_MEAN,
    std=IMAGENET_STD,
    encoder=("encoder",),
    deepest="encoder",
    encoder_weights=ENCODER_WEIGHTS,
)
