"""Training a depth network: data held out, losses, validation, the card."""

import dataclasses
import math

import numpy as np
import pytest
import torch
from torch import nn

from howfar.datasets import DepthSample
from howfar.datasets.samples import UNKNOWN_CLASS
from howfar.errors import SettingError
from howfar.networks.compact_depth import InTraining
from howfar.scene import Camera
from howfar.training.data.depth.batches import DepthBatch
from howfar.training.recipe import DepthRecipe, parse_recipe
from howfar.training.tasks.depth import DepthTask, output_size, training_card
from tests.training.tasks.constant_depth import Constant

CAMERA = Camera.from_focal(96, 80, 90.0)
TRUTH_M = 2.0


def sample(name: str = "a", depth_m: float = TRUTH_M, classes: bool = False) -> DepthSample:
    random = np.random.default_rng(len(name))
    image = random.integers(0, 255, (80, 96, 3), dtype=np.uint8)
    labels = random.integers(0, 3, (80, 96), dtype=np.uint8) if classes else None
    return DepthSample(name, image, np.full((80, 96), depth_m, np.float32), CAMERA, labels)


def recipe(**changes: object) -> DepthRecipe:
    table = {
        "task": "depth",
        "network": {"name": "compact", "options": {"encoder": "lite0"}},
        "data": {"root": "somewhere", "sizes_px": [[64, 64]]},
        "augmentation": {"base_px": [96, 80], "border_px": 8},
        "loss": {"log_l1": 1.0},
        "optimiser": {"name": "adamw", "learning_rate": 1e-3},
        "training": {"epochs": 1, "batch": 2, "precision": "32-true"},
    }
    return parse_recipe(table | changes, DepthRecipe, "test")


@pytest.mark.parametrize("factor", [1.0, 1.1, 0.7], ids=["the truth", "a tenth too far", "much too near"])
def test_validation_gives_the_errors_of_whole_pictures(factor: float) -> None:
    task = DepthTask(recipe(), [sample()], [sample("b"), sample("c")])
    # The network sees 64×64 where it learned on 96×80: the card's focal length undoes that.
    at_input = CAMERA.resized(64, 64).focal_px / CAMERA.focal_px
    figures = task.validate(Constant(factor * TRUTH_M / at_input))
    assert figures["rel"] == pytest.approx(abs(factor - 1), abs=1e-5)
    assert figures["rmse_m"] == pytest.approx(TRUTH_M * abs(factor - 1), abs=1e-5)
    assert figures["delta1"] == (1.0 if 1 / 1.25 < factor < 1.25 else 0.0)


def test_the_frame_is_left_out_of_validation() -> None:
    framed = sample("b")
    framed.depth_m[:8] = framed.depth_m[:, -8:] = 9.0
    task = DepthTask(recipe(), [sample()], [framed])
    at_input = CAMERA.resized(64, 64).focal_px / CAMERA.focal_px
    assert task.validate(Constant(TRUTH_M / at_input))["rel"] == pytest.approx(0.0, abs=1e-5)


def test_without_pictures_held_out_there_is_nothing_to_validate_or_show() -> None:
    task = DepthTask(recipe(), [sample()], [])
    assert task.validate(task.network) == {}
    assert task.picture(task.network) is None


def test_what_is_held_out_is_shown() -> None:
    task = DepthTask(recipe(), [sample()], [sample("b"), sample("c")])
    picture = task.picture(Constant(TRUTH_M))
    assert picture is not None
    assert picture.ndim == 3


def test_batches_hold_the_truth_at_the_networks_output_size() -> None:
    task = DepthTask(recipe(), [sample(str(index)) for index in range(4)], [])
    batches = list(task.batches(0, 0, 1))
    assert [(*batch.image.shape, *batch.depth_m.shape) for batch in batches] == [(2, 3, 64, 64, 2, 1, 32, 32)] * 2
    assert sorted(name for batch in batches for name in task.names(batch)) == ["0", "1", "2", "3"]


def batch(depth_m: float, classes: torch.Tensor | None = None) -> DepthBatch:
    image = torch.zeros(1, 3, 64, 64, dtype=torch.uint8)
    return DepthBatch(
        image, torch.full((1, 1, 32, 32), depth_m), torch.empty(0) if classes is None else classes, ("a",)
    )


def test_a_network_is_judged_in_its_own_unit() -> None:
    task = DepthTask(recipe(network={"name": "unet", "options": {"filters": [4]}}, loss={"l1": 1.0}), [sample()], [])
    half = nn.Sequential(Constant(0.35))
    assert task.losses(half, batch(5.0))["loss"].item() == pytest.approx(0.15)  # 0.5 · 10 m is true


def test_unknown_depth_counts_nothing() -> None:
    task = DepthTask(recipe(), [sample()], [])
    unknown = batch(TRUTH_M)
    unknown.depth_m[..., 16:] = math.nan
    network = Constant(2 * TRUTH_M)
    loss = task.losses(network, unknown)["loss"]
    loss.backward()
    assert loss.item() == pytest.approx(math.log(2))
    assert network.depth_m.grad is not None
    assert math.isfinite(float(network.depth_m.grad))


