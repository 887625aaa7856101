"""Boxes of the user's own in the place of a detector's."""

from dataclasses import dataclass, replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from PIL import Image

import howfar
from howfar import Camera, Detections, Frame, Query, Rangefinder
from howfar.errors import SettingError
from howfar.models.session import OnnxSession
from howfar.pipeline.own_detections import moved_boxes, own_detections
from howfar.pipeline.pairs import PairEyes
from howfar.pipeline.perceivers import TwoNetworks
from howfar.pipeline.rectification import rectified_pair
from howfar.pipeline.undistortion import undistorted_frame
from howfar.scene.calibration import Distortion
from howfar.scene.schema import scene_schema
from howfar.stereo.sgbm import SgbmMatcher
from tests.io.videos import write_video
from tests.models.onnx_files import constant_detector, joint_network, mean_depth
from tests.pipeline import test_rectification as turned
from tests.pipeline.stand_ins import CAMERA, CUP, DOG, Finds, GivesDepth, Sees, halves
from tests.pipeline.test_pairs import CAMERA as PAIR_CAMERA
from tests.pipeline.test_pairs import RIG
from tests.pipeline.test_per_call import BOXES, CARD
from tests.stereo import spoiled
from tests.stereo.pairs_of_noise import BOX, pair

CRATE = [*CUP, "crate", 0.75]
NAMES = ("cup", "dog")


@dataclass
class Refuses(Finds):
    """A detector that must not be run."""

    def detect(self, frame: Frame, query: Query) -> Detections:
        raise AssertionError("the detector was run")


def frame() -> Frame:
    return Frame(halves(2.0, 5.0), "photo", CAMERA)


@pytest.mark.parametrize(
    ("given", "labels", "scores"),
    [
        pytest.param([CRATE], ("crate",), [0.75], id="a row of a name and a score"),
        pytest.param([(*CUP, "crate"), (*DOG, "dog")], ("crate", "dog"), [1, 1], id="rows without scores"),
        pytest.param(np.array([[*CUP, 1, 0.5]]), ("dog",), [0.5], id="an array with the number of a class"),
        pytest.param(np.array([[*CUP, 1]], dtype=object), ("dog",), [1], id="an array of objects"),
        pytest.param(iter([CRATE]), ("crate",), [0.75], id="an iterator"),
        pytest.param([], (), [], id="no rows"),
        pytest.param(Detections.from_boxes([CUP], ["crate"]), ("crate",), [1], id="detections"),
    ],
)
def test_boxes_come_in_several_forms(given, labels: tuple[str, ...], scores: list[float]) -> None:
    found = own_detections(given, NAMES)
    assert found.labels == labels
    assert found.scores.tolist() == scores


