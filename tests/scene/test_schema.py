"""The documented JSON schema is true."""

import json
from dataclasses import replace

import jsonschema
import pytest

from howfar.scene import Camera, Cue
from howfar.scene.camera import FocalDoubt
from howfar.scene.caveat import Caveat
from howfar.scene.depth_alignment import DepthAlignment
from howfar.scene.line import Line
from howfar.scene.schema import scene_schema
from howfar.scene.track import Track
from tests.scene.test_distance import WEIGHED
from tests.scene.test_scene import CHAIR, scene

CUES = (Cue("depth", 2.0, 0.2, 0.9), Cue("size", 4.0, 0.6, 0.1, "a note"), Cue.unknown("ground", "no foot"))
ALIGNMENT = DepthAlignment("relative_inverse", Line(2e-7, -0.1), 0.2, ("known", "anchor"), 801)
CAMERA = Camera.from_focal(640, 480, 500.0)
SCHEMA = scene_schema()


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(scene(), id="a picture with a known and an unknown distance"),
        pytest.param(scene(objects=(replace(CHAIR, distance=WEIGHED),)), id="weights, which are not in it"),
        pytest.param(scene(objects=(), max_depth_m=2.0), id="nothing found"),
        pytest.param(
            scene(objects=(replace(CHAIR, distance=replace(CHAIR.distance, depth_m=3e-5, range_m=4e-5)),)),
            id="a distance that four digits round to nothing",
        ),
        pytest.param(scene(objects=(replace(CHAIR, score=1.0004),)), id="a score rounded up in half precision"),
        pytest.param(scene(camera=Camera.from_focal(64, 48, 0.001), depth_scale=1e-6), id="a camera of no use"),
        pytest.param(scene(source="caf\udce9\x1b.jpg"), id="a name that is not UTF-8"),
        pytest.param(scene(frame=3, time_s=0.12), id="a frame of a video"),
        pytest.param(scene(frame=3), id="a frame without a time"),
        pytest.param(
            scene(frame=3, objects=(replace(CHAIR, track=Track(2, 1.4, ttc_s=1.5), alerts=("chair<2",)),)),
            id="a track, and an alert",
        ),
        pytest.param(scene(caveats=(Caveat("map", "It contradicts."), Caveat("unit", "Is it?"))), id="caveats"),
        pytest.param(scene(undistorted=True, depth_scale=1.2), id="an undistorted picture with a scale"),
        pytest.param(
            scene(camera=replace(CAMERA, doubt=FocalDoubt("it may have been cut", 0.9, 1.2))),
            id="a focal length in doubt",
        ),
        pytest.param(
            scene(objects=(replace(CHAIR, nearness_rank=1), CHAIR), no_metres="nothing is known of it"),
            id="ranks, and why there are no metres",
        ),
        pytest.param(
            scene(alignment=ALIGNMENT, models={"detector": "d", "depth": "z", "anchor": "a"}),
            id="metres from an anchor",
        ),
        pytest.param(
            scene(objects=(replace(CHAIR, distance=replace(CHAIR.distance, low_m=1.2, high_m=1.9, mixed=True)),)),
            id="an interval",
        ),
        pytest.param(
            scene(objects=(replace(CHAIR, distance=replace(CHAIR.distance, cues=CUES, conflict=True)),)),
            id="cues that speak and one that is silent",
        ),
    ],
)
def test_scenes_follow_the_schema(one) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    assert [error.message for error in validator.iter_errors(json.loads(one.to_json()))] == []


def test_a_scene_that_does_not_follow_is_found() -> None:
    written = json.loads(scene().to_json())
    written["objects"][0]["depth_m"] = "far"
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(written)


def test_every_field_is_in_the_schema_and_nothing_else() -> None:
    told = replace(CHAIR, track=Track(1), alerts=("chair<2",))
    written = json.loads(scene(frame=1, time_s=0.1, objects=(told,)).to_json())
    assert set(written) == set(SCHEMA["properties"])
    assert set(written["objects"][0]) == set(SCHEMA["properties"]["objects"]["items"]["properties"])
