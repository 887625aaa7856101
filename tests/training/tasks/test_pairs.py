"""Training a detector of pairs on four small pairs."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from howfar.conversion.onnx_export import export
from howfar.datasets.coco_pairs import CocoPairs
from howfar.errors import SettingError
from howfar.models import open_detector
from howfar.scene import Frame, Query
from howfar.training.data.pairs.augmentation import PairAugmentation
from howfar.training.recipe import DisparityDetectorRecipe, read_recipe
from howfar.training.run_folder import load_checkpoint
from howfar.training.starting import Devices, trainer
from howfar.training.tasks.pairs import KIND
from howfar.training.trained import trained_network
from tests.datasets.pair_files import NAMES, table, write_pairs

RECIPE = Path(__file__).resolve().parents[3] / "recipes" / "disparity-detector.toml"
SMALL = (
    "data.split=all",
    "data.validation_split=all",
    f"data.classes={list(NAMES)}",
    "network.options.width=0.125",
    "training.batch=2",
    "training.epochs=1",
    "training.pictures=1",
)


class Listener:
    """Stops the training after some steps."""

    def __init__(self, stop_after: float = math.inf) -> None:
        self.left = stop_after

    def epoch_starts(self, epoch: int, epochs: int, steps: int) -> None:
        pass

    def step_done(self, losses: Mapping[str, float]) -> None:
        self.left -= 1
        if self.left <= 0:
            raise KeyboardInterrupt

    def epoch_done(self, row: Mapping[str, float], *, best: bool) -> None:
        pass


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pairs(tmp_path_factory.mktemp("pairs") / "data")


def recipe(root: Path, *changes: str) -> DisparityDetectorRecipe:
    return read_recipe(RECIPE, DisparityDetectorRecipe, [f"data.root={root}", *SMALL, *changes])


@pytest.mark.slow
@pytest.mark.parametrize("joined", ["stacked", "multiplexed"])
def test_it_trains_is_exported_and_tells_disparities(root: Path, tmp_path: Path, joined: str) -> None:
    settings = recipe(root, f"network.options.joined={joined}")
    run = trainer(KIND.start(settings, tmp_path, lambda _: None), settings, tmp_path / "run", Devices("cpu"))
    (row,) = run.run(Listener())
    assert all(math.isfinite(row[name]) and row[name] > 0 for name in ("box", "class", "loss"))
    assert row["loss"] == pytest.approx(row["box"] + row["class"], rel=1e-5)
    assert 0 <= row["val_ap"] <= row["val_ap50"] <= 1
    assert (tmp_path / "run" / "pictures" / "epoch_001.png").is_file()
    written = export(trained_network(tmp_path / "run"), tmp_path / "mine.onnx")
    assert written.card.detector is not None
    assert written.card.detector.layout == "ssd-pair"
    names = [each.name for each in onnxruntime.InferenceSession(tmp_path / "mine.onnx").get_inputs()]
    assert names == ["left", "right"]
    pair = CocoPairs(root).split("all")[0]
    found = open_detector(tmp_path / "mine.onnx").detect(
        Frame(pair.image, pair.name, right=pair.right, rig=pair.rig), Query(score=0.01)
    )
    assert len(found)
    assert found.disparities_px is not None
    assert np.isfinite(found.disparities_px).all()


@pytest.mark.slow
def test_a_stopped_training_goes_on_bit_for_bit(root: Path, tmp_path: Path) -> None:
    settings = recipe(root, "training.epochs=2", "training.pictures=0")

    def run(out: Path, listener: Listener, *, resume: bool = False) -> None:
        task = KIND.start(settings, out, lambda _: None)
        trainer(task, settings, out, Devices("cpu"), resume=resume).run(listener)

    run(tmp_path / "whole", Listener())
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "parts", Listener(stop_after=3))
    run(tmp_path / "parts", Listener(), resume=True)
    whole, parts = (load_checkpoint(tmp_path / name / "last.ckpt")["network"] for name in ("whole", "parts"))
    assert all(torch.equal(value, parts[name]) for name, value in whole.items())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param(("augmentation.size_px=320",), "size_px = 300", id="another size"),
        pytest.param(("network.name=ssd300", "network.options={}"), "disparity-detector", id="a network of one eye"),
        pytest.param(("network.options.joined=beside",), "joined is one of multiplexed, stacked", id="another joining"),
    ],
)
def test_a_recipe_that_does_not_fit_is_refused(root: Path, tmp_path: Path, changes, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        KIND.start(recipe(root, *changes), tmp_path, lambda _: None)


def test_data_without_an_object_are_refused(tmp_path: Path) -> None:
    content = table()
    content["annotations"] = []
    with pytest.raises(SettingError, match="shows an object of these classes"):
        KIND.start(recipe(write_pairs(tmp_path / "empty", content)), tmp_path, lambda _: None)


def test_without_chance_a_pair_is_letterboxed(root: Path) -> None:
    pair = CocoPairs(root).split("all")[0]
    example = PairAugmentation(size_px=256).still()(pair, np.random.default_rng(0))
    assert example.boxes_xyxy_px[0].tolist() == [80, 20 + 64, 160, 80 + 64]
    assert example.right_boxes_xyxy_px[0].tolist() == [60, 84, 140, 144]
    assert example.left.shape == example.right.shape == (256, 256, 3)


def test_a_mirrored_pair_has_its_eyes_exchanged(root: Path) -> None:
    pair = CocoPairs(root).split("all")[0]
    still = PairAugmentation(size_px=128).still()
    plain = still(pair, np.random.default_rng(0))
    flip = PairAugmentation(size_px=128, hue=0, saturation=0, value=0, scale=0, translation=0, flip=1.0)
    mirrored = flip(pair, np.random.default_rng(0))
    assert np.array_equal(mirrored.left, plain.right[:, ::-1])
    assert mirrored.boxes_xyxy_px[0, ::2].tolist() == [128 - 70, 128 - 30]
    before, after = (each.boxes_xyxy_px[:, 0] - each.right_boxes_xyxy_px[:, 0] for each in (plain, mirrored))
    assert after == pytest.approx(before), "disparities stay"


def test_the_examples_show_both_eyes(root: Path) -> None:
    assert KIND.show is not None
    picture = KIND.show(recipe(root), None, 2)
    assert picture.ndim == 3
    assert picture.dtype == np.uint8
