"""What distances rest on, as it is typed: `--cues` and what belongs to it, of `howfar look` and `evaluate objects`."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console
from typer.testing import CliRunner

from howfar.cli.app import app
from howfar.errors import HowfarError, SettingError
from tests.cli.evaluating import rows, run
from tests.datasets.folders import kitti_line, write_kitti_objects
from tests.models.onnx_files import constant_detector, mean_depth

CARD = 'layout = "yolov8"\nclasses = ["car", "dog"]\nscore = 0.5\nnms = 0.5'
BOXES = np.array([[(16, 24, 20, 10, 0.9, 0.0), (48, 30, 20, 20, 0.0, 0.8)]], dtype=np.float32).transpose(0, 2, 1)
"""A car and a dog beside it, in a picture that the detector sees at 64×48."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with two models, and a picture of 640×480 that the depth network puts 2 m away."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("howfar.cli.printing.results", lambda: Console(width=160, highlight=False))
    constant_detector(tmp_path, {"out": BOXES}, CARD)
    mean_depth(tmp_path)
    Image.new("RGB", (640, 480), (20, 20, 20)).save("street.png")
    return tmp_path


def look(*words: str) -> str:
    models = ("--detector", "detector.onnx", "--depth-model", "depth.onnx", "--focal-px", "1000", "--no-camera-scale")
    result = CliRunner().invoke(app, ["look", "street.png", *words, *models])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def seen(*words: str) -> dict[str, dict]:
    return {each["label"]: each for each in json.loads(look("--format", "json", *words))["objects"]}


def test_a_network_without_a_limit_speaks_alone_if_nothing_else_is_asked(folder: Path) -> None:
    car = seen()["car"]
    assert car["depth_m"] == pytest.approx(2.0, abs=0.01)
    assert [(cue["name"], cue["weight"]) for cue in car["cues"]] == [("depth", 1), ("size", 0), ("ground", 0)]


def test_the_size_of_a_car_says_how_far_it_is(folder: Path) -> None:
    objects = seen("--cues", "size")
    assert objects["car"]["depth_m"] == pytest.approx(1000 * 1.55 / 100, rel=0.2)
    assert objects["car"]["low_m"] < objects["car"]["depth_m"] < objects["car"]["high_m"]
    assert objects["car"]["method"] == "size"
    assert objects["dog"]["depth_m"] is None


def test_the_ground_says_how_far_a_dog_is(folder: Path) -> None:
    (dog,) = (seen("--cues", "ground", "--camera-height", "1.6", "--horizon", row)["dog"] for row in ["200"])
    assert dog["depth_m"] == pytest.approx(1000 * 1.6 / 200)


def test_own_sizes_are_used(folder: Path) -> None:
    Path("own.toml").write_text("[dog]\nheight_m = 0.5\nlog_sd = 0.1\n")
    assert seen("--cues", "size", "--sizes", "own.toml")["dog"]["depth_m"] == pytest.approx(1000 * 0.5 / 200)


def test_explain_shows_what_each_cue_says(folder: Path) -> None:
    text = look("--cues", "all", "--explain")
    for part in (
        "together",
        "size",
        "ground",
        "the camera's height above the ground is not known",
        "no known size",
        "±",
    ):
        assert part in text
    assert "together" not in look("--cues", "all")


def test_a_conflict_is_marked_and_said(folder: Path) -> None:
    Path("own.toml").write_text("[dog]\nheight_m = 0.1\nlog_sd = 0.02\n")  # a toy
    Image.new("RGB", (640, 480), (60, 60, 60)).save("street.png")
    np.save("depth.npy", np.full((480, 640), 1.0, dtype=np.float32))
    words = ("--cues", "depth,size", "--sizes", "own.toml", "--depth", "depth.npy")
    assert "The cues contradict each other" in look(*words)
    table = csv.DictReader(io.StringIO(look("--format", "csv", *words)))
    assert {each["label"]: each["conflict"] for each in table}["dog"] == "true"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(("--cues", "smell"), "No cue is called 'smell'", id="an unknown cue"),
        pytest.param(("--camera-height", "-1"), "above 0, not -1", id="a camera under the ground"),
        pytest.param(
            ("--horizon", "900"), "a row of the picture, 0 to 480, not 900", id="a horizon out of the picture"
        ),
        pytest.param(("--sizes", "none.toml"), "There is no table of sizes none.toml", id="sizes that are not there"),
        pytest.param(("--sizes", "own.toml"), "knows no class 'unicorn'", id="sizes of an unknown class"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(folder: Path, words: tuple[str, ...], says: str) -> None:
    Path("own.toml").write_text("[unicorn]\nheight_m = 1.5\nlog_sd = 0.1\n")
    models = ("--detector", "detector.onnx", "--depth-model", "depth.onnx")
    result = CliRunner().invoke(app, ["look", "street.png", *words, *models])
    assert result.exit_code != 0
    told = str(result.exception) if isinstance(result.exception, HowfarError) else result.output
    assert says in " ".join(told.split())


def test_the_benchmark_measures_with_cues_and_says_which(tmp_path: Path) -> None:
    car = kitti_line(box=(560, 170, 660, 240), size=(1.55, 1.81, 4.36), place=(0, 1.6, 18.0), turn=1.57)
    data = write_kitti_objects(tmp_path / "kitti", {"000000": car})
    model = mean_depth(tmp_path, 'kind = "metres"')
    arguments = ("objects", "--data", data, "--model", model, "--method", "median", "--csv", tmp_path / "a.csv")
    output = run(*arguments, "--cues", "size,ground", "--camera-height", "1.65")
    assert "size, ground; camera 1.65 m above the ground" in " ".join(output.replace("│", " ").split())
    (row,) = rows(tmp_path / "a-objects.csv")
    by_size, by_ground = float(row["median_size_cue_m"]), float(row["median_ground_cue_m"])
    assert min(by_size, by_ground) < float(row["median_m"]) < max(by_size, by_ground)
    assert float(row["median_size_cue_weight"]) + float(row["median_ground_cue_weight"]) == pytest.approx(1)
    assert rows(tmp_path / "a.csv")[0]["cues"] == "size, ground; camera 1.65 m above the ground"


def test_the_benchmark_refuses_an_unknown_cue(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="No cue is called 'smell'"):
        run("objects", "--data", write_kitti_objects(tmp_path / "kitti"), "--cues", "smell")
