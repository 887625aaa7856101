"""What is known of each object."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.synth.assembly import assemble
from howfar.synth.objects import SeenObject, seen_objects, upright_box
from howfar.synth.views import see
from howfar.synth.world import Body
from tests.synth.worlds import CAMERA, block, world

pytest.importorskip("embreex", reason="needs the extra `synth`")

TARGET = block("box", (0, 4.5, 0), (2, 1, 2))
"""Its face is 4 m away and 20 by 20 pixels large, in the middle of the picture."""


def known(*bodies: Body) -> list[SeenObject]:
    assembly = assemble(world(*bodies, block("", (0, 9, 0), (40, 0.1, 40))))
    return seen_objects(assembly, see(assembly, CAMERA, 0.1), CAMERA)


@pytest.mark.parametrize(
    ("covered", "level"),
    [(0, 0), (1, 0), (2, 0), (3, 1), (10, 1), (11, 2), (18, 2)],
    ids=lambda value: str(value),
)
def test_the_level_of_occlusion_is_the_visible_share(covered: int, level: int) -> None:
    # At 2 m a pixel measures 5 cm; the cover hides `covered` of the target's 20 columns, from the left.
    right_m = (-10 + covered) * 0.05
    cover = block("cover", (right_m - 0.5, 2.005, 0), (1.0, 0.01, 2.0))
    (target,) = [body for body in known(cover, TARGET) if body.name == "box"]
    assert target.visible_share == pytest.approx(1 - covered / 20)
    assert target.occlusion == level
    assert target.visible_box_px == (14 + covered, 8, 34, 28)
    assert target.whole_box_px == (14, 8, 34, 28)
    assert target.pixels == (20 - covered) * 20


def test_the_whole_object_is_known_in_both_pictures() -> None:
    """Its face is 4 m away: 2 m are 20 px there, and a baseline of 0.1 m is 1 px."""
    cover = block("cover", (-0.75, 2.005, 0), (1.0, 0.01, 2.0))
    assembly = assemble(world(cover, TARGET, block("", (0, 9, 0), (40, 0.1, 40))))
    seen = seen_objects(assembly, see(assembly, CAMERA, 0.1), CAMERA, 0.1)
    (target,) = [each for each in seen if each.name == "box"]
    assert target.reach_px == pytest.approx((14, 8, 34, 28), abs=1e-3)
    assert target.right_reach_px == pytest.approx((13, 8, 33, 28), abs=1e-3)


def test_without_a_second_camera_there_is_no_second_box() -> None:
    assert all(each.right_reach_px is None for each in known(TARGET))


def test_distances_are_those_of_what_is_seen() -> None:
    (target,) = known(TARGET)
    assert target.depth_m == pytest.approx(4.0)
    assert target.nearest_m == pytest.approx(4.0)
    assert target.solid.foot_m == pytest.approx((0, 1, 4.5))
    assert (target.solid.height_m, target.solid.width_m, target.solid.length_m) == pytest.approx((2, 1, 2))


@pytest.mark.parametrize(
    ("x_m", "share"), [(0.0, 0.0), (2.4, 0.5), (-2.4, 0.5), (2.9, 0.75)], ids=["inside", "right", "left", "mostly out"]
)
def test_what_lies_outside_the_picture_is_truncated(x_m: float, share: float) -> None:
    (target,) = known(block("box", (x_m, 4.0005, 0), (2, 0.001, 2)))
    assert target.truncated == pytest.approx(share, abs=0.01)


def test_an_object_beside_the_camera_is_known_all_the_same() -> None:
    (wall,) = [body for body in known(block("box", (1.2, 2, 0), (1, 8, 1)), TARGET) if body.solid.width_m > 7]
    assert wall.truncated == 1
    assert 0 < wall.visible_share <= 1


@pytest.mark.parametrize("body", [block("hidden", (0, 6, 0), (1, 1, 1)), block("small", (-1.8, 6, 0), (0.4, 0.4, 0.4))])
def test_what_is_hardly_seen_is_left_out(body: Body) -> None:
    assert [one.name for one in known(body, TARGET)] == ["box"]


@given(
    st.floats(-math.pi, math.pi),
    st.tuples(*[st.floats(0.1, 5)] * 3),
    st.tuples(st.floats(-9, 9), st.floats(-2, 2), st.floats(1, 50)),
)
def test_the_box_of_a_turned_box_is_itself(
    turn: float, size_m: tuple[float, float, float], middle_m: tuple[float, float, float]
) -> None:
    length, width, height = size_m
    sine, cosine = math.sin(turn), math.cos(turn)
    # KITTI: at 0 the length lies along X; turning is about Y, which points down.
    frame = np.array([[cosine, sine, 0], [0, 0, -1], [-sine, cosine, 0]])
    signs = np.array([(a, b, c) for a in (-0.5, 0.5) for b in (-0.5, 0.5) for c in (-0.5, 0.5)])
    points = (signs * size_m) @ frame.T + middle_m
    solid = upright_box(points, frame)
    assert (solid.length_m, solid.width_m, solid.height_m) == pytest.approx((length, width, height))
    assert solid.foot_m == pytest.approx((middle_m[0], middle_m[1] + height / 2, middle_m[2]), abs=1e-9)
    assert math.cos(solid.rotation_y_rad - turn) == pytest.approx(1)
