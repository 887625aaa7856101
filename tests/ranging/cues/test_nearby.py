"""What is nearer than networks have learned."""

import math

import numpy as np
import pytest

from howfar.ranging.cues.joining import parse_cues, with_cues
from howfar.ranging.cues.nearby import NEARBY_NOTE, TOLD_FROM_M, with_doubt_nearby
from howfar.scene import Camera, Cue, DepthFacts, Detections, Distance

CAMERA = Camera(640, 480, 500.0, 500.0, 320.0, 240.0, "given")


@pytest.mark.parametrize(
    ("on_map_m", "by_size_m", "doubted"),
    [
        (1.5, 0.3, True),
        (0.5, 0.3, True),
        (1.5, TOLD_FROM_M, False),
        (1.5, 1.0, False),
        (0.3, 0.5, False),  # the map has it nearer yet
        (math.nan, 0.3, False),
        (1.5, math.nan, False),
    ],
)
def test_the_map_is_doubted_where_the_others_put_an_object_nearer_than_it_can_tell(
    on_map_m: float, by_size_m: float, doubted: bool
) -> None:
    on_map = Cue("depth", on_map_m, 0.2) if math.isfinite(on_map_m) else Cue.unknown("depth", "none")
    by_size = Cue("size", by_size_m, 0.4) if math.isfinite(by_size_m) else Cue.unknown("size", "none")
    told = with_doubt_nearby(on_map, (by_size,))
    assert (told.note == NEARBY_NOTE) == doubted
    assert (told == on_map) != doubted
    assert not doubted or told.log_sd > 0.2


def test_the_nearer_it_is_the_less_the_map_counts() -> None:
    sds = [with_doubt_nearby(Cue("depth", 1.5, 0.2), (Cue("size", z, 0.4),)).log_sd for z in (0.6, 0.599, 0.5, 0.3)]
    assert sds == sorted(sds)
    assert sds[1] == pytest.approx(0.2, abs=1e-3), "without a step"
    assert sds[-1] == pytest.approx(math.hypot(0.2, 2 * math.log(2)))


def donut(facts: DepthFacts) -> Distance:
    """A donut that is 0.3 m away by its size, and 1.5 m by the map."""
    side_px = 0.09 * 500 / 0.3
    box = np.array([[200, 200, 200 + side_px, 200 + side_px]], dtype=np.float32)
    found = Detections(box, np.array([0.9], np.float32), np.array([0]), ("donut",), None, np.array([0.1]))
    seen = Distance(1.5, 1.5, (0.0, 0.0, 1.5), "median", 1.0, False, (0, 0, 10, 10))
    return with_cues([seen], found, CAMERA, parse_cues("auto"), facts)[0]


@pytest.mark.parametrize(
    ("facts", "least_m", "most_m"),
    [
        (DepthFacts("streets", log_sd=0.25, reach_m=80.0), 0.25, 0.5),
        (DepthFacts("rooms", log_sd=0.2, reach_m=10.0), 1.5, 1.5),
        (DepthFacts("camera", log_sd=0.01, measured=True), 1.4, 1.5),
    ],
    ids=["a network of rooms and streets", "one of rooms alone", "a depth camera"],
)
def test_food_before_the_lens_has_the_distance_of_its_size(facts: DepthFacts, least_m: float, most_m: float) -> None:
    found = donut(facts)
    assert least_m <= found.depth_m <= most_m
    assert found.low_m < found.depth_m < found.high_m
