"""PSMNet: its numbers, and the published output for published weights."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from howfar.networks.psmnet import PSMNet
from tests.networks.checks import on_no_device, parameter_count


def weights_module(shared: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("parity_weights", shared / "parity" / "weights.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_has_this_many_parameters() -> None:
    assert parameter_count(PSMNet) == 5_224_768
    assert parameter_count(lambda: PSMNet().feature_extraction) == 3_339_552
    assert len(on_no_device(PSMNet).state_dict()) == 514


@pytest.mark.parametrize(
    ("size", "most"),
    [
        pytest.param((256, 256), 48, id="crops of the training"),
        pytest.param((384, 1248), 192, id="a picture of KITTI's"),
    ],
)
def test_disparity_has_the_pictures_size(size: tuple[int, int], most: int) -> None:
    network = on_no_device(lambda: PSMNet(most))
    pictures = torch.empty((2, 2, 3, *size), device="meta")
    assert network(*pictures).shape == (2, 1, *size)
    assert network.train()(*pictures).shape == (2, 3, *size)


def test_disparities_come_in_sixteens() -> None:
    with pytest.raises(ValueError, match="a multiple of 16, not 40"):
        PSMNet(40)


@pytest.mark.slow
@pytest.mark.parametrize(("align_corners", "output"), [(False, "y"), (True, "y_aligned")], ids=["today's", "aligned"])
def test_published_weights_give_the_published_disparity(shared: Path, align_corners: bool, output: str) -> None:
    state = {name: torch.from_numpy(value) for name, value in weights_module(shared).make("psmnet").items()}
    network = PSMNet(64, align_corners).eval()
    network.load_state_dict(state)
    with np.load(shared / "parity" / "psmnet.npz") as arrays, torch.inference_mode():
        found = network(torch.from_numpy(arrays["left"]), torch.from_numpy(arrays["right"])).numpy()
        expected = arrays[output]
    assert np.abs(found - expected).max() <= 1e-4 * np.abs(expected).max()


@pytest.mark.slow
def test_the_gradient_reaches_every_parameter() -> None:
    network = PSMNet(16).train()
    network(*torch.randn(2, 2, 3, 256, 256)).sum().backward()
    assert all(each.grad is not None and each.grad.isfinite().all() for each in network.parameters())
