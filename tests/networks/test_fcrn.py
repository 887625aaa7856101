"""FCRN and the up-projection that the Hybrid CNN shares with it."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from howfar.networks.fcrn import FCRN, START_M, FastUnpool, UpProjection
from howfar.networks.resnet import ENCODER_PARTS
from tests.networks.checks import assert_export_agrees, output_shape, parameter_count, without_gradient


@pytest.fixture(scope="module")
def network() -> FCRN:
    torch.manual_seed(0)
    return FCRN()


@pytest.mark.parametrize(
    ("height", "width", "expected"),
    [
        pytest.param(228, 304, (128, 160), id="the paper's 304×228 gives 160×128"),
        pytest.param(256, 320, (128, 160), id="multiples of 32 are halved"),
        pytest.param(97, 65, (64, 48), id="an odd size is rounded up to multiples of 32 and halved"),
        pytest.param(480, 640, (240, 320), id="a whole picture of the Kinect"),
    ],
)
def test_depth_has_about_half_the_pictures_size(height: int, width: int, expected: tuple[int, int]) -> None:
    assert output_shape(FCRN, (2, 3, height, width)) == (2, 1, *expected)


def test_it_has_this_many_parameters() -> None:
    assert parameter_count(FCRN) == 63_572_673


@pytest.mark.parametrize(("height", "width"), [(1, 1), (4, 6), (5, 3)], ids=["one value", "even size", "odd size"])
def test_interleaved_convolutions_are_an_unpooling_and_a_5x5_convolution(height: int, width: int) -> None:
    torch.manual_seed(0)
    unpool = FastUnpool(3, 4)
    kernel, bias = torch.zeros(4, 3, 5, 5), torch.randn(4)
    for name, row, column in (("conv_A", 0, 0), ("conv_B", 1, 0), ("conv_C", 0, 1), ("conv_D", 1, 1)):
        kernel[:, :, row::2, column::2] = unpool.get_parameter(f"{name}.weight").detach()
        unpool.get_parameter(f"{name}.bias").data = bias
    x = torch.randn(2, 3, height, width)
    cells = torch.zeros(2, 3, 2 * height, 2 * width)
    cells[:, :, ::2, ::2] = x
    expected = functional.conv2d(cells, kernel, bias, padding=2)
    with torch.inference_mode():
        np.testing.assert_allclose(unpool(x).numpy(), expected.numpy(), atol=1e-5)


def test_an_up_projection_doubles_the_size_and_holds_each_unpooling_under_two_names() -> None:
    block = UpProjection(6, 2)
    assert block(torch.randn(2, 6, 3, 5)).shape == (2, 2, 6, 10)
    assert block.unpool_main is block.main_branch[0]
    assert block.unpool_res is block.residual_branch[0]


def test_the_gradient_reaches_every_parameter_at_an_odd_size() -> None:
    torch.manual_seed(0)
    assert without_gradient(FCRN(), torch.randn(2, 3, 65, 33)) == []


def test_half_of_the_last_map_is_dropped_in_training_and_nothing_when_it_is_used(network: FCRN) -> None:
    torch.manual_seed(0)
    x = torch.ones(1, 64, 40, 40)
    with torch.inference_mode():
        assert (network.train().drop(x) == 0).float().mean() == pytest.approx(0.5, abs=0.01)
        first, second = network.read_depth(x), network.read_depth(x)
        assert not torch.equal(first, second)
        assert torch.equal(network.eval().read_depth(x), network.read_depth(x))


def test_the_papers_start_draws_the_decoder_anew_and_leaves_the_encoder(network: FCRN) -> None:
    encoder = {name: value.clone() for name, value in network.state_dict().items() if name.startswith(ENCODER_PARTS)}
    network.up_proj4.get_buffer("main_branch.1.running_mean").fill_(5.0)
    network.init_decoder(std=0.02)
    state = network.state_dict()
    assert all(torch.equal(state[name], value) for name, value in encoder.items())
    decoder = {name: value.float() for name, value in state.items() if name not in encoder}
    weights = {name: value for name, value in decoder.items() if value.dim() == 4}
    assert all(value.std().item() == pytest.approx(0.02, rel=0.1) for value in weights.values())
    assert all(abs(value.mean().item()) < 0.004 for value in weights.values())
    assert not decoder["up_proj4.main_branch.1.running_mean"].any()
    assert (decoder["up_proj4.main_branch.1.weight"] == 1).all()
    assert decoder["conv3.bias"].item() == START_M


@pytest.mark.slow
def test_the_exported_network_gives_the_same_depth() -> None:
    torch.manual_seed(0)
    assert_export_agrees(FCRN(), torch.randn(1, 3, 57, 76))
