"""Whether a picture was taken outdoors."""

import numpy as np
import pytest

from howfar.scene import DepthMap
from howfar.scene.domain import NEVER_IN_ROOMS, OUTDOORS, ROOMS, UNDECIDED, domain_of, outdoors_probability


def map_of(near_m: float, far_m: float, kind="metres") -> DepthMap:
    """A map whose depths go evenly from near to far."""
    return DepthMap(np.linspace(near_m, far_m, 400, dtype=np.float32).reshape(20, 20), kind)


ROOM, BEACH, CLOSE_UP = map_of(1, 4), map_of(2, 60), map_of(0.5, 1.5)
SKY = DepthMap(np.where(np.arange(400).reshape(20, 20) < 60, np.nan, ROOM.values), "metres")


@pytest.mark.parametrize(
    ("depth", "labels", "low", "high"),
    [
        (BEACH, ["person"], 0.95, 1.0),
        (BEACH, ["person", "cup"], 0.9, 1.0),
        (ROOM, ["chair"], 0.2, 0.5),
        (ROOM, ["bed", "lamp"], 0.0, 0.1),
        (CLOSE_UP, ["bicycle"], 0.7, 0.8),
        (CLOSE_UP, ["fire hydrant"], 0.85, 0.9),
        (ROOM, ["Tennis racket", "bench"], 0.94, 0.96),
        (SKY, ["person"], 0.8, 0.95),
        (SKY, ["bed", "lamp"], 0.2, 0.5),
        (None, ["sink", "cup"], 0.04, 0.05),
        (map_of(2, 60, "relative_depth"), [], UNDECIDED, UNDECIDED),
        (map_of(2, 60, "relative_depth"), ["car"], 0.85, 0.9),
        (DepthMap(np.full((2, 2), np.nan, dtype=np.float32), "metres"), [], UNDECIDED, UNDECIDED),
    ],
    ids=[
        "a far view",
        "a far view with a cup",
        "a near view of chairs",
        "a bedroom",
        "a bicycle, which hangs on walls too",
        "something near that is met in no room",
        "a court whose map is near",
        "near things under the sky",
        "a bright window in a bedroom",
        "no map and two things of rooms",
        "a relative map",
        "a relative map and a car",
        "an empty map",
    ],
)
def test_the_far_end_and_the_classes_tell(depth, labels, low: float, high: float) -> None:
    assert low <= outdoors_probability(depth, labels) <= high


def test_the_farther_the_view_the_likelier_it_is_outdoors() -> None:
    chances = [outdoors_probability(map_of(1, far_m), []) for far_m in (2, 4, 6, 8, 12, 40)]
    assert chances == sorted(chances)


def test_no_class_is_met_in_both() -> None:
    assert not OUTDOORS & ROOMS
    assert NEVER_IN_ROOMS < OUTDOORS


@pytest.mark.parametrize(("outdoors", "domain"), [(0.5, "rooms"), (0.51, "outdoors")], ids=["undecided", "outdoors"])
def test_the_likelier_domain(outdoors: float, domain: str) -> None:
    assert domain_of(outdoors) == domain