@pytest.mark.parametrize(
    ("given", "says"),
    [
        pytest.param("boxes.csv", "or rows, not a str", id="a file"),
        pytest.param(7, "or rows, not a int", id="a number"),
        pytest.param([[1, 2, 3, 4]], "Row 1 of the boxes has 4 values", id="no class"),
        pytest.param([CRATE, [*CUP, "dog", 0.5, 1]], "Row 2 of the boxes has 7 values", id="a value too many"),
        pytest.param(["x1 y1 x2 y2"], "a row is x1 y1 x2 y2 class", id="a row of text"),
        pytest.param([[*CUP, 2]], "class 2, and the 2 classes are numbered from 0 to 1", id="an unknown number"),
        pytest.param([[*CUP, -1]], "class -1, and the 2 classes", id="a number below 0"),
        pytest.param([[*CUP, 0.87, 1]], "class 0.87, which is no name and no number", id="score before class"),
        pytest.param([[*CUP, " "]], "names no class", id="an empty name"),
        pytest.param([[*CUP, None]], "class None", id="no name"),
        pytest.param([[*CUP, "cup", 87]], "score 87, which is none of 0 to 1", id="a score in per cent"),
        pytest.param([[*CUP, "cup", float("nan")]], "score nan", id="a score that is no number"),
        pytest.param([["1", 2, 3, 4, "cup"]], "'1' in the place of a number", id="a corner as text"),
    ],
)
def test_what_is_no_box_is_refused_in_a_sentence(given, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        own_detections(given, NAMES)


def test_a_number_without_names_is_refused() -> None:
    with pytest.raises(SettingError, match="class 3, and nothing says what it stands for"):
        own_detections([[*CUP, 3]])


def test_a_finder_measures_the_boxes_and_its_detector_is_not_run() -> None:
    finder = Rangefinder(Refuses(), GivesDepth(), "median", camera=CAMERA, cues="depth")
    near, far = finder.look(halves(2.0, 5.0), detections=[[*DOG, 1, 0.5], CRATE])
    assert (near.label, near.score, near.box_xyxy_px) == ("crate", 0.75, CUP)
    assert (far.label, far.score, far.box_xyxy_px) == ("dog", 0.5, DOG)
    assert near.depth_m == pytest.approx(2.0)
    assert far.depth_m == pytest.approx(5.0)


def test_without_a_detector_every_picture_needs_boxes() -> None:
    finder = Rangefinder(None, GivesDepth(), "median", camera=CAMERA, cues="depth", classes=["crate"])
    view = finder.look(frame(), detections=[CRATE, [*DOG, "dog"]])
    assert [each.label for each in view] == ["crate"]
    assert view.models == {"detector": "given", "depth": "mapper"}
    with pytest.raises(SettingError, match="comes without boxes, and there is no detector"):
        finder.look(frame())


def test_the_result_is_that_of_a_detector_that_finds_the_same() -> None:
    own = Detections.from_boxes([CUP, DOG], ["cup", "dog"])
    settings = {"method": "median", "camera": CAMERA, "cues": "depth"}
    theirs = Rangefinder(Finds(), GivesDepth(), **settings).look(frame()).to_dict()
    ours = Rangefinder(None, GivesDepth(), **settings).look(frame(), detections=own).to_dict()
    assert ours["objects"] == theirs["objects"]


def test_the_objects_of_any_other_perceiver_are_replaced() -> None:
    view = Rangefinder.of(Sees()).look(frame(), detections=[CRATE])
    assert [each.label for each in view] == ["crate"]
    assert view.models["detector"] == "given"
    assert view.objects[0].depth_m == pytest.approx(2.0, rel=0.01)


def test_boxes_that_a_frame_brings_by_itself_are_looked_at_as_well() -> None:
    finder = Rangefinder(None, GivesDepth(), "median", camera=CAMERA, cues="depth")
    wide = replace(frame(), detections=Detections.from_boxes([(-9, 14, 26, 34)], ["cup"]))
    assert finder.look(wide).objects[0].box_xyxy_px == (0, 14, 26, 34)
    with pytest.raises(SettingError, match="ends before it begins"):
        finder.look(replace(frame(), detections=Detections.from_boxes([(30, 14, 26, 34)], ["cup"])))


def test_tiles_need_a_detector() -> None:
    with pytest.raises(SettingError, match="leave tiles out"):
        Rangefinder(None, GivesDepth(), tiles=True)


def test_the_numbers_of_a_tracker_are_kept() -> None:
    own = Detections.from_boxes([CUP, DOG], ["cup", "dog"], track_ids=[0, -1])
    finder = Rangefinder(None, GivesDepth(), "median", camera=CAMERA, cues="depth")
    view = finder.look(frame(), detections=own)
    jsonschema.validate(view.to_dict(), scene_schema())
    cup, dog = view
    assert cup.track is not None
    assert (cup.track.track_id, cup.track.measured_depth_m) == (0, cup.depth_m)
    assert np.isnan(cup.track.speed_m_s)
    assert dog.track is None
    assert cup.to_dict()["track_id"] == 0


def test_frames_of_a_video_bring_their_boxes() -> None:
    own = Detections.from_boxes([CUP], ["crate"])
    frames = [replace(frame(), index=index, time_s=index / 10, detections=own) for index in range(3)]
    finder = Rangefinder(None, GivesDepth(), "median", camera=CAMERA, cues="depth")
    assert [[each.label for each in row[0]] for row in finder.watch_each(frames)] == [["crate"]] * 3


def test_a_function_gives_the_boxes_of_each_frame_of_a_video(tmp_path: Path) -> None:
    write_video(tmp_path / "film.mp4", 4)
    own = Detections.from_boxes([(4, 4, 40, 40)], ["crate"], track_ids=[9])
    finder = Rangefinder(None, GivesDepth(), "median", cues="depth")
    views = list(finder.watch(tmp_path / "film.mp4", detections=lambda frame: own if frame.index else [], track=True))
    assert [[one.track.track_id for one in view] for view in views] == [[], [9], [9], [9]]


@pytest.fixture
def models(tmp_path: Path) -> dict[str, Path]:
    return {"detector": constant_detector(tmp_path, {"out": BOXES}, CARD), "depth": mean_depth(tmp_path)}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the networks that are opened."""
    names, open_it = [], OnnxSession.__init__

    def noted(self: OnnxSession, path: Path, *words: object, **settings: object) -> None:
        names.append(Path(path).name)
        open_it(self, path, *words, **settings)

    monkeypatch.setattr(OnnxSession, "__init__", noted)
    return names


def test_a_look_with_boxes_opens_the_depth_network_alone(models: dict[str, Path], opened: list[str]) -> None:
    view = howfar.look(halves(2.0, 5.0), detections=[[*CUP, 1]], method="median", camera=CAMERA, **models)
    assert [each.label for each in view] == ["dog"], "the numbers are those of the detector's card"
    assert opened == ["depth.onnx"]


def test_a_finder_without_a_detector_opens_the_depth_network_alone(models: dict[str, Path], opened: list[str]) -> None:
    finder = Rangefinder(None, models["depth"], "median", camera=CAMERA)
    assert finder.look(frame(), detections=[CRATE]).objects[0].depth_m == pytest.approx(2.0)
    assert opened == ["depth.onnx"]


def test_a_joint_network_still_gives_the_depth(tmp_path: Path) -> None:
    network = joint_network(tmp_path)
    finder = Rangefinder(network, network, "median", camera=CAMERA, cues="depth")
    view = finder.look(frame(), detections=[CRATE])
    assert [each.label for each in view] == ["crate"]
    assert view.models["detector"] == "given"


def test_boxes_of_a_pair_are_found_in_the_other_picture() -> None:
    left, right, _ = pair(far_px=2, near_px=20)
    finder = Rangefinder.of(TwoNetworks(Refuses(), GivesDepth()), eyes=PairEyes(SgbmMatcher()))
    view = finder.look(Frame(left, "pair", PAIR_CAMERA, right=right, rig=RIG), detections=[[*BOX, "crate"]])
    assert view.objects[0].label == "crate"
    assert view.objects[0].depth_m == pytest.approx(1.0, rel=0.05)
    assert "boxes" in [cue.name for cue in view.objects[0].distance.cues]


def test_boxes_go_with_the_picture_where_its_distortion_is_taken_out() -> None:
    camera, bent = Camera.from_focal(640, 480, 500.0), Distortion(-0.3, 0.1)
    found = Detections.from_boxes([(20, 20, 120, 100), (300, 220, 340, 260)], ["cup", "dog"])
    moved = undistorted_frame(Frame(np.zeros((480, 640, 3), np.uint8), "photo", detections=found), camera, bent)
    assert moved.detections is not None
    cup, dog = moved.detections.boxes_xyxy_px
    assert (cup < [5, 5, 110, 95]).all(), "a barrel lens draws the edges in"
    assert dog == pytest.approx([300, 220, 340, 260], abs=0.5)


def test_boxes_that_are_seen_no_longer_are_told() -> None:
    found = Detections.from_boxes([(0, 0, 10, 10), (30, 20, 40, 30)], ["cup", "dog"], track_ids=[1, 2])
    moved = moved_boxes(found, lambda points: points - 20, 64, 48)
    assert moved.labels == ("dog",)
    assert moved.boxes_xyxy_px.tolist() == [[10, 0, 20, 10]]
    assert moved.notes == ("1 of the boxes lie outside the picture once it is undistorted.",)


def test_boxes_go_with_the_left_hand_picture_where_a_pair_is_rectified() -> None:
    frame = turned.frame_of(turned.TOED_IN)
    dots = turned.seen_px(turned.POINTS_M, turned.LEFT, turned.BARREL)
    own = Detections.from_boxes(np.hstack([dots - 6, dots + 6]), ["dot"] * len(dots))
    rectified = rectified_pair(replace(frame, detections=own), turned.TOED_IN)
    assert rectified.detections is not None
    boxes = rectified.detections.boxes_xyxy_px
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    assert middles == pytest.approx(turned.found_px(rectified.image, middles), abs=0.7)


def test_boxes_do_not_go_with_a_pair_that_is_swapped() -> None:
    left, right = spoiled.layers()
    rig = replace(RIG, focal_px=400.0)
    finder = Rangefinder.of(TwoNetworks(Refuses(), GivesDepth()), eyes=PairEyes(SgbmMatcher()))
    eyes = replace(finder.eyes, stereo=replace(finder.eyes.stereo, repair=True))
    finder = Rangefinder.of(finder.perceiver, eyes=eyes)
    swapped = Frame(right, "pair", right=left, rig=rig)
    with pytest.raises(SettingError, match="boxes of your own belong to the left-hand one"):
        finder.look(swapped, detections=[[10, 10, 60, 60, "crate"]])


def test_a_picture_file_takes_boxes(tmp_path: Path) -> None:
    Image.fromarray(halves(2.0, 5.0)).save(tmp_path / "photo.png")
    finder = Rangefinder(None, GivesDepth(), "median", camera=CAMERA, cues="depth")
    assert len(finder.look(tmp_path / "photo.png", detections=[CRATE])) == 1
