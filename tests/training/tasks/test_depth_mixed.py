"""Training a depth network on several sources: what a batch holds, how each is judged, going on bit for bit."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from howfar.datasets import DepthSample
from howfar.errors import SettingError
from howfar.networks.compact_depth import SKY_M
from howfar.scene import Camera
from howfar.training.data.depth.pairs import SourcePairs, source_pairs
from howfar.training.data.depth.sky import SkyIsFar
from howfar.training.recipe import DepthRecipe, parse_recipe
from howfar.training.run_folder import load_checkpoint
from howfar.training.starting import Devices, trainer
from howfar.training.tasks.depth import KIND, DepthTask, depth_task
from tests.datasets.folders import write_nyu, write_streets
from tests.training.data.depth.test_by_size import write_photos
from tests.training.tasks.constant_depth import Constant

ROOM = Camera.from_focal(96, 80, 90.0)
STREET = Camera.from_focal(200, 64, 150.0)
SIZES_PX = [[64, 64], [96, 32]]
STREETS = {"name": "streets", "root": "there", "splits": ["a"], "held_out": ["b"], "pictures": 1, "truth": "sparse"}


def recipe(**changes: Any) -> DepthRecipe:
    table = {
        "task": "depth",
        "network": {"name": "compact", "options": {"encoder": "lite0"}, "frozen_normalisation": True},
        "data": {"name": "rooms", "root": "somewhere", "sizes_px": SIZES_PX, "steps": 3},
        "source": [STREETS],
        "augmentation": {"base_px": [96, 80], "field_of_view_deg": [35, 90]},
        "loss": {"picture_log_l1": 1.0, "log_multiscale_gradient": 0.5},
        "optimiser": {"name": "adamw", "learning_rate": 1e-3},
        "training": {"epochs": 2, "batch": 3, "precision": "32-true"},
    }
    return parse_recipe(table | changes, DepthRecipe, "test")


def sample(name: str, camera: Camera, depth_m: float, known: float = 1.0) -> DepthSample:
    rng = np.random.default_rng(len(name))
    shape = (camera.height_px, camera.width_px)
    truth_m = np.where(rng.random(shape) < known, depth_m, np.nan).astype(np.float32)
    return DepthSample(name, rng.integers(0, 255, (*shape, 3), dtype=np.uint8), truth_m, camera)


def task(held_out: bool = True) -> DepthTask:
    made = recipe()
    rooms = [sample(f"room {index}", ROOM, 2.0) for index in range(4)]
    streets = [sample(f"street {index}", STREET, 30.0, 0.05) for index in range(2)]
    pairs = SourcePairs(made.source[0], streets, [sample("other street", STREET, 30.0, 0.05)] if held_out else [])
    return DepthTask(made, rooms, rooms[:1] if held_out else [], [pairs])


def test_a_batch_holds_a_fixed_number_of_each_source() -> None:
    for batch in task().batches(0, 0, 1):
        assert [name.split()[0] for name in batch.names] == ["room", "room", "street"]
        assert batch.dense is not None
        assert batch.dense.tolist() == [True, True, False]
        known = torch.isfinite(batch.depth_m).float().mean((1, 2, 3))
        assert known[:2].min() > 0.9
        assert 0 < known[2] < 0.9


def test_all_sources_are_brought_to_the_focal_length_of_the_first() -> None:
    for epoch in range(3):
        for batch in task().batches(epoch, 0, 1):
            # 30 m at 150 px is 18 m at the 90 px that are learned, and nearer as the crop enlarges it.
            street_m = batch.depth_m[2][torch.isfinite(batch.depth_m[2])]
            focal_px = 30.0 * 90.0 / street_m
            assert street_m.unique().numel() == 1
            width_px = batch.image.shape[3]
            angle = 2 * np.degrees(np.arctan(width_px / (2 * float(focal_px[0]))))
            assert 20 < angle < 91


def test_the_network_that_trains_and_the_one_that_is_used_mean_the_same_metres() -> None:
    # At the network's input the street has a focal length of its own, by which the card's metres are scaled.
    made = task()
    assert made.card.depth is not None
    assert made.card.depth.focal_px == pytest.approx(90.0)
    assert made.card.depth.max_m == 80.0


def test_each_source_is_judged_for_itself_and_by_distance_and_their_mean_is_what_counts() -> None:
    made = task()
    # Fed at 64 × 64: the room's focal length there, and the street's at 128 × 32, over the one that is learned.
    room, street = ROOM.resized(64, 64).focal_px / 90, STREET.resized(128, 32).focal_px / 90
    said_m = 2.0 / room
    figures = made.validate(Constant(said_m))
    assert figures["rooms_rel"] == pytest.approx(0.0, abs=1e-5)
    street_rel = 1 - said_m * street / 30.0
    assert figures["streets_rel"] == pytest.approx(street_rel, abs=1e-4)
    assert figures["streets_rel_20_40_m"] == pytest.approx(street_rel, abs=1e-4)
    assert np.isnan(figures["streets_rel_40_80_m"])
    assert figures["rel"] == pytest.approx(street_rel / 2, abs=1e-4)
    assert figures["delta1"] == 0.5
    assert not any(name.startswith("rooms_rel_") for name in figures)


def test_without_pictures_held_out_there_is_nothing_to_judge() -> None:
    made = task(held_out=False)
    assert made.validate(made.network) == {}
    assert made.picture(made.network) is None


def test_pictures_of_every_source_are_shown() -> None:
    picture = task().picture(Constant(2.0))
    assert picture is not None
    assert picture.shape[0] > 2 * 192


def test_frozen_normalisation_keeps_its_statistics_and_trains_its_weights() -> None:
    made = task()
    name, *_ = [name for name, module in made.network.named_modules() if isinstance(module, nn.BatchNorm2d)]
    assert name in made.frozen
    assert made.network.get_submodule(name).get_parameter("weight").requires_grad


class Listener:
    """Counts steps, and stops the training after some."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.steps, self.stop_after = 0, stop_after

    def epoch_starts(self, epoch: int, epochs: int, steps: int) -> None:
        assert steps == 3

    def step_done(self, losses: Mapping[str, float]) -> None:
        self.steps += 1
        if self.steps == self.stop_after:
            raise KeyboardInterrupt

    def epoch_done(self, row: Mapping[str, float], *, best: bool) -> None:
        assert "val_streets_rel" in row


