"""SSD300: boxes with classes from one picture, as offsets from 8,732 default boxes on six maps.

Liu et al.: SSD: Single Shot MultiBox Detector, ECCV 2016. The trunk is VGG-16 (Simonyan and Zisserman, ICLR 2015) up to
its fully connected layers 6 and 7, which have become a dilated and a 1×1 convolution; four blocks follow. The modules'
numbers and names are those of the widespread PyTorch weights (amdegroot/ssd.pytorch), which load unchanged.
"""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from howfar.networks.default_boxes import DefaultBoxes
from howfar.networks.entry import NetworkEntry, PublishedFormat
from howfar.networks.imagenet import IMAGENET_MEAN, IMAGENET_STD, EncoderWeights

SIDE_PX = 300
MAPS = (38, 19, 10, 5, 3, 1)
"""Cells along a side of the maps that boxes are told from."""

STEPS_PX = (8.0, 16.0, 32.0, 64.0, 100.0, 300.0)
RATIOS: tuple[tuple[float, ...], ...] = ((2.0,), (2.0, 3.0), (2.0, 3.0), (2.0, 3.0), (2.0,), (2.0,))
SCALES = (0.07, 0.15, 0.33, 0.51, 0.69, 0.87, 1.05)
"""As for COCO, which has small objects."""

VOC_SCALES = (0.1, 0.2, 0.37, 0.54, 0.71, 0.88, 1.05)
"""Of the weights for Pascal VOC."""

VOC_CLASSES = (
    *("aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow"),
    *("diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor"),
)
COCO_CLASSES = 80

NMS = 0.45

VGG_MEAN = (123.0, 117.0, 104.0)
"""Subtracted from R, G and B of 0 to 255; nothing divides."""

TRUNK = (64, 64, "M", 128, 128, "M", 256, 256, 256, "C", 512, 512, 512, "M", 512, 512, 512)
"""Channels of VGG-16's convolutions; M halves the map, and C does so with the last row and column kept."""

FC_CHANNELS = 1024
EXTRAS = ((256, 512, 2, 1), (128, 256, 2, 1), (128, 256, 1, 0), (128, 256, 1, 0))
"""Of each further block: channels of its 1×1 and of its 3×3 convolution, and stride and padding of the latter."""

NORM_SCALE = 20.0
"""Length of conv4_3's features at first (Liu et al.: ParseNet, 2015)."""

HEAD_SD = 0.01
"""Of the heads' first weights, as in Lin et al.: Focal Loss, ICCV 2017, so that at first every class is as likely. The
usual larger ones, on conv4_3's features of length 20, would be sure of nonsense."""

FEATURES = "features."
"""How torchvision's names of VGG-16's convolutions begin."""

BACKGROUND_BIAS = "conf.0.bias"
"""The weight of a file whose length tells its number of classes."""


class L2Norm(nn.Module):
    """Features of each place brought to a length that is learned channel by channel."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((channels,), NORM_SCALE))

    def forward(self, x: Tensor) -> Tensor:
        length = x.square().sum(dim=1, keepdim=True).sqrt() + 1e-10
        return self.weight.view(1, -1, 1, 1) * x / length


class SSD300(nn.Module):
    """From N×C×300×300 (RGB less its mean) to N×8732×4 offsets and N×8732×(1 + classes) logits.

    The first logit is that of the background: a default box without an object. `default_boxes` tells what the offsets
    are from, and `decode` there makes boxes of them.
    """

    def __init__(
        self,
        classes: int = COCO_CLASSES,
        width: float = 1.0,
        scales: Sequence[float] = SCALES,
        *,
        normalised: bool = False,
        channels: int = 3,
        shift: float | None = None,
    ) -> None:
        """Build it with random weights.

        Args:
            classes: Number of classes, without the background.
            width: Multiple of the channels.
            scales: Of the default boxes, seven shares of the input's side.
            normalised: Put a batch normalisation after each convolution of trunk and further blocks, which a training
                from random weights wants; published weights have none.
            channels: Of the input: 3, or 6 for two pictures, one upon the other.
            shift: Of pairs of boxes; see `DefaultBoxes`.
        """
        super().__init__()
        self.default_boxes = DefaultBoxes(SIDE_PX, MAPS, STEPS_PX, tuple(scales), RATIOS, shift=shift)
        self.normalised = normalised
        fine, deep = _scaled(512, width), _scaled(FC_CHANNELS, width)
        layers, self.fine_end = _trunk(channels, width, normalised)
        self.vgg = nn.ModuleList(layers)
        self.L2Norm = L2Norm(fine)
        extras = _further_blocks(deep, width)
        self.extras = nn.ModuleList(extras)
        self.extra_norms = nn.ModuleList(
            nn.BatchNorm2d(layer.out_channels) if normalised else nn.Identity() for layer in extras
        )
        told = [fine, deep, *(layer.out_channels for layer in extras[1::2])]
        per_cell = self.default_boxes.per_cell
        numbers = self.default_boxes.numbers
        self.loc = nn.ModuleList(
            nn.Conv2d(inputs, count * numbers, 3, padding=1) for inputs, count in zip(told, per_cell, strict=True)
        )
        self.conf = nn.ModuleList(
            nn.Conv2d(inputs, count * (1 + classes), 3, padding=1) for inputs, count in zip(told, per_cell, strict=True)
        )
        self.classes = classes
        _draw(self)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        maps = self.maps(image)
        offsets = [_by_box(layer(x), self.default_boxes.numbers) for layer, x in zip(self.loc, maps, strict=True)]
        logits = [_by_box(layer(x), 1 + self.classes) for layer, x in zip(self.conf, maps, strict=True)]
        return torch.cat(offsets, dim=1), torch.cat(logits, dim=1)

    def maps(self, x: Tensor) -> list[Tensor]:
        """The six maps that boxes are told from, the finest first."""
        for layer in self.vgg[: self.fine_end]:
            x = layer(x)
        maps = [self.L2Norm(x)]
        for layer in self.vgg[self.fine_end :]:
            x = layer(x)
        maps.append(x)
        for number, (layer, norm) in enumerate(zip(self.extras, self.extra_norms, strict=True)):
            x = functional.relu(norm(layer(x)))
            if number % 2:
                maps.append(x)
        return maps


class RawSSD(nn.Module):
    """An SSD whose `forward` gives offsets and probabilities, background first: what is exported."""

    more_outputs = ("scores",)

    def __init__(self, network: SSD300) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        offsets, logits = self.network(image)
        return offsets, logits.softmax(dim=-1)


def _trunk(channels: int, width: float, normalised: bool) -> tuple[list[nn.Module], int]:
    """VGG-16's layers with those that stand for fully connected ones, and where its fourth block ends."""
    layers: list[nn.Module] = []
    inputs, fine_end = channels, 0
    for step in TRUNK:
        if isinstance(step, str):
            fine_end = len(layers)  # that of the last one counts
            layers.append(nn.MaxPool2d(2, ceil_mode=step == "C"))
            continue
        outputs = _scaled(step, width)
        layers += _convolved(nn.Conv2d(inputs, outputs, 3, padding=1), normalised)
        inputs = outputs
    deep = _scaled(FC_CHANNELS, width)
    layers.append(nn.MaxPool2d(3, stride=1, padding=1))
    layers += _convolved(nn.Conv2d(inputs, deep, 3, padding=6, dilation=6), normalised)
    layers += _convolved(nn.Conv2d(deep, deep, 1), normalised)
    return layers, fine_end


