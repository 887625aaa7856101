"""Training stereo networks: two steps of each shipped recipe, what is judged, and what comes out."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from howfar.conversion.onnx_export import export
from howfar.errors import SettingError, SourceError
from howfar.networks.mc_cnn import MCCNNFast
from howfar.pipeline.open_matcher import open_matcher
from howfar.training.recipe import StereoRecipe, read_recipe
from howfar.training.starting import Devices, trainer
from howfar.training.tasks.stereo import DisparityTask, PatchTask, stereo_task
from howfar.training.trained import trained_network
from tests.training.data.stereo.rendered import noise_pair, write_pairs
from tests.training.listeners import TwoSteps

RECIPES = Path(__file__).resolve().parents[3] / "recipes"
SMALL = ("training.epochs=1", "training.batch=2", "data.examples=4", "data.held_out=3", "schedule.shape=cosine")


def small(name: str, root: Path, *changes: str) -> StereoRecipe:
    return read_recipe(
        RECIPES / f"{name}.toml", StereoRecipe, [*SMALL, "schedule.steps=[]", f"data.root={root}", *changes]
    )


def trained(recipe: StereoRecipe, out: Path) -> list[dict[str, float]]:
    loop = trainer(stereo_task(recipe), recipe, out, Devices("cpu"))
    return loop.run(TwoSteps())


@pytest.mark.slow
def test_two_steps_of_the_fast_network_and_the_file_that_matches_pairs(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("howfar.training.tasks.stereo.JUDGED_EXAMPLES", 8)
    recipe = small("stereo-mc-cnn-fast", write_pairs(tmp_path / "pairs", 3), "network.options.layers=4")
    (row,) = trained(recipe, tmp_path / "run")
    assert 0 <= row["val_wrong"] <= 1
    assert math.isfinite(row["val_loss"])
    written = export(trained_network(tmp_path / "run"), tmp_path / "mine.onnx")
    assert written.card.stereo is not None
    assert written.card.stereo.pipeline == "kitti-fast"
    sample = noise_pair(7)
    found = open_matcher(tmp_path / "mine.onnx").match(sample.left, sample.right, 20)
    assert np.isfinite(found.values_px).all()


@pytest.mark.slow
def test_two_steps_of_the_accurate_network_and_the_file_that_matches_pairs(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("howfar.training.tasks.stereo.JUDGED_EXAMPLES", 8)
    recipe = small("stereo-mc-cnn-accurate", write_pairs(tmp_path / "pairs", 3), "data.negative_px=[1.5, 6]")
    trained(recipe, tmp_path / "run")
    card = export(trained_network(tmp_path / "run"), tmp_path / "mine.onnx").card
    assert card.stereo is not None
    assert (card.stereo.pipeline, card.takes_pair) == ("middlebury-accurate", True)
    sample = noise_pair(7, height=16, width=40)
    found = open_matcher(tmp_path / "mine.onnx").match(sample.left, sample.right, 12)
    assert np.isfinite(found.values_px).all()


@pytest.mark.slow
def test_two_steps_of_psmnet_and_the_file_that_matches_pairs(tmp_path: Path) -> None:
    recipe = small("stereo-psmnet", write_pairs(tmp_path / "pairs", 3, 40, 60), "network.options.max_disparity_px=16")
    (row,) = trained(recipe, tmp_path / "run")
    assert math.isfinite(row["val_epe_px"])
    card = export(trained_network(tmp_path / "run"), tmp_path / "mine.onnx").card
    assert card.depth is not None
    assert (card.depth.kind, [spec.picture for spec in card.inputs]) == ("disparity_px", ["left", "right"])
    sample = noise_pair(7)
    assert open_matcher(tmp_path / "mine.onnx").match(sample.left, sample.right).values_px.shape == (48, 80)


@pytest.mark.slow
def test_learning_tells_patches_that_match_from_others() -> None:
    """Sixty steps on one pair: the share of wrong answers falls to a third of what chance gives."""
    recipe = small("stereo-mc-cnn-fast", Path("unused"), "data.examples=2000", "training.batch=32")

    network = MCCNNFast(4)
    task = PatchTask(recipe, network, [noise_pair(0)], [noise_pair(1)])
    optimiser = torch.optim.SGD(network.parameters(), 0.02, momentum=0.9)
    before = task.validate(network)
    for step, batch in enumerate(task.batches(0, 0, 1)):
        optimiser.zero_grad()
        task.losses(network.train(), batch)["loss"].backward()
        optimiser.step()
        if step == 60:
            break
    after = task.validate(network)
    assert after["loss"] < 0.5 * before["loss"]
    assert after["wrong"] < 0.17


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param(["data.crop_px=[250, 256]"], "multiples of 16 from 256 on, not 250×256", id="an odd crop"),
        pytest.param(["training.batch=1"], "at least 2 crops", id="one crop at a time"),
        pytest.param(["network.options.max_disparity_px=40"], "a multiple of 16, not 40", id="an odd reach"),
        pytest.param(["network.name=yolov5n"], "No stereo network is called 'yolov5n'", id="a detector"),
    ],
)
def test_what_cannot_be_trained(tmp_path: Path, changes: list[str], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        stereo_task(small("stereo-psmnet", write_pairs(tmp_path, 1), *changes))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        pytest.param("data.negative_px=[6, 2]", "from 6 to 2", id="a range that falls"),
        pytest.param("data.positive_px=3", "lies farther off", id="a match farther off than the other"),
        pytest.param("data.held_out=1", "keeps everything for validation", id="all held out"),
    ],
)
def test_a_recipe_that_does_not_hold(tmp_path: Path, change: str, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        small("stereo-mc-cnn-fast", tmp_path, change)


def test_pairs_too_small_for_a_patch(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no point of known disparity twice"):
        stereo_task(small("stereo-mc-cnn-fast", write_pairs(tmp_path, 1, 10, 30)))


def test_a_pair_held_out_is_drawn_with_its_estimate(tmp_path: Path) -> None:
    class Flat(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.level = torch.nn.Parameter(torch.tensor(9.0))

        def forward(self, left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
            return self.level.expand(len(left), 1, *left.shape[2:])

    task = stereo_task(small("stereo-psmnet", write_pairs(tmp_path, 3)))
    assert isinstance(task, DisparityTask)
    assert task.validate(Flat()) == {"epe_px": 0.0, "d1": 0.0}
    picture = task.picture(Flat())
    assert picture is not None
    assert picture.shape[1] >= 3 * 256
