"""Distances from where objects stand."""

import math

import numpy as np
import pytest

from howfar.ranging.cues.ground_cue import Ground, ground_cues, ground_of
from howfar.ranging.cues.seen import Seen
from howfar.ranging.cues.size_cue import size_cue
from howfar.ranging.cues.sizes import ClassSize
from howfar.scene import Camera, Cue

LEVEL = Camera.from_focal(1000, 800, 500.0)
GROUND = Ground(1.5, 400.0, 2.0)
POST = ClassSize("post", height_m=2.0, log_sd=0.05, on_ground=True)
KITE = ClassSize("kite", height_m=1.0, log_sd=0.1)
UNKNOWN = Cue.unknown("size", "no known size")


def post_at(depth_m: float, horizon_px: float = 400.0, height_m: float = 2.0) -> tuple[float, float, float, float]:
    """The box of a post before a camera 1.5 m above the ground whose horizon is that row."""
    foot, top = (horizon_px + 500 * down / depth_m for down in (1.5, 1.5 - height_m))
    return (480.0, top, 520.0, foot)


def only(box, size=POST, sized=UNKNOWN, ground=GROUND) -> Cue:
    (cue,) = ground_cues([Seen(box, size)], [sized], LEVEL, ground)
    return cue


@pytest.mark.parametrize("depth_m", [3.0, 10.0, 20.0])
def test_a_foot_says_how_far_a_thing_is(depth_m: float) -> None:
    assert only(post_at(depth_m)).depth_m == pytest.approx(depth_m)


def test_far_feet_are_less_sure() -> None:
    spreads = [only(post_at(depth_m)).log_sd for depth_m in (3.0, 10.0, 30.0)]
    assert spreads == sorted(spreads)


@pytest.mark.parametrize(
    ("box", "size", "note"),
    [
        pytest.param((400, 100, 450, 300), POST, "above the horizon", id="a foot above the horizon"),
        pytest.param((400, 100, 450, 400), POST, "above the horizon", id="a foot on the horizon"),
        pytest.param((400, 100, 450, 404), POST, "too near the horizon", id="a foot hardly below it"),
        pytest.param((400, 300, 450, 500), KITE, "not known to stand", id="a class that does not stand"),
        pytest.param((400, 300, 450, 500), None, "not known to stand", id="a class that is not in the table"),
    ],
)
def test_where_the_ground_says_nothing_it_says_why(box, size, note) -> None:
    cue = only(box, size)
    assert not cue.is_known
    assert note in cue.note


def test_a_foot_that_is_cut_off_is_nearer_than_the_ground_at_the_frame() -> None:
    cue = only((400, 100, 450, 800))
    assert not cue.is_known
    assert (cue.at_most_m, cue.note) == (pytest.approx(500 * 1.5 / 400), "its foot is cut by the frame")


def test_a_horizon_within_the_box_is_as_it_should_be() -> None:
    box = post_at(10.0)
    assert box[1] < GROUND.horizon_px < box[3]
    assert only(box).is_known


def test_the_foot_of_a_detectors_box_is_less_sure_than_that_of_a_drawn_one() -> None:
    drawn, found = (ground_cues([Seen(post_at(8.0), POST, s)], [UNKNOWN], LEVEL, GROUND)[0] for s in (0.0, 0.12))
    assert found.depth_m == drawn.depth_m
    assert found.log_sd > drawn.log_sd


CAR = ClassSize("car", height_m=1.5, log_sd=0.1, on_ground=True, overhang_m=0.8)


@pytest.mark.parametrize(
    ("height_log_sd", "nearer_m"),
    [
        pytest.param(0.0, 0.0, id="a box round a cuboid reaches down to its nearest edge"),
        pytest.param(0.12, 0.8 * 0.8, id="a detector's box reaches down to the wheels"),
    ],
)
def test_the_face_of_a_vehicle_is_before_its_wheels(height_log_sd, nearer_m) -> None:
    (cue,) = ground_cues([Seen(post_at(10.0), CAR, height_log_sd)], [UNKNOWN], LEVEL, GROUND)
    assert cue.depth_m == pytest.approx(10.0 - nearer_m)


def pitched(horizon_px: float, depths_m: list[float]) -> tuple[Cue, ...]:
    """Posts before a camera whose horizon is not where it is thought to be."""
    boxes = [post_at(depth_m, horizon_px) for depth_m in depths_m]
    objects = [Seen(box, POST) for box in boxes]
    sized = [size_cue(each, LEVEL, 400.0) for each in objects]
    return ground_cues(objects, sized, LEVEL, ground_of(LEVEL, 1.5, None))


def test_things_of_known_size_show_where_the_horizon_is() -> None:
    alone, among = pitched(415.0, [8.0])[0], pitched(415.0, [8.0, 10.0, 15.0, 20.0, 30.0])[0]
    assert abs(math.log(among.depth_m / 8.0)) < abs(math.log(alone.depth_m / 8.0)) / 3
    assert among.log_sd < alone.log_sd


def test_its_own_size_does_not_count_twice() -> None:
    box = post_at(8.0)
    honest, wrong = (
        ground_cues([Seen(box, POST)], [Cue("size", depth_m, 0.05)], LEVEL, GROUND)[0] for depth_m in (8.0, 4.0)
    )
    assert honest == wrong


def test_one_thing_that_does_not_stand_on_the_ground_does_not_move_the_horizon() -> None:
    boxes = [post_at(depth_m) for depth_m in (8.0, 10.0, 15.0, 20.0, 30.0)]
    lifted = [*boxes[:-1], (480.0, 100.0, 520.0, 300.0)]  # the last is on a balcony
    cues = [
        ground_cues(each, [size_cue(one, LEVEL, 400.0) for one in each], LEVEL, ground_of(LEVEL, 1.5, None))
        for each in ([Seen(box, POST) for box in some] for some in (boxes, lifted))
    ]
    assert cues[1][0].depth_m == pytest.approx(cues[0][0].depth_m, rel=0.03)


def test_the_horizon_is_that_of_the_joint_least_squares_problem() -> None:
    depths, ground = [8.0, 12.0, 20.0], ground_of(LEVEL, 1.5, None)
    boxes = [post_at(depth_m, 403.0) for depth_m in depths]
    objects = [Seen(box, POST) for box in boxes]
    sized = [size_cue(each, LEVEL, 400.0) for each in objects]
    cue = ground_cues(objects, sized, LEVEL, ground)[0]
    drops = np.array([500 * 1.5 / each.depth_m for each in sized[1:]])
    sds = np.hypot(drops * [each.log_sd for each in sized[1:]], math.hypot(0.01 * 500, 1.5))
    rows = np.append([box[3] for box in boxes[1:]] - drops, ground.horizon_px)
    expected = np.polyfit(np.zeros(3), rows, 0, w=1 / np.append(sds, ground.horizon_sd_px))[0]
    assert cue.depth_m == pytest.approx(500 * 1.5 / (boxes[0][3] - expected))


def test_a_given_horizon_is_surer_than_that_of_a_level_camera() -> None:
    assert ground_of(LEVEL, 1.5, 390.0).horizon_sd_px < ground_of(LEVEL, 1.5, None).horizon_sd_px
    assert ground_of(LEVEL, 1.5, 390.0).horizon_px == 390.0
    assert ground_of(LEVEL, 1.5, None).horizon_px == LEVEL.cy_px
