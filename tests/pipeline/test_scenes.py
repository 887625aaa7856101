"""From what was seen to the scene: the order of objects, and which are labelled."""

import math

import numpy as np
import pytest

from howfar.pipeline.scenes import Ranged, range_objects, scene_of
from howfar.ranging.cues.joining import CueSettings
from howfar.ranging.methods.foreground import Foreground
from howfar.ranging.methods.method import Method
from howfar.ranging.methods.statistics import parse_method
from howfar.ranging.settings import Ranging
from howfar.scene import Camera, DepthFacts, DepthMap, Detections, Distance, Frame, Perception
from howfar.scene.domain import UNDECIDED
from howfar.scene.margins import DomainMargin, Margins
from howfar.scene.perception import DepthCrop

NAMES = ("chair", "table", "lamp")
FOUND = Detections(
    np.array([(0, 0, 9, 9)] * 3, dtype=np.float32), np.array([0.9, 0.8, 0.7], np.float32), np.arange(3), NAMES
)

LEARNED = Foreground(lambda crops: crops[:, 2], 9, 0.0)


def far(depth_m: float) -> Distance:
    return Distance(depth_m, depth_m, (0.0, 0.0, depth_m), "median", 1.0, False, (0.0, 0.0, 9.0, 9.0))


@pytest.mark.parametrize(
    ("depths_m", "ranks", "max_depth_m", "within", "beyond"),
    [
        pytest.param([3, 1, 2], [None] * 3, None, ["table", "lamp", "chair"], [], id="by depth"),
        pytest.param([3, math.nan, 2], [None] * 3, None, ["lamp", "chair", "table"], [], id="the unknown last"),
        pytest.param([3, 1, math.nan], [None] * 3, 2.0, ["table"], ["chair", "lamp"], id="beyond the maximum"),
        pytest.param([math.nan] * 3, [2, None, 1], None, ["lamp", "chair", "table"], [], id="by rank"),
        pytest.param([1, math.nan, math.nan], [2, 3, 1], None, ["lamp", "chair", "table"], [], id="rank before depth"),
    ],
)
def test_the_nearest_come_first(depths_m, ranks, max_depth_m, within, beyond) -> None:
    depth = DepthMap(np.ones((4, 4)), "metres")
    seen = Perception(Frame(np.zeros((9, 9, 3), np.uint8), "photo"), FOUND, depth, DepthFacts("network"))
    ranged = Ranged("median", tuple(far(depth_m) for depth_m in depths_m), tuple(ranks), 1.0)
    view = scene_of(seen, ranged, max_depth_m)
    assert ([each.label for each in view.objects], [each.label for each in view.beyond]) == (within, beyond)
    assert {each.label: each.nearness_rank for each in (*view.objects, *view.beyond)} == dict(
        zip(NAMES, ranks, strict=True)
    )


@pytest.mark.parametrize("cut", [False, True], ids=["on the map of the picture", "on the map of its crop"])
@pytest.mark.parametrize(
    ("sharp", "method", "read_m"),
    [
        pytest.param(False, LEARNED, 10.0, id="the map of a network"),
        pytest.param(True, LEARNED, 40.0, id="a map that states its own errors, as that of a pair"),
        pytest.param(False, parse_method("median"), 40.0, id="a method that was chosen for what it is"),
    ],
)
def test_the_surface_of_an_object_is_read_where_the_card_says(
    sharp: bool, method: Method, read_m: float, cut: bool
) -> None:
    values = np.full((9, 9), 40.0, np.float32)
    values[:3] = 10.0  # a third of the object
    errors = np.full((9, 9), 0.05, np.float32) if sharp else None
    margins = Margins(domains=(DomainMargin("outdoors", (10.0,), (1.5,), surface_quantile=0.25),))
    depth = DepthMap(values, "metres", log_sds=errors)
    seen = Perception(
        Frame(np.zeros((9, 9, 3), np.uint8), "photo"),
        Detections.from_boxes([(0, 0, 9, 9)], ["thing"]),
        depth,
        DepthFacts("network", reach_m=80.0, margins=margins),
        crops=(DepthCrop(depth, Camera.from_focal(9, 9, 9.0), (0, 0)),) if cut else None,
    )
    (ranged,) = range_objects(seen, Ranging((method,), CueSettings(names=("depth",))))
    assert ranged.distances[0].depth_m == pytest.approx(read_m, rel=0.05)


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (DepthFacts("streets", reach_m=80.0), True),
        (DepthFacts("of no known limit"), True),
        (DepthFacts("rooms", reach_m=10.0), False),
    ],
    ids=["knows streets", "of no known limit", "knows rooms alone"],
)
def test_the_map_of_a_network_tells_whether_it_is_outdoors_if_it_knows_that(facts: DepthFacts, told: bool) -> None:
    far_view = DepthMap(np.full((12, 12), 60.0), "metres")
    things = Detections.from_boxes([(0, 0, 9, 9)], ["thing"])
    seen = Perception(Frame(np.zeros((9, 9, 3), np.uint8), "photo"), things, far_view, facts)
    assert (seen.facts_here.outdoors > UNDECIDED) == told
    view = scene_of(seen, Ranged("median", (far(3.0),), (None,), 1.0))
    assert view.facts == seen.facts_here
