"""`howfar calibrate`, as it is typed, and what a camera file does to the other commands."""

import inspect
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from howfar.cli.app import app
from howfar.cli.calibrate import calibrate as calibrate_command
from howfar.errors import HowfarError
from howfar.io.camera_files import read_calibration
from howfar.models import DEFAULT_DEPTH, DEFAULT_DETECTOR
from howfar.models.model_file import file_digest
from tests.calibration import rendered
from tests.cli.test_look import BOXES, CARD, halves, picture, video
from tests.models.onnx_files import constant_detector, mean_depth

CHAIRS = np.array(
    [[(16, 24, 20, 20, 0.9, 0.0), (48, 24, 20, 20, 0.0, 0.8), (32, 38, 10, 8, 0.0, 0.7)]], dtype=np.float32
)
"""A cup in the left half of a 64×48 picture, a dog in the right half, and another across both."""

BOARD = ("--chessboard", f"{rendered.COLUMNS}x{rendered.ROWS}")
MODELS = ("--detector", "models/detector.onnx", "--depth-model", "models/depth.onnx")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with two models, and the picture `two.png`: a cup 2 m away and a dog 5 m away."""
    monkeypatch.chdir(tmp_path)
    for name in ("models", "dogs"):
        (tmp_path / name).mkdir()
        mean_depth(tmp_path / name)
    constant_detector(tmp_path / "models", {"out": BOXES}, CARD)
    constant_detector(tmp_path / "dogs", {"out": CHAIRS.transpose(0, 2, 1)}, CARD)
    picture(tmp_path / "two.png", 2, 5)
    return tmp_path


def run(command: str, *words: str) -> Result:
    return CliRunner().invoke(app, [command, *words], env={"COLUMNS": "200"})


def calibrate(*words: str) -> Result:
    """Refusals are raised."""
    result = run("calibrate", *words)
    if isinstance(result.exception, HowfarError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


def from_known(*words: str) -> Result:
    return calibrate("two.png", *MODELS, "--focal-px", "100", *words)


def looked(*words: str) -> dict:
    result = run("look", "two.png", *MODELS, "--format", "json", "--cues", "depth", *words)
    if isinstance(result.exception, HowfarError):
        raise result.exception
    return json.loads(result.stdout)


def refused(*words: str) -> str:
    with pytest.raises(HowfarError) as refusal:
        calibrate(*words)
    return str(refusal.value)


def test_the_defaults_shown_in_help_are_the_librarys() -> None:
    defaults = {name: each.default for name, each in inspect.signature(calibrate_command).parameters.items()}
    assert defaults["detector"] == DEFAULT_DETECTOR
    depth = inspect.signature(calibrate_command).parameters["depth_model"].annotation
    assert DEFAULT_DEPTH in depth.__metadata__[0].show_default


def test_a_known_distance_gives_the_scale_and_look_uses_it(folder: Path) -> None:
    before = looked("--focal-px", "100")["objects"]
    shown = from_known("--known", f"cup={1.5 * before[0]['range_m']}")
    assert "to be multiplied by 1.500" in shown.stdout
    scene = looked("--camera", "camera.toml")
    assert [thing["depth_m"] for thing in scene["objects"]] == pytest.approx(
        [1.5 * thing["depth_m"] for thing in before], rel=1e-3
    )
    assert scene["objects"][0]["range_m"] == pytest.approx(1.5 * before[0]["range_m"], rel=1e-3), "a straight line"
    assert scene["camera"]["depth_scale"] == 1.5
    scale = read_calibration(Path("camera.toml")).scale
    assert scale is not None
    assert scale.depth_sha256 == file_digest(folder / "models/depth.onnx")
    assert [(known.label, known.source) for known in scale.known] == [("cup", "two.png")]


def test_the_depth_command_uses_the_scale_too(folder: Path) -> None:
    measured_m = looked("--focal-px", "100")["objects"][0]["range_m"]
    from_known("--known", f"cup={1.5 * measured_m}")
    result = run("depth", "two.png", *MODELS[2:], "--camera", "camera.toml")
    assert "3.00 to 7.50 m" in result.stdout, result.output


def test_a_scale_is_found_anew_and_not_on_top_of_an_old_one(folder: Path) -> None:
    measured_m = looked("--focal-px", "100")["objects"][0]["range_m"]
    from_known("--known", f"cup={1.5 * measured_m}")
    calibrate("two.png", *MODELS, "--camera", "camera.toml", "--known", f"cup={2 * measured_m}", "--overwrite")
    scale = read_calibration(Path("camera.toml")).scale
    assert scale is not None
    assert scale.factor == pytest.approx(2.0, rel=1e-3)


def test_without_a_known_distance_the_objects_are_numbered_and_drawn(folder: Path) -> None:
    result = run("calibrate", "two.png", *MODELS)
    assert isinstance(result.exception, HowfarError)
    assert "by its number" in str(result.exception)
    assert re.search(r"1 │ cup .*\n.*2 │ dog", result.stdout)
    assert not (folder / "camera.toml").exists()
    assert (np.asarray(Image.open("howfar-calibrate/calibration.png")) != halves(2, 5)).any()


def test_of_two_dogs_one_is_named_by_its_number(folder: Path) -> None:
    words = ("two.png", "--detector", "dogs/detector.onnx", *MODELS[2:], "--focal-px", "100")
    assert "2 objects of the class dog: name one by its number (2, 3)" in refused(*words, "--known", "dog=4")
    assert "dog: 4 m known" in calibrate(*words, "--known", "2=4").stdout


def test_numbers_run_on_over_several_pictures(folder: Path) -> None:
    picture(folder / "four.png", 4, 5)
    result = calibrate("two.png", "four.png", *MODELS, "--focal-px", "100", "--known", "3=6", "--known", "1=3")
    assert "four.png" in result.stdout
    scale = read_calibration(Path("camera.toml")).scale
    assert scale is not None
    assert [known.source for known in scale.known] == ["four.png", "two.png"]
    assert scale.factor == pytest.approx(6 / scale.known[0].measured_m, rel=1e-3)


def test_an_assumed_focal_length_stays_one_and_the_scale_is_none_the_less_known(folder: Path) -> None:
    assert "assumed still" in calibrate("two.png", *MODELS, "--known", "cup=3").stdout
    assert looked("--camera", "camera.toml")["camera"]["origin"] == "assumed"
    table = run("look", "two.png", *MODELS, "--camera", "camera.toml").stdout
    assert "from known distances" in table


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["--known", "cup=0"], "above 0 metres", id="a distance of nothing"),
        pytest.param(["--known", "cup=-1"], "above 0 metres", id="a negative distance"),
        pytest.param(["--known", "cup"], "written as chair=2.30", id="no distance"),
        pytest.param(["--known", "cat=2"], "knows no class 'cat'", id="a class that the detector does not know"),
        pytest.param(["--known", "7=2"], "There is no object 7", id="a number that is not there"),
        pytest.param(["--known", "cup=2", "--known", "dog=9"], "contradict each other", id="contradictory distances"),
        pytest.param(["--known", "cup=2", "--fov-deg", "60"], "Give the camera once", id="two cameras"),
        pytest.param(["--known", "cup=2", *BOARD], "gives the camera by itself", id="two ways at once"),
    ],
)
def test_what_gives_no_scale_is_refused(folder: Path, words: list[str], says: str) -> None:
    assert says in refused("two.png", *MODELS, "--focal-px", "100", *words)
    assert not (folder / "camera.toml").exists()


def test_a_class_that_is_not_in_the_picture_is_refused(folder: Path) -> None:
    words = ("two.png", *MODELS, "--known", "dog=2", "--score", "0.85")
    assert "There is no dog among what was found: there are 1 (cup)" in refused(*words)


def test_a_relative_network_is_refused(folder: Path) -> None:
    mean_depth(folder / "models", 'kind = "relative_inverse"')
    assert "gives relative depth" in refused("two.png", *MODELS, "--known", "cup=2")


def test_a_scale_is_refused_with_another_network(folder: Path) -> None:
    from_known("--known", "cup=3")
    path = folder / "models" / "depth.onnx"
    path.write_bytes(path.read_bytes() + b"\x72\x00")  # the same network with an empty name for its domain
    for command in ("look", "depth"):
        words = MODELS if command == "look" else MODELS[2:]
        result = run(command, "two.png", *words, "--camera", "camera.toml")
        assert "calibrate again with this network" in str(result.exception)


def test_a_camera_file_fits_pictures_of_its_shape_alone(folder: Path) -> None:
    from_known("--known", "cup=3")
    fitting = looked("--camera", "camera.toml")["camera"]["fx_px"]
    Image.fromarray(halves(2, 5)[::2, ::2]).save("two.png")
    assert looked("--camera", "camera.toml")["camera"]["fx_px"] == fitting / 2
    Image.fromarray(halves(2, 5)[:50]).save("two.png")
    result = run("look", "two.png", *MODELS, "--camera", "camera.toml", "--format", "json")
    assert result.exit_code == 1
    assert "another aspect ratio" in result.stderr


def test_existing_results_are_kept_unless_asked(folder: Path) -> None:
    Path("camera.toml").write_text("mine")
    with pytest.raises(HowfarError, match="allow overwriting"):
        from_known("--known", "cup=3")
    assert Path("camera.toml").read_text() == "mine"
    from_known("--known", "cup=3", "--overwrite")
    assert read_calibration(Path("camera.toml")).scale is not None


def test_a_real_room_with_the_embedded_networks(folder: Path, shared: Path) -> None:
    photo, surer = str(shared / "data/nyu_depth_v2/rgb/0005.jpg"), ("--score", "0.4")
    assert "objects of the class chair" in refused(photo, "--known", "chair=2.3")
    calibrate(photo, *surer, "--known", "tv=4.2", "--fov-deg", "63", "--out", "room.toml")
    result = run(
        "look", photo, *surer, "--camera", "room.toml", "--classes", "tv", "--cues", "depth", "--format", "json"
    )
    (tv,) = json.loads(result.stdout)["objects"]
    assert tv["range_m"] == pytest.approx(4.2, abs=0.01)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of photos of a board, with one that is empty, one of another size, and one that is no picture."""
    made = tmp_path_factory.mktemp("photos")
    for place, pose in enumerate(rendered.POSES):
        Image.fromarray(rendered.photo(pose)).save(made / f"{place}.png")
    Image.fromarray(np.full((rendered.HEIGHT, rendered.WIDTH, 3), 99, np.uint8)).save(made / "empty.png")
    Image.fromarray(np.pad(rendered.photo(rendered.POSES[0]), ((0, 40), (0, 0), (0, 0)))).save(made / "other.png")
    (made / "text.png").write_text("no picture")
    return made


