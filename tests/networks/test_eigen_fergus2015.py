"""The network of Eigen and Fergus 2015."""

from typing import Any, cast

import numpy as np
import pytest
import torch
from torch.nn import functional

from howfar.networks import eigen_fergus2015
from howfar.networks.eigen_fergus2015 import EigenFergus2015, Encoder, WholeView
from tests.networks.checks import assert_export_agrees, output_shape, parameter_count, without_gradient


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same network with few hidden units, so that it is built in no time."""
    monkeypatch.setattr(eigen_fergus2015, "HIDDEN", 16)


@pytest.mark.parametrize("encoder", ["vgg16", "alexnet"])
@pytest.mark.parametrize(
    ("scales", "size"), [(3, (109, 147)), (2, (55, 74))], ids=["all scales", "the first two, as trained first"]
)
def test_depth_has_the_papers_size(encoder: Encoder, scales: Any, size: tuple[int, int]) -> None:
    assert output_shape(lambda: EigenFergus2015(encoder, scales), (2, 3, 228, 304)) == (2, 1, *size)


@pytest.mark.parametrize(("encoder", "count"), [("vgg16", 217_355_458), ("alexnet", 124_599_042)])
def test_it_has_this_many_parameters(encoder: Encoder, count: int) -> None:
    assert parameter_count(lambda: EigenFergus2015(encoder)) == count


def test_the_whole_view_has_64_maps_of_14_by_19() -> None:
    assert output_shape(lambda: WholeView("vgg16"), (1, 3, 228, 304)) == (1, 64, 14, 19)


def test_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="takes pictures of 304×228, and this one is 304×240"):
        output_shape(EigenFergus2015, (1, 3, 240, 304))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param({"encoder": "resnet"}, "vgg16 or alexnet, not resnet", id="encoder"),
        pytest.param({"scales": 4}, "2 or 3 scales, not 4", id="scales"),
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words), torch.device("meta"):
        EigenFergus2015(**options)


def test_scale_2_sharpens_as_the_paper_describes(narrow: None) -> None:
    torch.manual_seed(0)
    scale = EigenFergus2015("alexnet").scale2.requires_grad_(False)
    image, before = torch.randn(1, 3, 228, 304), torch.randn(1, 64, 55, 74)
    state = scale.state_dict()
    first = functional.relu(functional.conv2d(image, state["first.weight"], state["first.bias"], stride=2))
    x = torch.cat((first.unfold(2, 2, 2).unfold(3, 2, 2).amax((-2, -1)), before), dim=1)
    for number in range(3):
        weight, bias = state[f"following.{number}.weight"], state[f"following.{number}.bias"]
        x = functional.relu(functional.conv2d(x, weight, bias, padding=2))
    expected = functional.conv2d(x, state["log_depth.weight"], state["log_depth.bias"], padding=2)
    np.testing.assert_allclose(scale(image, before).numpy(), expected.numpy(), atol=1e-5)


def test_the_gradient_reaches_every_parameter(narrow: None) -> None:
    torch.manual_seed(0)
    network = EigenFergus2015("alexnet")
    image = torch.randn(1, 3, 228, 304)
    assert without_gradient(network, image) == []


def test_the_last_scale_has_no_gradient_while_the_first_two_are_trained(narrow: None) -> None:
    network = EigenFergus2015("alexnet", scales=2)
    cast(torch.Tensor, network(torch.randn(1, 3, 228, 304))).mean().backward()
    assert all(parameter.grad is None for parameter in network.scale3.parameters())
    assert network.scale1.view.weight.grad is not None


@pytest.mark.slow
@pytest.mark.parametrize("encoder", ["vgg16", "alexnet"])
def test_the_exported_network_gives_the_same_depth(narrow: None, encoder: Encoder) -> None:
    torch.manual_seed(0)
    assert_export_agrees(EigenFergus2015(encoder), torch.randn(1, 3, 228, 304))
