"""How far a depth map is trusted beside other cues."""

import math

import pytest

from howfar.errors import SettingError
from howfar.ranging.depth_cue import MEASURED, DepthTrust, depth_cues, is_beyond_reach
from howfar.scene import Cue, Distance

ROOMS = DepthTrust(0.2, 10.0)


def far(depth_m: float, low_m: float = math.nan, high_m: float = math.nan) -> Distance:
    return Distance(depth_m, depth_m, (0.0, 0.0, depth_m), "median", 1.0, False, (0, 0, 1, 1), low_m, high_m)


def sizes(*depths_m: float) -> list[Cue]:
    return [Cue("size", depth_m, 0.1) for depth_m in depths_m]


@pytest.mark.parametrize(
    ("depths_m", "others_m", "trust", "log_sd"),
    [
        pytest.param((4.0, 5.0), (4.4, 4.6), ROOMS, 0.2, id="agreement leaves it alone"),
        pytest.param((4.0, 4.0), (40.0, 40.0), ROOMS, math.hypot(0.2, math.log(10)), id="a street shown as a room"),
        pytest.param((4.0, 4.0), (40.0, 40.0), MEASURED, 0.03, id="a measured map is never overruled"),
        pytest.param((4.0, 4.0), (math.nan, math.nan), ROOMS, 0.2, id="nobody to contradict"),
    ],
)
def test_a_map_that_is_off_over_the_whole_picture_is_trusted_less(depths_m, others_m, trust, log_sd) -> None:
    found = depth_cues([far(depth_m) for depth_m in depths_m], sizes(*others_m), trust)
    assert [cue.log_sd for cue in found] == pytest.approx([log_sd] * len(depths_m))
    assert [cue.depth_m for cue in found] == list(depths_m)


def test_one_toy_car_among_things_of_their_size_does_not_overrule_the_map() -> None:
    found = depth_cues([far(3.0)] * 4, sizes(3.1, 2.9, 3.0, 60.0), DepthTrust(0.2))
    assert [cue.log_sd for cue in found] == pytest.approx([0.2] * 4)


def test_a_thing_beyond_the_reach_is_trusted_less_alone() -> None:
    found = depth_cues([far(3.0), far(4.0), far(9.0)], sizes(3.0, 4.0, 30.0), ROOMS)
    assert [cue.log_sd for cue in found] == pytest.approx([0.2, 0.2, math.hypot(0.2, math.log(30 / 9))])
    assert "farther than the 10 m" in found[2].note


def test_a_methods_own_interval_is_its_spread() -> None:
    (cue,) = depth_cues([far(3.0, 3.0 / math.exp(0.12816), 3.0 * math.exp(0.12816))], sizes(math.nan), ROOMS)
    assert cue.log_sd == pytest.approx(0.1)


def test_an_unknown_distance_is_silent_and_says_why() -> None:
    (cue,) = depth_cues([Distance.unknown("median", "no usable depth")], sizes(4.0), ROOMS)
    assert (cue.is_known, cue.note) == (False, "no usable depth")


@pytest.mark.parametrize(
    ("distances", "others_m", "sure", "trust", "beyond"),
    [
        pytest.param([far(4.0)] * 3, (30.0, 20.0, 8.0), False, ROOMS, True, id="most things lie beyond"),
        pytest.param([far(4.0)] * 3, (6.0, 5.0, 40.0), False, ROOMS, False, id="one of three lies beyond"),
        pytest.param([far(4.0)] * 2, (16.0, math.nan), False, ROOMS, False, id="a single person, who may be a poster"),
        pytest.param(
            [far(4.0)] * 2, (16.0, math.nan), True, ROOMS, True, id="a single one that is surely what it seems"
        ),
        pytest.param([far(4.0)], (6.0,), True, ROOMS, False, id="a near one"),
        pytest.param([far(4.0)], (40.0,), True, DepthTrust(0.2), False, id="a map without end"),
        pytest.param([far(4.0)], (math.nan,), True, ROOMS, False, id="nothing of known size"),
        pytest.param([Distance.unknown("m", "none")], (40.0,), True, ROOMS, False, id="a map without metres"),
    ],
)
def test_a_picture_is_beyond_the_reach_where_most_of_it_is(distances, others_m, sure, trust, beyond) -> None:
    assert is_beyond_reach(distances, sizes(*others_m), [sure] * len(others_m), trust) is beyond


@pytest.mark.parametrize("settings", [{"log_sd": 0.0}, {"log_sd": math.nan}, {"reach_m": -1.0}])
def test_a_trust_that_cannot_be_is_refused(settings) -> None:
    with pytest.raises(SettingError, match="must be above 0"):
        DepthTrust(**settings)
