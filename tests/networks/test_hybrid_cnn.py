"""The Hybrid CNN, against the authors' published implementation."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from howfar.networks.fcrn import FCRN
from howfar.networks.hybrid_cnn import HybridCNN
from tests.networks.checks import assert_export_agrees, on_no_device, output_shape, parameter_count, without_gradient


@pytest.fixture(scope="module")
def published(shared: Path) -> dict[str, torch.Tensor]:
    """The state that the reference output was made with, under the published file's names."""
    spec = importlib.util.spec_from_file_location("parity_weights", shared / "parity" / "weights.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {name: torch.from_numpy(value) for name, value in module.make("hybrid_cnn").items()}


def test_a_published_file_gives_the_authors_depth(shared: Path, published: dict[str, torch.Tensor]) -> None:
    network = HybridCNN().eval()
    network.load_state_dict(published)
    with np.load(shared / "parity" / "hybrid_cnn.npz") as vectors, torch.inference_mode():
        depth_m = network(torch.from_numpy(vectors["x"])).numpy()
        np.testing.assert_allclose(depth_m, vectors["y"], rtol=0, atol=1e-4 * vectors["y"].max())


def test_its_state_has_the_published_names_and_shapes(shared: Path) -> None:
    listing = json.loads((shared / "parity" / "hybrid_cnn.json").read_text())
    state = on_no_device(HybridCNN).state_dict()
    assert [[name, list(value.shape)] for name, value in state.items()] == listing


@pytest.mark.parametrize(
    ("height", "width"),
    [
        pytest.param(256, 320, id="the paper's 320×256 gives 160×128"),
        pytest.param(32, 32, id="the smallest"),
        pytest.param(320, 224, id="a portrait"),
    ],
)
def test_depth_has_half_the_pictures_size(height: int, width: int) -> None:
    assert output_shape(HybridCNN, (2, 3, height, width)) == (2, 1, height // 2, width // 2)


@pytest.mark.parametrize(("height", "width"), [(48, 64), (64, 33)], ids=["height", "width"])
def test_a_size_that_is_no_multiple_of_32_is_refused(height: int, width: int) -> None:
    with pytest.raises(ValueError, match=f"multiples of 32, and this picture is {width}×{height}"):
        output_shape(HybridCNN, (1, 3, height, width))


def test_it_has_the_published_number_of_parameters() -> None:
    assert parameter_count(HybridCNN) == 64_614_017


def test_fcrn_weights_fit_all_of_it_but_the_lateral_connections() -> None:
    network = on_no_device(HybridCNN)
    missing, unexpected = network.load_state_dict(on_no_device(FCRN).state_dict(), strict=False)
    assert unexpected == []
    assert {name.split(".")[0] for name in missing} == {"con_conv1", "con_conv2", "con_conv3", "con_conv4"}


def test_the_gradient_reaches_every_parameter_from_the_papers_start() -> None:
    torch.manual_seed(0)
    network = HybridCNN()
    network.init_decoder()
    assert without_gradient(network, torch.randn(2, 3, 64, 32)) == []


@pytest.mark.slow
def test_the_exported_network_gives_the_same_depth() -> None:
    torch.manual_seed(0)
    assert_export_agrees(HybridCNN(), torch.randn(1, 3, 32, 64))
