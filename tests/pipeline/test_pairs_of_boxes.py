"""Distances by pairs of boxes, from a detector that always gives the same two objects."""

from pathlib import Path

import numpy as np
import pytest

import howfar
from howfar.errors import SettingError
from howfar.models import open_detector
from howfar.models.card import card_path
from howfar.pipeline.pairs_of_boxes import PairsOfBoxes
from howfar.pipeline.perceivers import perceiver_of
from howfar.scene import Camera, Frame, Query, StereoRig
from tests.models.onnx_files import constant_detector, mean_depth

CARD = """layout = "ssd-pair"
classes = ["car", "person"]
score = 0.5
disparity_log_sd = 0.05

[output.default_boxes]
side_px = 64
maps = [2]
steps_px = [32.0]
scales = [0.5, 0.5]
ratios = [[2.0]]
shift = 0.25"""


@pytest.fixture
def detector(tmp_path: Path) -> Path:
    """The default pair of the first cell as a car, 8 px apart, and that of the last one as a person, 4 px apart."""
    offsets, scores = np.zeros((1, 16, 6), np.float32), np.zeros((1, 16, 3), np.float32)
    scores[..., 0] = 1.0
    scores[0, 0], scores[0, 12] = (0.1, 0.9, 0.0), (0.2, 0.0, 0.8)
    offsets[0, 12, 4] = 4 / 32 / 0.1  # to the right of the right-hand default box: a smaller disparity
    path = constant_detector(tmp_path, {"boxes": offsets, "scores": scores}, CARD)
    card = card_path(path)
    card.write_text(card.read_text().replace("size = [64, 48]", "size = [64, 64]"))
    return path


def frame(**changes) -> Frame:
    """A pair of 128×128, twice the detector's input."""
    image = np.full((128, 128, 3), 60, np.uint8)
    settings = {"right": image, "rig": StereoRig(200.0, 0.5), "camera": Camera(128, 128, 200, 200, 64, 64)}
    return Frame(image, "pair", **settings | changes)


def test_each_object_has_the_distance_of_its_own_disparity(detector: Path) -> None:
    view = howfar.Rangefinder.of(PairsOfBoxes(open_detector(detector))).look(frame())
    found = {each.label: each.distance for each in view}
    assert found["car"].depth_m == pytest.approx(200 * 0.5 / 16)  # 8 px of the input are 16 of the picture
    assert found["person"].depth_m == pytest.approx(200 * 0.5 / 8)
    assert found["car"].low_m < found["car"].depth_m < found["car"].high_m


def test_the_map_shows_the_objects_and_nothing_beside_them(detector: Path) -> None:
    perception = PairsOfBoxes(open_detector(detector)).perceive(frame(), Query())
    metres = perception.depth.metres()
    assert metres[4, 4] == pytest.approx(6.25)
    assert metres[-4, -4] == pytest.approx(12.5)
    assert np.isnan(metres[4, -4])
    assert perception.facts.log_sd == 0.05
    assert perception.crops is not None


def test_such_a_detector_needs_no_depth_network(detector: Path, tmp_path: Path) -> None:
    depth = howfar.models.open_depth_network(mean_depth(tmp_path))
    assert isinstance(perceiver_of(open_detector(detector), depth), PairsOfBoxes)


@pytest.mark.parametrize(
    "changes",
    [pytest.param({"rig": None}, id="no rig"), pytest.param({"right": None}, id="one picture")],
)
def test_half_a_pair_is_refused(detector: Path, changes: dict) -> None:
    with pytest.raises(SettingError, match="give both pictures, focal length and baseline"):
        PairsOfBoxes(open_detector(detector)).perceive(frame(**changes), Query())
