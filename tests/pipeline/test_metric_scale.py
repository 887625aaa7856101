"""From what was seen to metres, and how far those are to be trusted."""

import math

import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.pipeline.metric_scale import NO_EVIDENCE, MetricEvidence, scaled_map, to_metric
from howfar.pipeline.scenes import range_objects
from howfar.ranging import parse_method
from howfar.ranging.cues.joining import parse_cues
from howfar.ranging.cues.sizes import ClassSize, SizeTable
from howfar.ranging.settings import Ranging
from howfar.scene import DepthFacts, DepthMap, Detections, Frame, Perception
from howfar.scene.calibration import DepthScale
from howfar.scene.known_distance import KnownDistance
from howfar.scene.perception import GIVEN, DepthCrop
from tests.pipeline.stand_ins import CAMERA, CUP, DOG, GivesDepth, halves, tenths

RELATIVE = DepthFacts("mapper", "relative_depth")
METRIC = DepthFacts("mapper", scenes="streets", reach_m=80.0)
ROOMS = DepthFacts("rooms", scenes="rooms", reach_m=10.0)
SIZES = SizeTable(
    {
        name: ClassSize(name, height_m=depth_m * 20 / CAMERA.fy_px, log_sd=0.2)
        for name, depth_m in {"cup": 2.0, "dog": 5.0}.items()
    }
)
"""As high as 20 pixels are 2 and 5 metres away."""


def seen(facts: DepthFacts, *, points: bool = False, crops: tuple[DepthCrop, ...] | None = None) -> Perception:
    """Two cups 2 m away and a dog 5 m away; a relative map has half of the metres; depths may be given besides."""
    image = halves(2, 5)
    boxes = np.array([CUP, (6.0, 2.0, 26.0, 22.0), DOG], dtype=np.float32)
    values = tenths(image) * (1.0 if facts.is_metric else 0.5)
    sparse = np.zeros((48, 64), dtype=np.float32)
    sparse[::9, 4::9] = tenths(image)[::9, 4::9]
    frame = Frame(image, "made", CAMERA, depth_points=DepthMap(sparse, "metres") if points else None)
    found = Detections.from_boxes(boxes, ["cup", "cup", "dog"])
    return Perception(frame, found, DepthMap(values, facts.kind), facts, {"depth": facts.name}, crops=crops)


def ranging(cues: str = "depth") -> Ranging:
    return Ranging((parse_method("median"),), parse_cues(cues, sizes=SIZES))


def scale(factor: float) -> DepthScale:
    return DepthScale(factor, "mapper", "ab")


DOG_KNOWN = KnownDistance("dog", 5.0 * float(np.linalg.norm(CAMERA.ray(48, 24))))


@pytest.mark.parametrize(
    ("evidence", "points", "used", "reach_m"),
    [
        pytest.param(MetricEvidence(None, GivesDepth(ROOMS)), False, {"anchor"}, 10.0, id="no farther than its anchor"),
        pytest.param(
            MetricEvidence(scale(1.5), GivesDepth(ROOMS)), False, {"anchor"}, 15.0, id="in the anchor's metres, scaled"
        ),
        pytest.param(
            MetricEvidence(None, GivesDepth(ROOMS), (DOG_KNOWN,)),
            False,
            {"known", "anchor"},
            None,
            id="without end beside a known distance, which may lie beyond",
        ),
        pytest.param(
            MetricEvidence(None, GivesDepth(ROOMS)), True, {"points", "anchor"}, None, id="nor beside given depths"
        ),
        pytest.param(NO_EVIDENCE, True, {"points"}, None, id="nor by given depths alone"),
        pytest.param(
            MetricEvidence(None, GivesDepth(DepthFacts("endless"))), False, {"anchor"}, None, id="nor by such an anchor"
        ),
    ],
)
def test_how_far_an_aligned_map_reaches(evidence, points: bool, used: set[str], reach_m: float | None) -> None:
    metric = to_metric(seen(RELATIVE, points=points), evidence, ranging())
    assert metric.alignment is not None
    assert set(metric.alignment.evidence) == used
    assert (metric.facts.reach_m, metric.facts.measured) == (reach_m, False)
    assert metric.facts.log_sd == metric.alignment.log_sd
    assert (metric.facts.margins, metric.facts.is_metric, metric.no_metres) == (None, True, "")


