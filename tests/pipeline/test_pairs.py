"""Pairs of pictures: both eyes where they see, one eye elsewhere."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

import howfar.pipeline.pairs as pairs
from howfar import Camera, DepthFacts, DepthMap, Detections, Frame, Perception, Rangefinder
from howfar.errors import SettingError
from howfar.pipeline.given import given_camera, given_rig
from howfar.pipeline.metric_scale import MetricEvidence, to_metric
from howfar.pipeline.pairs import PairEyes, Stereo, aligned_pair, joined_map, matched_pair, with_both_eyes
from howfar.ranging import parse_method
from howfar.ranging.cues.joining import parse_cues
from howfar.ranging.methods.map_spread import BEYOND_BOTH, NOT_MATCHED
from howfar.ranging.settings import Ranging
from howfar.scene import StereoRig
from howfar.scene.calibration import Calibration, DepthScale
from howfar.scene.stereo_calibration import StereoCalibration
from howfar.stereo import Disparities
from howfar.stereo.pair_check import PairFault, PairVerdict
from howfar.stereo.sgbm import SgbmMatcher
from tests.io.videos import write_video
from tests.stereo.pairs_of_noise import BOX, HEIGHT, WIDTH, pair

RIG = StereoRig(200.0, 0.1)
"""20 px m: a disparity of 20 px is 1 m, and 6 m are the farthest that it tells."""
CAMERA = Camera.from_focal(WIDTH, HEIGHT, 200.0)
NETWORK = DepthFacts("network", scenes="rooms", reach_m=80.0)


@dataclass
class Says:
    """A matcher that says what it is told, and remembers the right-hand pictures that it was shown."""

    found: Disparities
    name: str = "says"

    def __post_init__(self) -> None:
        self.shown: list[np.ndarray] = []

    def match(self, left, right, max_disparity_px=None) -> Disparities:
        self.shown.append(right)
        return self.found


@pytest.fixture(autouse=True)
def _good_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every pair for a good one: what finds bad ones has tests of its own."""
    monkeypatch.setattr(pairs, "check_pair", lambda *_: PairVerdict())


def found(values: list[float], sds: list[float]) -> Disparities:
    row = np.array([values], dtype=np.float32)
    return Disparities(row, np.array([sds], dtype=np.float32), np.isfinite(row))


def test_one_eye_tells_what_both_do_not() -> None:
    told = found([3, 20, 20, np.nan], [0.2, 0.2, 9, np.nan])
    one_eye = DepthMap(np.array([[7.0, 1.5, 2.5, 8.0]], dtype=np.float32), "metres")
    depth = joined_map(told, RIG, one_eye)
    np.testing.assert_allclose(depth.metres(), [[7.0, 1.0, 2.5, 8.0]], rtol=1e-5)
    np.testing.assert_allclose(depth.log_sds, [[np.nan, np.hypot(0.2, 0.3) / 20, np.nan, np.nan]], rtol=1e-5)


def test_one_eye_has_the_scale_that_both_tell() -> None:
    told = found([20] * 30 + [np.nan] * 10, [0.2] * 30 + [np.nan] * 10)
    one_eye = DepthMap(np.full((1, 40), 3.0, dtype=np.float32), "metres")
    np.testing.assert_allclose(joined_map(told, RIG, one_eye).metres(), 1.0, rtol=1e-5)


def test_a_relative_map_tells_nothing_beside_a_pair() -> None:
    relative = DepthMap(np.array([[1.5, 7.0]], dtype=np.float32), "relative_inverse")
    depth = joined_map(found([20, 3], [0.2, 0.2]), RIG, relative)
    np.testing.assert_allclose(depth.metres(), [[1.0, np.nan]], rtol=1e-5)


@pytest.mark.parametrize("offset_px", [pytest.param(7.5, id="above 0"), pytest.param(-3.0, id="below 0")])
def test_principal_points_that_differ_are_made_up_for(offset_px: float) -> None:
    left, right, truth = pair(10, 24)
    rig = replace(RIG, offset_px=offset_px)
    moved = np.roll(right, round(offset_px), axis=1)  # what is infinitely far now lies at minus the offset
    depth = matched_pair(aligned_pair(left, moved, rig), SgbmMatcher(), 48)
    off = np.abs(depth.values_px + round(offset_px) - truth)[depth.matched]
    assert np.median(off) < 0.5


