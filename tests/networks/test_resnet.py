"""The ResNet-50 encoder."""

import pytest
import torch
from torch import nn

from howfar.networks.resnet import ENCODER_PARTS, Bottleneck, ResNet50Features
from tests.networks.checks import on_no_device, parameter_count


@pytest.mark.parametrize(
    ("height", "width", "sizes"),
    [
        pytest.param(256, 320, [(128, 160), (64, 80), (32, 40), (16, 20), (8, 10)], id="multiples of 32"),
        pytest.param(228, 304, [(114, 152), (57, 76), (29, 38), (15, 19), (8, 10)], id="each halving rounds up"),
        pytest.param(1, 1, [(1, 1)] * 5, id="one pixel"),
    ],
)
def test_features_are_five_maps_from_a_half_to_a_thirty_second(
    height: int, width: int, sizes: list[tuple[int, int]]
) -> None:
    maps = on_no_device(ResNet50Features).features(torch.empty(2, 3, height, width, device="meta"))
    channels = (64, 256, 512, 1024, 2048)
    assert [tuple(each.shape) for each in maps] == [
        (2, count, *size) for count, size in zip(channels, sizes, strict=True)
    ]


def test_it_has_the_published_number_of_parameters_less_the_classifiers() -> None:
    assert parameter_count(ResNet50Features) == 25_557_032 - (2048 * 1000 + 1000)


def test_everything_that_has_a_state_is_named_as_in_imagenet_files() -> None:
    state = on_no_device(ResNet50Features).state_dict()
    assert len(state) == 318
    assert dict.fromkeys(name.split(".")[0] for name in state) == dict.fromkeys(ENCODER_PARTS)


@pytest.mark.parametrize("stage", ["layer2", "layer3", "layer4"])
def test_the_stride_is_in_the_3x3_convolution_of_the_first_block(stage: str) -> None:
    blocks = list(on_no_device(ResNet50Features).get_submodule(stage).children())
    strides = [
        [each.stride[0] for each in (block.conv1, block.conv2, block.conv3) if isinstance(each, nn.Conv2d)]
        for block in blocks
        if isinstance(block, Bottleneck)
    ]
    assert strides == [[1, 2, 1]] + [[1, 1, 1]] * (len(blocks) - 1)


def test_every_map_comes_after_its_relu() -> None:
    torch.manual_seed(0)
    with torch.inference_mode():
        maps = ResNet50Features().eval().features(torch.randn(1, 3, 32, 32))
    assert all(each.min() >= 0 and each.max() > 0 for each in maps)
