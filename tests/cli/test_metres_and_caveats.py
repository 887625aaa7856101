"""Whatever carries metres carries what they are worth: JSON, depth maps, point clouds, and standard error."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from howfar.cli.app import app
from tests.cli.test_look import picture, video
from tests.models.onnx_files import constant_detector, mean_depth

CAR = np.array([[(32, 24, 12, 6, 0.9)]], dtype=np.float32).transpose(0, 2, 1)
MODELS = ("--detector", "models/detector.onnx", "--depth-model", "models/depth.onnx")
ROOMS = 'kind = "metres"\nscenes = "rooms up to 10 m"\nmax_m = 10.0'
NOTHING_ELSE = "depth has seen rooms up to 10 m and nothing else"
ASSUMED = "The camera is assumed, and so is the scale"
OFF = "on the map and"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a car that its size puts at more than ten metres, and a map of rooms at three."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    constant_detector(tmp_path / "models", {"out": CAR}, 'layout = "yolov8"\nclasses = ["car"]\nscore = 0.5')
    mean_depth(tmp_path / "models", ROOMS)
    picture(tmp_path / "car.png", 3, 3)
    return tmp_path


def run(*words: str) -> Result:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    return result


@pytest.mark.parametrize("shown", ["table", "json", "jsonl", "csv"])
@pytest.mark.parametrize("files", [["--save-depth"], ["--point-cloud"], ["--save-depth", "--point-cloud"]])
def test_files_with_metres_have_their_caveats_beside_them(folder: Path, shown: str, files: list[str]) -> None:
    result = run("look", "car.png", *MODELS, "--format", shown, "--out", "out", *files)
    note = json.loads((folder / "out" / "car.depth.json").read_text(encoding="utf-8"))
    assert [caveat["kind"] for caveat in note["caveats"]] == ["camera", "scenes", "map"]
    assert note["camera"]["origin"] == "assumed"
    assert (note["scenes"], note["reach_m"], note["kind"]) == ("rooms up to 10 m", 10.0, "metres")
    for name in note["files"]:
        assert (folder / "out" / name).exists()
    for text in (ASSUMED, NOTHING_ELSE, OFF):
        assert text in result.stderr
    if "--point-cloud" in files:
        header = (folder / "out" / "car.ply").read_bytes().split(b"end_header")[0].decode("ascii")
        assert all(text in header for text in (ASSUMED, NOTHING_ELSE, OFF))
    if "--save-depth" in files:
        assert note["files"]["car.depth.png"]["metres_per_step"] == 0.001


@pytest.mark.parametrize("shown", ["json", "jsonl"])
def test_json_has_them_without_any_file(folder: Path, shown: str) -> None:
    result = run("look", "car.png", *MODELS, "--format", shown)
    assert [caveat["kind"] for caveat in json.loads(result.stdout)["caveats"]] == ["camera", "scenes", "map"]


@pytest.mark.parametrize("source", ["a picture", "a video"])
def test_csv_has_them_on_standard_error(folder: Path, source: str) -> None:
    if source == "a video":
        video(folder / "car.avi", 3)
    result = run("look", "car.png" if source == "a picture" else "car.avi", *MODELS, "--format", "csv")
    assert result.stderr.count(NOTHING_ELSE) == 1
    assert NOTHING_ELSE not in result.stdout


def test_of_several_pictures_each_caveat_is_told_once(folder: Path) -> None:
    picture(folder / "other.png", 3, 3)
    result = run("look", "car.png", "other.png", *MODELS, "--format", "jsonl")
    assert f"car.png and 1 more: {NOTHING_ELSE}" in result.stderr


def test_depth_alone_has_them_too(folder: Path) -> None:
    result = run("depth", "car.png", "--depth-model", "models/depth.onnx", "--out", "out")
    note = json.loads((folder / "out" / "car.depth.json").read_text(encoding="utf-8"))
    assert [caveat["kind"] for caveat in note["caveats"]] == ["camera", "scenes"]
    assert ASSUMED in result.stderr
    assert NOTHING_ELSE in result.stderr


def test_depth_of_a_video_has_them_too(folder: Path) -> None:
    video(folder / "car.avi", 3)
    result = run("depth", "car.avi", "--depth-model", "models/depth.onnx", "--format", "npy", "--out", "out")
    note = json.loads((folder / "out" / "car.depth.json").read_text(encoding="utf-8"))
    assert [caveat["kind"] for caveat in note["caveats"]] == ["camera", "scenes"]
    assert result.stderr.count(ASSUMED) == 1
    assert result.stderr.count(NOTHING_ELSE) == 1


@pytest.mark.parametrize("command", ["look", "depth"])
def test_what_a_png_cannot_hold_is_counted(folder: Path, command: str) -> None:
    far = mean_depth(folder / "models", 'kind = "metres"\nfocal_px = 4.0').name
    words = ["--save-depth", "--detector", "models/detector.onnx"] if command == "look" else []
    result = run(command, "car.png", *words, "--depth-model", f"models/{far}", "--focal-px", "200", "--out", "out")
    assert "12288 pixels beyond 65.5 m are written as unknown" in result.stderr
    note = json.loads((folder / "out" / "car.depth.json").read_text(encoding="utf-8"))
    assert note["files"]["car.depth.png"]["pixels_beyond"] == 12288


@pytest.mark.parametrize(
    ("steps_a_metre", "words", "said"),
    [
        pytest.param(1000, [], "1/1000 m a step: 3.00 to 3.00 m", id="millimetres"),
        pytest.param(10000, ["--depth-scale", "0.0001"], "1/10000 m a step: 3.00 to 3.00 m", id="a D405's steps"),
        pytest.param(256, ["--depth-scale", "1/256"], "1/256 m a step: 3.00 to 3.00 m", id="KITTI's steps"),
        pytest.param(100, ["--depth-unit", "cm"], "1/100 m a step: 3.00 to 3.00 m", id="centimetres"),
    ],
)
def test_depth_of_ones_own_says_what_it_was_taken_for(folder: Path, steps_a_metre: int, words, said: str) -> None:
    depth = np.full((96, 128), 3 * steps_a_metre, np.uint16)
    depth[0, 0] = 65535
    cv2.imwrite(str(folder / "own.png"), depth)
    result = run("look", "car.png", *MODELS, "--depth", "own.png", *words, "--format", "json")
    assert f"own.png: {said}" in result.stderr
    assert json.loads(result.stdout)["objects"][0]["depth_m"] == pytest.approx(3.0)
    assert "check its unit" not in result.stderr


@pytest.mark.parametrize("shown", ["table", "json"])
def test_a_wrong_unit_is_doubted(folder: Path, shown: str) -> None:
    cv2.imwrite(str(folder / "own.png"), np.full((96, 128), 30000, np.uint16))
    result = run("look", "car.png", *MODELS, "--depth", "own.png", "--format", shown)
    assert "10 times farther than what depth sees there: check its unit (--depth-unit, --depth-scale)." in result.stderr


def test_the_truth_of_a_comparison_too(folder: Path) -> None:
    cv2.imwrite(str(folder / "own.png"), np.full((96, 128), 30000, np.uint16))
    words = ("compare", "car.png", "--models", "models/depth.onnx", "--truth", "own.png")
    doubted = run(*words)
    assert "own.png: 1/1000 m a step: 30.00 to 30.00 m" in doubted.stderr
    assert "10 times farther" in doubted.stderr
    right = run(*words, "--depth-scale", "1/10000")
    assert right.stderr.count("1/10000 m a step: 3.00 to 3.00 m") == 1
    assert "check its unit" not in right.stderr


@pytest.mark.parametrize("ending", ["npy", "tiff", "exr"])
def test_raw_depth_of_relative_networks_and_of_frames(folder: Path, ending: str) -> None:
    if ending == "exr":
        pytest.importorskip("OpenEXR", reason="needs OpenEXR (extra `exr`)")
    from howfar.io.depth_values import read_values

    mean_depth(folder / "models", 'kind = "relative_inverse"')
    video(folder / "film.avi", 4)
    words = ("--depth-model", "models/depth.onnx", "--format", ending, "--every", "2", "--out", "out")
    run("depth", "car.png", "film.avi", *words)
    assert read_values(folder / "out" / f"car.depth.{ending}") == pytest.approx(np.full((96, 128), 3.0), abs=0.1)
    note = json.loads((folder / "out" / "film.depth.json").read_text(encoding="utf-8"))
    assert note["kind"] == "relative_inverse"
    assert [(name, file["time_s"]) for name, file in note["files"].items()] == [
        (f"film.depth/000000.{ending}", 0.0),
        (f"film.depth/000002.{ending}", 0.2),
    ]
    assert read_values(folder / "out" / "film.depth" / f"000002.{ending}")[50, 5] == pytest.approx(4.0, abs=0.3)


def test_a_relative_map_has_no_millimetres(folder: Path) -> None:
    mean_depth(folder / "models", 'kind = "relative_depth"')
    result = CliRunner().invoke(app, ["depth", "car.png", "--depth-model", "models/depth.onnx", "--format", "png"])
    assert result.exit_code == 1
    assert "no metres" in result.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--depth", "own.npy", "--depth-unit", "cm", "--depth-scale", "0.01"], "either --depth-unit or --depth-scale"),
        (["--depth", "own.npy", "--depth-scale", "tiny"], "the metres of one step"),
        (["--depth-scale", "0.01"], "goes with --depth"),
    ],
    ids=["two units", "no number", "no file"],
)
def test_units_that_do_not_fit_are_one_sentence(folder: Path, words: list[str], says: str) -> None:
    np.save("own.npy", np.full((96, 128), 3.0))
    result = CliRunner().invoke(app, ["look", "car.png", *MODELS, *words])
    assert says in str(result.exception)
