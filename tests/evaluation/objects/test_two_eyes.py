"""Systems side by side, with stand-ins that know the truth."""

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from howfar.datasets.coco_pairs import CocoPairs, PairSample
from howfar.errors import HowfarError, RefusedPairError, SettingError
from howfar.evaluation.objects.two_eyes import (
    BoxesInBoth,
    BoxesMatched,
    BoxesOnMap,
    Ranged,
    Row,
    matched_by,
    measure_found,
    measure_true,
    seen_by_one_eye,
)
from howfar.pipeline.rangefinder import Rangefinder
from howfar.scene import DepthFacts, DepthMap, Detections, Distance, Frame, Query, Scene, SceneObject
from howfar.scene.track import Track
from howfar.stereo import Disparities
from tests.datasets.pair_files import BASELINE_M, FOCAL_PX, NAMES, write_pairs

BOX = (0.0, 0.0, 1.0, 1.0)
FARTHEST_PX = 4.0


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> list[PairSample]:
    return list(CocoPairs(write_pairs(tmp_path_factory.mktemp("pairs") / "data")).split("all"))


class Knows:
    """Finds every object but those of some classes, with its disparity plus an error."""

    name, class_names = "knows", NAMES

    def __init__(self, pairs: list[PairSample], off_px: float = 0.0, blind_to: tuple[int, ...] = ()) -> None:
        self.pairs, self.off_px, self.blind_to = {each.name: each for each in pairs}, off_px, blind_to

    def detect(self, frame: Frame, query: Query) -> Detections:
        pair = self.pairs[frame.source]
        seen = ~np.isin(pair.class_ids, self.blind_to)
        disparities = (pair.disparities_px + self.off_px).astype(np.float32)
        scores = np.full(len(seen), 0.9, np.float32)
        return Detections(pair.boxes_xyxy_px, scores, pair.class_ids, NAMES, disparities_px=disparities).select(seen)


class Half:
    """Its map has the truth in the left half of each box, and 40 px in the rest of the picture."""

    name = "half"

    def __init__(self, pairs: list[PairSample]) -> None:
        self.pairs = pairs

    def match(self, left: np.ndarray, right: np.ndarray, max_disparity_px: int | None = None) -> Disparities:
        (pair,) = [each for each in self.pairs if each.image is left]
        values = np.full(left.shape[:2], 40.0, np.float32)
        for box, disparity in zip(pair.boxes_xyxy_px.astype(int), pair.disparities_px, strict=True):
            middle = (box[0] + box[2]) // 2
            values[box[1] : box[3], box[0] : middle + 1] = disparity
        return Disparities(values, np.ones_like(values), np.ones(values.shape, np.bool_))


