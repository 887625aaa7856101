"""Training the ranging network: loss, validation, and two steps of its recipe on four made rooms."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from howfar.conversion.onnx_export import export
from howfar.errors import SettingError, SourceError
from howfar.models import open_foreground
from howfar.scene import DepthMap
from howfar.training.data.ranging.examples import RangingBatch
from howfar.training.data.ranging.samples import RangingSample, ranging_sample
from howfar.training.recipe import RangingRecipe, parse_recipe, read_recipe
from howfar.training.starting import Devices, trainer
from howfar.training.tasks.ranging import RangingTask, ranging_task
from howfar.training.trained import trained_network
from tests.training.data.ranging.pairs import pair
from tests.training.listeners import TwoSteps

RECIPE = Path(__file__).resolve().parents[3] / "recipes" / "ranging-foreground-nyu.toml"


class Certain(nn.Module):
    """Takes what is nearer (or farther) than the box's median plus a little for the object."""

    def __init__(self, sign: float) -> None:
        super().__init__()
        self.sign = nn.Parameter(torch.tensor(sign))

    def forward(self, crops: torch.Tensor) -> torch.Tensor:
        return (self.sign * (0.1 - crops[:, 0]) > 0).float() + 1e-6


def recipe(**changes: object) -> RangingRecipe:
    table = {
        "task": "ranging",
        "network": {"name": "foreground"},
        "data": {"root": "somewhere"},
        "optimiser": {"name": "adamw", "learning_rate": 1e-3},
        "training": {"epochs": 1, "batch": 2, "precision": "32-true"},
    }
    return parse_recipe(table | changes, RangingRecipe, "test")


def task() -> RangingTask:
    room: RangingSample = ranging_sample(pair(), 700)
    return RangingTask(recipe(), [room], [room])


@pytest.mark.parametrize(
    ("network", "rel", "wrong"),
    [(Certain(1.0), 0.0, 0.0), (Certain(-1.0), 1.5, 1.0)],
    ids=["the object is found", "the wall is taken for it"],
)
def test_validation_measures_the_objects_that_are_measured(network: nn.Module, rel: float, wrong: float) -> None:
    assert task().validate(network) == pytest.approx({"rel": rel, "wrong": wrong})


def test_validation_measures_on_predicted_depth_too() -> None:
    twice_as_far = DepthMap(2 * ranging_sample(pair(), 700).depth.values[::2, ::2], "metres")
    room = ranging_sample(pair(), 700, twice_as_far)
    measured = RangingTask(recipe(), [room], [room]).validate(Certain(1.0))
    assert measured == pytest.approx({"rel": 0.0, "wrong": 0.0, "rel_predicted": 1.0})


def test_a_picture_without_its_predicted_map_is_named(data: Path, tmp_path: Path) -> None:
    wanted = read_recipe(RECIPE, RangingRecipe, [f"data.root={data}", f"data.predicted={tmp_path}"])
    with pytest.raises(SourceError, match=r"no depth map of the picture 0000"):
        ranging_task(wanted)


def test_nothing_held_out_is_nothing_measured() -> None:
    without = RangingTask(recipe(), [ranging_sample(pair(), 700)], [])
    assert without.validate(Certain(1.0)) == {}
    assert without.picture(Certain(1.0)) is None


def test_the_loss_is_the_cross_entropy_over_what_is_known() -> None:
    logits = torch.tensor([[[2.0, -1.0], [0.5, 9.0]]])
    batch = RangingBatch(
        logits, torch.tensor([[[1.0, 0.0], [1.0, 0.0]]]), torch.tensor([[[1.0, 1.0], [1.0, 0.0]]]), ("a",)
    )
    expected = -np.mean(
        [math.log(1 / (1 + math.exp(-2))), math.log(1 - 1 / (1 + math.exp(1))), math.log(1 / (1 + math.exp(-0.5)))]
    )
    assert float(task().losses(nn.Identity(), batch)["loss"]) == pytest.approx(expected, rel=1e-5)


def test_the_picture_shows_depth_above_weights() -> None:
    picture = task().picture(Certain(1.0))
    assert picture is not None
    assert picture.shape == (256, 128, 3)
    assert picture[:128].max() > picture[:128].min()
    assert (picture[128 + 64, 64] == 255).all()
    assert (picture[128 + 2, 2] == 0).all()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Four rooms in NYU's layout, each with a chair before a wall."""
    made = pair()
    assert made.classes is not None
    for part in ("rgb", "depth8", "labels40"):
        (tmp_path / part).mkdir()
    for name in ("0000", "0001", "0002", "0003"):
        Image.fromarray(made.image).save(tmp_path / "rgb" / f"{name}.jpg")
        Image.fromarray((made.depth_m * 25).astype(np.uint8)).save(tmp_path / "depth8" / f"{name}.png")
        Image.fromarray(np.where(made.classes == 255, 39, made.classes).astype(np.uint8)).save(
            tmp_path / "labels40" / f"{name}.png"
        )
    (tmp_path / "train.txt").write_text("0000\n0001\n0002\n0003\n")
    return tmp_path


@pytest.mark.slow
def test_the_recipe_trains_and_what_comes_out_is_exported(data: Path, tmp_path: Path) -> None:
    settings = read_recipe(
        RECIPE, RangingRecipe, [f"data.root={data}", "data.held_out=0", "training.epochs=1", "training.batch=8"]
    )
    ready = ranging_task(settings)
    before = [value.clone() for value in ready.network.parameters()]
    trainer(ready, settings, tmp_path / "run", Devices("cpu", 1)).run(TwoSteps())
    assert all(not torch.equal(old, new) for old, new in zip(before, ready.network.parameters(), strict=True))

    source = trained_network(tmp_path / "run")
    export(source, tmp_path / "foreground.onnx", half=True)
    network = open_foreground(tmp_path / "foreground.onnx")
    assert (network.side, network.margin) == (settings.data.side, settings.data.margin)
    for count in (1, 7):
        crops = np.random.default_rng(count).normal(size=(count, 3, 32, 32)).astype(np.float32)
        with torch.inference_mode():
            expected = source.network(torch.from_numpy(crops)).numpy()
        np.testing.assert_allclose(network(crops), expected, atol=2e-3)


def test_data_without_things_is_refused(data: Path) -> None:
    with pytest.raises(SourceError, match="no object of 100000 pixels"):
        ranging_task(read_recipe(RECIPE, RangingRecipe, [f"data.root={data}", "data.least_pixels=100000"]))


def test_another_network_is_refused() -> None:
    with pytest.raises(SettingError, match="No ranging network is called 'unet'"):
        RangingTask(recipe(network={"name": "unet"}), [ranging_sample(pair(), 700)], [])