def test_a_pair_is_seen_with_its_objects_and_says_who_told_them() -> None:
    left, right, _ = pair(far_px=2, near_px=20)
    boxes = Detections.from_boxes([BOX, (180, 4, 236, 90)], ["cup", "dog"])
    metres = np.full((HEIGHT, WIDTH), 9.0, dtype=np.float32)
    metres[BOX[1] : BOX[3], BOX[0] : BOX[2]] = 1.0
    one_eye = DepthMap(metres, "metres")
    frame = Frame(left, "pair", CAMERA, right=right, rig=RIG)
    perception = with_both_eyes(Perception(frame, boxes, one_eye, NETWORK, {"depth": "network"}), SgbmMatcher())
    assert perception.models == {"depth": "network", "stereo": "sgbm"}
    assert perception.facts.scenes == "", "the pair has seen no scenes alone"

    class Sees:
        def perceive(self, frame, query):
            return Perception(frame, boxes, one_eye, NETWORK, {"detector": "sees", "depth": "network"})

    finder = Rangefinder.of(Sees(), eyes=PairEyes(SgbmMatcher()))
    view = finder.look(frame)
    cup, dog = view
    assert (cup.label, dog.label) == ("cup", "dog")
    assert cup.depth_m == pytest.approx(1.0, rel=0.03)
    assert cup.distance.low_m < 1.0 < cup.distance.high_m < 1.2
    assert dog.distance.cues[0].note == BEYOND_BOTH
    assert dog.depth_m == pytest.approx(10.0, rel=0.1), "its boxes are 2 px apart, which the map does not tell"
    assert dog.distance.method == "auto+boxes"
    assert [(cue.name, round(cue.weight) >= 0) for cue in cup.distance.cues if cue.name == "boxes"] == [("boxes", True)]
    assert [caveat.kind for caveat in view.caveats] == ["stereo"]
    assert "beyond the 6 m that this rig can tell" in view.caveats[0].text


def test_what_was_not_matched_is_said_to_be_told_by_one_eye() -> None:
    left, right, _ = pair()
    nothing = np.full((HEIGHT, WIDTH), np.nan, dtype=np.float32)
    eyes = PairEyes(Says(Disparities(nothing, nothing, np.isfinite(nothing))))

    class Sees:
        def perceive(self, frame, query):
            depth = DepthMap(np.full((12, 30), 2.0, dtype=np.float32), "metres")
            return Perception(frame, Detections.from_boxes([BOX], ["clock"]), depth, NETWORK)

    (clock,) = Rangefinder.of(Sees(), eyes=eyes).look(Frame(left, "pair", CAMERA, right=right, rig=RIG))
    assert clock.distance.cues[0].note == NOT_MATCHED


def calibration(**changes) -> StereoCalibration:
    return replace(StereoCalibration(CAMERA, CAMERA, translation_m=(-0.1, 0.0, 0.0)), **changes)


def test_the_rig_comes_with_the_pair_or_with_the_camera() -> None:
    left, right, _ = pair()
    frame = Frame(left, "pair", right=right)
    by_calibration = PairEyes(SgbmMatcher(), calibration()).prepared(frame)
    by_itself = PairEyes(SgbmMatcher()).prepared(replace(frame, rig=RIG))
    for prepared in (by_calibration, by_itself):
        assert prepared.rig == RIG
        assert prepared.camera is not None
        assert prepared.camera.fx_px == 200.0


@pytest.mark.parametrize(
    ("changes", "eyes", "message"),
    [
        pytest.param({}, PairEyes(SgbmMatcher()), "only with their rig", id="no rig"),
        pytest.param({}, PairEyes(SgbmMatcher(), SettingError("It is no rig.")), "no rig", id="a file that is none"),
        pytest.param(
            {"right": np.zeros((10, 10, 3), np.uint8), "rig": RIG},
            PairEyes(SgbmMatcher()),
            "of one size",
            id="a right-hand picture of another size",
        ),
    ],
)
def test_pairs_that_give_no_metres_are_refused(changes, eyes: PairEyes, message: str) -> None:
    left, right, _ = pair()
    with pytest.raises(SettingError, match=message):
        eyes.prepared(replace(Frame(left, "pair", right=right), **changes))


