"""What is given to a rangefinder in another form than the usual one: taken if it is clear, else refused at once."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import howfar
from howfar import Camera, DepthMap, Rangefinder
from howfar.errors import SettingError
from howfar.io.camera_files import read_calibration, write_calibration
from howfar.pipeline.spec import RangefinderSpec
from howfar.scene import Query
from howfar.scene.calibration import Calibration
from tests.models.onnx_files import constant_detector, mean_depth
from tests.pipeline.stand_ins import CAMERA, CUP, DOG, halves

K = [[50.0, 0, 32.0], [0, 50.0, 24.0], [0, 0, 1]]


@pytest.fixture
def models(tmp_path: Path) -> dict[str, Path]:
    """A detector that always finds a cup and a dog, and a depth network that gives grey / 10."""
    found = np.array([[[*CUP, 0.9, 0], [*DOG, 0.8, 1]]], dtype=np.float32)
    card = 'layout = "end2end"\nclasses = ["cup", "dog"]\nscore = 0.3'
    return {
        "detector": constant_detector(tmp_path, {"found": found}, card, fit="stretch"),
        "depth": mean_depth(tmp_path),
    }


@pytest.mark.parametrize(
    ("classes", "found"),
    [
        pytest.param("cup", ["cup"], id="one text is one class"),
        pytest.param("CUP ", ["cup"], id="one text in capitals with a blank"),
        pytest.param({"dog"}, ["dog"], id="a set"),
        pytest.param(frozenset(["dog", "cup"]), ["cup", "dog"], id="a set of two"),
        pytest.param([1], ["dog"], id="a number"),
        pytest.param(np.int64(0), ["cup"], id="one number of NumPy"),
        pytest.param(np.array([0, 1]), ["cup", "dog"], id="an array of numbers"),
        pytest.param(["1"], ["dog"], id="a number as text"),
        pytest.param((each for each in ("cup",)), ["cup"], id="a generator"),
        pytest.param({"dog": 1}.keys(), ["dog"], id="the keys of a dictionary"),
        pytest.param([0, "dog"], ["cup", "dog"], id="a number and a name"),
        pytest.param([], [], id="none at all"),
        pytest.param(None, ["cup", "dog"], id="all"),
    ],
)
def test_classes(models: dict[str, Path], classes: Any, found: list[str]) -> None:
    view = Rangefinder(**models, camera=CAMERA, classes=classes).look(halves(2, 5))
    assert [each.label for each in view] == found


@pytest.mark.parametrize("number", [np.float32(4), np.float64(4), np.int32(4), np.array(4.0), Fraction(4), 4])
def test_numbers_of_any_type_are_plain_in_the_result(models: dict[str, Path], number: Any) -> None:
    view = Rangefinder(**models, focal_px=number, max_depth_m=number, threads=1).look(halves(2, 5))
    again = Rangefinder(**models, focal_px=4).look(halves(2, 5), max_depth_m=number)
    assert json.loads(view.to_json())["max_depth_m"] == json.loads(again.to_json())["max_depth_m"] == 4.0
    assert view.camera.fx_px == 4.0


@pytest.mark.parametrize("maximum", [float("inf"), np.float32("inf"), np.inf])
def test_an_infinite_maximum_is_none(models: dict[str, Path], maximum: Any) -> None:
    for view in (
        Rangefinder(**models, camera=CAMERA, max_depth_m=maximum).look(halves(2, 5)),
        Rangefinder(**models, camera=CAMERA).look(halves(2, 5), max_depth_m=maximum),
    ):
        assert len(view) == 2
        assert json.loads(view.to_json())["max_depth_m"] is None


def test_a_camera_file_is_read(models: dict[str, Path], tmp_path: Path) -> None:
    write_calibration(Calibration(CAMERA), tmp_path / "cam.toml")
    for path in (tmp_path / "cam.toml", str(tmp_path / "cam.toml")):
        for finder in (Rangefinder(**models, camera=path), RangefinderSpec(**models, camera=path).open()):
            assert finder.look(halves(2, 5)).camera == CAMERA
    assert howfar.look(halves(2, 5), **models, camera=str(tmp_path / "cam.toml")).camera == CAMERA


WRONG: list[Any] = [
    pytest.param({"classes": ["cup", 2.5]}, "classes must be a whole number", id="half a class"),
    pytest.param({"classes": True}, "classes must be a number, not True", id="a flag as a class"),
    pytest.param(
        {"classes": np.array(2.5)}, "classes must be a whole number", id="an array of no dimension as a class"
    ),
    pytest.param({"classes": b"cup"}, "not the text b'cup'", id="bytes as a class"),
    pytest.param({"classes": [None]}, "classes must be", id="nothing as a class"),
    pytest.param({"classes": -1}, "classes must be at least 0", id="a negative class"),
    pytest.param({"classes": [2]}, "knows the classes 0 to 1, and no 2", id="a class beyond the last"),
    pytest.param({"classes": "cup,dog"}, "knows no class 'cup,dog'", id="two classes in one text"),
    pytest.param({"camera": "missing.toml"}, "no camera file missing.toml", id="a camera file that is not there"),
    pytest.param({"camera": np.array(K)}, "how large the pictures are", id="a matrix"),
    pytest.param({"camera": K}, "how large the pictures are", id="a matrix as lists"),
    pytest.param({"camera": {"fx": 50}}, "not a dict", id="a dictionary as a camera"),
    pytest.param({"camera": 50.0}, "not a float", id="a number as a camera"),
    pytest.param({"fov_deg": "65"}, "fov_deg must be a number, not the text '65'", id="an angle as text"),
    pytest.param({"fov_deg": 0}, "between 1 and 179 degrees", id="no angle at all"),
    pytest.param({"fov_deg": 200.0}, "between 1 and 179 degrees", id="an angle beyond a half turn"),
    pytest.param({"fov_deg": float("nan")}, "fov_deg must be a finite number", id="an angle that is NaN"),
    pytest.param({"focal_px": "500"}, "focal_px must be a number", id="a focal length as text"),
    pytest.param({"focal_px": -500}, "positive number of pixels", id="a negative focal length"),
    pytest.param({"focal_px": float("inf")}, "focal_px must be a finite number", id="an infinite focal length"),
    pytest.param({"focal_px": True}, "focal_px must be a number, not True", id="a flag as a focal length"),
    pytest.param({"focal_px": (500, 500)}, "focal_px must be one number", id="two focal lengths"),
    pytest.param({"max_depth_m": "2"}, "max_depth_m must be a number", id="a maximum as text"),
    pytest.param({"max_depth_m": True}, "max_depth_m must be a number", id="a flag as a maximum"),
    pytest.param({"max_depth_m": -1}, "above 0 metres", id="a maximum behind the camera"),
    pytest.param({"score": "0.5"}, "score must be a number", id="a score as text"),
    pytest.param({"score": float("nan")}, "score must be a finite number", id="a score that is NaN"),
    pytest.param({"score": True}, "score must be a number", id="a flag as a score"),
    pytest.param({"nms": [0.5]}, "nms must be one number", id="a list as an overlap"),
    pytest.param({"threads": 1.5}, "threads must be a whole number", id="half a thread"),
    pytest.param({"threads": "2"}, "threads must be a number", id="threads as text"),
    pytest.param({"provider": 1}, "provider must be a name", id="a number as a provider"),
    pytest.param({"camera_scale": "no"}, "camera_scale must be True or False", id="a text as a flag"),
    pytest.param({"camera_height_m": "1.6"}, "camera_height_m must be a number", id="a height as text"),
    pytest.param({"horizon_px": float("nan")}, "horizon_px must be a finite number", id="a horizon that is NaN"),
    pytest.param({"cues": 5}, "cues must be names, not 5", id="a number as a cue"),
    pytest.param({"cues": None}, "cues must be names, not None", id="no cue"),
    pytest.param({"sizes": {"chair": 1}}, "sizes are a file or a SizeTable", id="a dictionary of sizes"),
    pytest.param({"known": [("chair", 2.3)]}, "written as chair=2.30", id="pairs of known distances"),
    pytest.param({"known": 3}, "written as chair=2.30", id="a number as a known distance"),
    pytest.param({"method": None}, "method must be a name", id="no method"),
    pytest.param({"method": [5]}, "method must be a name", id="a number as a method"),
    pytest.param({"detector": 5}, "detector must be a name", id="a number as a detector"),
    pytest.param({"detector": Rangefinder}, "the class Rangefinder", id="a class as a detector"),
    pytest.param({"depth": 5}, "depth must be a name", id="a number as a depth network"),
    pytest.param({"depth": np.ones((4, 4))}, "not ndarray: a depth map of your own", id="an array as a depth network"),
    pytest.param(
        {"depth": DepthMap(np.ones((4, 4)), "metres")},
        "own goes with each picture",
        id="a map as a network",
    ),
    pytest.param({"anchor": 5}, "anchor must be a name", id="a number as an anchor"),
]


@pytest.mark.parametrize(("settings", "says"), WRONG)
def test_what_is_of_a_wrong_kind_is_refused_in_the_constructor(
    models: dict[str, Path], settings: dict[str, Any], says: str
) -> None:
    with pytest.raises(SettingError, match=says):
        Rangefinder(**(models | settings))


@pytest.mark.parametrize("every", ["2", 1.5, True, None, float("nan"), 0])
def test_a_step_between_frames_that_cannot_be(models: dict[str, Path], tmp_path: Path, every: Any) -> None:
    (tmp_path / "film.mp4").write_bytes(b"")
    with pytest.raises(SettingError, match=r"^every must be"):
        next(Rangefinder(**models, camera=CAMERA).watch(tmp_path / "film.mp4", every=every))


def test_a_query_is_plain_whatever_it_is_made_of() -> None:
    query = Query(np.float32(0.5), np.float64(0.25), {"dog", "cup"}, np.bool_(True))  # type: ignore[arg-type]
    assert query == Query(0.5, 0.25, ("cup", "dog"), True)
    assert {type(query.score), type(query.nms), type(query.class_wise)} == {float, bool}
    assert hash(query) == hash(Query(0.5, 0.25, ("cup", "dog"), True))


def test_a_matrix_is_taken_as_the_message_says(models: dict[str, Path]) -> None:
    camera = Camera(64, 48, K[0][0], K[1][1], K[0][2], K[1][2])
    assert Rangefinder(**models, camera=camera).look(halves(2, 5)).camera.fx_px == 50.0


def test_a_camera_of_any_numbers_is_one_of_plain_ones(tmp_path: Path) -> None:
    intrinsics = np.array(K)
    camera = Camera(np.int64(64), 48.0, intrinsics[0, 0], np.float32(50), Fraction(32), 24)  # type: ignore[arg-type]
    assert camera == CAMERA
    assert {type(getattr(camera, name)) for name in ("fx_px", "fy_px", "cx_px", "cy_px")} == {float}
    assert {type(camera.width_px), type(camera.height_px)} == {int}
    write_calibration(Calibration(camera), tmp_path / "cam.toml")
    assert read_calibration(tmp_path / "cam.toml").camera == CAMERA


@pytest.mark.parametrize(
    ("numbers", "says"),
    [
        pytest.param(
            (64, 48, "50", 50, 32, 24), "fx_px must be a number, not the text '50'", id="a focal length as text"
        ),
        pytest.param((64.5, 48, 50, 50, 32, 24), "width_px must be a whole number", id="half a pixel"),
        pytest.param((64, True, 50, 50, 32, 24), "height_px must be a number, not True", id="a flag as a height"),
        pytest.param((64, 48, 50, 50, None, 24), "cx_px must be one number", id="nothing as a principal point"),
        pytest.param((64, 48, [50], 50, 32, 24), "fx_px must be one number", id="a list as a focal length"),
    ],
)
def test_a_camera_of_no_numbers_is_refused(numbers: tuple[Any, ...], says: str) -> None:
    with pytest.raises(SettingError, match=says):
        Camera(*numbers)