def test_the_examples_that_are_shown_are_of_all_sources(tmp_path: Path) -> None:
    write_nyu(tmp_path / "nyu", train=("0000", "0001"), test=())
    write_streets(tmp_path / "streets")
    source = STREETS | {"root": str(tmp_path / "streets"), "splits": ["drive_a"], "held_out": ["drive_b"]}
    data = {"name": "rooms", "root": str(tmp_path / "nyu"), "sizes_px": SIZES_PX, "held_out": 0}
    assert KIND.show is not None
    two, three = (KIND.show(recipe(source=[source], data=data), None, count) for count in (2, 3))
    assert three.shape[0] > two.shape[0]


@pytest.mark.slow
def test_a_stopped_mixed_training_goes_on_bit_for_bit(tmp_path: Path) -> None:
    write_nyu(tmp_path / "nyu", train=("0000", "0001"), test=())
    write_streets(tmp_path / "streets")
    source = STREETS | {"root": str(tmp_path / "streets"), "splits": ["drive_a"], "held_out": ["drive_b"]}
    data = {"name": "rooms", "root": str(tmp_path / "nyu"), "sizes_px": SIZES_PX, "steps": 3, "held_out": 0}
    made = recipe(source=[source], data=data)

    trainer(depth_task(made), made, tmp_path / "whole", Devices("cpu", 1)).run(Listener())
    with pytest.raises(KeyboardInterrupt):
        trainer(depth_task(made), made, tmp_path / "parts", Devices("cpu", 1)).run(Listener(stop_after=5))
    trainer(depth_task(made), made, tmp_path / "parts", Devices("cpu", 1), resume=True).run(Listener())

    one, other = (load_checkpoint(tmp_path / name / "last.ckpt") for name in ("whole", "parts"))
    assert one["epoch"] == other["epoch"] == 2
    assert all(torch.equal(value, other["network"][name]) for name, value in one["network"].items())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"loss": {"l1": 1.0, "log_sd": 0.1}}, "needs a network that states a spread", id="no spread"),
        pytest.param({"loss": {"l1": 1.0, "classes": 0.1}}, "needs semantic labels", id="no labels"),
        pytest.param(
            {"loss": {"l1": 1.0, "sky": 0.1}, "output": "relative_inverse", "source": []},
            "needs metres",
            id="no metres",
        ),
    ],
)
def test_a_loss_that_has_nothing_to_look_at_is_refused(changes: Mapping[str, Any], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        DepthTask(recipe(**changes), [sample("room", ROOM, 2.0)], [])


def test_spread_and_sky_are_learned_beside_depth() -> None:
    options = {"encoder": "lite0", "log_sd": True}
    source = {"name": "rendered", "root": "there", "splits": ["all"], "pictures": 1, "sky": True}
    made = recipe(
        network={"name": "compact", "options": options},
        source=[source],
        loss={"octave_log_l1": 1.0, "log_sd": 0.25, "sky": 0.5},
    )
    rooms = [sample(f"room {index}", ROOM, 2.0) for index in range(2)]
    rendered = SkyIsFar([sample("rendered", STREET, 30.0, 0.6)])
    task = DepthTask(made, rooms, [], [SourcePairs(made.source[0], rendered, [])])
    batch = next(iter(task.batches(0, 0, 1)))
    losses = task.losses(task.network.train(), batch)
    expected = losses["octave_log_l1"] + 0.25 * losses["log_sd"] + 0.5 * losses["sky"]
    assert losses["loss"].item() == pytest.approx(expected.item(), rel=1e-6)
    assert losses["sky"] > 0
    losses["loss"].backward()
    assert task.card.depth is not None
    assert task.card.depth.sky_m == SKY_M


def test_a_source_of_free_scale_teaches_no_metres() -> None:
    source = {"name": "rendered", "root": "there", "splits": ["all"], "pictures": 2, "scale": "free"}
    made = recipe(source=[source], loss={"picture_log_l1": 1.0})
    losses = []
    for depth_m in (5.0, 50.0):
        rendered = [sample(f"rendered {index}", STREET, depth_m) for index in range(2)]
        task = DepthTask(made, [sample("room", ROOM, 2.0)], [], [SourcePairs(made.source[0], rendered, [])])
        batch = next(iter(task.batches(0, 0, 1)))
        assert batch.scale_free is not None
        assert batch.scale_free.tolist() == [False, True, True]
        losses.append(task.losses(Constant(2.0), batch)["loss"].item())
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


def test_photos_of_known_sizes_are_a_source(tmp_path: Path) -> None:
    root = write_photos(tmp_path, [("person", (80.0, 40.0, 20.0, 60.0))], [("person", (80.0, 40.0, 20.0, 60.0))])
    source = {"name": "photos", "root": str(root), "splits": ["odd"], "held_out": ["even"], "pictures": 1}
    (pairs,) = source_pairs(recipe(source=[source | {"truth": "sizes"}]))
    assert [each.name for each in pairs.samples] == ["1.png"]
    assert [each.name for each in pairs.held_out] == ["2.png"]