def test_a_chessboard_gives_the_camera(folder: Path, photos: Path) -> None:
    result = calibrate(str(photos), *BOARD, "--square-mm", "30", "--picture", "boards.png")
    camera = read_calibration(Path("camera.toml")).camera
    assert (camera.fx_px, camera.fy_px) == pytest.approx((rendered.FX, rendered.FY), rel=0.005)
    assert f"{len(rendered.POSES)} of {len(rendered.POSES) + 3} photos used" in result.stdout
    assert "0.30 m" in result.stdout, "how far the first board was"
    for name, reason in (("empty.png", "no 7×5 board found"), ("other.png", "another size"), ("text.png", "text.png")):
        assert re.search(f"Not used: .*{name}.*{reason}", result.stderr)
    assert Image.open("boards.png").width > 2 * rendered.WIDTH


def test_then_pictures_are_undistorted_before_they_are_looked_at(folder: Path, photos: Path) -> None:
    calibrate(str(photos), *BOARD)
    Image.open(photos / "5.png").save("two.png")
    scene = looked("--camera", "camera.toml", "--out", "drawn")
    assert scene["camera"]["undistorted"] is True
    assert scene["width_px"] == rendered.WIDTH
    straight = rendered.photo(rendered.POSES[5], (0.0, 0.0, 0.0, 0.0, 0.0)).astype(float)
    drawn = np.asarray(Image.open("drawn/two.png")).astype(float)
    part = np.s_[275:, 240:]  # below the boxes
    assert np.abs(drawn - straight)[part].mean() < 4
    assert np.abs(np.asarray(Image.open("two.png")) - straight)[part].mean() > 20