class WithClasses(nn.Module):
    """The true depth, and even scores of three classes at an eighth of the size."""

    def forward(self, x: torch.Tensor) -> InTraining:
        rows, columns = x.shape[2], x.shape[3]
        return InTraining(
            torch.full((len(x), 1, rows // 2, columns // 2), TRUTH_M), torch.zeros(len(x), 3, rows // 8, columns // 8)
        )


@pytest.mark.parametrize(
    ("unknown", "expected"), [(0, math.log(3)), (4, math.log(3)), (8, 0.0)], ids=["all known", "half known", "none"]
)
def test_classes_are_a_second_task(unknown: int, expected: float) -> None:
    network = {"name": "compact", "options": {"encoder": "lite0", "classes": 3}}
    task = DepthTask(recipe(network=network, loss={"log_l1": 1.0, "classes": 0.5}), [sample(classes=True)], [])
    classes = torch.ones(1, 8, 8, dtype=torch.long)
    classes[:, :unknown] = UNKNOWN_CLASS
    losses = task.losses(WithClasses(), batch(TRUTH_M, classes))
    assert float(losses["classes"]) == pytest.approx(expected)
    assert float(losses["loss"]) == pytest.approx(0.5 * expected, abs=1e-6)


@pytest.mark.parametrize(
    ("changes", "labelled", "sentence"),
    [
        ({"loss": {"log_l1": 1.0, "classes": 0.1}}, True, "semantic head"),
        ({"loss": {"log_l1": 1.0, "classes": 0.1}}, False, "semantic labels"),
        ({"data": {"root": "here", "sizes_px": [[64, 60]]}}, False, "multiples of 32"),
    ],
    ids=["no head for classes", "no labels", "a size that does not fit the network"],
)
def test_what_does_not_fit_is_refused_at_once(changes: dict[str, object], labelled: bool, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        DepthTask(recipe(**changes), [sample(classes=labelled)], [])


def test_finding_the_output_size_leaves_the_network_as_it_was() -> None:
    network = DepthTask(recipe(), [sample()], []).network
    before = {name: value.clone() for name, value in network.state_dict().items()}
    assert output_size(network, (96, 64)) == (48, 32)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_the_card_is_of_the_first_size_and_the_base_picture() -> None:
    card = training_card(recipe(), CAMERA)
    assert (card.input.width_px, card.input.height_px, card.input.fit) == (64, 64, "keep-aspect")
    assert card.depth is not None
    assert card.depth.focal_px == pytest.approx(CAMERA.focal_px)
    doubled = training_card(recipe(augmentation={"base_px": [192, 160]}), CAMERA)
    assert doubled.depth is not None
    assert doubled.depth.focal_px == pytest.approx(2 * CAMERA.focal_px)


def test_samples_are_left_as_they_are() -> None:
    one = sample()
    before = dataclasses.replace(one, depth_m=one.depth_m.copy(), image=one.image.copy())
    task = DepthTask(recipe(), [one], [one])
    list(task.batches(0, 0, 1))
    task.validate(Constant(1.0))
    np.testing.assert_array_equal(one.depth_m, before.depth_m)
    np.testing.assert_array_equal(one.image, before.image)


class Inverse(nn.Module):
    """Says inverse depth up to a scale and a shift, from the grey of the picture, at half the size."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(3.0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.scale * x[:, :1, ::2, ::2] + 7.0


def slope(name: str) -> DepthSample:
    """A picture whose red is its inverse depth, as far as eight bits tell."""
    depth_m = np.linspace(1.0, 8.0, 80, dtype=np.float32)[:, None] * np.ones((1, 96), np.float32)
    grey = np.rint(250 / depth_m).astype(np.uint8)
    return DepthSample(name, np.stack([grey] * 3, axis=-1), depth_m, CAMERA)


def test_relative_depth_is_fitted_to_the_truth_before_it_is_judged() -> None:
    task = DepthTask(recipe(output="relative_inverse"), [slope("a")], [slope("b")])
    assert task.validate(Inverse())["rel"] < 0.03
    assert DepthTask(recipe(), [slope("a")], [slope("b")]).validate(Inverse())["rel"] > 0.5


def test_relative_depth_is_taught_inverse_depth() -> None:
    task = DepthTask(recipe(output="relative_inverse", loss={"l1": 1.0}), [slope("a")], [])
    depth_m = torch.rand(2, 1, 32, 32) + 0.5
    depth_m[0, 0, 3, 4] = torch.nan
    batch = DepthBatch(torch.zeros(2, 3, 64, 64, dtype=torch.uint8), depth_m, torch.empty(0), ("a", "b"))
    said = torch.rand(2, 1, 32, 32)
    expected = (said - 1 / depth_m).abs().nanmean()
    assert task.supervised(InTraining(said), batch)["l1"].item() == pytest.approx(expected.item(), rel=1e-5)


def test_the_card_of_relative_depth_promises_no_metres() -> None:
    card = training_card(recipe(output="relative_inverse"), CAMERA)
    assert card.depth is not None
    assert (card.depth.kind, card.depth.focal_px, card.depth.max_m) == ("relative_inverse", None, None)
