"""YOLOv5, versions 6 and 7: boxes with classes from one picture, at three scales.

The network has no paper; it joins the ideas of several: cross-stage partial blocks (Wang et al.: CSPNet, CVPRW 2020),
spatial pyramid pooling (He et al., ECCV 2014), path aggregation (Liu et al.: PANet, CVPR 2018) and anchors (Redmon and
Farhadi: YOLO9000, CVPR 2017). The modules' numbers and names are those of the published weights, which load unchanged.
"""

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from howfar.networks.entry import NetworkEntry, PublishedFormat

STRIDES = (8, 16, 32)
"""Pixels a cell of the three output maps."""

ANCHORS_PX = (
    ((10.0, 13.0), (16.0, 30.0), (33.0, 23.0)),
    ((30.0, 61.0), (62.0, 45.0), (59.0, 119.0)),
    ((116.0, 90.0), (156.0, 198.0), (373.0, 326.0)),
)
"""Width and height of the published weights' anchors, three for each stride; fitted to COCO at 640 pixels."""

SIZES = {"n": (0.25, 0.33), "s": (0.50, 0.33), "m": (0.75, 0.67), "l": (1.0, 1.0), "x": (1.25, 1.33)}
"""Multiples of width and depth of the five published sizes."""

COCO_CLASSES = 80
HEAD_BIAS = "model.24.m.0.bias"
"""The weight of a file whose length tells its number of classes."""

RARE = 0.01
"""Probability of an object that a new network starts from (Lin et al.: Focal Loss, ICCV 2017, section 4.1)."""


class Conv(nn.Module):
    """Convolution that keeps the size (but for the stride), batch normalisation and SiLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, padding: int | None = None) -> None:
        super().__init__()
        around = kernel // 2 if padding is None else padding
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, around, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03)
        self.act = nn.SiLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.act(self.bn(self.conv(x)))


class Bottleneck(nn.Module):
    """A 1×1 and a 3×3 convolution, to which the input is added if it is `residual`."""

    def __init__(self, channels: int, *, residual: bool) -> None:
        super().__init__()
        self.cv1 = Conv(channels, channels)
        self.cv2 = Conv(channels, channels, kernel=3)
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        y = self.cv2(self.cv1(x))
        return x + y if self.residual else y


class C3(nn.Module):
    """Cross-stage partial block: half of the channels go through the bottlenecks, half past them."""

    def __init__(self, inputs: int, outputs: int, blocks: int, *, residual: bool) -> None:
        super().__init__()
        half = outputs // 2
        self.cv1 = Conv(inputs, half)
        self.cv2 = Conv(inputs, half)
        self.cv3 = Conv(2 * half, outputs)
        self.m = nn.Sequential(*(Bottleneck(half, residual=residual) for _ in range(blocks)))

    def forward(self, x: Tensor) -> Tensor:
        return self.cv3(torch.cat((self.m(self.cv1(x)), self.cv2(x)), dim=1))


class SPPF(nn.Module):
    """Spatial pyramid pooling by one 5×5 pooling three times in a row, which sees 5, 9 and 13 cells."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        half = channels // 2
        self.cv1 = Conv(channels, half)
        self.cv2 = Conv(4 * half, channels)
        self.m = nn.MaxPool2d(5, stride=1, padding=2)

    def forward(self, x: Tensor) -> Tensor:
        maps = [self.cv1(x)]
        for _ in range(3):
            maps.append(self.m(maps[-1]))
        return self.cv2(torch.cat(maps, dim=1))


class Detect(nn.Module):
    """A 1×1 convolution for each scale: three maps of N×3 anchors×h×w×(5 + classes) numbers.

    The buffer `anchors` is 3 scales×3 anchors×(width, height) in cells of its scale.
    """

    def __init__(self, channels: Sequence[int], classes: int, anchors_px: Tensor) -> None:
        super().__init__()
        self.numbers = 5 + classes
        self.m = nn.ModuleList(_head_layer(inputs, anchors_px.shape[1], classes) for inputs in channels)
        self.register_buffer("anchors", anchors_px / torch.tensor(STRIDES).view(-1, 1, 1))

    def forward(self, features: Sequence[Tensor]) -> list[Tensor]:
        maps = [layer(x) for layer, x in zip(self.m, features, strict=True)]
        return [x.unflatten(1, (-1, self.numbers)).permute(0, 1, 3, 4, 2) for x in maps]


