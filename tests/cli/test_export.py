"""`howfar export`, and `howfar look` with what it wrote."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import onnxruntime
import pytest
import skimage
import torch
from PIL import Image
from typer.testing import CliRunner

from howfar.cli.app import app
from howfar.cli.look_with import LOOK_WITH
from howfar.errors import HowfarError, MissingExtraError, ModelError, OutputError, SettingError
from howfar.models import open_detector
from howfar.models.card import Task
from howfar.models.card_reading import read_card
from howfar.scene import Frame, Query
from tests.datasets.folders import write_nyu
from tests.foundation.hub_folders import hybrid_dpt, saved
from tests.foundation.small_networks import FOUR_BLOCKS, original_weights
from tests.training.run_folders import depth_recipe, tiny_unet, write_run

RECIPE = """
task = "depth"
[network]
name = "unet"
options = {{ filters = [4] }}
[data]
root = '{root}'
held_out = 0
sizes_px = [[64, 64]]
[augmentation]
base_px = [80, 64]
[loss]
l1 = 1.0
[optimiser]
name = "sgd"
learning_rate = 1e-3
[training]
epochs = 1
batch = 2
precision = "32-true"
[export]
scenes = "a grey wall"
"""


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The folder of a training."""
    return write_run(tmp_path / "run", depth_recipe(write_nyu(tmp_path / "nyu")), tiny_unet(0))


def howfar(*arguments: str | Path) -> str:
    """What is printed; refusals are raised."""
    result = CliRunner().invoke(app, list(map(str, arguments)))
    if isinstance(result.exception, HowfarError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def test_what_was_trained_is_exported_and_looks_at_a_picture(tmp_path: Path) -> None:
    recipe, file, photo = tmp_path / "small.toml", tmp_path / "rooms.onnx", tmp_path / "photo.png"
    data = write_nyu(tmp_path / "nyu", train=("0002", "0003", "0004", "0005"))
    recipe.write_text(RECIPE.format(root=data))
    howfar("train", "depth", recipe, "--out", tmp_path / "run", "--accelerator", "cpu")
    lines = howfar("export", tmp_path / "run", "--out", file, "--half", "--licence", "CC0").splitlines()
    assert lines[0].startswith(f"{file} (")
    assert "against PyTorch: largest difference" in lines[1]
    assert "at 64×64 and" in lines[1]
    assert lines[2].startswith("with weights in half precision: largest difference")
    assert re.fullmatch(r"time: (PyTorch \d+ ms, ONNX Runtime \d+ ms at \d+×\d+( and )?){2}", lines[3])
    assert lines[4:] == ["licence of the weights: CC0", f"howfar look PHOTO --depth-model {file}"]
    card = read_card(tmp_path / "rooms.toml")
    assert card.licence == "CC0"
    assert card.depth is not None
    assert card.depth.scenes == "a grey wall"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (48, 64, 3), dtype=np.uint8)).save(photo)
    scene = json.loads(howfar("look", photo, "--depth-model", file, "--format", "json"))
    assert "rooms" in json.dumps(scene["models"])
    assert "right" in howfar("models", "check", file)


@pytest.mark.slow
def test_an_official_checkpoint_is_exported_and_detects(shared: Path, tmp_path: Path) -> None:
    file = tmp_path / "yolov5n.onnx"
    printed = howfar("export", shared / "parity" / "yolov5n.pt", "--network", "yolov5n", "--out", file)
    assert f"howfar look PHOTO --detector {file}" in printed
    with np.load(shared / "parity" / "yolov5n.npz") as arrays:
        image, official = arrays["x"], arrays["y"]
    (boxes,) = onnxruntime.InferenceSession(file).run(["boxes"], {"image": image})
    assert np.abs(boxes[..., :4] - official[..., :4]).max() < 0.1  # the file has the weights in half precision
    assert np.abs(boxes[..., 4:] - official[..., 4:]).max() < 5e-4
    picture = np.random.default_rng(0).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    found = open_detector(file).detect(
        Frame(picture, "made"), Query(0.5)
    )  # the weights are random, and see one class in everything
    assert set(found.class_ids.tolist()) == {34}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "options", "metric"),
    [
        pytest.param("depth-anything-v2.pth", [], False, id="inverse depth, told by the file's name"),
        pytest.param("mine.pth", ["--network", "depth-anything-v2-outdoor", "--half"], True, id="metres, told by hand"),
    ],
)
def test_depth_anything_is_exported_and_looks_at_a_photo(
    tmp_path: Path, name: str, options: list[str], metric: bool
) -> None:
    file, photo = tmp_path / "any.onnx", Path(skimage.__file__).parent / "data" / "astronaut.png"
    torch.save(original_weights(FOUR_BLOCKS), tmp_path / name)
    printed = howfar("export", tmp_path / name, "--out", file, *options)
    assert "licence of the weights: not stated in the file" in printed
    assert f"howfar look PHOTO --depth-model {file}" in printed
    scene = json.loads(howfar("look", photo, "--depth-model", file, "--cues", "depth", "--format", "json"))
    (person,) = (each for each in scene["objects"] if each["label"] == "person")
    if metric:
        assert 0 < person["depth_m"] <= 80
    else:
        assert person["depth_m"] is None
        assert "relative_inverse" in json.dumps(person)


