"""MC-CNN: how alike two patches of pictures are.

Žbontar and LeCun: Stereo Matching by Training a Convolutional Neural Network to Compare Image Patches, JMLR 2016. The
fast network gives each pixel a vector of unit length, and the product of two says how alike they are; the accurate one
judges two such vectors by fully connected layers. What follows them is in howfar.stereo.mc_cnn.

Parts are called as in the weights that CNES trained and publishes (PyPI package MCCNN).
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from howfar.networks.entry import NetworkEntry, PublishedFormat

KERNEL_PX = 3
FAST_MAPS, ACCURATE_MAPS, ACCURATE_UNITS = 64, 112, 384

KITTI_LAYERS, MIDDLEBURY_LAYERS = 4, 5

MARGIN = 0.2
"""By how much a matching patch has to be more alike than one that does not match (the hinge loss)."""

LEAST_DEVIATION = 1e-6
"""Of the grey of a picture, so that one of a single colour is divided by something."""

LUMA = (0.299, 0.587, 0.114)
"""The shares of red, green and blue in grey, as OpenCV has them."""


def _convolutions(layers: int, maps: int) -> list[nn.Module]:
    """3×3 convolutions without padding, each with a ReLU behind it."""
    parts: list[nn.Module] = []
    for index in range(layers):
        parts += [nn.Conv2d(maps if index else 1, maps, KERNEL_PX), nn.ReLU()]
    return parts


class MCCNNFast(nn.Module):
    """Features of unit length from grey patches: N×1×h×w, normalised, to N×64×(h − 2L)×(w − 2L) for L layers.

    A patch of 2L + 1 pixels, 9 for KITTI and 11 for Middlebury, gives one vector.
    """

    def __init__(self, layers: int = MIDDLEBURY_LAYERS) -> None:
        """Build it.

        Args:
            layers: 4 as for KITTI, or 5 as for Middlebury.
        """
        super().__init__()
        self.layers = layers
        self.conv_blocks = nn.Sequential(*_convolutions(layers, FAST_MAPS)[:-1])  # no ReLU after the last

    def forward(self, grey: Tensor) -> Tensor:
        return functional.normalize(self.conv_blocks(grey), dim=1)


class MCCNNAccurate(nn.Module):
    """How alike grey patches are, from 0 to 1: two of N×1×h×w, normalised, to N×1×(h − 2L)×(w − 2L) for L layers."""

    def __init__(self, layers: int = MIDDLEBURY_LAYERS, judging_layers: int = 3) -> None:
        """Build it.

        Args:
            layers: Convolutions: 4 as for KITTI, or 5 as for Middlebury.
            judging_layers: Fully connected layers before the last: 4 as for KITTI, or 3 as for Middlebury.
        """
        super().__init__()
        self.layers = layers
        self.conv_blocks = nn.Sequential(*_convolutions(layers, ACCURATE_MAPS))
        widths = (2 * ACCURATE_MAPS, *[ACCURATE_UNITS] * judging_layers)
        judging: list[nn.Module] = []
        for inputs, outputs in pairwise(widths):
            judging += [nn.Linear(inputs, outputs), nn.ReLU()]
        self.fl_blocks = nn.Sequential(*judging, nn.Linear(ACCURATE_UNITS, 1), nn.Sigmoid())
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                # The usual, smaller ones make nothing of a difference between patches behind so many layers without
                # normalisation: after 1,400 steps the loss was that of a guess.
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.get_parameter("bias"))

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        return self.judge(self.conv_blocks(left), self.conv_blocks(right))

    def judge(self, left: Tensor, right: Tensor) -> Tensor:
        """How alike two maps of features are, N×112×h×w each, pixel by pixel: N×1×h×w.

        The same layers at each pixel: what fully connected layers do to a patch, they do to a picture as 1×1
        convolutions.
        """
        joined = torch.cat((left, right), dim=1).permute(0, 2, 3, 1)
        return self.fl_blocks(joined).permute(0, 3, 1, 2)


class _OfPictures(nn.Module):
    """Prepares whole pictures, 1×3×H×W RGB from 0 to 255.

    They become grey, less their mean and divided by their deviation, and are mirrored beyond their margins, so that
    every pixel is the middle of a patch.
    """

    def __init__(self, layers: int) -> None:
        super().__init__()
        self.beyond = layers * (KERNEL_PX // 2)
        self.register_buffer("luma", torch.tensor(LUMA).reshape(1, 3, 1, 1), persistent=False)

    def prepared(self, picture: Tensor) -> Tensor:
        grey = (picture * self.get_buffer("luma")).sum(dim=1, keepdim=True)
        centred = grey - grey.mean()
        deviation = (centred * centred).mean().sqrt().clamp(min=LEAST_DEVIATION)
        return functional.pad(centred / deviation, (self.beyond,) * 4, mode="reflect")


class FeaturesOfPicture(_OfPictures):
    """The fast network on a whole picture: 1×3×H×W RGB from 0 to 255 to 1×64×H×W features."""

    def __init__(self, network: MCCNNFast) -> None:
        super().__init__(network.layers)
        self.network = network

    def forward(self, picture: Tensor) -> Tensor:
        return self.network(self.prepared(picture))


class SimilarityOfPictures(_OfPictures):
    """The accurate network on two whole pictures: how alike are their pixels of one place? 1×1×H×W, from 0 to 1."""

    def __init__(self, network: MCCNNAccurate) -> None:
        super().__init__(network.layers)
        self.network = network

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        return self.network(self.prepared(left), self.prepared(right))


def _layers_of(weights: Mapping[str, Tensor]) -> dict[str, Any]:
    return {"layers": sum(name.startswith("conv_blocks.") and name.endswith(".weight") for name in weights)}


def _all_layers_of(weights: Mapping[str, Tensor]) -> dict[str, Any]:
    judging = sum(name.startswith("fl_blocks.") and name.endswith(".weight") for name in weights) - 1
    return _layers_of(weights) | {"judging_layers": judging}


ENTRIES = (
    NetworkEntry(
        name="mc-cnn-fast",
        task="stereo",
        build=MCCNNFast,
        multiple_px=1,
        decoded=FeaturesOfPicture,
        published=PublishedFormat("CNES's MCCNN (Žbontar and LeCun, JMLR 2016)", (450, 375), options=_layers_of),
    ),
    NetworkEntry(
        name="mc-cnn-accurate",
        task="stereo",
        build=MCCNNAccurate,
        multiple_px=1,
        decoded=SimilarityOfPictures,
        published=PublishedFormat("CNES's MCCNN (Žbontar and LeCun, JMLR 2016)", (450, 375), options=_all_layers_of),
    ),
)