def test_a_scale_is_added_to_a_camera_from_a_chessboard(folder: Path, photos: Path) -> None:
    calibrate(str(photos), *BOARD)
    before = read_calibration(Path("camera.toml"))
    Image.open(photos / "0.png").save("two.png")
    calibrate("two.png", *MODELS, "--camera", "camera.toml", "--known", "cup=3", "--out", "scaled.toml")
    after = read_calibration(Path("scaled.toml"))
    assert (after.camera, after.distortion, after.chessboard) == (before.camera, before.distortion, before.chessboard)
    assert after.scale is not None


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["two.png", "--chessboard", "9x6"], "was found in 0 of the pictures", id="no board"),
        pytest.param(["two.png", "--chessboard", "nine"], "such as 9x6", id="no number of corners"),
        pytest.param(["two.png", *BOARD, "--square-mm", "0"], "above 0 mm", id="squares of nothing"),
        pytest.param(["two.png", *BOARD, "--fov-deg", "60"], "gives the camera by itself", id="a camera as well"),
        pytest.param(["none.png", *BOARD], "There is no file", id="a photo that is not there"),
        pytest.param(["film.avi", *BOARD], "is a video", id="a video"),
    ],
)
def test_what_gives_no_camera_is_refused(folder: Path, words: list[str], says: str) -> None:
    video(folder / "film.avi", 2)
    assert says in refused(*words)
    assert not (folder / "camera.toml").exists()
