"""How well intervals hold, by domain, distance and cues."""

import math
from dataclasses import replace

import numpy as np
import pytest

from howfar.evaluation.objects.coverage import coverage_cells, coverages, cues_of
from howfar.scene import Cue, Distance
from tests.evaluation.objects.object_cases import distance, measured

DEPTH, SIZE = Cue("depth", 3.0, 0.2, weight=0.7), Cue("size", 3.0, 0.2, weight=0.3)


def told(depth_m: float, *cues: Cue) -> Distance:
    """A distance with an interval of ± 1 m."""
    return replace(distance(depth_m, margin_m=1.0), cues=cues)


def seen(truth_m: float, depth_m: float, outdoors: float, place: str, *cues: Cue):
    return replace(measured(truth_m, told(depth_m, *cues)), outdoors=outdoors, place=place)


OBJECTS = [
    seen(2.0, 2.5, 0.1, "kitchen", DEPTH),
    seen(3.0, 5.0, 0.2, "kitchen", DEPTH),
    seen(15.0, 15.5, 0.9, "road", DEPTH, SIZE),
    seen(150.0, 15.5, 0.9, "road", SIZE),
    seen(5.0, math.nan, 0.9, "road"),
]


def test_the_intervals_are_told_by_domain_by_distance_and_by_cues() -> None:
    rows = coverages(OBJECTS, np.array([one.truth_m for one in OBJECTS]))
    assert [(row.by, row.name, row.held.objects, row.held.share) for row in rows] == [
        ("domain", "rooms", 2, 0.5),
        ("domain", "outdoors", 2, 0.5),
        ("domain and distance", "rooms, 2–4 m", 2, 0.5),
        ("domain and distance", "outdoors, 10–20 m", 1, 1.0),
        ("domain and distance", "outdoors, 80 m and more", 1, 0.0),
        ("cues", "depth", 2, 0.5),
        ("cues", "depth+size", 1, 1.0),
        ("cues", "size", 1, 0.0),
    ]
    assert rows[3].factor == pytest.approx(math.sqrt(16.5 / 14.5))


def test_objects_of_one_place_are_drawn_together() -> None:
    one_place, two_places = ([seen(2.0, 2.5, 0.1, "a"), seen(2.0, 9.0, 0.1, name)] * 10 for name in ("a", "b"))
    truths = np.full(20, 2.0)
    alone, both = (coverages(objects, truths)[0].held for objects in (one_place, two_places))
    assert (alone.low, alone.high) == (0.5, 0.5)
    assert (both.low, both.high) == (0.0, 1.0)


def test_objects_that_are_not_judged_or_not_known_are_in_no_domain() -> None:
    unjudged = replace(OBJECTS[0], outdoors=math.nan)
    assert [row.by for row in coverages([unjudged], np.array([2.0]))] == ["cues"]
    assert coverages(OBJECTS, np.full(len(OBJECTS), math.nan)) == []


def test_the_cells_of_a_table() -> None:
    row = coverages(OBJECTS[:1], np.array([2.0]))[0]
    assert coverage_cells([row]) == (("rooms", "1", "100", "100 to 100", "1.53"),)


def test_a_cue_of_little_weight_is_not_what_a_distance_rests_on() -> None:
    assert cues_of(told(3.0, DEPTH, replace(SIZE, weight=0.01))) == "depth"
