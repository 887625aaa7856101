"""A depth map of one's own in Python: files and arrays with their unit, and what a network has against it."""

from contextlib import nullcontext
from pathlib import Path

import cv2
import numpy as np
import pytest

import howfar
from howfar.errors import HowfarError, SettingError, SourceError
from howfar.scene import DepthMap
from tests.models.onnx_files import constant_detector, mean_depth
from tests.pipeline.stand_ins import CAMERA, Finds, GivesDepth, halves

IN_A_DOUBTFUL_UNIT = pytest.mark.filterwarnings("ignore:The depth map of your own")
MILLIMETRES = np.full((48, 64), 2500, dtype=np.uint16)


def look(depth, **settings) -> howfar.View:
    finder = howfar.Rangefinder(Finds(), GivesDepth(), "median", CAMERA, cues="depth")  # its objects have no true size
    return finder.look(halves(2, 5), depth=depth, **settings)


def of(view: howfar.View) -> list[float]:
    return [round(one.depth_m, 3) for one in view]


@pytest.mark.parametrize(
    ("depth", "unit", "expected"),
    [
        pytest.param(MILLIMETRES, "auto", 2.5, id="an array of millimetres"),
        pytest.param(MILLIMETRES / np.float32(1000), "auto", 2.5, id="an array of metres"),
        pytest.param(MILLIMETRES, 0.0001, 0.25, id="an array with its step"),
        pytest.param(MILLIMETRES, "1/256", 9.766, id="a step in words"),
        pytest.param(DepthMap(np.full((48, 64), 2.5), "metres"), "mm", 2.5, id="a map, which has metres already"),
    ],
)
@IN_A_DOUBTFUL_UNIT
def test_arrays_and_maps(depth, unit, expected: float) -> None:
    assert of(look(depth, depth_unit=unit)) == [expected, expected]


@IN_A_DOUBTFUL_UNIT
@pytest.mark.parametrize("kind", [str, Path])
def test_files(tmp_path: Path, kind) -> None:
    cv2.imwrite(str(tmp_path / "own.png"), MILLIMETRES)
    assert of(look(kind(tmp_path / "own.png"))) == [2.5, 2.5]
    assert of(look(kind(tmp_path / "own.png"), depth_unit="1/5000")) == [0.5, 0.5]


@pytest.mark.parametrize(
    ("depth", "settings", "says"),
    [
        pytest.param(MILLIMETRES.astype(float), {}, "are these millimetres", id="millimetres as other numbers"),
        pytest.param(MILLIMETRES, {"depth_unit": "km"}, "auto, m, cm or mm", id="a unit that is none"),
        pytest.param("none.npy", {}, "no depth file none.npy", id="a file that is not there"),
        pytest.param(MILLIMETRES[:, :30], {}, "another aspect ratio", id="another picture's"),
    ],
)
def test_what_does_not_fit_is_one_sentence(depth, settings, says: str) -> None:
    with pytest.raises(HowfarError, match=says):
        look(depth, **settings)


@pytest.mark.parametrize(
    ("depth", "unit", "kinds"),
    [
        pytest.param(MILLIMETRES, "cm", ["unit"], id="ten times too far"),
        pytest.param(MILLIMETRES, 1e-4, ["unit"], id="ten times too near"),
        pytest.param(MILLIMETRES, "mm", [], id="the right unit"),
        pytest.param(DepthMap(np.full((48, 64), 25.0), "metres"), "auto", [], id="a map in metres is believed"),
    ],
)
def test_a_network_speaks_up_against_a_wrong_unit(depth, unit, kinds: list[str]) -> None:
    with pytest.warns(UserWarning, match="check its unit") if kinds else nullcontext():
        view = look(depth, depth_unit=unit)
    assert [caveat.kind for caveat in view.caveats] == kinds


@IN_A_DOUBTFUL_UNIT
def test_look_takes_a_depth_map_by_another_word_than_the_network(tmp_path: Path) -> None:
    boxes = np.array([[(16, 24, 20, 20, 0.9)]], dtype=np.float32).transpose(0, 2, 1)
    detector = constant_detector(tmp_path, {"out": boxes}, 'layout = "yolov8"\nclasses = ["cup"]')
    view = howfar.look(halves(2, 5), detector=detector, depth=mean_depth(tmp_path), depth_map=MILLIMETRES)
    assert of(view) == [2.5]
    assert view.models["depth"] == "given"


@pytest.mark.parametrize("depth", [MILLIMETRES, DepthMap(np.ones((2, 2)), "metres"), "own.png", Path("own.NPY")])
def test_a_depth_map_in_the_place_of_the_network_is_told(depth) -> None:
    with pytest.raises(SettingError, match="depth_map"):
        howfar.look(halves(2, 5), depth=depth)


@IN_A_DOUBTFUL_UNIT
def test_points_of_ones_own_are_read_alike() -> None:
    points = np.zeros((48, 64), dtype=np.uint16)
    points[::4, :32], points[::4, 32:] = 2000, 5000
    finder = howfar.Rangefinder(Finds(), GivesDepth(howfar.DepthFacts("relative", "relative_depth")), "median", CAMERA)
    assert of(finder.look(halves(4, 10), depth_points=points)) == pytest.approx([2.0, 5.0], abs=0.05)


@pytest.mark.filterwarnings("ignore:.*the sizes of the things there say")  # of a drawn cup
@pytest.mark.parametrize("word", ["depth", "depth_points"])
@pytest.mark.parametrize(
    ("unit", "doubts"),
    [
        pytest.param("1/5000", 1, id="five times too near"),
        pytest.param("cm", 1, id="ten times too far"),
        pytest.param("mm", 0, id="the right unit"),
    ],
)
def test_a_metric_network_speaks_up_where_that_of_the_picture_is_relative(word: str, unit: str, doubts: int) -> None:
    own = np.zeros((48, 64), dtype=np.uint16)
    own[::4, :32], own[::4, 32:] = 4000, 10000
    relative = GivesDepth(howfar.DepthFacts("relative", "relative_depth"))
    finder = howfar.Rangefinder(Finds(), relative, "median", CAMERA, anchor=GivesDepth(howfar.DepthFacts("metric")))
    with pytest.warns(UserWarning, match="than what metric sees") if doubts else nullcontext():
        view = finder.look(halves(4, 10), **{word: own}, depth_unit=unit)
    assert sum("metric sees there: check its unit" in caveat.text for caveat in view.caveats) == doubts


def test_without_an_anchor_the_embedded_network_speaks_up() -> None:
    relative = GivesDepth(howfar.DepthFacts("relative", "relative_depth"))
    finder = howfar.Rangefinder(Finds(), relative, "median", CAMERA)
    with pytest.warns(UserWarning, match="farther than what depth-rooms-streets sees"):
        finder.look(halves(4, 10), depth_points=np.full((48, 64), 60000, dtype=np.uint16), depth_unit="cm")


def test_an_error_of_a_file_is_the_files(tmp_path: Path) -> None:
    (tmp_path / "own.png").write_bytes(b"no picture")
    with pytest.raises(SourceError, match=r"own\.png"):
        look(tmp_path / "own.png")
