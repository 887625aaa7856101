"""Figures of distances and times to collision, on tracks of known error."""

from dataclasses import replace
from pathlib import Path

import pytest

from howfar.datasets.tracked_videos import TrackedVideo, TrueObject
from howfar.evaluation.tracks.comparing import compare_video
from howfar.evaluation.tracks.figures import Measured
from howfar.scene import Scene
from howfar.scene.track import Track
from tests.tracking.scenes import CAMERA, box, distance, frame, seen

SPEED_M_S, START_M, FRAMES, DT_S = 4.0, 20.0, 36, 0.1


def depth_m(index: int) -> float:
    return START_M - SPEED_M_S * DT_S * index


def video(label: str = "car") -> TrackedVideo:
    """A car that comes nearer, and a pole that no detector knows."""
    objects = {}
    for index in range(FRAMES):
        z = depth_m(index)
        true = TrueObject(4, label, box(0, z), 1.0, z, z, SPEED_M_S, SPEED_M_S, z / SPEED_M_S)
        pole = TrueObject(5, "pole", box(3, z), 1.0, z, z, 0.0, 0.0, float("inf"))
        objects[index] = (true, pole)
    return TrackedVideo("film", Path("film.mp4"), CAMERA, objects)


def reported(index: int, factor: float = 1.0, ttc_factor: float = 1.0) -> Scene:
    """What a tracker says that is off by factors, with frames alone that flicker by ten per cent."""
    z = depth_m(index)
    alone = z * (1.1 if index % 2 else 1.0)
    ttc_s = ttc_factor * z / SPEED_M_S
    track = Track(1, alone, 0.8 * alone, 1.2 * alone, SPEED_M_S, 3.0, 5.0, ttc_s=ttc_s, ttc_low_s=1.0, ttc_high_s=3.0)
    car = replace(seen("car", box(0, z), distance(z * factor)), track=track)
    pole = replace(seen("person", box(3, z), distance(z)), track=Track(2))
    return frame(index * DT_S, [car, pole], index)


def measured(**factors: float) -> Measured:
    result = Measured()
    result.update(compare_video(video(), [reported(index, **factors) for index in range(FRAMES)], ["car", "person"]))
    return result


def test_flicker_error_and_coverage_are_those_that_were_made() -> None:
    filtered, alone = measured(factor=1.05).depths()
    assert filtered.jitter == pytest.approx(0.0, abs=1e-9)
    assert alone.jitter == pytest.approx(0.0953, rel=0.02)  # ln 1.1, up and down
    assert filtered.rel == pytest.approx(0.05)
    assert filtered.coverage == 1.0
    assert measured(factor=2.0).depths()[0].coverage == 0.0


@pytest.mark.parametrize(
    ("factor", "right", "covered"), [(1.0, 1.0, 1.0), (1.14, 1.0, 1.0), (1.2, 0.0, 1.0), (1.6, 0.0, 1.0)]
)
def test_time_to_collision_is_judged_two_seconds_before(factor: float, right: float, covered: float) -> None:
    times = measured(ttc_factor=factor).collisions()
    assert (times.objects, times.known, times.right) == (1, 1.0, right)
    assert times.error == pytest.approx(factor - 1)
    assert times.coverage == covered


def test_what_no_detector_knows_is_neither_right_nor_wrong() -> None:
    compared = compare_video(video(), [reported(index) for index in range(FRAMES)], ["car", "person"])
    assert all(list(each.ids) == [1] and list(each.true_ids) == [4] for each in compared.frames)


def test_speeds_and_their_intervals() -> None:
    towards, _ = measured().covered_speeds()
    assert towards == 1.0
