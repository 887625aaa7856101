"""A rangefinder as a description, which another process opens."""

import inspect
import json
import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import numpy as np
import pytest

from howfar import Rangefinder
from howfar.errors import SettingError
from howfar.pipeline.spec import RangefinderSpec
from tests.models.onnx_files import constant_detector, mean_depth
from tests.pipeline.stand_ins import CAMERA, CUP, DOG, halves

OPENED_ELSEWHERE = """
import json, pickle, sys
spec, image = pickle.load(sys.stdin.buffer)
scene = spec.open().look(image).to_dict()
json.dump(scene["objects"], sys.stdout)
"""


def test_it_has_the_finders_keywords_with_the_same_defaults() -> None:
    keywords = list(inspect.signature(Rangefinder).parameters.values())
    described = list(inspect.signature(RangefinderSpec).parameters.values())
    assert [each.name for each in described] == [each.name for each in keywords]
    assert {each.name: each.default for each in described} == {each.name: each.default for each in keywords}
    assert [each.name for each in fields(RangefinderSpec)] == [each.name for each in keywords]


@pytest.fixture
def spec(tmp_path: Path) -> RangefinderSpec:
    """A finder of a cup and a dog, on networks of known answers."""
    found = np.array([[[*CUP, 0.9, 0], [*DOG, 0.8, 1]]], dtype=np.float32)
    card = 'layout = "end2end"\nclasses = ["cup", "dog"]\nscore = 0.3'
    detector = constant_detector(tmp_path, {"found": found}, card, fit="stretch")
    return RangefinderSpec(
        detector=detector,
        depth=str(mean_depth(tmp_path)),
        method=("median", "auto"),
        camera=CAMERA,
        classes=("cup", "dog"),
        cues=("depth", "ground"),
        camera_height_m=1.2,
        max_depth_m=4.0,
        threads=1,
    )


def test_another_process_opens_it_to_the_same_distances(spec: RangefinderSpec) -> None:
    image = halves(2, 5)
    here = spec.open().look(image).to_dict()["objects"]
    done = subprocess.run(
        [sys.executable, "-c", OPENED_ELSEWHERE], input=pickle.dumps((spec, image)), capture_output=True, check=True
    )
    assert json.loads(done.stdout) == json.loads(json.dumps(here))
    assert [each["label"] for each in here] == ["cup"]


def test_it_opens_what_its_keywords_say(spec: RangefinderSpec) -> None:
    finder = spec.open()
    assert finder.method_names == ("median", "auto")
    assert finder.lens.camera == CAMERA
    assert (finder.ranging.max_depth_m, finder.query.classes) == (4.0, ("cup", "dog"))
    assert (finder.ranging.cues.names, finder.ranging.cues.camera_height_m) == (("depth", "ground"), 1.2)


def test_it_comes_back_from_pickling_and_never_changes(spec: RangefinderSpec) -> None:
    assert pickle.loads(pickle.dumps(spec)) == spec
    with pytest.raises(FrozenInstanceError):
        spec.score = 0.5  # type: ignore[misc]


def test_what_cannot_be_is_refused_when_it_is_opened() -> None:
    spec = RangefinderSpec(score=1.5)
    with pytest.raises(SettingError, match="score must lie between 0 and 1"):
        spec.open()