SHIFTED = PairVerdict((PairFault("rows", "The rows are 3 px apart.", repairable=True),), row_shift_px=3.0)
MONO = PairVerdict((PairFault("same", "Both pictures are the same."),))
GOOD = PairVerdict()


@pytest.mark.parametrize(
    ("verdicts", "repair", "told", "setting"),
    [
        pytest.param([SHIFTED], False, "3 px apart", "repair", id="a fault is told"),
        pytest.param([SHIFTED, GOOD], True, "", "", id="and repaired where that is asked for"),
        pytest.param([SHIFTED, MONO], True, "apart.*there is more: .*the same", "", id="but not to a pair that is bad"),
        pytest.param([MONO], True, "the same", "", id="one that cannot be repaired is told"),
    ],
)
def test_a_bad_pair_is_found_out(
    monkeypatch, verdicts: list[PairVerdict], repair: bool, told: str, setting: str
) -> None:
    left, right, _ = pair()
    coming = iter(verdicts)
    monkeypatch.setattr(pairs, "check_pair", lambda *_: next(coming))
    monkeypatch.setattr(pairs, "repaired_pair", lambda frame, _: replace(frame, notes=("repaired",)))
    eyes = PairEyes(SgbmMatcher(), stereo=Stereo(repair=repair))
    frame = Frame(left, "pair", right=right, rig=RIG)
    if not told:
        assert eyes.prepared(frame).notes == ("repaired",)
        return
    with pytest.raises(SettingError, match=told) as caught:
        eyes.prepared(frame)
    assert caught.value.setting == setting


def test_a_depth_map_of_the_users_own_stays() -> None:
    left, right, _ = pair()
    own = DepthMap(np.full((HEIGHT, WIDTH), 3.0, dtype=np.float32), "metres")
    frame = Frame(left, "pair", CAMERA, right=right, rig=RIG, depth=own)
    perception = Perception(frame, Detections.from_boxes([], []), own, DepthFacts.of_given(own))
    assert with_both_eyes(perception, SgbmMatcher()) is perception


@pytest.mark.parametrize(
    ("given", "is_rig"),
    [
        pytest.param(calibration(), True, id="a calibration of two cameras"),
        pytest.param(CAMERA, False, id="a camera"),
        pytest.param(Calibration(CAMERA), False, id="a calibration of one camera"),
    ],
)
def test_what_is_given_of_the_camera_is_a_rig_or_none(given, is_rig: bool) -> None:
    assert isinstance(given_rig(given), StereoCalibration) is is_rig
    known = given_camera(given)
    assert (known.camera if isinstance(known, Calibration) else known) == CAMERA


def test_depth_on_crops_is_none_of_a_pair() -> None:
    left, right, _ = pair()
    frame = Frame(left, "pair", CAMERA, right=right, rig=RIG)
    one_eye = DepthMap(np.ones((2, 2)), "metres")
    perception = Perception(frame, Detections.from_boxes([], []), one_eye, NETWORK, crops=())
    with pytest.raises(SettingError, match="crops"):
        with_both_eyes(perception, SgbmMatcher())


def test_a_cameras_scale_of_one_eye_does_not_change_what_both_see() -> None:
    left, right, _ = pair()
    frame = Frame(left, "pair", CAMERA, right=right, rig=RIG)
    depth = DepthMap(np.full((2, 2), 20.0), "disparity_px", stereo=RIG)
    perception = Perception(frame, Detections.from_boxes([], []), depth, NETWORK)
    scale = DepthScale(1.2, "network", "0" * 64)
    ranging = Ranging((parse_method("median"),), parse_cues("auto"))
    assert to_metric(perception, MetricEvidence(scale), ranging) is perception


def test_two_videos_are_watched_as_pairs(tmp_path: Path) -> None:
    for name in ("left", "right"):
        write_video(tmp_path / f"{name}.mp4", 3)
    seen: list[Frame] = []

    class Sees:
        def perceive(self, frame, query):
            seen.append(frame)
            depth = DepthMap(np.ones((2, 2), dtype=np.float32), "metres")
            return Perception(frame, Detections.from_boxes([], []), depth, NETWORK)

    finder = Rangefinder.of(Sees())
    views = list(finder.watch(tmp_path / "left.mp4", right=tmp_path / "right.mp4", every=2))
    assert [view.frame for view in views] == [0, 2]
    assert all(frame.right is not None for frame in seen)
