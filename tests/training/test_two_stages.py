"""Networks trained in two stages: the second goes on from the first one's checkpoint and leaves it as it is."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from howfar.conversion.onnx_export import export
from howfar.models.depth import CardDepth
from howfar.models.session import open_session
from howfar.networks import eigen2014, eigen_fergus2015
from howfar.scene import Camera, Frame
from howfar.training.recipe import DepthRecipe, parse_recipe
from howfar.training.run_folder import load_checkpoint
from howfar.training.starting import Devices, trainer
from howfar.training.tasks.depth import depth_task
from howfar.training.trained import trained_network
from tests.datasets.folders import write_nyu
from tests.training.listeners import Silent

STAGES: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]] = {
    "eigen-2014": ({"fine": False}, {}, ("coarse",)),
    "eigen-fergus-2015": ({"encoder": "alexnet", "scales": 2}, {"encoder": "alexnet"}, ("scale1", "scale2")),
}
"""By the network's name: the options of both stages, and what the second one leaves as it is."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_nyu(tmp_path / "nyu", train=("0002", "0007"))


def train(data: Path, out: Path, network: dict[str, Any], losses: dict[str, float]) -> dict[str, torch.Tensor]:
    """Two epochs of one step; gives the weights."""
    table = {
        "task": "depth",
        "network": network,
        "data": {"root": str(data), "sizes_px": [[304, 228]], "held_out": 0},
        "augmentation": {"base_px": [304, 228], "scale": [1.0, 1.0], "rotation_deg": 0.0},
        "loss": losses,
        "optimiser": {"name": "adamw", "learning_rate": 1e-4},
        "training": {"epochs": 2, "batch": 2, "precision": "32-true"},
    }
    recipe = parse_recipe(table, DepthRecipe, "test")
    trainer(depth_task(recipe), recipe, out, Devices("cpu", 1)).run(Silent())
    weights: dict[str, torch.Tensor] = load_checkpoint(out / "best.ckpt")["network"]
    return weights


@pytest.mark.slow
@pytest.mark.parametrize("name", STAGES)
def test_the_second_stage_goes_on_from_the_first(
    name: str, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for network in (eigen2014, eigen_fergus2015):
        monkeypatch.setattr(network, "HIDDEN", 16)
    first, second, kept = STAGES[name]
    losses = {"scale_invariant": 1.0, "log_gradient_squares": 1.0}
    before = train(data, tmp_path / "first", {"name": name, "options": first}, losses)
    checkpoint = str(tmp_path / "first" / "best.ckpt")
    network = {"name": name, "options": second, "weights": checkpoint, "frozen": list(kept)}
    after = train(data, tmp_path / "second", network, losses)
    moved = {part.split(".")[0] for part, value in after.items() if not torch.equal(value, before[part])}
    assert moved
    assert not moved & {*kept}

    written = export(trained_network(tmp_path / "second"), tmp_path / "depth.onnx")
    depth = CardDepth(written.card, open_session(written.path, written.card))
    picture = np.full((120, 160, 3), 90, np.uint8)
    metres = depth.estimate(Frame(picture, "grey", Camera.from_focal(160, 120, 129.0)))
    assert metres.kind == "metres"
    assert metres.shape == ((55, 74) if name == "eigen-2014" else (109, 147))
    assert 0.5 < float(np.median(metres.values)) < 10