class YOLOv5(nn.Module):
    """Three raw maps from N×3×H×W (H and W multiples of 32, RGB in 0 to 1), one for each stride s of 8, 16 and 32.

    A map is N×3 anchors×H/s×W/s×(5 + classes). The last axis holds x, y, width, height, objectness and the classes, all
    before the sigmoid: losses are computed on them, and `decode` turns them into boxes.
    """

    def __init__(
        self,
        classes: int = COCO_CLASSES,
        width: float = 0.25,
        depth: float = 0.33,
        anchors_px: Sequence[Sequence[Sequence[float]]] = ANCHORS_PX,
    ) -> None:
        """Build it with PyTorch's random weights, and a head that expects few objects.

        Args:
            classes: Number of classes.
            width: Multiple of the channels; see `SIZES`.
            depth: Multiple of the bottlenecks a block.
            anchors_px: 3 strides×3 anchors×(width, height).
        """
        super().__init__()
        c1, c2, c3, c4, c5 = (_widened(channels, width) for channels in (64, 128, 256, 512, 1024))
        self.trunk_channels = (c2, c3, c4, c5)
        few, some, many = (max(round(blocks * depth), 1) for blocks in (3, 6, 9))
        head = Detect((c3, c4, c5), classes, torch.as_tensor(anchors_px, dtype=torch.float32))
        # The numbers are the published ones; those left out (11, 12, 15, 16, 19, 22) up-sample or join.
        layers: dict[int, nn.Module] = {
            0: Conv(3, c1, kernel=6, stride=2, padding=2),
            1: Conv(c1, c2, kernel=3, stride=2),
            2: C3(c2, c2, few, residual=True),
            3: Conv(c2, c3, kernel=3, stride=2),
            4: C3(c3, c3, some, residual=True),
            5: Conv(c3, c4, kernel=3, stride=2),
            6: C3(c4, c4, many, residual=True),
            7: Conv(c4, c5, kernel=3, stride=2),
            8: C3(c5, c5, few, residual=True),
            9: SPPF(c5),
            10: Conv(c5, c4),
            13: C3(2 * c4, c4, few, residual=False),
            14: Conv(c4, c3),
            17: C3(2 * c3, c3, few, residual=False),
            18: Conv(c3, c3, kernel=3, stride=2),
            20: C3(2 * c3, c4, few, residual=False),
            21: Conv(c4, c4, kernel=3, stride=2),
            23: C3(2 * c4, c5, few, residual=False),
            24: head,
        }
        self.model = nn.ModuleDict({str(number): layer for number, layer in layers.items()})

    def forward(self, image: Tensor) -> list[Tensor]:
        return self.raw_maps(self.trunk(image))

    def trunk(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Its maps at 1/4, 1/8, 1/16 and 1/32 of a picture, with `trunk_channels`."""
        quarter = self._run(image, 0, 1, 2)
        eighth = self._run(quarter, 3, 4)
        sixteenth = self._run(eighth, 5, 6)
        return quarter, eighth, sixteenth, self._run(sixteenth, 7, 8, 9)

    def raw_maps(self, maps: Sequence[Tensor]) -> list[Tensor]:
        """What neck and head make of the trunk's maps: what `forward` gives."""
        _, eighth, sixteenth, deepest = maps
        deep = self._run(deepest, 10)
        middle = self._run(torch.cat((_doubled(deep), sixteenth), dim=1), 13, 14)
        fine_out = self._run(torch.cat((_doubled(middle), eighth), dim=1), 17)
        middle_out = self._run(torch.cat((self._run(fine_out, 18), middle), dim=1), 20)
        coarse_out = self._run(torch.cat((self._run(middle_out, 21), deep), dim=1), 23)
        return self.model["24"]((fine_out, middle_out, coarse_out))

    def _run(self, x: Tensor, *numbers: int) -> Tensor:
        for number in numbers:
            x = self.model[str(number)](x)
        return x

    @property
    def anchors_px(self) -> Tensor:
        """3 strides×3 anchors×(width, height)."""
        anchors = self.get_buffer("model.24.anchors")
        return anchors * anchors.new_tensor(STRIDES).view(-1, 1, 1)

    @anchors_px.setter
    def anchors_px(self, anchors_px: Tensor) -> None:
        anchors = self.get_buffer("model.24.anchors")
        anchors.copy_(anchors_px / torch.tensor(STRIDES).view(-1, 1, 1))

    def decode(self, raw: Sequence[Tensor]) -> Tensor:
        """Turn the raw maps into boxes: xy = (2s − 0.5 + cell)·stride and wh = (2s)²·anchor, with s the sigmoid.

        Args:
            raw: The three maps that `forward` gives.

        Returns:
            N×rows×(5 + classes): centre x, y, width and height in pixels; objectness and classes in 0 to 1. The finest
            scale comes first; within it anchor by anchor; within an anchor row by row.
        """
        scales = zip(raw, STRIDES, self.anchors_px, strict=True)
        return torch.cat([_decode_scale(x.sigmoid(), stride, anchors) for x, stride, anchors in scales], dim=1)


class DecodedYOLOv5(nn.Module):
    """A YOLOv5 whose `forward` gives decoded boxes, N×rows×(5 + classes): what is exported."""

    def __init__(self, network: YOLOv5) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> Tensor:
        return self.network.decode(self.network(image))


def yolov5(size: str = "n", classes: int = COCO_CLASSES) -> YOLOv5:
    """Build one of the published sizes: n, s, m, l or x."""
    width, depth = SIZES[size]
    return YOLOv5(classes, width, depth)


def _decode_scale(activated: Tensor, stride: int, anchors_px: Tensor) -> Tensor:
    """One scale's N×3×h×w×(5 + C) sigmoids as N×3hw×(5 + C) boxes."""
    height, width = activated.shape[2:4]
    rows = torch.arange(height, device=activated.device, dtype=activated.dtype)
    columns = torch.arange(width, device=activated.device, dtype=activated.dtype)
    cells = torch.stack((columns.expand(height, width), rows.unsqueeze(1).expand(height, width)), dim=-1)
    centre = (2 * activated[..., :2] - 0.5 + cells) * stride
    extent = (2 * activated[..., 2:4]) ** 2 * anchors_px.view(-1, 1, 1, 2)
    return torch.cat((centre, extent, activated[..., 4:]), dim=-1).flatten(1, 3)


def _doubled(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")


def _widened(channels: int, width: float) -> int:
    return math.ceil(channels * width / 8) * 8


def _head_layer(inputs: int, anchors: int, classes: int) -> nn.Conv2d:
    """A 1×1 convolution that at first expects few objects, so that empty cells do not dominate the first steps."""
    layer = nn.Conv2d(inputs, anchors * (5 + classes), 1)
    biases = torch.zeros(anchors, 5 + classes)
    biases[:, 4] = math.log(RARE / (1 - RARE))
    biases[:, 5:] = -math.log(max(classes - 1, 1))
    layer.bias = nn.Parameter(biases.flatten())
    return layer


def _classes(weights: Mapping[str, Tensor]) -> dict[str, Any]:
    """As many classes as a file's head has; COCO's where it has no head, which loading the weights then tells."""
    head = weights.get(HEAD_BIAS)
    return {"classes": COCO_CLASSES if head is None else max(1, head.numel() // len(ANCHORS_PX[0]) - 5)}


ENTRIES = tuple(
    NetworkEntry(
        name=f"yolov5{size}",
        task="detection",
        build=partial(yolov5, size),
        std=(255.0, 255.0, 255.0),
        multiple_px=STRIDES[-1],
        layout="yolov5",
        decoded=DecodedYOLOv5,
        published=PublishedFormat("YOLOv5 v6 and v7", size_px=(640, 640), options=_classes),
    )
    for size in SIZES
)
