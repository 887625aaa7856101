"""Monodepth: the disparities of a stereo pair from its left-hand picture alone.

Godard, Mac Aodha, Brostow: Unsupervised Monocular Depth Estimation with Left-Right Consistency, CVPR 2017: section 3.2,
and the table of layers in its supplement. It learns from pairs without any depth (howfar.training.self_supervised).
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from howfar.errors import SettingError
from howfar.networks.compact_depth import InTraining
from howfar.networks.entry import NetworkEntry
from howfar.networks.imagenet import IMAGENET_MEAN, IMAGENET_STD, EncoderWeights
from howfar.networks.resnet import ENCODER_WEIGHTS, ResNet50, ResNet50Features, encoder_of

Encoder = Literal["vgg", "resnet50"]

ENCODER_LAYERS = ((32, 7), (64, 5), (128, 3), (256, 3), (512, 3), (512, 3), (512, 3))
"""Channels and kernel of each double convolution; the second one halves the map."""

DECODER_CHANNELS = (512, 512, 256, 128, 64, 32, 16)
"""Channels on the way up, for an encoder of seven halvings; one of fewer takes the last ones."""

RESNET_CHANNELS = (64, 256, 512, 1024, 2048)

SCALES = 4
"""Disparities are given at the picture's size, a half, a quarter and an eighth."""

GREATEST_SHARE = 0.3
"""No disparity is greater, as a share of the picture's width."""

LEAST_SHARE = 1e-4
"""A smaller disparity counts as this where depth is taken from it."""

START = -2.2
"""The first bias before the sigmoid: disparities of about 3 % of the width; the paper begins at 15 %."""

BORDER = 0.05
"""Share of the width at either side where the flipped picture's disparity, or the picture's own, counts alone."""