class SeesDepth:
    """A network of one picture whose map, of half the picture's size, is as far everywhere as 20 px are."""

    facts = DepthFacts("sees depth")

    def __init__(self) -> None:
        self.focal_px: list[float] = []

    def estimate(self, frame: Frame) -> DepthMap:
        assert frame.right is None
        assert frame.camera is not None
        self.focal_px.append(frame.camera.fx_px)
        depth_m = FOCAL_PX * BASELINE_M / 20.0
        return DepthMap(np.full((frame.height_px // 2, frame.width_px // 2), depth_m, np.float32), "metres")


def by_row(rows: list[Row]) -> dict[tuple[str, str, int], Row]:
    return {(row.system, row.setting, row.occlusion): row for row in rows}


def test_errors_are_over_what_all_found_and_recall_is_each_ones_own(pairs: list[PairSample]) -> None:
    done: list[str] = []
    systems = [
        BoxesInBoth("exact", Knows(pairs)),
        BoxesInBoth("off", Knows(pairs, off_px=4.0, blind_to=(1,))),
    ]
    rows = by_row(measure_found(pairs, systems, done.append))
    assert done == [pair.name for pair in pairs]
    exact, off = rows["exact", "pairs of boxes", 0], rows["off", "pairs of boxes", 0]
    assert (exact.recall, off.recall) == (1.0, 0.75), "one of the four is a person"
    assert exact.errors.objects == off.errors.objects == 3
    assert (exact.errors.end_point_px, off.errors.end_point_px) == pytest.approx((0, 4), abs=1e-5)
    assert (off.errors.over3px, off.errors.over5px) == (1, 0)


def test_the_statistics_of_the_paper_are_read_in_each_box(pairs: list[PairSample]) -> None:
    rows = by_row(measure_true(pairs, [BoxesOnMap("map", Knows(pairs), matched_by(Half(pairs)))]))
    assert {setting for _, setting, _ in rows} == {"median", "central-mean"}
    assert rows["map", "median", 0].errors.end_point_px == pytest.approx(0, abs=1e-4), "a little more than half"
    assert rows["map", "central-mean", 0].errors.end_point_px > 5, "the mean is drawn by what stands behind"
    assert rows["map", "median", 0].seconds > 0


def test_the_depth_that_one_eye_sees_is_read_as_disparities(pairs: list[PairSample]) -> None:
    eye = SeesDepth()
    rows = by_row(measure_true(pairs, [BoxesOnMap("eye", Knows(pairs), seen_by_one_eye(eye))]))
    at_level = [pair.disparities_px[pair.occlusions == 0] for pair in pairs]
    expected_px = np.mean(np.abs(np.concatenate(at_level) - 20.0))
    for setting in ("median", "central-mean"):
        assert rows["eye", setting, 0].errors.end_point_px == pytest.approx(expected_px, rel=1e-5)
    assert set(eye.focal_px) == {FOCAL_PX}, "each picture is shown with its camera"


def test_a_detector_of_pairs_takes_no_true_boxes(pairs: list[PairSample]) -> None:
    assert measure_true(pairs, [BoxesInBoth("exact", Knows(pairs))]) == []


def test_found_boxes_on_a_map_are_those_of_the_detector(pairs: list[PairSample]) -> None:
    rows = by_row(measure_found(pairs, [BoxesOnMap("map", Knows(pairs, blind_to=(0,)), matched_by(Half(pairs)))]))
    assert rows["map", "median", 0].recall == 0.25


def test_of_no_pairs_there_are_no_rows() -> None:
    assert measure_found([], []) == []


def test_a_box_is_looked_for_in_the_right_hand_picture(pairs: list[PairSample]) -> None:
    textured = [_textured(pair) for pair in pairs]
    row = by_row(measure_true(textured, [BoxesMatched("boxes", Knows(pairs))]))["boxes", "boxes matched", 0]
    assert (row.recall, row.errors.objects) == (1, 4)
    assert row.errors.end_point_px == pytest.approx(0, abs=0.2)


@pytest.mark.parametrize(("eyes", "sees_right"), [(2, True), (1, False)], ids=["two eyes", "one eye"])
def test_what_is_said_of_a_distance_is_told_as_a_disparity(
    pairs: list[PairSample], eyes: int, sees_right: bool
) -> None:
    finder = Says(pairs)
    system = Ranged("ours", Knows(pairs), cast(Rangefinder, finder), "all", eyes)
    rows = by_row(measure_true(pairs, [system]))
    assert rows["ours", "all", 0].errors.end_point_px == pytest.approx(0, abs=1e-4)
    assert rows["ours", "all", 1].recall == 0.5, "the distance of one of the two is not known"
    assert {frame.right is not None for frame in finder.shown} == {sees_right}
    assert by_row(measure_found(pairs, [system]))["ours", "all", 0].recall == 1


@dataclass
class Refuses:
    """Stands in for a `Rangefinder` that takes no picture."""

    error: HowfarError

    def look(self, frame: Frame, *, detections: Detections) -> Scene:
        raise self.error


def test_a_pair_that_is_refused_tells_nothing_and_stops_nothing(pairs: list[PairSample]) -> None:
    system = Ranged("ours", Knows(pairs), cast(Rangefinder, Refuses(RefusedPairError("These are swapped."))), "all")
    row = by_row(measure_true(pairs, [system]))["ours", "all", 0]
    assert (row.recall, row.errors.objects) == (0, 0)


def test_what_is_wrong_with_the_settings_is_told(pairs: list[PairSample]) -> None:
    system = Ranged("ours", Knows(pairs), cast(Rangefinder, Refuses(SettingError("There is no rig."))), "all")
    with pytest.raises(SettingError, match="no rig"):
        measure_true(pairs, [system])


def _textured(pair: PairSample) -> PairSample:
    """The pair with a noise on each object that moves with it."""
    left, right = pair.image.copy(), pair.right.copy()
    noise = np.random.default_rng(3).integers(0, 255, left.shape, dtype=np.uint8)
    for (x1, y1, x2, y2), disparity in zip(
        pair.boxes_xyxy_px.astype(int), pair.disparities_px.astype(int), strict=True
    ):
        left[y1:y2, x1:x2] = noise[y1:y2, x1:x2]
        seen = max(0, disparity - x1)
        right[y1:y2, x1 + seen - disparity : x2 - disparity] = noise[y1:y2, x1 + seen : x2]
    return replace(pair, image=left, right=right)


class Says:
    """Stands in for a `Rangefinder`: it knows every distance but that of the farthest, and tells the last one first."""

    def __init__(self, pairs: list[PairSample]) -> None:
        self.pairs, self.shown = {pair.name: pair for pair in pairs}, list[Frame]()

    def look(self, frame: Frame, *, detections: Detections) -> Scene:
        self.shown.append(frame)
        assert detections.track_ids is not None
        rows = zip(self.pairs[frame.source].disparities_px.tolist(), detections.track_ids.tolist(), strict=True)
        objects = [SceneObject("car", 0, 1.0, BOX, _distance(px), track=Track(number)) for px, number in rows]
        return cast(Scene, SimpleNamespace(objects=objects[::-1]))


def _distance(disparity_px: float) -> Distance:
    if disparity_px == FARTHEST_PX:
        return Distance.unknown("all", "too far")
    depth_m = FOCAL_PX * BASELINE_M / disparity_px
    return Distance(depth_m, depth_m, (0, 0, depth_m), "all", valid_share=1.0, mixed=False, region_xyxy_px=BOX)
