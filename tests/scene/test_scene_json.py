"""A scene comes back from its JSON as it went in."""

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.scene import Camera, Cue, DepthMap, Distance, Scene, SceneObject
from howfar.scene.camera import FocalDoubt
from howfar.scene.caveat import Caveat
from howfar.scene.depth_alignment import DepthAlignment
from howfar.scene.line import Line

CUES = (Cue("depth", 2.31, 0.2, 0.75), Cue("size", 2.5, 0.3, 0.25, "cut"), Cue.unknown("ground", "no height"))
DISTANCE = Distance(
    2.3456,
    2.41,
    (0.1, -0.2, 2.3456),
    "auto+size",
    0.9,
    True,
    (0, 0, 9, 9),
    low_m=1.9,
    high_m=2.9,
    cues=CUES,
    conflict=True,
)
CHAIR = SceneObject("chair", 56, 0.8123, (1.5, 2.25, 30.75, 40.0), DISTANCE)
UNKNOWN = SceneObject("person", 0, 0.5, (1, 2, 3, 4), Distance.unknown("auto", "no usable depth"))
SCENE = Scene(
    source="kitchen.jpg",
    width_px=64,
    height_px=48,
    camera=Camera(64, 48, 50.25, 51.5, 32, 24, "exif"),
    models={"detector": "nanodet-g", "depth": "depth-compact-nyu"},
    objects=(CHAIR, UNKNOWN),
    beyond=(),
    depth=DepthMap(np.ones((4, 5), dtype=np.float32), "metres"),
    max_depth_m=3.0,
    timing_ms={"detect": 12.5, "depth": 20.25, "range": 1.5},
)
ALIGNMENT = DepthAlignment("relative_inverse", Line(0.25, 0.125), 0.2, ("points", "anchor"), 12)
RANKED = replace(UNKNOWN, nearness_rank=1)


def test_an_object_without_metres_says_why() -> None:
    assert (UNKNOWN.to_dict()["reason"], CHAIR.to_dict()["reason"]) == ("no usable depth", None)


@pytest.mark.parametrize(
    "scene",
    [
        pytest.param(SCENE, id="of a picture"),
        pytest.param(replace(SCENE, frame=7, time_s=0.28), id="of a frame of a video"),
        pytest.param(replace(SCENE, frame=7), id="of a frame whose time is not known"),
        pytest.param(replace(SCENE, undistorted=True, depth_scale=1.12), id="of a calibrated camera"),
        pytest.param(
            replace(SCENE, camera=replace(SCENE.camera, doubt=FocalDoubt("it may have been cut", 0.5, 1.25))),
            id="of a camera in doubt",
        ),
        pytest.param(replace(SCENE, caveats=(Caveat("scenes", "Rooms."),)), id="with a caveat"),
        pytest.param(replace(SCENE, alignment=ALIGNMENT), id="of a relative map that was aligned"),
        pytest.param(replace(SCENE, objects=(RANKED,), no_metres="no evidence"), id="of a relative map without metres"),
        pytest.param(replace(SCENE, objects=(), max_depth_m=None), id="without an object"),
    ],
)
def test_a_scene_comes_back_from_its_json(scene: Scene) -> None:
    text = scene.to_json()
    back = Scene.from_dict(json.loads(text))
    assert back.to_json() == text
    assert [each.label for each in back] == [each.label for each in scene]
    assert back.camera == scene.camera
    assert back.alignment == scene.alignment
    assert back.caveats == scene.caveats
    assert back.depth is None


@pytest.mark.parametrize(
    "break_",
    [
        pytest.param(lambda content: content.pop("camera"), id="without a camera"),
        pytest.param(
            lambda content: content.update(objects=[{"label": "chair"}]), id="with an object of a label alone"
        ),
        pytest.param(lambda content: content["objects"][0].update(box_xyxy_px=[1, 2]), id="with half a box"),
        pytest.param(lambda content: content.update(width_px="wide"), id="with a width in words"),
        pytest.param(lambda content: content["objects"][0].update(score="high"), id="with a score in words"),
        pytest.param(lambda content: content.update(timing_ms={"depth": []}), id="with a list for a time"),
        pytest.param(lambda content: content["objects"][0].update(depth_m=10**400), id="with a depth beyond all"),
    ],
)
def test_what_is_no_scene_is_refused_in_one_sentence(break_: Callable[[dict[str, object]], object]) -> None:
    content = SCENE.to_dict()
    break_(content)
    with pytest.raises(SettingError, match="This is no scene"):
        Scene.from_dict(content)
