"""Published checkpoints of stereo networks, and their cards."""

import warnings
from pathlib import Path

import pytest
import torch

from howfar.conversion.onnx_export import export
from howfar.conversion.published import published_network
from howfar.networks.mc_cnn import MCCNNAccurate, MCCNNFast
from howfar.networks.psmnet import PSMNet


@pytest.mark.parametrize(
    ("network", "name", "pipeline", "takes_pair"),
    [
        pytest.param(lambda: MCCNNFast(4), "mc-cnn-fast", "kitti-fast", False, id="fast, KITTI"),
        pytest.param(lambda: MCCNNFast(5), "mc-cnn-fast", "middlebury-fast", False, id="fast, Middlebury"),
        pytest.param(lambda: MCCNNAccurate(4, 4), "mc-cnn-accurate", "kitti-accurate", True, id="accurate, KITTI"),
        pytest.param(
            lambda: MCCNNAccurate(5, 3), "mc-cnn-accurate", "middlebury-accurate", True, id="accurate, Middlebury"
        ),
    ],
)
def test_the_layers_of_a_file_tell_which_network_it_holds(tmp_path: Path, network, name, pipeline, takes_pair) -> None:
    own = network().eval()
    torch.save({"epoch": 3, "model": own.state_dict()}, tmp_path / "weights.pt")
    exportable = published_network(tmp_path / "weights.pt", name)
    card = exportable.card
    assert card.stereo is not None
    assert (card.task, card.stereo.pipeline, card.takes_pair) == ("stereo", pipeline, takes_pair)
    pictures = [torch.full((1, 3, 12, 13), 7.0) * torch.rand(1, 3, 12, 13) for _ in card.inputs]
    with torch.inference_mode():
        found = exportable.network(*pictures)
        assert found.shape == (1, 1 if takes_pair else 64, 12, 13)
        for loaded, value in zip(exportable.network.state_dict().values(), own.state_dict().values(), strict=True):
            torch.testing.assert_close(loaded, value, rtol=0, atol=0)


@pytest.mark.slow
def test_a_network_of_both_pictures_is_exported_and_nothing_is_said_of_its_axes(tmp_path: Path) -> None:
    torch.save(MCCNNAccurate(5, 3).state_dict(), tmp_path / "weights.pt")
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        exported = export(published_network(tmp_path / "weights.pt", "mc-cnn-accurate"), tmp_path / "judge.onnx")
    assert [each.error < 1e-4 for each in exported.comparisons] == [True, True], "at two sizes"


@pytest.mark.slow
def test_a_checkpoint_of_psmnet_with_its_authors_names(tmp_path: Path) -> None:
    own = PSMNet(64).eval()
    state = {f"module.{name}": value for name, value in own.state_dict().items()}
    torch.save({"epoch": 9, "state_dict": state, "train_loss": 0.5}, tmp_path / "pretrained.pth")
    exportable = published_network(tmp_path / "pretrained.pth", "psmnet")
    network, card = exportable.network, exportable.card
    assert isinstance(network, PSMNet)
    assert (network.align_corners, network.max_disparity_px, exportable.any_size) == (True, 192, False)
    assert torch.equal(network.state_dict()["classif3.2.weight"], own.state_dict()["classif3.2.weight"])
    assert card.depth is not None
    assert card.depth.kind == "disparity_px"
    assert [(spec.name, spec.picture, spec.width_px, spec.fit) for spec in card.inputs] == [
        ("left", "left", 1248, "stretch"),
        ("right", "right", 1248, "stretch"),
    ]
