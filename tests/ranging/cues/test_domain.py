"""Whether a depth network knows pictures of a kind, by what is in them."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from howfar.ranging.cues.depth_cue import DomainVerdict, judge_domain
from howfar.ranging.cues.fusion import fuse
from howfar.ranging.cues.sizes import default_sizes
from howfar.scene import Cue, DepthFacts, DepthMap, Distance

ROOMS = DepthFacts("rooms", log_sd=0.2, reach_m=10.0)
STREETS = DepthFacts("streets", log_sd=0.2, reach_m=80.0)
MEASURED = DepthFacts.of_given(DepthMap(np.ones((2, 2)), "metres"))
NEAR = Distance(3.0, 3.0, (0.0, 0.0, 3.0), "median", 1.0, False, (0, 0, 10, 10))


def seen(objects: Sequence[tuple[str, float]], facts: DepthFacts) -> DomainVerdict:
    """The verdict on a picture with objects of which the size says that they are so far."""
    together = [fuse([Cue("size", size_m, 0.15)]) for _, size_m in objects]
    sizes = [default_sizes().find(label) for label, _ in objects]
    return judge_domain([NEAR] * len(objects), together, sizes, facts)


@pytest.mark.parametrize(
    ("objects", "facts", "verdict"),
    [
        pytest.param([], ROOMS, DomainVerdict.KNOWN, id="nothing in it"),
        pytest.param([("person", 4.0), ("person", 6.0)], ROOMS, DomainVerdict.KNOWN, id="people in a room"),
        pytest.param([("person", 25.0), ("person", 16.0)], ROOMS, DomainVerdict.UNKNOWN, id="people far away"),
        pytest.param([("person", 25.0)], ROOMS, DomainVerdict.UNDECIDED, id="one person far away, or a poster"),
        pytest.param(
            [("person", 25.0), ("chair", math.nan)], ROOMS, DomainVerdict.UNDECIDED, id="and a chair, which is silent"
        ),
        pytest.param([("car", 25.0)], ROOMS, DomainVerdict.UNKNOWN, id="one car far away"),
        pytest.param([("car", 5.0)], ROOMS, DomainVerdict.UNKNOWN, id="one car nearby"),
        pytest.param(
            [("airplane", math.nan)], ROOMS, DomainVerdict.UNKNOWN, id="an object of no size that is met outdoors"
        ),
        pytest.param(
            [("person", 4.0), ("giraffe", math.nan)], ROOMS, DomainVerdict.UNKNOWN, id="a person and a giraffe"
        ),
        pytest.param([("car", 25.0)], STREETS, DomainVerdict.KNOWN, id="a car, and a network that has seen streets"),
        pytest.param([("car", 120.0)], STREETS, DomainVerdict.UNKNOWN, id="a car beyond all streets"),
        pytest.param(
            [("car", 25.0)], DepthFacts("unknown"), DomainVerdict.KNOWN, id="a network of which the reach is not known"
        ),
        pytest.param([("car", 25.0)], MEASURED, DomainVerdict.KNOWN, id="a measured map"),
    ],
)
def test_what_is_in_a_picture_tells_whether_it_is_a_room(
    objects: list[tuple[str, float]], facts: DepthFacts, verdict: DomainVerdict
) -> None:
    assert seen(objects, facts) is verdict


@pytest.mark.parametrize(
    ("ground_m", "verdict"),
    [(24.0, DomainVerdict.UNKNOWN), (14.0, DomainVerdict.UNDECIDED)],
    ids=["where its size puts it", "elsewhere"],
)
def test_one_person_is_believed_who_stands(ground_m: float, verdict: DomainVerdict) -> None:
    together = fuse([Cue("size", 25.0, 0.15), Cue("ground", ground_m, 0.1)])
    assert judge_domain([NEAR], [together], [default_sizes().find("person")], ROOMS) is verdict


@pytest.mark.parametrize(
    ("people_m", "verdict"),
    [
        pytest.param([4.0], DomainVerdict.KNOWN, id="one a little farther than the map says"),
        pytest.param([7.0], DomainVerdict.UNDECIDED, id="one at twice the distance"),
        pytest.param([7.0, 8.0], DomainVerdict.UNKNOWN, id="two at twice the distance"),
        pytest.param([7.0, 3.2, 2.9], DomainVerdict.KNOWN, id="one among others, who may be on a poster"),
        pytest.param([math.nan], DomainVerdict.KNOWN, id="one who is not seen whole"),
    ],
)
def test_people_at_twice_the_distance_are_evidence_against_a_network_of_rooms(people_m, verdict) -> None:
    people = [("person", depth_m) for depth_m in people_m]
    assert seen(people, ROOMS) is verdict
    assert seen(people, DepthFacts("unknown")) is DomainVerdict.KNOWN


def test_one_person_whose_foot_agrees_is_enough() -> None:
    agreeing = fuse([Cue("size", 7.0, 0.15), Cue("ground", 7.3, 0.1)])
    assert judge_domain([NEAR], [agreeing], [default_sizes().find("person")], ROOMS) is DomainVerdict.UNKNOWN