def test_an_aligned_map_has_its_metres_from_the_anchor_and_says_so() -> None:
    metric = to_metric(seen(RELATIVE), MetricEvidence(None, GivesDepth(ROOMS)), ranging())
    assert metric.depth.metres()[24, [10, 50]] == pytest.approx([2.0, 5.0], rel=1e-3)
    assert metric.models == {"depth": "mapper", "anchor": "rooms"}
    assert (metric.facts.name, metric.facts.scenes) == ("rooms", "rooms")
    by_points = to_metric(seen(RELATIVE, points=True), NO_EVIDENCE, ranging())
    assert (by_points.facts.name, by_points.facts.scenes, by_points.models) == ("mapper", "", {"depth": "mapper"})


def test_the_anchor_is_shown_the_frame_as_it_was_perceived() -> None:
    estimator, relative = GivesDepth(ROOMS), seen(RELATIVE)
    to_metric(relative, MetricEvidence(None, estimator), ranging())
    assert estimator.shown == [relative.frame]


def test_a_map_that_nothing_gives_metres_stays_relative_and_says_why() -> None:
    still = to_metric(seen(RELATIVE), NO_EVIDENCE, ranging())
    assert (still.alignment, still.depth.is_metric, still.facts) == (None, False, RELATIVE)
    assert "as its anchor" in still.no_metres


@pytest.mark.parametrize(
    ("cues", "points", "used", "joined"),
    [
        pytest.param("all", False, ("size",), ["depth", "ground"], id="sizes that it was aligned by are used up"),
        pytest.param("depth", True, ("points",), ["depth"], id="the map alone where nothing else is asked for"),
    ],
)
def test_which_cues_are_joined_with_an_aligned_map(cues: str, points: bool, used, joined: list[str]) -> None:
    settings = ranging(cues)
    metric = to_metric(seen(RELATIVE, points=points), NO_EVIDENCE, settings)
    assert metric.alignment is not None
    assert metric.alignment.evidence == used
    (ranged,) = range_objects(metric, settings)
    assert [cue.name for cue in ranged.distances[0].cues] == joined


def test_with_a_map_aligned_by_a_known_distance_sizes_are_joined_still() -> None:
    settings = ranging("all")
    two = seen(RELATIVE)
    found = Detections.from_boxes(two.detections.boxes_xyxy_px[1:], ["cup", "dog"])  # too few sizes to align by
    seen_two = Perception(two.frame, found, two.depth, two.facts)
    metric = to_metric(seen_two, MetricEvidence(known=(DOG_KNOWN,)), settings)
    assert metric.alignment is not None
    assert metric.alignment.evidence == ("known",)
    (ranged,) = range_objects(metric, settings)
    assert [cue.name for cue in ranged.distances[0].cues] == ["depth", "size", "ground"]


@pytest.mark.parametrize(
    ("facts", "reach_m"),
    [
        pytest.param(METRIC, 120.0, id="a network that reaches 80 m"),
        pytest.param(DepthFacts("endless"), None, id="one of which no limit is known"),
    ],
)
def test_a_scale_multiplies_a_networks_metres_and_its_reach(facts: DepthFacts, reach_m: float | None) -> None:
    crops = (DepthCrop(DepthMap(np.full((4, 4), 3.0), "metres"), CAMERA.cropped(6, 14, 26, 34), (6, 14)),)
    metric = to_metric(seen(facts, crops=crops), MetricEvidence(scale(1.5)), ranging())
    assert metric.depth.metres()[24, [10, 50]] == pytest.approx([3.0, 7.5])
    assert (metric.depth_scale, metric.facts.reach_m, metric.facts.name) == (1.5, reach_m, facts.name)
    assert metric.crops is not None
    assert metric.crops[0].depth.metres() == pytest.approx(np.full((4, 4), 4.5)), "and the crops"
    assert (metric.crops[0].camera, metric.crops[0].corner_px) == (crops[0].camera, crops[0].corner_px)


