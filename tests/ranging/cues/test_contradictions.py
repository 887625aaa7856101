"""Cues that contradict each other by more than two: what is shown is never the one that the other rules out."""

import math

import numpy as np
import pytest

from howfar.ranging.cues.joining import parse_cues, with_cues
from howfar.scene import Camera, DepthFacts, DepthMap, Detections, Distance
from howfar.scene.margins import INTERVAL_SDS

ROOMS = DepthFacts("rooms", log_sd=0.2, reach_m=10.0)
STREETS = DepthFacts("streets", log_sd=0.25, reach_m=80.0)
HEIGHTS_M = {"person": 1.7, "horse": 1.6, "cow": 1.5, "dog": 0.6}
CAMERAS = {
    "room, given": Camera(640, 480, 500.0, 500.0, 320.0, 240.0, "given"),
    "room, assumed": Camera(640, 480, 500.0, 500.0, 320.0, 240.0, "assumed"),
    "street, given": Camera(1242, 375, 700.0, 700.0, 621.0, 187.0, "given"),
    "street, assumed": Camera(1242, 375, 700.0, 700.0, 621.0, 187.0, "assumed"),
}
SLACK = 1.5
"""What is within this factor of the end of an interval of 80 % is not far outside it."""


def lone(
    label: str,
    by_size_m: float,
    on_map_m: float,
    camera: Camera,
    facts: DepthFacts,
    camera_height_m: float | None = None,
) -> Distance:
    """The distance of one object that is seen whole, by its size at one distance and on the map at another."""
    height_px = HEIGHTS_M[label] * camera.fy_px / by_size_m
    bottom = min(camera.cy_px + 1.5 * camera.fy_px / by_size_m, camera.height_px - 5)
    width_px = height_px * (0.4 if label == "person" else 1.5)
    box = np.array([[200, bottom - height_px, 200 + width_px, bottom]], dtype=np.float32)
    found = Detections(box, np.array([0.9], np.float32), np.array([0]), (label,), None, np.array([0.1]))
    seen = Distance(on_map_m, on_map_m, (0.0, 0.0, on_map_m), "median", 1.0, False, (0, 0, 10, 10))
    return with_cues([seen], found, camera, parse_cues("auto", camera_height_m=camera_height_m), facts)[0]


def is_honest(distance: Distance) -> bool:
    """Whether a number is within what the size says, or marked and with an interval that holds map and size."""
    by_map, by_size = distance.cues[:2]
    if not distance.is_known or not by_size.is_known:
        return True
    reach = SLACK * math.exp(INTERVAL_SDS * by_size.log_sd)
    if 1 / reach < distance.depth_m / by_size.depth_m < reach:
        return True
    both = (by_map.depth_m, by_size.depth_m)
    return distance.conflict and distance.low_m <= min(both) and distance.high_m >= max(both)


@pytest.mark.parametrize("label", HEIGHTS_M)
@pytest.mark.parametrize("camera", CAMERAS)
@pytest.mark.parametrize("height_m", [None, 1.5], ids=["", "on the ground"])
@pytest.mark.parametrize("facts", [ROOMS, STREETS], ids=["a network of rooms", "a network of streets"])
@pytest.mark.parametrize(
    ("by_size_m", "on_map_m"),
    [(25, 2.7), (23, 60), (8, 3), (5, 1.5), (5, 12), (3, 7.5), (2.6, 1.0)],
    ids=[
        "far, map near",
        "far, map farther",
        "hall, map near",
        "room, map near",
        "room, map far",
        "near, map far",
        "near",
    ],
)
def test_a_lone_object_is_not_where_its_size_rules_it_out(
    label: str, camera: str, facts: DepthFacts, by_size_m: float, on_map_m: float, height_m: float | None
) -> None:
    distance = lone(label, by_size_m, on_map_m, CAMERAS[camera], facts, height_m)
    assert is_honest(distance), (distance.depth_m, distance.low_m, distance.high_m, distance.cues)


@pytest.mark.parametrize("camera", CAMERAS)
def test_a_lone_person_on_a_street_is_not_at_the_distance_of_a_room(camera: str) -> None:
    distance = lone("person", 23, 2.74, CAMERAS[camera], ROOMS)
    assert distance.depth_m == pytest.approx(23, rel=0.15)
    assert distance.conflict


@pytest.mark.parametrize("facts", [ROOMS, STREETS], ids=["a network of rooms", "a network of streets"])
def test_size_and_ground_outvote_the_map(facts: DepthFacts) -> None:
    distance = lone("person", 23, 2.74, CAMERAS["street, given"], facts, 1.5)
    assert distance.depth_m == pytest.approx(23, rel=0.15)
    assert distance.cues[0].weight == 0.0
    assert distance.cues[0].note


@pytest.mark.parametrize(("by_size_m", "on_map_m"), [(5, 12), (5, 1.5)], ids=["the map is far", "the map is near"])
def test_a_contradiction_is_marked_and_its_interval_holds_both(by_size_m: float, on_map_m: float) -> None:
    distance = lone("person", by_size_m, on_map_m, CAMERAS["room, given"], ROOMS)
    assert distance.depth_m == pytest.approx(by_size_m, rel=0.1)
    assert distance.conflict
    assert distance.low_m < min(by_size_m, on_map_m)
    assert distance.high_m > max(by_size_m, on_map_m)


def test_a_measured_map_is_believed() -> None:
    measured = DepthFacts.of_given(DepthMap(np.ones((2, 2)), "metres"))
    assert lone("person", 23, 2.74, CAMERAS["street, given"], measured).depth_m == 2.74
