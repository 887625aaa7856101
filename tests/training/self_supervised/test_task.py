"""Training on stereo pairs without depth: recipes, data, validation, and from pairs to a file that tells metres."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from howfar.conversion.onnx_export import export
from howfar.datasets.rig_pairs import RigPair
from howfar.errors import SettingError, SourceError
from howfar.models.depth import CardDepth
from howfar.models.session import open_session
from howfar.networks import monodepth
from howfar.scene import Camera, Frame
from howfar.training.recipe import parse_recipe
from howfar.training.self_supervised.recipe import SelfSupervisedRecipe
from howfar.training.self_supervised.task import (
    KIND,
    PairSources,
    SelfSupervisedTask,
    pair_sources,
    self_supervised_task,
    training_card,
)
from howfar.training.starting import Devices, trainer
from howfar.training.trained import trained_network
from tests.datasets.folders import write_kitti_pairs, write_street_pairs
from tests.training.listeners import Silent

FOCAL_PX, BASELINE_M, SHIFT_PX = 80.0, 0.5, 8


def wide_pair(name: str = "a") -> RigPair:
    """A wall of blurred noise: what lies at x on the left lies at x − 8 on the right."""
    noise = np.random.default_rng(len(name)).uniform(size=(128, 136, 3)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2.0)
    wall = (255 * (smooth - smooth.min()) / np.ptp(smooth)).astype(np.uint8)
    camera = Camera.from_focal(128, 128, FOCAL_PX)
    return RigPair(name, wall[:, :128], wall[:, SHIFT_PX:], camera, BASELINE_M)


def recipe(**changes: Any) -> SelfSupervisedRecipe:
    table: dict[str, Any] = {
        "task": "self-supervised",
        "network": {"name": "monodepth"},
        "data": {"root": "somewhere", "size_px": [128, 128]},
        "augmentation": {"base_px": [128, 128], "rotation_deg": 0.0, "scale": [1.0, 1.0], "flip": 0.0},
        "optimiser": {"name": "adamw", "learning_rate": 1e-4},
        "training": {"epochs": 1, "batch": 1, "precision": "32-true"},
    }
    return parse_recipe(table | changes, SelfSupervisedRecipe, "test")


class Says(nn.Module):
    """One disparity everywhere, as metres of the rig above."""

    def __init__(self, disparity_px: float) -> None:
        super().__init__()
        self.depth_m = nn.Parameter(torch.tensor(FOCAL_PX * BASELINE_M / disparity_px))

    def forward(self, image: Tensor) -> Tensor:
        return self.depth_m.detach().expand(1, 1, *image.shape[2:])


@pytest.fixture(scope="module")
def task() -> SelfSupervisedTask:
    return SelfSupervisedTask(recipe(), PairSources([[wide_pair()]], [wide_pair("bb"), wide_pair("ccc")]))


def test_validation_tells_how_well_each_picture_is_rebuilt(task: SelfSupervisedTask) -> None:
    right, wrong = (task.validate(Says(pixels))["appearance"] for pixels in (SHIFT_PX, SHIFT_PX - 3))
    assert right < 0.15 * wrong


def test_pictures_show_the_rebuilt_one_and_its_depth(task: SelfSupervisedTask) -> None:
    drawn = task.picture(Says(SHIFT_PX))
    assert drawn is not None
    assert drawn.shape[1] > 3 * 128
    assert drawn.shape[0] > 2 * 128


def test_without_pairs_held_out_nothing_is_judged(task: SelfSupervisedTask) -> None:
    alone = SelfSupervisedTask(recipe(), PairSources([[wide_pair()]], []))
    assert alone.validate(Says(8)) == {}
    assert alone.picture(Says(8)) is None


def test_the_card_tells_metres_at_the_rigs_focal_length(task: SelfSupervisedTask) -> None:
    card = training_card(task.recipe, task.rig)
    assert card.depth is not None
    assert (card.depth.kind, card.depth.focal_px, card.depth.max_m) == ("metres", pytest.approx(FOCAL_PX), 80.0)
    assert (card.input.fit, card.input.multiple_px) == ("keep-aspect", 128)


def test_each_step_shows_fixed_numbers_of_each_source() -> None:
    rendered = {"name": "rendered", "root": "x", "splits": ["train"], "pictures": 2}
    mixed = recipe(source=[rendered], training={"epochs": 1, "batch": 3})
    plan = SelfSupervisedTask(mixed, PairSources([[wide_pair()] * 4, [wide_pair()] * 3], [])).plan(epoch=0)
    assert [[draw.source for draw in batch] for batch in plan] == [[0, 1, 1]] * 4


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"augmentation": {"base_px": [128, 128]}}, "set augmentation.rotation_deg to 0", id="turned"),
        pytest.param(
            {"augmentation": {"base_px": [128, 128], "rotation_deg": 0, "stretch": 0.1}}, "stretch", id="stretched"
        ),
        pytest.param(
            {"source": [{"name": "b", "root": "x", "splits": ["train"], "pictures": 1}]},
            "leaves no pair of data",
            id="no room for data",
        ),
        pytest.param(
            {"data": {"root": "x", "size_px": [128, 128], "held_out": 1}}, "keeps everything", id="nothing left"
        ),
        pytest.param({"source": [{"name": "b", "root": "x", "pictures": 1}]}, "give both, or none", id="no splits"),
        pytest.param(
            {"source": [{"name": "data", "root": "x", "held_out": ["val"]}]}, "a name of its own", id="one name twice"
        ),
        pytest.param(
            {"source": [{"name": "b", "root": "x", "splits": ["a"], "held_out": ["a"], "pictures": 1}]},
            "trains on a, which is held_out",
            id="held out and trained on",
        ),
    ],
)
def test_recipes_that_cannot_be_are_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        recipe(**changes)


def test_a_network_that_gives_no_disparities_is_refused() -> None:
    with pytest.raises(SettingError, match=r"unet does not learn from pairs .* set network\.name to monodepth"):
        SelfSupervisedTask(recipe(network={"name": "unet"}), PairSources([[wide_pair()]], []))


def test_sources_are_opened_and_held_out_by_their_splits(tmp_path: Path) -> None:
    streets, rendered = write_street_pairs(tmp_path / "streets"), write_kitti_pairs(tmp_path / "rendered")
    source = {"name": "rendered", "root": str(rendered), "splits": ["train"], "held_out": ["val"], "pictures": 1}
    mixed = recipe(
        data={"root": str(streets), "split": "drive_a", "size_px": [128, 128]},
        source=[source],
        training={"epochs": 1, "batch": 2},
    )
    pairs = pair_sources(mixed)
    assert [[each.name for each in part] for part in pairs.trained] == [["street/000001"], ["000000"]]
    assert [each.name for each in pairs.held_out] == ["000001"]


def test_a_pair_that_is_one_picture_twice_stops_before_the_training(tmp_path: Path) -> None:
    root = write_kitti_pairs(tmp_path)
    Image.open(root / "image_2" / "000001.png").save(root / "image_3" / "000001.png")
    with pytest.raises(SourceError, match="000001: The right-hand picture is the left-hand one once more"):
        pair_sources(recipe(data={"root": str(root), "size_px": [128, 128]}))


def write_walls(root: Path, count: int = 2) -> Path:
    """Pairs of walls in KITTI's folders."""
    for folder in ("image_2", "image_3", "calib"):
        (root / folder).mkdir(parents=True)
    p2, p3 = (f"{FOCAL_PX} 0 64 {far} 0 {FOCAL_PX} 64 0 0 0 1 0" for far in (0, -FOCAL_PX * BASELINE_M))
    for number in range(count):
        pair = wide_pair("a" * (number + 1))
        Image.fromarray(pair.left).save(root / "image_2" / f"{number:06d}.png")
        Image.fromarray(pair.right).save(root / "image_3" / f"{number:06d}.png")
        (root / "calib" / f"{number:06d}.txt").write_text(f"P2: {p2}\nP3: {p3}\n")
    return root


