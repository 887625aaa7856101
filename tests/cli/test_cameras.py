"""Cameras as they are told on the command line, and the same in Python."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

import howfar
from howfar.cli.app import app
from howfar.io import exif
from tests.io.videos import write_video
from tests.models.onnx_files import constant_detector, mean_depth

CARD = 'layout = "yolov8"\nclasses = ["cup", "dog"]\nscore = 0.5\nnms = 0.5'
BOXES = np.array([[(16, 24, 20, 20, 0.9, 0.0), (48, 24, 20, 20, 0.0, 0.8)]], dtype=np.float32).transpose(0, 2, 1)
ROS = """image_width: 128
image_height: 96
camera_matrix: {rows}
  rows: 3
  cols: 3
  data: [100.0, 0, 69.5, 0, 102.0, 47.5, 0, 0, 1]
distortion_model: plumb_bob
distortion_coefficients:
  rows: 1
  cols: 5
  data: [0, 0, 0, 0, 0]
""".replace(" {rows}", "")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with two models."""
    monkeypatch.chdir(tmp_path)
    constant_detector(tmp_path, {"out": BOXES}, CARD)
    mean_depth(tmp_path)
    return tmp_path


def photo(path: Path, size: tuple[int, int] = (128, 96), orientation: int = 1, **tags: float) -> Path:
    block = Image.Exif()
    block[0x0112] = orientation
    block.get_ifd(exif.EXIF_IFD).update({getattr(exif, name): value for name, value in tags.items()})
    Image.new("RGB", size, (50, 50, 50)).save(path, exif=block)
    return path


def look(*words: str) -> Result:
    models = ("--detector", "detector.onnx", "--depth-model", "depth.onnx", "--cues", "depth")
    return CliRunner().invoke(app, ["look", *words, *models])


def scenes(*words: str) -> list[dict[str, Any]]:
    result = look(*words, "--format", "jsonl")
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def in_python(picture: Path, **settings: Any) -> dict[str, Any]:
    return howfar.look(picture, detector="detector.onnx", depth="depth.onnx", cues="depth", **settings).to_dict()


def same(first: dict[str, Any], second: dict[str, Any]) -> bool:
    return all(first[name] == second[name] for name in ("camera", "objects", "width_px"))


@pytest.mark.parametrize("form", ["json", "jsonl", "csv"])
def test_a_doubted_focal_length_is_said_in_every_format(folder: Path, form: str) -> None:
    photo(folder / "zoomed.jpg", FOCAL_LENGTH_35MM=52, DIGITAL_ZOOM_RATIO=2.0)
    result = look("zoomed.jpg", "--format", form)
    assert result.exit_code == 0
    assert "it is 52 or 104 mm" in result.stderr


def test_a_doubted_focal_length_is_in_the_json_and_its_interval_holds_both(folder: Path) -> None:
    path = photo(folder / "zoomed.jpg", FOCAL_LENGTH_35MM=52, DIGITAL_ZOOM_RATIO=2.0)
    known = {mm: in_python(photo(folder / f"{mm}.jpg", FOCAL_LENGTH_35MM=mm))["objects"] for mm in (52, 104)}
    (scene,) = scenes("zoomed.jpg")
    assert same(scene, in_python(path))
    assert scene["camera"]["origin"] == "assumed"
    assert scene["camera"]["doubt"]["low"] * scene["camera"]["doubt"]["high"] == pytest.approx(1.0, abs=1e-3)
    for index, one in enumerate(scene["objects"]):
        assert one["low_m"] < known[52][index]["depth_m"] < known[104][index]["depth_m"] < one["high_m"]


def test_one_focal_length_for_pictures_of_two_sizes_is_refused_for_the_second(folder: Path) -> None:
    photo(folder / "big.jpg", (256, 192))
    photo(folder / "small.jpg")
    result = look("big.jpg", "small.jpg", "--focal-px", "300", "--format", "jsonl")
    assert result.exit_code == 1
    assert [json.loads(line)["source"] for line in result.stdout.splitlines()] == ["big.jpg"]
    assert "256×192" in result.stderr
    assert "128×96" in result.stderr
    assert "(--focal-px)" in result.stderr