def _further_blocks(inputs: int, width: float) -> list[nn.Conv2d]:
    layers = []
    for narrow, wide, stride, padding in EXTRAS:
        between, outputs = _scaled(narrow, width), _scaled(wide, width)
        layers += [nn.Conv2d(inputs, between, 1), nn.Conv2d(between, outputs, 3, stride, padding)]
        inputs = outputs
    return layers


def _convolved(layer: nn.Conv2d, normalised: bool) -> list[nn.Module]:
    norm: list[nn.Module] = [nn.BatchNorm2d(layer.out_channels)] if normalised else []
    return [layer, *norm, nn.ReLU()]


def _scaled(channels: int, width: float) -> int:
    return max(8, round(channels * width / 8) * 8)


def _draw(network: SSD300) -> None:
    """First weights that keep the spread of a ReLU's input (He et al., ICCV 2015), and heads that tell little yet."""
    for name, layer in network.named_modules():
        if isinstance(layer, nn.Conv2d):
            if name.startswith(("loc.", "conf.")):
                nn.init.normal_(layer.weight, std=HEAD_SD)
            else:
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]  # every one has biases


def _by_box(x: Tensor, numbers: int) -> Tensor:
    """N×(boxes·numbers)×h×w as N×(h·w·boxes)×numbers."""
    return x.permute(0, 2, 3, 1).reshape(len(x), -1, numbers)


def _published_options(weights: Mapping[str, Tensor]) -> dict[str, Any]:
    """As many classes as a file's head has, and VOC's scales for VOC's 20; COCO's where it has no head."""
    head = weights.get(BACKGROUND_BIAS)
    classes = COCO_CLASSES if head is None else max(1, head.numel() // (2 + 2 * len(RATIOS[0])) - 1)
    return {"classes": classes, "scales": VOC_SCALES if classes == len(VOC_CLASSES) else SCALES}


def _from_imagenet(weights: Mapping[str, Tensor], trunk: nn.ModuleList) -> dict[str, Tensor]:
    """The VGG-16 of torchvision under the trunk's names, which count alike; what it lacks stays as it was drawn.

    Layers 6 and 7 have another shape here. The paper thins out the fully connected ones; drawn afresh they cost a
    training little, and many files of VGG-16 leave them out. The first layer takes over what torchvision does to a
    picture and an SSD does not: another mean, and the division by the standard deviation.
    """
    renamed = dict(trunk.state_dict())
    own = {f"{FEATURES}{name}": name for name in renamed}
    found = {own[name]: value for name, value in weights.items() if name in own}
    if len(found) < 2 * sum(not isinstance(step, str) for step in TRUNK):
        raise LookupError
    std = torch.tensor(IMAGENET_STD).view(1, 3, 1, 1)
    shift = (torch.tensor(VGG_MEAN) - torch.tensor(IMAGENET_MEAN)).view(1, 3, 1, 1)
    first = found["0.weight"].float() / std
    return renamed | found | {"0.weight": first, "0.bias": found["0.bias"] + (first * shift).sum(dim=(1, 2, 3))}


ENTRY = NetworkEntry(
    name="ssd300",
    task="detection",
    build=SSD300,
    mean=VGG_MEAN,
    multiple_px=SIDE_PX,
    size_px=(SIDE_PX, SIDE_PX),
    layout="ssd",
    nms=NMS,
    decoded=RawSSD,
    encoder=("vgg",),
    encoder_weights=EncoderWeights(attrgetter("vgg"), _from_imagenet, lambda _: "torchvision's VGG-16"),
    published=PublishedFormat(
        "amdegroot/ssd.pytorch",
        size_px=(SIDE_PX, SIDE_PX),
        options=_published_options,
        fit="stretch",
        classes=VOC_CLASSES,
    ),
)
