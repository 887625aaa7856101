"""VGG-16 as an encoder."""

import pytest
import torch
from torch import nn

from howfar.networks.vgg import vgg16_features, vgg16_weights
from tests.networks.checks import output_shape, parameter_count

TORCHVISION = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)
"""The numbers of the convolutions in torchvision's file."""


def test_it_has_this_many_parameters() -> None:
    assert parameter_count(vgg16_features) == 14_714_688


@pytest.mark.parametrize(
    ("size", "cells"), [((224, 224), (7, 7)), ((228, 304), (7, 9))], ids=["ImageNet's size", "what does not divide"]
)
def test_it_halves_five_times_and_rounds_down(size: tuple[int, int], cells: tuple[int, int]) -> None:
    assert output_shape(vgg16_features, (1, 3, *size)) == (1, 512, *cells)


def test_its_convolutions_have_the_numbers_of_torchvisions_file() -> None:
    with torch.device("meta"):
        layers = vgg16_features()
    assert tuple(number for number, layer in enumerate(layers) if isinstance(layer, nn.Conv2d)) == TORCHVISION


def test_weights_of_imagenet_are_taken_without_the_classifier() -> None:
    holder = nn.ModuleDict({"scale1": nn.Sequential(nn.Conv2d(1, 1, 1))})
    known = vgg16_weights("scale1")
    published = {"features.0.weight": torch.ones(1), "classifier.0.weight": torch.zeros(1)}
    assert known.encoder(holder) is holder["scale1"]
    assert known.renamed(published, None) == {"0.weight": published["features.0.weight"]}
    assert known.title(None) == "torchvision's VGG-16"


def test_a_file_of_another_network_is_told() -> None:
    with pytest.raises(LookupError):
        vgg16_weights("x").renamed({"layer1.0.conv1.weight": torch.zeros(1)}, None)
