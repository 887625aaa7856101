"""Eigen and Fergus's network of three scales: a whole view, and two that sharpen it.

Eigen, Fergus: Predicting Depth, Surface Normals and Semantic Labels with a Common Multi-Scale Convolutional
Architecture, ICCV 2015, section 3 and Fig. 2, for depth alone. Scales 1 and 2 are trained together; scale 3 then, with
these as they are.
"""

import math
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from howfar.networks.eigen2014 import (
    ALEXNET_CELLS,
    ALEXNET_CHANNELS,
    HIDDEN,
    INPUT_PX,
    OUTPUT_PX,
    alexnet_features,
    refuse_size,
    start_at,
)
from howfar.networks.entry import NetworkEntry
from howfar.networks.imagenet import IMAGENET_MEAN, IMAGENET_STD
from howfar.networks.vgg import draw_he, vgg16_features, vgg16_weights

Encoder = Literal["vgg16", "alexnet"]

VGG_CHANNELS, VGG_CELLS = 512, (7, 9)
VIEW_CHANNELS, VIEW_CELLS = 64, (14, 19)
"""What scale 1 says of each part of the picture: channels, rows and columns."""

QUARTER_PX, HALF_PX = OUTPUT_PX, (147, 109)
"""Width and height of the maps of scales 2 and 3."""

EDGES, WIDTH, KERNEL = 96, 64, 5
"""Channels of the convolution on the picture and of those after it in scales 2 and 3, and their kernel."""


class WholeView(nn.Module):
    """Scale 1: features of the whole picture, N×3×228×304 to N×64×14×19 through fully connected layers."""

    def __init__(self, encoder: Encoder) -> None:
        """Build it on VGG-16, the paper's better one, or on AlexNet, its smaller one."""
        super().__init__()
        if encoder not in ("vgg16", "alexnet"):
            raise ValueError(f"the encoder is vgg16 or alexnet, not {encoder}")
        vgg = encoder == "vgg16"
        self.features = vgg16_features() if vgg else alexnet_features()
        seen = VGG_CHANNELS * math.prod(VGG_CELLS) if vgg else ALEXNET_CHANNELS * math.prod(ALEXNET_CELLS)
        self.hidden = nn.Linear(seen, HIDDEN)
        self.drop = nn.Dropout(0.5)
        self.view = nn.Linear(HIDDEN, VIEW_CHANNELS * math.prod(VIEW_CELLS))
        draw_he(self.hidden)
        draw_he(self.view)

    def forward(self, image: Tensor) -> Tensor:
        hidden = self.drop(torch.relu(self.hidden(self.features(image).flatten(1))))
        return self.view(hidden).unflatten(1, (VIEW_CHANNELS, *VIEW_CELLS))


class Sharpening(nn.Module):
    """Scale 2 or 3: filters on the picture, joined with what the scale before says, and 5×5 convolutions to log depth.

    The maps of scale 2 are of a quarter of the picture's size and have four convolutions, those of scale 3 of half and
    three.
    """

    def __init__(self, before: int, pool: nn.Module, convolutions: int) -> None:
        """Take the channels of the scale before, the pooling that brings 110×148 to the size, and how many follow."""
        super().__init__()
        self.first = nn.Conv2d(3, EDGES, 9, stride=2)
        self.pool = pool
        widths = (EDGES + before, *[WIDTH] * (convolutions - 1))
        following = [nn.Conv2d(inputs, WIDTH, KERNEL, padding=KERNEL // 2) for inputs in widths[:-1]]
        self.following = nn.ModuleList(following)
        self.log_depth = nn.Conv2d(widths[-1], 1, KERNEL, padding=KERNEL // 2)
        for layer in (self.first, *following):
            draw_he(layer)
        start_at(self.log_depth)

    def forward(self, image: Tensor, before: Tensor) -> Tensor:
        x = torch.cat((self.pool(torch.relu(self.first(image))), before), dim=1)
        for layer in self.following:
            x = torch.relu(layer(x))
        return self.log_depth(x)


class EigenFergus2015(nn.Module):
    """Depth in metres from N×3×228×304, at about half the size: N×1×109×147, never negative.

    The network gives log depth; its exponential is taken last. Both enlargements are bilinear: that of scale 1 covers
    the whole picture; that of scale 2 keeps its corners, as 2n − 1 from n samples does. A picture of another size is
    refused with a `ValueError`.
    """

    def __init__(self, encoder: Encoder = "vgg16", scales: Literal[2, 3] = 3) -> None:
        """Build all scales; with two, the map of scale 2 (55×74) is the output, as it is trained first."""
        super().__init__()
        if scales not in (2, 3):
            raise ValueError(f"there are 2 or 3 scales, not {scales}")
        self.scales = scales
        self.scale1 = WholeView(encoder)
        self.scale2 = Sharpening(VIEW_CHANNELS, nn.MaxPool2d(2), convolutions=4)
        self.scale3 = Sharpening(1, nn.MaxPool2d(2, stride=1), convolutions=3)

    def forward(self, image: Tensor) -> Tensor:
        refuse_size(image, "EigenFergus2015")
        view = functional.interpolate(self.scale1(image), size=QUARTER_PX[::-1], mode="bilinear", align_corners=False)
        log_depth = self.scale2(image, view)
        if self.scales == 3:
            enlarged = functional.interpolate(log_depth, size=HALF_PX[::-1], mode="bilinear", align_corners=True)
            log_depth = self.scale3(image, enlarged)
        # bfloat16 knows a log depth to a hundredth; the exponential is taken in single precision.
        return log_depth.float().exp()


ENTRY = NetworkEntry(
    name="eigen-fergus-2015",
    task="depth",
    build=EigenFergus2015,
    mean=IMAGENET_MEAN,
    std=IMAGENET_STD,
    multiple_px=1,
    size_px=INPUT_PX,
    encoder=("scale1",),
    deepest="scale1.features",
    encoder_weights=vgg16_weights("scale1.features"),
)
