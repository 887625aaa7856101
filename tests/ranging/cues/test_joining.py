"""All cues together, on rendered streets."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.ranging import measure, parse_method
from howfar.ranging.cues.joining import CueSettings, parse_cues, with_cues
from howfar.ranging.cues.sizes import default_sizes
from howfar.scene import Camera, DepthFacts, DepthMap, Detections, Distance
from howfar.scene.domain import Domain
from howfar.scene.margins import DomainMargin, Margins, Pull, Spread
from tests.ranging.scenes import CAMERA_HEIGHT_M, RenderedScene, streets

DOMAINS = get_args(Domain)
LABELS = ("car", "pedestrian", "cyclist", "truck", "bus")
CAMERA = Camera.from_focal(1000, 800, 500.0)
CAR = np.array([[400, 390, 500, 440]], dtype=np.float32)
ROOMS = DepthFacts("rooms", log_sd=0.2, reach_m=10.0)
MEASURED = DepthFacts.of_given(DepthMap(np.ones((2, 2)), "metres"))


@pytest.fixture(scope="module")
def scenes() -> list[RenderedScene]:
    return list(streets(7, 400, default_sizes(), LABELS))


def read_off(scene: RenderedScene, factor: float = 1.0) -> tuple[Distance, ...]:
    depth = DepthMap(scene.depth_map_m * np.float32(factor), "metres")
    return measure(depth, scene.boxes_xyxy_px, scene.camera, parse_method("percentile:40"))


def joined(scene: RenderedScene, distances: Sequence[Distance], settings: CueSettings, facts=ROOMS):
    return with_cues(
        distances, Detections.from_boxes(scene.boxes_xyxy_px, list(scene.labels)), scene.camera, settings, facts
    )


def far(depth_m: float) -> Distance:
    return Distance(depth_m, depth_m, (0.0, 0.0, depth_m), "median", 1.0, False, (0, 0, 10, 10))


def test_on_rendered_streets_the_cues_together_beat_each_and_know_how_sure_they_are(scenes) -> None:
    settings = parse_cues("size,ground", camera_height_m=CAMERA_HEIGHT_M)
    rows = []
    for scene in scenes:
        nothing = [Distance.unknown("median", "none")] * len(scene.labels)
        for far_m, truth_m in zip(joined(scene, nothing, settings), scene.nearest_m.tolist(), strict=True):
            if all(cue.is_known for cue in far_m.cues):
                rows.append((*(cue.depth_m / truth_m for cue in far_m.cues), far_m.depth_m / truth_m))
                rows[-1] += (float(far_m.low_m <= truth_m <= far_m.high_m),)
    size, ground, both, inside = np.abs(np.array(rows) - (1, 1, 1, 0)).mean(axis=0)
    assert len(rows) > 1000
    assert both < 0.9 * min(size, ground)
    assert both < 0.07
    assert 0.77 < inside < 0.88


def test_a_measured_map_stays_as_right_as_it_was(scenes) -> None:
    settings = parse_cues("all", camera_height_m=CAMERA_HEIGHT_M)
    alone, together = [], []
    for scene in scenes[:200]:
        distances = read_off(scene)
        for far_m, by_map, truth_m in zip(
            joined(scene, distances, settings, MEASURED), distances, scene.nearest_m, strict=True
        ):
            if by_map.is_known:
                alone.append(abs(by_map.depth_m / truth_m - 1))
                together.append(abs(far_m.depth_m / truth_m - 1))
    assert np.mean(together) < np.mean(alone) + 0.001


def test_where_a_network_shows_a_street_as_a_room_size_and_ground_rule(scenes) -> None:
    settings = parse_cues("auto", camera_height_m=CAMERA_HEIGHT_M)
    errors = []
    for scene in scenes[:100]:
        if len(scene.labels) < 3 or np.median(scene.depth_m) < 15:
            continue
        for far_m, truth_m in zip(joined(scene, read_off(scene, 0.12), settings), scene.nearest_m, strict=True):
            errors.append(abs(far_m.depth_m / truth_m - 1))
    assert len(errors) > 100
    assert np.nanmean(errors) < 0.12  # 0.88 by the map alone


def test_auto_leaves_the_map_alone_within_its_reach() -> None:
    (found,) = with_cues(
        [far(4.0)],
        Detections.from_boxes(np.array([[495, 300, 570, 460]], dtype=np.float32), ["person"]),
        CAMERA,
        parse_cues("auto"),
        ROOMS,
    )
    assert found.depth_m == 4.0
    assert [(cue.name, cue.weight) for cue in found.cues] == [("depth", 1.0), ("size", 0.0), ("ground", 0.0)]
    assert found.cues[1].is_known
    assert "not needed" in found.cues[1].note


def test_the_depth_map_alone_gives_exactly_what_it_says() -> None:
    (found,) = with_cues([far(3.3)], Detections.from_boxes(CAR, ["car"]), CAMERA, CueSettings(), ROOMS)
    assert (found.depth_m, found.position_m, found.method) == (3.3, (0.0, 0.0, 3.3), "median")
    assert math.log(found.high_m / found.low_m) == pytest.approx(2 * 1.2816 * math.hypot(0.2, 0.06))


def test_the_position_stays_on_its_ray() -> None:
    seen = Distance(4.0, math.sqrt(21), (2.0, 1.0, 4.0), "median", 1.0, False, (0, 0, 10, 10))
    (found,) = with_cues([seen], Detections.from_boxes(CAR, ["car"]), CAMERA, parse_cues("all"), ROOMS)
    x, y, z = found.position_m
    assert (x / z, y / z, z) == pytest.approx((0.5, 0.25, found.depth_m))
    assert found.range_m == pytest.approx(math.hypot(x, y, z))


def test_without_a_depth_the_distance_rests_on_the_cues_that_speak() -> None:
    (found,) = with_cues(
        [Distance.unknown("median", "relative")], Detections.from_boxes(CAR, ["car"]), CAMERA, parse_cues("all"), ROOMS
    )
    assert (found.method, found.reason) == ("size", "")
    assert found.position_m[0] / found.depth_m == pytest.approx((450 - 500) / 500)


def test_where_nothing_speaks_the_distance_stays_unknown_with_its_reason() -> None:
    (found,) = with_cues(
        [Distance.unknown("median", "relative")], Detections.from_boxes(CAR, ["kite"]), CAMERA, parse_cues("all"), ROOMS
    )
    assert (found.is_known, found.reason) == (False, "relative")
    assert [cue.note for cue in found.cues] == [
        "relative",
        "no known size",
        "the camera's height above the ground is not known",
    ]


def test_the_method_names_all_that_counts() -> None:
    size_says = with_cues([far(3.0)], Detections.from_boxes(CAR, ["car"]), CAMERA, parse_cues("size"), ROOMS)[0].depth_m
    for depth_m, method in ((size_says, "median+size"), (size_says / 12, "size")):
        (found,) = with_cues(
            [far(depth_m)], Detections.from_boxes(CAR, ["car"]), CAMERA, parse_cues("depth,size"), ROOMS
        )
        assert found.method == method


def test_a_cue_that_is_not_asked_for_does_not_speak() -> None:
    (found,) = with_cues([far(3.3)], Detections.from_boxes(CAR, ["kite"]), CAMERA, parse_cues("size"), ROOMS)
    assert (found.is_known, found.reason) == (False, "none of the cues asked for says anything")


def test_no_boxes_give_no_distances() -> None:
    empty = np.zeros((0, 4), dtype=np.float32)
    assert with_cues([], Detections.from_boxes(empty, []), CAMERA, parse_cues("all", camera_height_m=1.6), ROOMS) == ()


@pytest.mark.parametrize(
    ("text", "names", "auto"),
    [
        pytest.param("all", ("depth", "size", "ground", "boxes"), False, id="all"),
        pytest.param("auto", ("depth", "size", "ground", "boxes"), True, id="auto"),
        pytest.param("ground, depth", ("depth", "ground"), False, id="two, in whatever order"),
        pytest.param(["size"], ("size",), False, id="a sequence"),
    ],
)
def test_cues_are_named_in_a_text(text, names, auto) -> None:
    found = parse_cues(text)
    assert (found.names, found.auto) == (names, auto)


@pytest.mark.parametrize(
    ("names", "settings", "complaint"),
    [
        pytest.param("sise", {}, "No cue is called 'sise'", id="a misspelt cue"),
        pytest.param("", {}, "No cue is called ''", id="no cue"),
        pytest.param([], {}, "At least one cue", id="an empty list"),
        pytest.param("all", {"camera_height_m": -1.6}, "above 0, not -1.6", id="a camera under the ground"),
        pytest.param("all", {"camera_height_m": math.nan}, "a finite number, not nan", id="a height that is no number"),
    ],
)
def test_settings_that_cannot_be_are_refused_in_one_sentence(names, settings, complaint) -> None:
    with pytest.raises(SettingError, match=complaint):
        parse_cues(names, **settings)


@pytest.mark.parametrize("row", [-1.0, 801.0])
def test_a_horizon_out_of_the_picture_is_refused(row) -> None:
    with pytest.raises(SettingError, match="a row of the picture, 0 to 800"):
        parse_cues("all", horizon_px=row).check_horizon(CAMERA.height_px)


# A person of 1.7 m who is 20 m away, seen by a camera at eye height: 42 pixels high, the foot as far below the horizon
# as the ground there is.
PERSON = np.array([[495, 399, 505, 441]], dtype=np.float32)


@pytest.mark.parametrize(
    ("label", "camera_height_m", "foot_lower_px", "speaks"),
    [
        ("person", None, 0, "size"),
        ("person", 1.65, 0, "size"),
        ("person", 1.65, 160, "depth"),
        ("cyclist", None, 0, "size"),
    ],
    ids=[
        "a person alone is seldom on a poster",
        "a person who stands on the ground at that distance is none",
        "a person whose foot is elsewhere may be on one",
        "a cyclist is not met in rooms",
    ],
)
def test_one_thing_alone_overrules_the_depth_map_unless_it_may_be_something_else(
    label: str, camera_height_m: float | None, foot_lower_px: int, speaks: str
) -> None:
    boxes = PERSON + np.float32([0, foot_lower_px, 0, foot_lower_px])
    settings = parse_cues("auto", camera_height_m=camera_height_m)
    (one,) = with_cues([far(4.0)], Detections.from_boxes(boxes, [label]), CAMERA, settings, ROOMS)
    weights = {cue.name: cue.weight for cue in one.cues}
    assert max(weights, key=weights.__getitem__) in (speaks, "ground" if speaks == "size" else speaks)
    assert (one.depth_m > 10) == (speaks == "size")


def test_what_stays_undecided_has_an_interval_that_holds_both_readings_and_is_marked() -> None:
    (one,) = with_cues([far(4.0)], Detections.from_boxes(PERSON, ["person"]), CAMERA, parse_cues("auto"), ROOMS)
    said = {cue.name: cue for cue in one.cues}
    assert (one.depth_m, one.method, one.conflict) == (said["size"].depth_m, "size", True)
    assert one.low_m == pytest.approx(4.0 * math.exp(-1.2816 * said["depth"].log_sd))
    assert one.high_m == pytest.approx(said["size"].depth_m * math.exp(1.2816 * said["size"].log_sd))
    assert 20 < one.high_m < 30
    assert "upright person" in said["depth"].note


def test_a_bottle_alone_overrules_nothing() -> None:
    boxes = np.array([[495, 399, 498, 409]], dtype=np.float32)
    (one,) = with_cues([far(4.0)], Detections.from_boxes(boxes, ["bottle"]), CAMERA, parse_cues("auto"), ROOMS)
    assert (one.depth_m, one.method, one.conflict) == (4.0, "median", True)
    assert one.high_m > 10
    assert "alone" in one.cues[1].note


def test_a_lone_person_is_evidence_below_the_reach_of_the_network_too() -> None:
    boxes = np.array([[480, 380, 520, 481]], dtype=np.float32)  # 1.7 m high at 8.4 m
    (one,) = with_cues([far(3.7)], Detections.from_boxes(boxes, ["person"]), CAMERA, parse_cues("auto"), ROOMS)
    assert one.depth_m == pytest.approx(8.4, rel=0.02)
    assert (one.low_m < 3.7, one.high_m > 8.4, one.conflict) == (True, True, True)


def test_readings_that_agree_across_the_end_of_the_reach_are_not_marked() -> None:
    alone, auto = (
        with_cues(
            [far(9.5)],
            Detections.from_boxes(np.array([[490, 395, 520, 472]], dtype=np.float32), ["person"]),
            CAMERA,
            cues,
            ROOMS,
        )[0]
        for cues in (parse_cues("depth"), parse_cues("auto"))
    )
    assert auto.cues[1].depth_m > 10
    assert (auto.low_m, auto.high_m, auto.conflict) == (alone.low_m, alone.high_m, False)


ELEPHANT = [300, 350, 620, 570]
ELEPHANT_CUT = [300, 350, 620, 800]
PLANE = [100, 50, 300, 120]
UMBRELLA = [300, 300, 350, 350]


@pytest.mark.parametrize(
    ("objects", "expected_m"),
    [
        pytest.param([("elephant", ELEPHANT)], [500 * 2.45 / 220], id="an elephant nearby is as far as its size says"),
        pytest.param([("elephant", ELEPHANT_CUT)], [1.65], id="one that the frame cuts is nearer than its size says"),
        pytest.param([("airplane", PLANE)], [500 * 26 / 200], id="an airplane is as far as its box says"),
        pytest.param([("kite", PLANE)], [math.nan], id="nor is what has no size"),
        pytest.param([("umbrella", UMBRELLA)], [2.0], id="in a room the map speaks"),
        pytest.param(
            [("umbrella", UMBRELLA), ("kite", PLANE)],
            [math.nan, math.nan],
            id="but not where an object tells of none",
        ),
    ],
)
def test_where_a_thing_is_met_outdoors_alone_no_metres_of_rooms_are_given(
    objects: list[tuple[str, list[int]]], expected_m: list[float]
) -> None:
    boxes = np.array([box for _, box in objects], dtype=np.float32)
    found = with_cues(
        [far(2.0)] * len(objects),
        Detections.from_boxes(boxes, [label for label, _ in objects]),
        CAMERA,
        parse_cues("auto"),
        ROOMS,
    )
    assert [each.depth_m for each in found] == pytest.approx(expected_m, rel=0.02, nan_ok=True)
    for each in found:
        assert each.is_known == (not each.reason)
        assert each.is_known or each.reason == "the depth network has not seen such pictures"
        assert each.cues[0].depth_m == 2.0, "what the map would have said is kept"


@pytest.mark.parametrize(
    ("facts", "cues", "depth_m"),
    [
        pytest.param(
            DepthFacts("streets", log_sd=0.2, reach_m=80.0), "auto", 2.0, id="of a network that has seen streets"
        ),
        pytest.param(DepthFacts("unknown", log_sd=0.2), "auto", 2.0, id="of one of which it is not known"),
        pytest.param(MEASURED, "auto", 2.0, id="of a map that was measured"),
        pytest.param(ROOMS, "depth", 2.0, id="where it alone is asked for"),
    ],
)
def test_metres_that_are_no_rooms_are_given_outdoors(facts: DepthFacts, cues: str, depth_m: float) -> None:
    boxes = np.array([PLANE], dtype=np.float32)
    (found,) = with_cues([far(2.0)], Detections.from_boxes(boxes, ["kite"]), CAMERA, parse_cues(cues), facts)
    assert found.depth_m == depth_m


STREETS = DepthFacts("streets", log_sd=0.2, reach_m=80.0)
PEOPLE = np.array(
    [[x, 400 - 850 / z * 0.02, x + 10, 400 + 850 / z * 0.98] for x, z in ((300, 20), (500, 22), (700, 25))]
)


@pytest.mark.parametrize(
    ("label", "map_m", "outdoors", "expected_m"),
    [
        pytest.param("person", 5.0, 0.95, 34.0, id="a small person, in whose place a blurred map shows what is nearer"),
        pytest.param("person", 5.0, 0.75, None, id="hardly outdoors: it may be a picture"),
        pytest.param("person", 5.0, 0.05, None, id="a picture on a wall"),
        pytest.param("person", 25.0, 0.95, None, id="no contradiction"),
        pytest.param("person", 200.0, 0.95, None, id="a child, or one who sits: not behind the map's distance"),
        pytest.param("airplane", 1.3, 0.95, 500 * 26 / 250, id="an airplane before the sky"),
    ],
)
def test_outdoors_a_size_overrules_a_map_that_shows_something_nearer(label, map_m, outdoors, expected_m) -> None:
    box = [400, 380, 410, 405] if label == "person" else [300, 200, 550, 300]
    found = Detections.from_boxes(np.array([box], dtype=np.float32), [label])
    facts = replace(STREETS, outdoors=outdoors)
    (one,) = with_cues([far(map_m)], found, CAMERA, parse_cues("auto"), facts)
    by_map = next(cue for cue in one.cues if cue.name == "depth")
    assert ("far behind" in by_map.note) == (expected_m is not None)
    if expected_m is not None:
        assert one.depth_m == pytest.approx(expected_m, rel=0.1)
        assert (one.conflict, by_map.depth_m, by_map.weight) == (True, map_m, 0.0)
    else:
        assert by_map.weight > 0


def test_a_size_that_the_ground_contradicts_overrules_nothing() -> None:
    found = Detections.from_boxes(np.array([[400, 455, 410, 471]], dtype=np.float32), ["person"])
    cues = parse_cues("auto", camera_height_m=1.7)
    (one,) = with_cues([far(4.0)], found, CAMERA, cues, replace(STREETS, outdoors=0.95))
    by_name = {cue.name: cue for cue in one.cues}
    assert by_name["size"].depth_m > 20
    assert by_name["ground"].depth_m == pytest.approx(500 * 1.7 / 71, rel=0.05)
    assert by_name["depth"].weight > 0


def test_the_ground_alone_overrules_nothing() -> None:
    found = Detections.from_boxes(np.array([[400, 440, 430, 460]], dtype=np.float32), ["dog"])
    cues = parse_cues("auto", camera_height_m=1.7)
    (one,) = with_cues([far(2.0)], found, CAMERA, cues, replace(STREETS, outdoors=0.95))
    by_name = {cue.name: cue for cue in one.cues}
    assert not by_name["size"].is_known
    assert by_name["ground"].depth_m > 2 * by_name["depth"].depth_m
    assert one.conflict
    assert by_name["depth"].weight > 0


def test_chairs_tell_the_scale_of_a_room_that_the_network_has_not_seen() -> None:
    boxes = np.array([[100 + 200 * k, 300, 228, 500] for k in range(4)], dtype=np.float32)
    boxes[:, 2] = boxes[:, 0] + 128  # as wide as chairs at 2 m are
    found = Detections.from_boxes(boxes, ["chair"] * 4)
    facts = replace(STREETS, outdoors=0.05)
    all_said = with_cues([far(2.8)] * 4, found, CAMERA, parse_cues("auto"), facts)
    by_map = with_cues([far(2.8)] * 4, found, CAMERA, parse_cues("depth"), facts)
    for said, alone in zip(all_said, by_map, strict=True):
        assert 2.0 < said.depth_m < 0.95 * alone.depth_m


def test_a_network_that_knows_streets_is_joined_with_size_and_ground() -> None:
    found = Detections.from_boxes(PEOPLE, ["person"] * 3)
    joined = with_cues(
        [far(20.0), far(22.0), far(25.0)], found, CAMERA, parse_cues("auto", camera_height_m=1.7), STREETS
    )
    for one in joined:
        assert all(cue.weight > 0.05 for cue in one.cues)
        assert one.method == "median+size+ground"


def test_the_sizes_of_all_correct_the_map_where_nothing_else_speaks() -> None:
    boxes = np.vstack([PEOPLE, [[100, 380, 160, 440]]])
    found = Detections.from_boxes(boxes, ["person"] * 3 + ["umbrella"])
    *_, alone = with_cues([far(14.0), far(15.4), far(17.5), far(15.0)], found, CAMERA, parse_cues("auto"), STREETS)
    assert 16.5 < alone.depth_m < 15.0 / 0.7
    assert alone.position_m[2] == pytest.approx(alone.depth_m)


def test_the_map_tells_whether_a_truck_is_a_pickup() -> None:
    boxes = np.array([[400, 330, 560, 430]], dtype=np.float32)
    sizes = [
        with_cues([far(depth_m)], Detections.from_boxes(boxes, ["truck"]), CAMERA, parse_cues("auto"), STREETS)[0].cues[
            1
        ]
        for depth_m in (9.0, 17.0)
    ]
    assert sizes[0].depth_m < 12.0
    assert sizes[1].depth_m > 14.0


def test_a_focal_length_that_is_assumed_does_not_part_the_map_and_the_sizes() -> None:
    found = Detections.from_boxes(PEOPLE, ["person"] * 3)
    given, assumed = (
        with_cues([far(18.0), far(20.0), far(23.0)], found, replace(CAMERA, origin=origin), parse_cues("auto"), STREETS)
        for origin in ("given", "assumed")
    )
    for sure, unsure in zip(given, assumed, strict=True):
        assert unsure.depth_m == pytest.approx(sure.depth_m)
        assert math.log(unsure.high_m / unsure.low_m) > 1.5 * math.log(sure.high_m / sure.low_m)
        assert unsure.cues[1].log_sd == pytest.approx(math.hypot(sure.cues[1].log_sd, 0.2))


@pytest.mark.parametrize(
    ("depth_m", "is_bound"),
    [
        pytest.param(24.0, False, id="whole where the map agrees"),
        pytest.param(8.0, True, id="hidden where it does not"),
    ],
)
def test_the_foot_of_what_is_hidden_is_a_bound(depth_m: float, is_bound: bool) -> None:
    found = replace(Detections.from_boxes(PEOPLE[2:], ["person"]), height_log_sds=np.array([0.12]))
    settings = parse_cues("auto", camera_height_m=1.7)
    (one,) = with_cues([far(depth_m)], found, CAMERA, settings, STREETS)
    assert one.cues[2].is_bound is is_bound
    assert one.depth_m == pytest.approx(depth_m, rel=0.25)


@pytest.mark.parametrize(
    ("cues", "wider"), [("auto", 1.5), ("all", 1.0)], ids=["as it was measured", "not where the cues are chosen"]
)
def test_the_measured_spread_of_all_cues_is_that_of_the_automatic_choice(cues: str, wider: float) -> None:
    spreads = tuple(Spread("joined", domain, 1.5) for domain in ("rooms", "outdoors"))
    plain = Margins(domains=(DomainMargin("rooms", (3.0,), (1.3,)),))
    sds = []
    for margins in (plain, replace(plain, spreads=spreads)):
        facts = DepthFacts("net", margins=margins, reach_m=80.0)
        (one,) = with_cues([far(3.0)], Detections.from_boxes(CAR, ["vase"]), CAMERA, parse_cues(cues), facts)
        sds.append(math.log(one.high_m / one.depth_m))
    assert sds[1] / sds[0] == pytest.approx(wider)


@pytest.mark.parametrize(
    ("depth_m", "low", "high"),
    [(1.0, 0.5, 1.0), (2.0, 1.0, 1.0), (4.0, 1.0, 2.0)],
    ids=["near: nearer", "usual: neither", "far: farther"],
)
def test_the_interval_reaches_away_from_the_distance_that_the_network_pulls_to(depth_m, low, high) -> None:
    domains = (DomainMargin("rooms", (3.0,), (1.3,)), DomainMargin("outdoors", (3.0,), (1.3,)))
    ends = []
    for pull in (None, Pull(2.0, 0.5)):
        facts = DepthFacts("net", margins=Margins(domains=tuple(replace(each, pull=pull) for each in domains)))
        (one,) = with_cues([far(depth_m)], Detections.from_boxes(CAR, ["vase"]), CAMERA, parse_cues("depth"), facts)
        ends.append((one.low_m, one.high_m))
    assert ends[1][0] / ends[0][0] == pytest.approx(low)
    assert ends[1][1] / ends[0][1] == pytest.approx(high)


def test_the_pull_counts_as_far_as_the_distance_rests_on_the_map() -> None:
    pulled = Margins(domains=tuple(DomainMargin(name, (3.0,), (1.3,), pull=Pull(2.0, 0.5)) for name in DOMAINS))
    facts = DepthFacts("net", margins=pulled, reach_m=80.0)
    settings = parse_cues("depth,size")
    (one,) = with_cues([far(25.0)], Detections.from_boxes(CAR, ["car"]), CAMERA, settings, facts)
    by_map, _ = one.cues
    away = math.log(one.high_m / one.depth_m) + math.log(one.low_m / one.depth_m)
    assert 0.05 < by_map.weight < 0.95
    assert away == pytest.approx(by_map.weight * math.log(by_map.depth_m / 2.0))


def test_a_pair_is_pulled_nowhere() -> None:
    pulled = Margins(domains=tuple(DomainMargin(name, (3.0,), (1.3,), pull=Pull(2.0, 0.5)) for name in DOMAINS))
    seen = replace(far(8.0), map_log_sd=0.02)
    found = Detections.from_boxes(CAR, ["vase"])
    (one,) = with_cues([seen], found, CAMERA, parse_cues("depth"), DepthFacts("net", margins=pulled))
    assert one.high_m / one.depth_m == pytest.approx(one.depth_m / one.low_m)
