"""Joint networks: detection and depth in one pass."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from howfar.errors import ModelError, SettingError
from howfar.io.pictures import read_picture
from howfar.models import (
    DEFAULT_DEPTH,
    DEFAULT_DETECTOR,
    CardDetector,
    CardJoint,
    RunOptions,
    Session,
    open_depth_network,
    open_detector,
    open_joint,
)
from howfar.models.library import JOINT
from howfar.scene import Camera, DepthMap, Frame, Query
from tests.models.onnx_files import JOINT_CARD, joint_network, mean_depth

FRAME = Frame(
    np.random.default_rng(1).integers(0, 255, (96, 128, 3), dtype=np.uint8), "noise", Camera.from_focal(128, 96, 120.0)
)


class Counted:
    """A session that counts its runs."""

    def __init__(self, session: Session) -> None:
        self.session, self.name, self.runs = session, session.name, 0

    def run(self, *tensors: np.ndarray) -> Mapping[str, np.ndarray]:
        self.runs += 1
        return self.session.run(*tensors)

    def digest(self) -> str:
        return self.session.digest()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return joint_network(tmp_path)


def test_one_run_gives_what_each_head_gives_alone(path: Path) -> None:
    opened = open_joint(path)
    session = Counted(opened.session)
    seen = CardJoint(opened.card, session).perceive(FRAME, Query())
    found, depth = open_detector(path).detect(FRAME, Query()), open_depth_network(path).estimate(FRAME)
    assert session.runs == 1
    assert len(found) > 0
    assert np.array_equal(seen.detections.boxes_xyxy_px, found.boxes_xyxy_px)
    assert np.array_equal(seen.detections.scores, found.scores)
    assert depth.shape == (48, 64)
    assert np.ptp(depth.values) > 0
    assert np.array_equal(seen.depth.values, depth.values)


def test_it_tells_who_saw_and_how_far(path: Path) -> None:
    seen = open_joint(path).perceive(FRAME, Query())
    assert seen.frame is FRAME
    assert seen.models == {"detector": "joint", "depth": "joint"}
    assert (seen.facts.name, seen.facts.kind, seen.facts.reach_m) == ("joint", "metres", 10.0)
    assert set(seen.timing_ms) == {"perceive"}


def test_its_metres_go_by_the_pictures_focal_length(path: Path) -> None:
    near, far = (
        open_joint(path).perceive(Frame(FRAME.image, "noise", Camera.from_focal(128, 96, focal_px)), Query())
        for focal_px in (100.0, 200.0)
    )
    assert far.depth.values == pytest.approx(2 * near.depth.values)


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        pytest.param(Query(), {"cup"}, id="as the card says"),
        pytest.param(Query(score=0.3, nms=1.0), {"cup", "dog"}, id="the less sure too"),
        pytest.param(Query(score=0.3, nms=1.0, classes=("dog",)), {"dog"}, id="one class"),
    ],
)
def test_it_finds_what_is_asked_for(path: Path, query: Query, labels: set[str]) -> None:
    assert set(open_joint(path).perceive(FRAME, query).detections.labels) == labels


def test_a_class_that_it_does_not_know_is_refused(path: Path) -> None:
    with pytest.raises(SettingError, match="knows no class 'cat'"):
        open_joint(path).perceive(FRAME, Query(classes=("cat",)))


def test_a_depth_map_of_the_frames_own_takes_the_place_of_the_networks(path: Path) -> None:
    given = DepthMap(np.full((96, 128), 3.0, dtype=np.float32), "metres")
    seen = open_joint(path).perceive(Frame(FRAME.image, "noise", FRAME.camera, depth=given), Query())
    assert seen.depth is given
    assert (seen.facts.measured, seen.models) == (True, {"detector": "joint", "depth": "given"})
    assert len(seen.detections) > 0


@pytest.mark.parametrize(("taken_as", "doubts"), [("1/1000 m a step", 1), ("", 0)], ids=["of a file", "in metres"])
def test_its_own_depth_speaks_up_against_a_wrong_unit(path: Path, taken_as: str, doubts: int) -> None:
    own = DepthMap(np.full((48, 64), 9000.0), "metres")
    seen = open_joint(path).perceive(replace(FRAME, depth=own, depth_taken_as=taken_as), Query())
    assert len(seen.doubts) == doubts


def test_a_depth_network_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="a model for depth, not for detection and depth in one pass"):
        open_joint(mean_depth(tmp_path))


def test_an_output_that_the_file_does_not_have_is_refused(path: Path) -> None:
    path.with_suffix(".toml").write_text(JOINT_CARD.replace('["boxes"]', '["rows"]'), encoding="utf-8")
    with pytest.raises(ModelError, match="has no output 'rows', which its card names; there are depth, boxes"):
        open_joint(path)


@pytest.mark.parametrize("photo", ["000000000532", "000000005802"])
def test_the_embedded_one_finds_what_its_detector_does_and_says_what_its_teacher_says(shared: Path, photo: str) -> None:
    image = read_picture(shared / "data" / "coco_train337" / "images" / f"{photo}.jpg").image
    frame = Frame(image, photo, Camera.assumed(image.shape[1], image.shape[0]))
    exact = RunOptions(engine="onnxruntime")
    joint, alone = open_joint(JOINT, exact), open_detector(DEFAULT_DETECTOR, exact)
    seen = joint.perceive(frame, Query())
    size = {"width_px": joint.card.input.width_px, "height_px": joint.card.input.height_px}
    fed_alike = CardDetector(replace(alone.card, input=replace(alone.card.input, **size)), alone.session)
    found = fed_alike.detect(frame, Query())
    assert len(found) > 2
    assert seen.detections.labels == found.labels
    assert seen.detections.scores == pytest.approx(found.scores, abs=0.01)
    assert seen.detections.boxes_xyxy_px == pytest.approx(found.boxes_xyxy_px, abs=1.0)
    taught = open_depth_network(DEFAULT_DEPTH, exact).estimate(frame).metres()
    said = cv2.resize(seen.depth.metres(), taught.shape[::-1], interpolation=cv2.INTER_NEAREST)
    assert np.nanmedian(np.abs(np.log(said / taught))) < 0.2
