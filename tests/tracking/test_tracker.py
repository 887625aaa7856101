"""Numbers through frames: what crosses, what is lost for a while, what is doubtful."""

import math
from dataclasses import replace

import numpy as np
import pytest

from howfar.scene import Scene
from howfar.scene.track import Track
from howfar.tracking import Tracker
from tests.tracking.scenes import NO_METRES, box, frame, seen, walker


def numbers(scene: Scene) -> dict[float, int]:
    """The number of each object, by its class and the middle of its box."""
    return {round((one.box_xyxy_px[0] + one.box_xyxy_px[2]) / 2): one.track.track_id for one in scene}


@pytest.mark.parametrize("dt_s", [1 / 30, 0.1, 0.2], ids=["30 a second", "10 a second", "5 a second"])
def test_two_people_who_cross_keep_their_numbers(dt_s: float) -> None:
    tracker = Tracker()
    last: list[int] = []
    for index in range(round(3 / dt_s)):
        time_s = index * dt_s
        right, left = walker(-2.0 + 1.3 * time_s, 8.0), walker(2.0 - 1.3 * time_s, 10.0)
        # The farther one is hidden where they overlap.
        hidden = abs(right.box_xyxy_px[0] - left.box_xyxy_px[0]) < 20
        tracked = tracker.update(frame(time_s, [right] if hidden else [right, left], index))
        by_depth = sorted(tracked, key=lambda one: one.track.measured_depth_m)
        last = [one.track.track_id for one in by_depth]
    assert last == [1, 2]


@pytest.mark.parametrize(("gone_s", "same"), [(0.9, True), (3.0, False)], ids=["within a second", "too late"])
def test_what_is_lost_comes_back(gone_s: float, same: bool) -> None:
    tracker = Tracker()
    for index in range(10):
        tracker.update(frame(index / 10, [walker(0.1 * index, 10.0)]))
    later = tracker.update(frame(0.9 + gone_s, [walker(0.9 + gone_s, 10.0)]))
    assert (later.objects[0].track.track_id == 1) is same


def test_a_doubtful_detection_goes_on_with_an_object_and_begins_none() -> None:
    tracker = Tracker(sure_score=0.5)
    first = tracker.update(frame(0.0, [walker(0, 10.0), walker(3.0, 10.0, score=0.2)]))
    assert [one.score for one in first] == [0.9]
    second = tracker.update(frame(0.1, [walker(0, 10.0, score=0.2), walker(3.0, 10.0, score=0.2)]))
    assert [one.track.track_id for one in second] == [1]


def test_a_car_that_is_taken_for_a_truck_keeps_its_number_and_a_person_does_not_become_one() -> None:
    tracker = Tracker()
    tracker.update(frame(0.0, [walker(0, 10.0, "car")]))
    assert tracker.update(frame(0.1, [walker(0, 10.0, "truck")])).objects[0].track.track_id == 1
    assert tracker.update(frame(0.2, [walker(0, 10.0, "person")])).objects[0].track.track_id == 2


@pytest.mark.parametrize(
    "times_s",
    [[0.0, 0.0, 0.0], [None, None, None], [5.0, 4.0, 6.0]],
    ids=["a clock that stands", "no clock", "a clock that goes back"],
)
def test_odd_clocks_do_no_harm(times_s: list[float | None]) -> None:
    tracker = Tracker()
    for time_s in times_s:
        (one,) = tracker.update(frame(time_s, [walker(0, 10.0)]))
        assert one.track.track_id == 1
        assert math.isfinite(one.depth_m)


def approach(camera_still: bool) -> Scene:
    """A walker who comes nearer at 2 m/s, before a background that stands or moves."""
    rng = np.random.default_rng(1)
    background = rng.integers(0, 255, (360, 800, 3)).astype(np.uint8)
    background = np.repeat(np.repeat(background[::12, ::12], 12, axis=0), 12, axis=1)[:360]
    tracker = Tracker()
    for index in range(21):
        shift = 0 if camera_still else 3 * index
        image = np.ascontiguousarray(background[:, shift : shift + 640])
        scene = tracker.update(frame(index / 10, [walker(0.5, 10.0 - 0.2 * index)], index), image)
    return scene


def test_speeds_are_told_and_said_which() -> None:
    (still,), (moving,) = approach(camera_still=True), approach(camera_still=False)
    assert still.track.speed_m_s == pytest.approx(2.0, rel=0.15)
    assert still.track.ttc_s == pytest.approx(3.0, rel=0.1)
    assert still.track.ttc_low_s < 3.0 < still.track.ttc_high_s
    assert still.track.ground_speed_m_s == pytest.approx(2.0, rel=0.2)
    assert still.track.ground_speed_low_m_s < 2.0 < still.track.ground_speed_high_m_s
    assert math.isnan(moving.track.ground_speed_m_s)


def test_nothing_is_told_of_speeds_at_first() -> None:
    (one,) = Tracker().update(frame(0.0, [walker(0, 10.0)]))
    assert math.isnan(one.track.speed_m_s)
    assert math.isnan(one.track.ttc_s)


def test_what_has_no_metres_has_a_time_to_collision_all_the_same() -> None:
    tracker = Tracker()
    for index in range(20):
        (one,) = tracker.update(frame(index / 10, [seen("car", box(0.0, 20.0 - 0.5 * index), NO_METRES)]))
    assert math.isnan(one.depth_m)
    assert one.track.ttc_s == pytest.approx(10.5 / 5.0, rel=0.1)


def test_the_maximum_depth_holds_for_filtered_distances() -> None:
    tracker = Tracker()
    scene = replace(frame(0.0, [walker(0, 4.0)]), beyond=(walker(2, 12.0),), max_depth_m=5.0)
    tracked = tracker.update(scene)
    assert [len(tracked.objects), len(tracked.beyond)] == [1, 1]
    assert tracked.beyond[0].track is not None


def test_numbers_of_ones_own_are_kept_whatever_the_boxes_do() -> None:
    tracker, mine = Tracker(), {7: 0.0, 3: 2.0}
    for index in range(8):
        places = {number: (x if index < 4 else -x + 2) for number, x in mine.items()}  # they change places at once
        objects = [replace(walker(x, 10.0), track=Track(number)) for number, x in places.items()]
        tracked = tracker.update(frame(index / 10, [*objects, walker(-3.0, 10.0)], index))
        by_place = {round(one.box_xyxy_px[0]): one.track.track_id for one in tracked}
        expected = {round(one.box_xyxy_px[0]): one.track.track_id for one in objects}
        assert {place: number for place, number in by_place.items() if place in expected} == expected
    assert max(one.track.track_id for one in tracked) == 8, "what has no number gets a free one"
    assert math.isfinite(tracked.objects[0].track.speed_m_s)


@pytest.mark.parametrize(
    ("then", "same"),
    [
        pytest.param((600, 210, 640, 270), True, id="its feet are left at the frame's edge"),
        pytest.param((560, 210, 590, 270), False, id="a small one that the frame does not cut is another"),
        pytest.param((560, 150, 620, 270), True, id="a part of it is hidden"),
    ],
)
def test_what_another_part_is_seen_of_keeps_its_number(then, same) -> None:
    tracker = Tracker()
    for index in range(10):
        tracker.update(frame(index / 10, [seen("person", (560, 90, 640 - 4, 270), NO_METRES)], index))
    later = tracker.update(frame(1.0, [seen("person", then, NO_METRES)], 10))
    assert (later.objects[0].track.track_id == 1) is same