class ConvElu(nn.Sequential):
    """A convolution that keeps the size, or halves it with a stride of 2, and ELU."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> None:
        convolution = nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2)
        nn.init.xavier_uniform_(convolution.weight)
        nn.init.zeros_(convolution.get_parameter("bias"))
        super().__init__(convolution, nn.ELU(inplace=True))


class DoubleConvolutions(nn.Module):
    """The paper's own encoder, after VGG: N×3×H×W to seven maps, from half to a 128th of the size."""

    def __init__(self) -> None:
        super().__init__()
        self.channels = tuple(outputs for outputs, _ in ENCODER_LAYERS)
        widths = pairwise((3, *self.channels))
        self.levels = nn.ModuleList(
            nn.Sequential(ConvElu(inputs, outputs, kernel), ConvElu(outputs, outputs, kernel, stride=2))
            for (inputs, outputs), (_, kernel) in zip(widths, ENCODER_LAYERS, strict=True)
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        maps = []
        for level in self.levels:
            x = level(x)
            maps.append(x)
        return maps


class ResNetEncoder(ResNet50Features):
    """ResNet-50: N×3×H×W to five maps, from half to a 32nd of the size."""

    channels = RESNET_CHANNELS

    def forward(self, x: Tensor) -> list[Tensor]:
        return self.features(x)


class UpLevel(nn.Module):
    """Enlarge twice, join the encoder's map of that size and the disparity of the level before, and convolve."""

    def __init__(self, inputs: int, skip: int, outputs: int, *, joins: bool, gives: bool) -> None:
        """Take channels, and whether a disparity comes in and goes out."""
        super().__init__()
        self.enlarged = ConvElu(inputs, outputs)
        self.joined = ConvElu(outputs + skip + 2 * joins, outputs)
        self.disparity = nn.Conv2d(outputs, 2, 3, padding=1) if gives else None
        if self.disparity is not None:
            nn.init.xavier_uniform_(self.disparity.weight)
            nn.init.constant_(self.disparity.get_parameter("bias"), START)

    def forward(self, x: Tensor, skip: Tensor | None, before: Tensor | None) -> tuple[Tensor, Tensor | None]:
        x = self.enlarged(_twice(x))
        further = [] if before is None else [_twice(before)]
        x = self.joined(torch.cat([x, *([] if skip is None else [skip]), *further], dim=1))
        if self.disparity is None:
            return x, None
        return x, GREATEST_SHARE * torch.sigmoid(self.disparity(x))


class Monodepth(nn.Module):
    """From N×3×H×W, the left-hand picture of a pair that need not exist, to disparity at the same size.

    Used, it gives depth, N×1×H×W: `unit_m` over the disparity of that picture as a share of its width. In training it
    gives the disparities of both pictures at four scales besides (`InTraining.disparities`). H and W are multiples of
    128 (of 32 with a ResNet-50); a picture of another size is refused with a `ValueError`.

    Attributes:
        unit_m: The depth of what has a disparity of the whole width: focal length times baseline over width of the rig
            that is learned. Kept with the weights; 1 until a training sets it.
    """

    unit_m: Tensor

    def __init__(self, encoder: Encoder = "vgg") -> None:
        """Build it on the paper's own encoder, or on ResNet-50.

        The ResNet-50 is torchvision's, whose weights exist: it halves five times, where the paper's halves six.
        """
        super().__init__()
        if encoder not in ("vgg", "resnet50"):
            raise ValueError(f"the encoder is vgg or resnet50, not {encoder}")
        self.encoder = DoubleConvolutions() if encoder == "vgg" else ResNetEncoder()
        self.levels = nn.ModuleList(_up_levels(self.encoder.channels))
        self.register_buffer("unit_m", torch.ones(()))

    def forward(self, image: Tensor) -> Tensor | InTraining:
        multiple = 2 ** len(self.levels)
        if image.shape[2] % multiple or image.shape[3] % multiple:
            raise ValueError(
                f"Monodepth takes heights and widths in multiples of {multiple}, and this picture is "
                f"{image.shape[3]}×{image.shape[2]}: resize or pad it first."
            )
        *skips, x = self.encoder(image)
        disparity: Tensor | None = None
        found: list[Tensor] = []
        for level, skip in zip(self.levels, (*reversed(skips), None), strict=True):
            x, disparity = level(x, skip, disparity)
            if disparity is not None:
                found.insert(0, disparity)
        # bfloat16 would know a share of 3 % to a hundredth of itself.
        depth_m = self.unit_m / found[0][:, :1].float().clamp(min=LEAST_SHARE)
        return InTraining(depth_m, disparities=tuple(found)) if self.training else depth_m


class FlipAveraged(nn.Module):
    """A network that looks at a picture and at its mirror image, and joins the two disparities.

    The paper's post-processing: within 5 % of the left border, where the right-hand picture ends, the
    mirror image's disparity counts alone, within 5 % of the right border the picture's own, and between them their
    mean. Of the depth that the network gives the reciprocals are joined, which disparities are.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> Tensor:
        both = self.network(torch.cat((image, image.flip(3)))).reciprocal()
        own, mirrored = both[:1], both[1:].flip(3)
        across = torch.arange(own.shape[3], dtype=own.dtype, device=own.device) / (own.shape[3] - 1)
        left = 1 - ((across - BORDER) / BORDER).clamp(0, 1)
        right = left.flip(0)
        joined = right * own + left * mirrored + (1 - left - right) * (own + mirrored) / 2
        return joined.reciprocal()


def _twice(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")


def _up_levels(encoder: Sequence[int]) -> list[UpLevel]:
    """The way up from an encoder of these channels to the picture's size."""
    count = len(encoder)
    widths = DECODER_CHANNELS[-count:]
    inputs, skips = (encoder[-1], *widths[:-1]), (*reversed(encoder[:-1]), 0)
    gives = [number >= count - SCALES for number in range(count)]
    joins = [False, *gives[:-1]]
    levels = zip(inputs, skips, widths, joins, gives, strict=True)
    return [UpLevel(below, skip, width, joins=join, gives=give) for below, skip, width, join, give in levels]


def _resnet_of(network: Monodepth) -> ResNet50:
    if not isinstance(network.encoder, ResNetEncoder):
        raise SettingError(
            "Monodepth's own encoder was never trained on ImageNet: set network.options.encoder to resnet50, or take "
            "out network.encoder_weights."
        )
    return encoder_of(network.encoder)


ENTRY = NetworkEntry(
    name="monodepth",
    task="depth",
    build=Monodepth,
    # The paper's is fed with 0 to 1; around zero the first convolution learns sooner.
    mean=IMAGENET_MEAN,
    std=IMAGENET_STD,
    multiple_px=2 ** len(ENCODER_LAYERS),
    learns_from_pairs=True,
    encoder=("encoder",),
    deepest="encoder",
    encoder_weights=EncoderWeights(_resnet_of, ENCODER_WEIGHTS.renamed, ENCODER_WEIGHTS.title),
)
