"""Monodepth: disparity of both pictures of a pair from one."""

from typing import Any, cast

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from howfar.errors import SettingError
from howfar.networks.compact_depth import InTraining
from howfar.networks.monodepth import ENTRY, Encoder, FlipAveraged, Monodepth
from tests.networks.checks import output_shape, parameter_count, without_gradient


@pytest.mark.parametrize(
    ("encoder", "size"),
    [
        pytest.param("vgg", (128, 128), id="the smallest"),
        pytest.param("vgg", (256, 512), id="the paper's size"),
        pytest.param("resnet50", (96, 320), id="ResNet-50 takes multiples of 32"),
    ],
)
def test_depth_has_the_pictures_size(encoder: Encoder, size: tuple[int, int]) -> None:
    assert output_shape(lambda: Monodepth(encoder), (2, 3, *size)) == (2, 1, *size)


@pytest.mark.parametrize(("encoder", "multiple"), [("vgg", 128), ("resnet50", 32)])
def test_a_size_that_cannot_be_halved_so_often_is_refused(encoder: Encoder, multiple: int) -> None:
    with pytest.raises(ValueError, match=f"multiples of {multiple}, and this picture is 200×128"):
        output_shape(lambda: Monodepth(encoder), (1, 3, 128, 200))


def test_the_papers_network_has_31_million_parameters() -> None:
    assert parameter_count(Monodepth) == 31_600_072


def test_that_on_a_resnet_has_this_many() -> None:
    assert parameter_count(lambda: Monodepth("resnet50")) == 32_526_312


def test_an_encoder_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="vgg or resnet50, not vgg16"):
        Monodepth(cast(Any, "vgg16"))


@pytest.fixture(scope="module")
def network() -> Monodepth:
    torch.manual_seed(0)
    return Monodepth()


def test_in_training_it_gives_four_scales_of_both_pictures(network: Monodepth) -> None:
    torch.manual_seed(0)
    with torch.inference_mode():
        given = network.train()(torch.randn(1, 3, 128, 256))
    assert isinstance(given, InTraining)
    assert [tuple(each.shape) for each in given.disparities] == [
        (1, 2, 128, 256),
        (1, 2, 64, 128),
        (1, 2, 32, 64),
        (1, 2, 16, 32),
    ]
    for each in given.disparities:
        assert 0 < each.min() <= each.max() < 0.3
    np.testing.assert_allclose(given.depth_m, 1 / given.disparities[0][:, :1], rtol=1e-5)


def test_untrained_it_says_a_few_hundredths_of_the_width(network: Monodepth) -> None:
    torch.manual_seed(0)
    with torch.inference_mode():
        depth = network.eval()(torch.randn(1, 3, 128, 128))
    assert 1 / depth.median().item() == pytest.approx(0.03, abs=0.015)


def test_depth_is_the_rigs_over_disparity(network: Monodepth) -> None:
    torch.manual_seed(0)
    image = torch.randn(1, 3, 128, 128)
    with torch.inference_mode():
        before = network.eval()(image)
        network.unit_m.fill_(2.5)
        after = network(image)
        network.unit_m.fill_(1.0)
    np.testing.assert_allclose(after, 2.5 * before, rtol=1e-5)
    assert "unit_m" in network.state_dict()


def test_the_gradient_reaches_every_parameter() -> None:
    torch.manual_seed(0)
    network = Monodepth()

    class AllScales(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, image: Tensor) -> Tensor:
            return torch.stack([each.mean() for each in self.network(image).disparities])

    assert without_gradient(AllScales(), torch.randn(1, 3, 128, 128)) == []


class Slope(nn.Module):
    """Disparity that is the brightness of each pixel."""

    def forward(self, image: Tensor) -> Tensor:
        return 1 / image[:, :1]


def test_post_processing_takes_the_mirror_image_on_the_left_and_the_picture_on_the_right() -> None:
    class KnowsTheSide(nn.Module):
        def forward(self, image: Tensor) -> Tensor:
            own, mirrored = image[:1, :1] * 0 + 0.1, image[1:, :1] * 0 + 0.3
            return 1 / torch.cat((own, mirrored))

    disparity = 1 / FlipAveraged(KnowsTheSide())(torch.ones(1, 3, 2, 101))[0, 0, 0]
    np.testing.assert_allclose(disparity[:6], 0.3, atol=1e-6)
    np.testing.assert_allclose(disparity[95:], 0.1, atol=1e-6)
    np.testing.assert_allclose(disparity[10:91], 0.2, atol=1e-6)
    assert disparity[7] == pytest.approx(0.3 * 0.6 + 0.2 * 0.4, abs=1e-6)


def test_post_processing_turns_the_mirrored_disparity_back() -> None:
    across = torch.linspace(0.1, 0.9, 40).expand(1, 3, 4, 40)
    np.testing.assert_allclose(FlipAveraged(Slope())(across), 1 / across[:, :1], rtol=1e-5)


def test_only_a_resnet_takes_weights_of_imagenet() -> None:
    known = ENTRY.encoder_weights
    assert known is not None
    with torch.device("meta"):
        assert "layer4" in known.encoder(Monodepth("resnet50"))
        with pytest.raises(SettingError, match=r"set network\.options\.encoder to resnet50"):
            known.encoder(Monodepth())


def test_an_up_level_is_what_the_paper_describes() -> None:
    torch.manual_seed(0)
    level = Monodepth("resnet50").levels[-1].requires_grad_(False)
    state = level.state_dict()
    x, before = torch.randn(1, 32, 8, 8), torch.rand(1, 2, 8, 8)

    def convolve(x: Tensor, name: str) -> Tensor:
        return functional.conv2d(x, state[f"{name}.weight"], state[f"{name}.bias"], padding=1)

    def twice(x: Tensor) -> Tensor:
        return x.repeat_interleave(2, 2).repeat_interleave(2, 3)

    enlarged = functional.elu(convolve(twice(x), "enlarged.0"))
    joined = functional.elu(convolve(torch.cat((enlarged, twice(before)), 1), "joined.0"))
    got, disparity = level(x, None, before)
    np.testing.assert_allclose(got, joined, atol=1e-5)
    np.testing.assert_allclose(disparity, 0.3 * torch.sigmoid(convolve(joined, "disparity")), atol=1e-6)