@pytest.mark.parametrize(
    ("option", "setting"), [("--fov-long-deg", "fov_long_deg"), ("--fov-diagonal-deg", "fov_diagonal_deg")]
)
def test_a_data_sheets_field_of_view_fits_lying_and_upright_pictures(folder: Path, option: str, setting: str) -> None:
    lying, upright = photo(folder / "a.jpg"), photo(folder / "b.jpg", orientation=6)
    found = scenes("a.jpg", "b.jpg", option, "67")
    assert found[0]["camera"]["fx_px"] == found[1]["camera"]["fx_px"]
    assert all("doubt" not in scene["camera"] for scene in found)
    assert all(map(same, found, (in_python(path, **{setting: 67}) for path in (lying, upright))))


def test_a_horizontal_field_of_view_of_an_upright_photo_is_doubted(folder: Path) -> None:
    photo(folder / "b.jpg", orientation=6)
    (scene,) = scenes("b.jpg", "--fov-deg", "67")
    assert scene["camera"]["doubt"]["high"] == pytest.approx(128 / 96, abs=1e-3)
    assert "say which" in look("b.jpg", "--fov-deg", "67", "--format", "csv").stderr


def test_a_camera_file_of_ros_is_turned_for_an_upright_photo(folder: Path) -> None:
    (folder / "camera.yaml").write_text(ROS)
    photo(folder / "a.jpg")
    photo(folder / "b.jpg", orientation=6)
    lying, upright = (scene["camera"] for scene in scenes("a.jpg", "b.jpg", "--camera", "camera.yaml"))
    assert [lying[name] for name in ("fx_px", "fy_px", "cx_px", "cy_px")] == [100, 102, 70, 48]
    assert [upright[name] for name in ("fx_px", "fy_px", "cx_px", "cy_px")] == [102, 100, 48, 70]


def test_calibrating_with_a_camera_file_of_another_tool_leaves_it_as_it_is(folder: Path) -> None:
    (folder / "camera.yaml").write_text(ROS)
    photo(folder / "a.jpg")
    words = ("--detector", "detector.onnx", "--depth-model", "depth.onnx", "--camera", "camera.yaml")
    result = CliRunner().invoke(app, ["calibrate", "a.jpg", "--known", "cup=2", *words, "--overwrite"])
    assert result.exit_code == 0, result.stderr
    assert (folder / "camera.yaml").read_text() == ROS
    assert "fx_px = 100.0" in (folder / "camera.toml").read_text()


def test_lengths_to_calibrate_with_come_with_what_they_rest_on(folder: Path) -> None:
    photo(folder / "a.jpg", FOCAL_LENGTH_35MM=26, FOCAL_LENGTH=4.25, DIGITAL_ZOOM_RATIO=1.5)
    words = ("--detector", "detector.onnx", "--depth-model", "depth.onnx")
    result = CliRunner().invoke(app, ["calibrate", "a.jpg", "--known", "cup=2", *words])
    assert result.exit_code == 0, result.stderr
    assert "The camera is doubtful: EXIF does not say" in " ".join(result.stderr.split())


@pytest.mark.parametrize("form", ["table", "csv", "json", "jsonl"])
def test_the_metres_of_a_video_come_with_their_camera(folder: Path, form: str) -> None:
    write_video(folder / "a.mp4", 2)
    assumed = look("a.mp4", "--format", form, "--out", "out")
    assert "The camera is assumed, and so is the scale" in " ".join(assumed.stderr.split())
    given = look("a.mp4", "--format", form, "--out", "out", "--overwrite", "--fov-long-deg", "67")
    assert "camera" not in given.stderr