def test_a_scale_leaves_a_measured_map_as_it_is() -> None:
    given = seen(DepthFacts.of_given(DepthMap(np.ones((4, 4)), "metres")))
    metric = to_metric(given, MetricEvidence(scale(1.5)), ranging())
    assert (metric.facts.name, metric.depth_scale) == (GIVEN, None)
    assert metric.depth.metres()[24, [10, 50]] == pytest.approx([2.0, 5.0])


def test_without_evidence_a_metric_map_is_as_it_was_seen() -> None:
    metric = seen(METRIC)
    assert to_metric(metric, NO_EVIDENCE, ranging()) is metric


def test_points_for_a_metric_map_are_refused() -> None:
    with pytest.raises(SettingError, match="this one has them") as refused:
        to_metric(seen(METRIC, points=True), NO_EVIDENCE, ranging())
    assert refused.value.setting == "depth_points"


@pytest.mark.parametrize(
    ("facts", "evidence", "more", "says", "setting"),
    [
        pytest.param(
            METRIC, MetricEvidence(None, GivesDepth(ROOMS)), {}, "is metric, and an anchor", "anchor", id="an anchor"
        ),
        pytest.param(
            METRIC, MetricEvidence(known=(DOG_KNOWN,)), {}, "is metric, and an anchor", "known", id="a known distance"
        ),
        pytest.param(
            METRIC,
            NO_EVIDENCE,
            {"expects_known": True},
            "is metric, and an anchor",
            "known",
            id="known distances to come, of a metric network",
        ),
        pytest.param(
            DepthFacts("stereo", "disparity_px"),
            MetricEvidence(None, GivesDepth(ROOMS)),
            {},
            "is metric, and an anchor",
            "anchor",
            id="an anchor of a stereo pair",
        ),
        pytest.param(
            RELATIVE, NO_EVIDENCE, {"crops": True}, "a scale of its own", "depth_on", id="crops of a relative"
        ),
        pytest.param(
            RELATIVE,
            MetricEvidence(None, GivesDepth(RELATIVE)),
            {},
            "is a relative depth network",
            "anchor",
            id="a relative anchor",
        ),
    ],
)
def test_evidence_that_is_of_no_use_is_refused(facts, evidence, more: dict, says: str, setting: str) -> None:
    with pytest.raises(SettingError, match=says) as refused:
        evidence.check(facts, **more)
    assert refused.value.setting == setting


@pytest.mark.parametrize(
    ("facts", "evidence", "more"),
    [
        pytest.param(METRIC, NO_EVIDENCE, {"crops": True}, id="crops of a metric network"),
        pytest.param(METRIC, MetricEvidence(scale(1.5)), {}, id="a scale"),
        pytest.param(
            RELATIVE, MetricEvidence(None, GivesDepth(ROOMS), (DOG_KNOWN,)), {}, id="all that a relative needs"
        ),
    ],
)
def test_evidence_that_helps_is_not(facts, evidence, more: dict) -> None:
    evidence.check(facts, **more)


def test_a_scale_multiplies_what_is_known_and_leaves_the_unknown_unknown() -> None:
    depth = DepthMap(np.array([[2.0, math.nan, 4.0]]), "metres", valid=np.array([[True, True, False]]))
    scaled = scaled_map(depth, DepthScale(1.25, "depth", "ab" * 32))
    assert scaled.values.dtype == np.float32
    assert scaled.metres().tolist() == [
        [2.5, pytest.approx(math.nan, nan_ok=True), pytest.approx(math.nan, nan_ok=True)]
    ]


@pytest.mark.parametrize(("facts", "knows"), [(METRIC, True), (DepthFacts("halls", reach_m=20.0), False)])
def test_a_scale_does_not_change_what_a_network_has_learned(facts: DepthFacts, knows: bool) -> None:
    for factor in (0.2, 1.05, 3.0):
        scaled = to_metric(seen(facts), MetricEvidence(scale(factor)), ranging()).facts
        assert (scaled.knows_streets, scaled.knows_rooms_alone) == (knows, not knows)
