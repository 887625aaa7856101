"""How far a depth map is trusted beside other cues."""

import math

import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.ranging.cues.depth_cue import depth_cues, is_beyond_reach
from howfar.ranging.cues.fusion import Fused
from howfar.scene import Cue, DepthFacts, DepthMap, Distance
from howfar.scene.margins import INTERVAL_SDS, Margin, Margins

ROOMS = DepthFacts("rooms", log_sd=0.2, reach_m=10.0)
MEASURED = DepthFacts.of_given(DepthMap(np.ones((2, 2)), "metres"))
KNOWN = Margins((Margin("seats", ("chair",), math.exp(INTERVAL_SDS * 0.1)), Margin("others", (), 1.5)))


def far(depth_m: float, own_log_sd: float = 0.0) -> Distance:
    return Distance(depth_m, depth_m, (0.0, 0.0, depth_m), "median", 1.0, False, (0, 0, 1, 1), own_log_sd)


def cues_of(distances: list[Distance], others: list[Fused], facts: DepthFacts) -> tuple[Cue, ...]:
    return depth_cues(distances, ["chair"] * len(distances), others, facts)


def sizes(*depths_m: float) -> list[Fused]:
    return [Fused(depth_m, 0.1) for depth_m in depths_m]


@pytest.mark.parametrize(
    ("depths_m", "others_m", "facts", "log_sd"),
    [
        pytest.param((4.0, 5.0), (4.4, 4.6), ROOMS, 0.2, id="agreement leaves it alone"),
        pytest.param((4.0, 4.0), (40.0, 40.0), ROOMS, math.hypot(0.2, math.log(10)), id="a street shown as a room"),
        pytest.param((4.0, 4.0), (40.0, 40.0), MEASURED, 0.01, id="a measured map is never overruled"),
        pytest.param((4.0, 4.0), (math.nan, math.nan), ROOMS, 0.2, id="nobody to contradict"),
    ],
)
def test_a_map_that_is_off_over_the_whole_picture_is_trusted_less(depths_m, others_m, facts, log_sd) -> None:
    found = cues_of([far(depth_m) for depth_m in depths_m], sizes(*others_m), facts)
    assert [cue.log_sd for cue in found] == pytest.approx([log_sd] * len(depths_m))
    assert [cue.depth_m for cue in found] == list(depths_m)


def test_one_toy_car_among_things_of_their_size_does_not_overrule_the_map() -> None:
    found = cues_of([far(3.0)] * 4, sizes(3.1, 2.9, 3.0, 60.0), DepthFacts("endless", log_sd=0.2))
    assert [cue.log_sd for cue in found] == pytest.approx([0.2] * 4)


def test_a_thing_beyond_the_reach_is_trusted_less_alone() -> None:
    found = cues_of([far(3.0), far(4.0), far(9.0)], sizes(3.0, 4.0, 30.0), ROOMS)
    assert [cue.log_sd for cue in found] == pytest.approx([0.2, 0.2, math.hypot(0.2, math.log(30 / 9))])
    assert "farther than the 10 m" in found[2].note


@pytest.mark.parametrize(
    ("own_log_sd", "facts", "label", "log_sd"),
    [
        pytest.param(0.15, ROOMS, "chair", 0.25, id="the map's and the method's together"),
        pytest.param(math.nan, ROOMS, "chair", math.hypot(0.2, 0.06), id="a method that does not tell"),
        pytest.param(0.0, DepthFacts("rooms", margins=KNOWN), "Chair", 0.1, id="a class with a margin of its own"),
        pytest.param(
            0.0, DepthFacts("rooms", margins=KNOWN), "dog", math.log(1.5) / INTERVAL_SDS, id="any other class"
        ),
        pytest.param(0.0, MEASURED, "chair", 0.01, id="a depth camera"),
    ],
)
def test_the_spread_of_a_distance(own_log_sd: float, facts: DepthFacts, label: str, log_sd: float) -> None:
    (cue,) = depth_cues([far(3.0, own_log_sd)], [label], sizes(math.nan), facts)
    assert cue.log_sd == pytest.approx(log_sd)


def test_an_unknown_distance_is_silent_and_says_why() -> None:
    (cue,) = cues_of([Distance.unknown("median", "no usable depth")], sizes(4.0), ROOMS)
    assert (cue.is_known, cue.note) == (False, "no usable depth")


@pytest.mark.parametrize(
    ("distances", "others_m", "sure", "facts", "beyond"),
    [
        pytest.param([far(4.0)] * 3, (30.0, 20.0, 8.0), False, ROOMS, True, id="most objects lie beyond"),
        pytest.param([far(4.0)] * 3, (6.0, 5.0, 40.0), False, ROOMS, False, id="one of three lies beyond"),
        pytest.param([far(4.0)] * 2, (16.0, math.nan), False, ROOMS, False, id="a single person, who may be a poster"),
        pytest.param(
            [far(4.0)] * 2, (16.0, math.nan), True, ROOMS, True, id="a single one that is surely what it seems"
        ),
        pytest.param([far(4.0)], (6.0,), True, ROOMS, False, id="a near one"),
        pytest.param([far(4.0)], (40.0,), True, DepthFacts("endless", log_sd=0.2), False, id="a map without end"),
        pytest.param([far(4.0)], (math.nan,), True, ROOMS, False, id="nothing of known size"),
        pytest.param([Distance.unknown("m", "none")], (40.0,), True, ROOMS, False, id="a map without metres"),
    ],
)
def test_a_picture_is_beyond_the_reach_where_most_of_it_is(distances, others_m, sure, facts, beyond) -> None:
    assert is_beyond_reach(distances, sizes(*others_m), [sure] * len(others_m), facts) is beyond


@pytest.mark.parametrize("settings", [{"log_sd": 0.0}, {"log_sd": math.nan}, {"reach_m": -1.0}, {"depth_scale": 0.0}])
def test_facts_that_cannot_be_are_refused(settings) -> None:
    with pytest.raises(SettingError, match="must be above 0"):
        DepthFacts("rooms", **settings)
