"""The U-Net for depth."""

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from howfar.networks.unet_depth import UNetDepth
from tests.networks.checks import assert_export_agrees, output_shape, parameter_count, without_gradient


@pytest.mark.parametrize(
    ("height", "width"),
    [
        pytest.param(32, 32, id="the smallest"),
        pytest.param(224, 320, id="a landscape"),
        pytest.param(480, 640, id="a whole picture of the Kinect"),
    ],
)
def test_depth_has_the_pictures_size(height: int, width: int) -> None:
    assert output_shape(UNetDepth, (2, 3, height, width)) == (2, 1, height, width)


@pytest.mark.parametrize(("height", "width"), [(48, 64), (64, 33)], ids=["height", "width"])
def test_a_size_that_cannot_be_halved_five_times_is_refused(height: int, width: int) -> None:
    with pytest.raises(ValueError, match=f"multiples of 32, and this picture is {width}×{height}"):
        output_shape(UNetDepth, (1, 3, height, width))


def test_fewer_levels_need_smaller_multiples() -> None:
    assert output_shape(lambda: UNetDepth((4, 8)), (1, 3, 12, 20)) == (1, 1, 12, 20)


def test_it_has_this_many_parameters() -> None:
    assert parameter_count(UNetDepth) == 4_916_737


def test_it_computes_what_the_document_describes() -> None:
    torch.manual_seed(0)
    network = UNetDepth((4, 6))
    for _ in range(3):
        network(torch.randn(2, 3, 8, 8))  # gives the batch normalisations statistics that are not 0 and 1
    image = torch.randn(1, 3, 8, 12)
    with torch.inference_mode():
        depth = network.eval()(image).numpy()
        expected = _two_level_unet(image, network.state_dict()).numpy()
    assert expected.max() > 0
    np.testing.assert_allclose(depth, expected, atol=1e-5)


def _two_level_unet(x: Tensor, state: dict[str, Tensor]) -> Tensor:
    """Downscale, bottleneck and upscale, written out from the description."""

    def convolve(x: Tensor, name: str) -> Tensor:
        weight = state[f"{name}.weight"]
        return functional.conv2d(x, weight, state[f"{name}.bias"], padding=weight.shape[-1] // 2)

    def normalise(x: Tensor, name: str) -> Tensor:
        mean, variance, weight, bias = (
            state[f"{name}.{each}"].view(1, -1, 1, 1) for each in ("running_mean", "running_var", "weight", "bias")
        )
        return (x - mean) / (variance + 1e-5).sqrt() * weight + bias

    def leak(x: Tensor) -> Tensor:
        return torch.where(x > 0, x, 0.2 * x)

    skips = []
    for level in ("down.0", "down.1"):
        first = convolve(x, f"{level}.first")
        y = normalise(leak(first), f"{level}.act_norm.1")
        y = normalise(leak(convolve(y, f"{level}.second.0")), f"{level}.second.2")
        skips.append(y + first)
        x = skips[-1].unfold(2, 2, 2).unfold(3, 2, 2).amax((-2, -1))
    x = leak(convolve(leak(convolve(x, "bottleneck.0")), "bottleneck.2"))
    for level in ("up.0", "up.1"):
        x = torch.cat((x.repeat_interleave(2, 2).repeat_interleave(2, 3), skips.pop()), 1)
        for filters in (f"{level}.filters.0", f"{level}.filters.1"):
            x = normalise(leak(convolve(x, f"{filters}.0")), f"{filters}.2")
    return convolve(x, "depth.0").clamp(min=0)


def test_depth_is_never_negative() -> None:
    torch.manual_seed(0)
    with torch.inference_mode():
        depth = UNetDepth((4, 8))(torch.randn(2, 3, 16, 16))
    assert depth.min() == 0
    assert depth.max() > 0


def test_the_gradient_reaches_every_parameter() -> None:
    torch.manual_seed(0)
    assert without_gradient(UNetDepth(), torch.randn(2, 3, 64, 32)) == []


@pytest.mark.slow
def test_the_exported_network_gives_the_same_depth() -> None:
    torch.manual_seed(0)
    assert_export_agrees(UNetDepth(), torch.randn(1, 3, 32, 64))
