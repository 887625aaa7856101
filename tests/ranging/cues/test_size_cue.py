"""Distances from the sizes of objects, on boxes whose truth is worked out or rendered."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.ranging.cues.seen import Seen
from howfar.ranging.cues.size_cue import estimate_by_bound, size_cue
from howfar.ranging.cues.sizes import ClassSize, default_sizes
from howfar.scene import Camera, Cue
from tests.ranging.scenes import CAMERA, Block, render

POST = ClassSize("post", height_m=2.0, log_sd=0.05)
CRATE = ClassSize("crate", 1.5, 0.001, 4.0, 1.8, 0.02)
LEVEL = Camera.from_focal(1000, 800, 500.0)
BOX = (400.0, 300.0, 450.0, 500.0)


def test_a_post_is_as_far_as_similar_triangles_say() -> None:
    cue = size_cue(Seen(BOX, POST), LEVEL, 400.0)
    assert cue.depth_m == pytest.approx(500 * 2 / 200)
    assert cue.log_sd == pytest.approx(0.05, abs=0.01)


@pytest.mark.parametrize(
    "eye_m", [pytest.param(1.0, id="taller than the eye"), pytest.param(4.0, id="looked down upon")]
)
@pytest.mark.parametrize("yaw_deg", [0, 30, 90])
@pytest.mark.parametrize("ahead_m", [20.0, 40.0])
def test_the_distance_is_that_of_the_nearest_face(eye_m: float, yaw_deg: float, ahead_m: float) -> None:
    scene = render([Block("crate", (1.8, 1.5, 4.0), (0.0, eye_m, ahead_m), math.radians(yaw_deg))], 0.0)
    found = size_cue(Seen(tuple(scene.boxes_xyxy_px[0].tolist()), CRATE), CAMERA, CAMERA.cy_px)
    # Between its length and its diagonal each width belongs to two angles.
    assert found.depth_m == pytest.approx(scene.nearest_m[0], rel=0.02 if yaw_deg == 0 else 0.07)


def test_a_lamp_overhead_shows_its_far_foot_and_its_near_top() -> None:
    scene = render([Block("crate", (1.8, 1.5, 4.0), (0.0, -1.0, 20.0), 0.0)], 0.0)
    found = size_cue(Seen(tuple(scene.boxes_xyxy_px[0].tolist()), CRATE), CAMERA, CAMERA.cy_px)
    assert found.depth_m == pytest.approx(18.0, rel=0.02)


@pytest.mark.parametrize(
    ("side", "expected_m"),
    [("width", 500 * 0.5 / 50), ("height", 500 * 0.5 / 200), ("longer", 500 * 0.5 / 200)],
)
def test_what_is_seldom_seen_whole_is_as_far_as_its_box_says(side, expected_m) -> None:
    chair = ClassSize("chair", box_m=0.5, box_log_sd=0.4, box_side=side)
    cue = size_cue(Seen(BOX, chair), LEVEL, 400.0)
    assert cue.depth_m == pytest.approx(expected_m)
    assert cue.log_sd == pytest.approx(0.4, abs=0.01)


def test_the_longer_side_of_a_lying_thing_is_its_width() -> None:
    book = ClassSize("book", box_m=0.27, box_log_sd=0.24)
    assert size_cue(Seen((400, 300, 600, 350), book), LEVEL, 400.0).depth_m == pytest.approx(500 * 0.27 / 200)


def test_many_alike_say_little_more_than_a_few() -> None:
    book = ClassSize("book", box_m=0.27, box_log_sd=0.24)
    of_mean = [size_cue(Seen(BOX, book, alike=n), LEVEL, 400.0).log_sd / math.sqrt(n) for n in (1, 2, 5, 20)]
    assert of_mean == sorted(of_mean, reverse=True)
    assert of_mean[-1] == pytest.approx(0.24 * math.sqrt(0.4 + 0.6 / 20), rel=0.01)


@pytest.mark.parametrize(
    "box", [(0, 300, 50, 500), (400, 0, 450, 200), (400, 600, 450, 800), (950, 300, 1000, 500)], ids=str
)
def test_what_the_frame_cuts_is_at_most_as_far_as_a_large_one(box) -> None:
    sofa = ClassSize("sofa", box_m=1.0, box_log_sd=0.3)
    cue = size_cue(Seen(box, sofa), LEVEL, 400.0)
    assert not cue.is_known
    assert cue.at_most_m == pytest.approx(500 * 1.0 * math.exp(0.3) / 200)


@pytest.mark.parametrize(
    ("box", "size", "note"),
    [
        pytest.param(BOX, None, "no known size", id="a class that is not in the table"),
        pytest.param(BOX, ClassSize("dog", on_ground=True), "no known size", id="a class without a height"),
        pytest.param((400, 300, 450, 307), POST, "lower than 8 pixels", id="too low"),
        pytest.param((400, 300, 400, 300), POST, "lower than 8 pixels", id="no pixels at all"),
        pytest.param(
            (400, 300, 407, 305), ClassSize("cup", box_m=0.16, box_log_sd=0.4), "smaller than 8 pixels", id="a far cup"
        ),
    ],
)
def test_where_the_size_says_nothing_it_says_why(box, size, note) -> None:
    cue = size_cue(Seen(box, size), LEVEL, 400.0)
    assert not cue.is_known
    assert note in cue.note
    assert not cue.is_bound


@pytest.mark.parametrize(
    ("box", "size", "note"),
    [
        pytest.param((400, 1, 450, 201), POST, "cut by the frame", id="cut above"),
        pytest.param((400, 15, 450, 215), POST, "cut by the frame", id="so near to the frame that it may be cut"),
        pytest.param((400, 599, 450, 799), POST, "cut by the frame", id="cut below"),
        pytest.param((400, 300, 600, 500), replace(POST, least_ratio=1.4), "not upright", id="lying, or not whole"),
    ],
)
def test_what_is_not_seen_whole_is_at_most_as_far_as_its_size_says(box, size, note) -> None:
    cue = size_cue(Seen(box, size), LEVEL, 400.0)
    assert not cue.is_known
    assert note in cue.note
    assert cue.at_most_m == pytest.approx(500 * 2 / 200)
    assert cue.log_sd == pytest.approx(0.05, abs=0.01)


def test_what_is_looked_down_upon_shows_its_top_too() -> None:
    at_most_m = size_cue(Seen((100, 700, 500, 800), CRATE), LEVEL, 400.0).at_most_m
    assert 500 * 1.5 / 100 < at_most_m < 500 * (1.5 + 4.5 * 0.6) / 100


def test_of_a_long_thing_overhead_the_bound_holds_the_far_end_too() -> None:
    at_most_m = size_cue(Seen((100, 0, 500, 100), CRATE), LEVEL, 400.0).at_most_m
    assert 500 * 1.5 / 100 < at_most_m < 500 * (1.5 + 4.5 * 0.6) / 100


def test_a_bound_alone_suggests_a_distance_that_any_visible_share_would_give() -> None:
    estimate = estimate_by_bound(Cue.bound("size", 6.0, 0.1, "cut"))
    assert (estimate.at_most_m, estimate.note) == (6.0, "cut")
    assert estimate.depth_m * math.exp(-1.28 * estimate.log_sd) * 1.1 > 6.0 / 4
    assert estimate.depth_m * math.exp(1.28 * estimate.log_sd) == pytest.approx(6.0, rel=0.1)


def test_a_box_cut_at_the_side_keeps_its_height() -> None:
    whole = size_cue(Seen((20, 300, 120, 400), CRATE), LEVEL, 400.0)
    cut = size_cue(Seen((0, 300, 100, 400), CRATE), LEVEL, 400.0)
    assert cut.depth_m == pytest.approx(whole.depth_m, rel=0.2)
    assert "at the side" in cut.note


@pytest.mark.parametrize(
    ("origin", "log_sd"), [("given", 0.05), ("exif", math.hypot(0.05, 0.03)), ("assumed", math.hypot(0.05, 0.2))]
)
def test_a_camera_that_is_assumed_is_not_sure_of_sizes(origin, log_sd) -> None:
    cue = size_cue(Seen(BOX, POST), replace(LEVEL, origin=origin), 400.0)
    assert cue.log_sd == pytest.approx(log_sd, abs=0.01)


def test_low_boxes_are_less_sure() -> None:
    spreads = [size_cue(Seen((400, 300, 420, 300 + height), POST), LEVEL, 400.0).log_sd for height in (10, 40, 160)]
    assert spreads == sorted(spreads, reverse=True)
    assert spreads[0] == pytest.approx(math.hypot(0.05, 1.5 * math.sqrt(2) / 10), rel=0.05)


BOXES = st.tuples(st.floats(25, 800), st.floats(17, 600), st.floats(10, 150), st.floats(10, 150)).map(
    lambda box: (box[0], box[1], box[0] + box[2], box[1] + box[3])
)


@given(BOXES, st.floats(0.01, 100))
def test_things_k_times_as_large_are_k_times_as_far(box, k) -> None:
    large = ClassSize("crate", 1.5 * k, 0.1, 4.0 * k, 1.8 * k, 0.1)
    once, scaled = (
        size_cue(Seen(box, replace(large, height_m=1.5, length_m=4.0, width_m=1.8)), LEVEL, 400.0),
        size_cue(Seen(box, large), LEVEL, 400.0),
    )
    assert scaled.depth_m == pytest.approx(once.depth_m * k, rel=1e-3)
    assert scaled.log_sd == pytest.approx(once.log_sd, rel=1e-2)


@given(BOXES)
def test_a_mirrored_picture_gives_the_same_distances(box) -> None:
    x1, y1, x2, y2 = box
    size = ClassSize("crate", 1.5, 0.1, 4.0, 1.8, 0.1)
    there, mirrored = (size_cue(Seen(each, size), LEVEL, 400.0) for each in (box, (1000 - x2, y1, 1000 - x1, y2)))
    assert mirrored.depth_m == pytest.approx(there.depth_m, rel=1e-6)
    assert mirrored.log_sd == pytest.approx(there.log_sd, rel=1e-6)


def test_a_box_of_a_detector_is_as_sure_as_its_detector_is_right() -> None:
    drawn, found = (size_cue(Seen(BOX, POST, log_sd), LEVEL, 400.0) for log_sd in (0.0, 0.12))
    assert found.depth_m == drawn.depth_m
    assert found.log_sd == pytest.approx(math.hypot(drawn.log_sd, 0.12), rel=0.01)


def test_the_face_of_a_vehicle_is_before_the_wheels_that_a_detectors_box_shows() -> None:
    lorry = ClassSize("lorry", height_m=3.0, log_sd=0.01, overhang_m=1.4, length_m=9.0, width_m=2.5)
    box = (440.0, 350.0, 560.0, 470.0)
    drawn, found = (size_cue(Seen(box, lorry, log_sd), LEVEL, 400.0).depth_m for log_sd in (0.0, 1e-6))
    assert drawn == pytest.approx(500 * 3.0 / 120, rel=0.02)
    assert 1.0 < drawn - found <= 1.4


LOW = ClassSize("low", height_m=2.0, log_sd=0.05, share=0.5)
TRUCK = ClassSize("truck", kinds=(LOW, replace(LOW, name="high", height_m=4.0)))


@pytest.mark.parametrize(
    ("other", "low", "high"),
    [
        pytest.param(None, 5.0, 10.0, id="without another cue both are held"),
        pytest.param(Cue("ground", 5.2, 0.1), 4.5, 5.5, id="the ground tells that it is the low kind"),
        pytest.param(Cue("depth", 9.5, 0.15), 9.0, 11.0, id="the map tells that it is the high kind"),
        pytest.param(Cue("depth", 7.0, 0.8), 5.0, 10.0, id="a cue that is not sure tells nothing"),
    ],
)
def test_the_other_cues_tell_the_kinds_of_a_class_apart(other, low, high) -> None:
    cue = size_cue(Seen(BOX, TRUCK), LEVEL, 400.0, other)
    assert low <= cue.depth_m <= high
    held = [cue.depth_m * math.exp(sds * cue.log_sd) for sds in (-1.2816, 1.2816)]
    assert (held[0] < 5.1 and held[1] > 9.8) == (high - low > 2)


def test_the_shape_of_the_box_tells_the_kinds_of_a_class_apart() -> None:
    truck = default_sizes().find("truck")
    across, ahead = (size_cue(Seen(box, truck), LEVEL, 400.0) for box in ((300, 380, 590, 480), (400, 300, 480, 405)))
    assert across.log_sd < 0.3
    assert 500 * 1.9 / 100 < across.depth_m < 500 * 3.4 / 100
    assert ahead.depth_m > 500 * 2.6 / 105


def test_a_cut_object_of_several_kinds_is_at_most_as_far_as_the_highest() -> None:
    assert size_cue(Seen((400, 600, 450, 800), TRUCK), LEVEL, 400.0).at_most_m == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("height_log_sd", "other", "low", "high"),
    [
        pytest.param(0.12, Cue("depth", 5.2, 0.2), 4.7, 5.1, id="a box that the map agrees with is whole"),
        pytest.param(0.12, Cue("depth", 2.2, 0.15), 2.4, 3.7, id="one that it puts much nearer is partly hidden"),
        pytest.param(0.12, Cue("depth", 9.0, 0.15), 4.5, 5.1, id="one that it puts farther is not"),
        pytest.param(0.0, Cue("depth", 2.2, 0.15), 4.99, 5.01, id="the box of a cuboid is whole"),
    ],
)
def test_the_other_cues_tell_whether_a_part_is_hidden(height_log_sd, other, low, high) -> None:
    alone, told = (size_cue(Seen(BOX, POST, height_log_sd), LEVEL, 400.0, each) for each in (None, other))
    assert alone.depth_m == pytest.approx(5.0)
    assert low < told.depth_m < high
    assert told.log_sd >= 0.99 * alone.log_sd
