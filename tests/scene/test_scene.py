"""Scenes, their objects and their JSON."""

import json
import math

import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.scene import Camera, DepthMap, Detections, Distance, Scene, SceneObject

NEAR = Distance(1.5, 1.6, (0.1, 0.2, 1.5), "median", 1.0, False, (10.0, 10.0, 20.0, 20.0))
UNKNOWN = Distance.unknown("median", "no usable depth in the region measured")
CHAIR = SceneObject("chair", 56, 0.87654, (10.0, 10.0, 20.5, 20.0), NEAR)
GHOST = SceneObject("person", 0, 0.5, (0.0, 0.0, 5.0, 5.0), UNKNOWN)


def scene(**changes) -> Scene:
    settings = {
        "source": "kitchen.jpg",
        "width_px": 64,
        "height_px": 48,
        "camera": Camera.assumed(64, 48),
        "models": {"detector": "d", "depth": "z"},
        "objects": (CHAIR, GHOST),
        "beyond": (),
        "depth": DepthMap(np.ones((4, 6)), "metres"),
        "timing_ms": {"detect": 1.23456},
    }
    return Scene(**{**settings, **changes})


def test_a_scene_is_the_sequence_of_its_labelled_objects() -> None:
    assert [each.label for each in scene()] == ["chair", "person"]
    assert len(scene()) == 2


def test_an_object_gives_its_distance_directly() -> None:
    assert (CHAIR.depth_m, CHAIR.range_m, CHAIR.position_m) == (1.5, 1.6, (0.1, 0.2, 1.5))
    assert math.isnan(GHOST.depth_m)
    assert not UNKNOWN.is_known


@pytest.mark.parametrize(
    ("found", "maximum", "within"),
    [
        pytest.param(CHAIR, None, True, id="without a maximum everything is within"),
        pytest.param(CHAIR, 1.5, True, id="exactly at the maximum is within"),
        pytest.param(CHAIR, 1.49, False, id="farther is beyond"),
        pytest.param(GHOST, 100.0, False, id="unknown is never within a maximum"),
        pytest.param(GHOST, None, True, id="unknown is kept where there is no maximum"),
    ],
)
def test_the_maximum_depth(found: SceneObject, maximum: float | None, within: bool) -> None:
    assert found.is_within(maximum) is within


@pytest.mark.parametrize(
    ("changes", "assumes"),
    [
        pytest.param({}, True, id="an assumed camera"),
        pytest.param({"depth_scale": 1.2}, False, id="an assumed camera, but a known scale"),
        pytest.param({"camera": Camera.from_focal(64, 48, 50.0)}, False, id="a given camera"),
    ],
)
def test_whether_the_scale_is_assumed(changes: dict, assumes: bool) -> None:
    assert scene(**changes).assumes_scale is assumes


def test_json_has_null_where_a_number_is_unknown() -> None:
    written = json.loads(scene().to_json())
    chair, ghost = written["objects"]
    assert chair["depth_m"] == 1.5
    assert chair["low_m"] is None
    assert chair["score"] == 0.8765
    assert chair["box_xyxy_px"] == [10.0, 10.0, 20.5, 20.0]
    assert ghost["depth_m"] is None
    assert ghost["position_m"] is None
    assert written["camera"]["origin"] == "assumed"
    assert written["max_depth_m"] is None
    assert written["timing_ms"] == {"detect": 1.23}
    assert "frame" not in written


def test_json_of_a_frame_says_which_and_when() -> None:
    written = json.loads(scene(frame=7, time_s=0.28).to_json())
    assert (written["frame"], written["time_s"]) == (7, 0.28)


def test_json_fits_on_one_line_unless_indented() -> None:
    assert "\n" not in scene().to_json()
    assert "\n" in scene().to_json(indent=2)


def test_detections_from_boxes_of_ones_own() -> None:
    found = Detections.from_boxes([[0, 0, 1, 1], [1, 1, 2, 2], [2, 2, 3, 3]], ["cup", "dog", "cup"])
    assert found.labels == ("cup", "dog", "cup")
    assert found.scores.tolist() == [1.0, 1.0, 1.0]
    assert found.select(np.array([True, False, True])).labels == ("cup", "cup")
    assert len(Detections.from_boxes([], [])) == 0


@pytest.mark.parametrize(
    ("boxes", "scores", "ids", "says"),
    [
        pytest.param(np.zeros((2, 4)), np.zeros(1), np.zeros(2, int), "N×4 boxes", id="fewer scores than boxes"),
        pytest.param(np.zeros((1, 3)), np.zeros(1), np.zeros(1, int), "N×4 boxes", id="boxes of three numbers"),
        pytest.param(
            np.zeros((1, 4)), np.zeros(1), np.ones(1, int), "outside the 1 classes", id="a class without a name"
        ),
    ],
)
def test_detections_that_do_not_fit_together_are_refused(boxes, scores, ids, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        Detections(boxes.astype(np.float32), scores.astype(np.float32), ids, ("cup",))