@pytest.mark.slow
def test_from_pairs_to_a_file_that_tells_metres(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A narrow network learns two walls by heart: the exported file finds their distance."""
    narrow = ((16, 7), (16, 5), (16, 3), (16, 3), (16, 3), (16, 3), (16, 3))
    monkeypatch.setattr(monodepth, "ENCODER_LAYERS", narrow)
    monkeypatch.setattr(monodepth, "DECODER_CHANNELS", (16,) * 7)
    walls = write_walls(tmp_path / "walls")
    settings = recipe(
        data={"root": str(walls), "size_px": [128, 128], "steps": 60},
        optimiser={"name": "adamw", "learning_rate": 2e-3},
        training={"epochs": 2, "batch": 2, "precision": "32-true"},
    )
    torch.manual_seed(0)
    history = trainer(self_supervised_task(settings), settings, tmp_path / "run", Devices("cpu", 1)).run(Silent())
    assert history[1]["appearance"] < 0.6 * history[0]["appearance"]

    source = trained_network(tmp_path / "run")
    written = export(source, tmp_path / "walls.onnx")
    assert written.card.depth is not None
    assert written.card.depth.focal_px == pytest.approx(FOCAL_PX)
    depth = CardDepth(written.card, open_session(written.path, written.card))
    pair = wide_pair("a")
    metres = depth.estimate(Frame(pair.left, "wall", pair.camera))
    assert metres.kind == "metres"
    truth_m = FOCAL_PX * BASELINE_M / SHIFT_PX
    assert float(np.median(metres.values[:, 16:])) == pytest.approx(truth_m, rel=0.1)
    # A camera of twice the focal length sees the same picture from twice as far.
    tele = depth.estimate(Frame(pair.left, "wall", Camera.from_focal(128, 128, 2 * FOCAL_PX)))
    np.testing.assert_allclose(tele.values, 2 * metres.values, rtol=1e-5)


def test_the_first_pairs_are_shown_as_they_are_and_as_training_shows_them(tmp_path: Path) -> None:
    root = write_kitti_pairs(tmp_path)
    assert KIND.show is not None
    shown = KIND.show(recipe(data={"root": str(root), "size_px": [128, 128]}), "val", 3)
    wide, high = 256 + 2 * 192, 192  # the picture of 32×24, and the two squares, all as high as a row
    assert shown.shape[1] >= wide
    assert shown.shape[0] >= high