@pytest.mark.slow
def test_a_folder_of_the_hub_is_exported_and_looks_at_a_photo(tmp_path: Path) -> None:
    root, file = tmp_path / "hub", tmp_path / "any.onnx"
    photo = Path(skimage.__file__).parent / "data" / "astronaut.png"
    root.mkdir()
    printed = howfar("export", saved(hybrid_dpt(), root, (64, 64)), "--out", file)
    assert "licence of the weights: apache-2.0 (as the README.md of its folder states)" in printed
    scene = json.loads(howfar("look", photo, "--depth-model", file, "--cues", "depth", "--format", "json"))
    (person,) = (each for each in scene["objects"] if each["label"] == "person")
    assert person["depth_m"] is None  # MiDaS tells no metres


def _file(tmp_path: Path, run: Path) -> Path:
    (tmp_path / "x.pt").write_bytes(b"no weights")
    return tmp_path / "x.pt"


def _hub_file(tmp_path: Path, run: Path) -> Path:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    return tmp_path / "model.safetensors"


def _hub_folder(tmp_path: Path, run: Path) -> Path:
    (tmp_path / "resnet").mkdir()
    (tmp_path / "resnet" / "config.json").write_text('{"architectures": ["ResNetForImageClassification"]}')
    return tmp_path / "resnet"


def _beside_a_card(tmp_path: Path, run: Path) -> Path:
    (tmp_path / "model.toml").write_text("mine")
    return run


@pytest.mark.parametrize(
    ("source", "options", "error", "sentence"),
    [
        pytest.param(lambda _, run: run, "--network unet", SettingError, "leave out --network", id="said twice"),
        pytest.param(_file, "", SettingError, r"Say with --network which network .*x\.pt", id="not said at all"),
        pytest.param(_file, "--network lenet", SettingError, "the network 'lenet'", id="an unknown network"),
        pytest.param(_file, "--network fcrn", ModelError, r"x\.pt", id="no weights"),
        pytest.param(_file, "--last", SettingError, "--last and --recipe are for the folder", id="a file's last"),
        pytest.param(lambda *_: "nothing.pt", "", ModelError, r"There is no nothing\.pt", id="no such file"),
        pytest.param(
            _hub_file, "", SettingError, "depth-anything-v2-indoor, depth-anything-v2-outdoor", id="no family"
        ),
        pytest.param(lambda *_: "depth-anything-v2-small", "", ModelError, "is an ONNX file already", id="ONNX"),
        pytest.param(
            lambda *_: "depth-anything-v2-indoor-small", "", ModelError, "howfar models pull", id="no pull yet"
        ),
        pytest.param(lambda *_: "yolov5x", "", ModelError, "howfar models pull yolov5x", id="not pulled yet"),
        pytest.param(lambda *_: "zoedepth-nyu", "", ModelError, "howfar models pull zoedepth-nyu", id="no folder yet"),
        pytest.param(lambda *_: "depthcrafter", "", ModelError, "not supported: it needs a whole", id="not supported"),
        pytest.param(_hub_folder, "", ModelError, "holds ResNetForImageClassification, which is not", id="not depth"),
        pytest.param(lambda tmp_path, _: tmp_path / "nyu", "", ModelError, "not the folder of a", id="no training"),
        pytest.param(_beside_a_card, "", OutputError, r"model\.toml exists already", id="a card that is there"),
    ],
)
def test_what_cannot_be_exported_is_one_sentence(
    cache: Path,
    run: Path,
    tmp_path: Path,
    source: Callable[[Path, Path], str | Path],
    options: str,
    error: type[HowfarError],
    sentence: str,
) -> None:
    with pytest.raises(error, match=sentence):
        howfar("export", source(tmp_path, run), *options.split(), "--out", tmp_path / "model.onnx")
    assert not (tmp_path / "model.onnx").exists()


def test_what_is_not_installed_is_named(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"howfar\[train\]"):
        howfar("export", run, "--out", tmp_path / "model.onnx")


def test_howfar_look_takes_a_file_of_every_task_that_is_exported() -> None:
    assert set(LOOK_WITH) == set(get_args(Task))
