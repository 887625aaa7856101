"""The truth of the left-hand picture, against planes worked out by hand and a caster of rays that tries everything."""

import math
from dataclasses import replace

import numpy as np
import pytest

from howfar.synth.assembly import Assembly, assemble
from howfar.synth.materials import GLASS, MIRROR, Material
from howfar.synth.seats import chair
from howfar.synth.streets import street
from howfar.synth.views import RightView, Views, rays_of, see
from howfar.synth.world import Eye, World
from tests.synth.worlds import CAMERA, block, nearest_m, world

pytest.importorskip("embreex", reason="needs the extra `synth`")

BASELINE_M = 0.2
RED = Material((0.9, 0.02, 0.02), grain=0.0)


def right_of(views: Views) -> RightView:
    assert views.right is not None
    return views.right


def seen(of: World) -> tuple[Assembly, Views]:
    assembly = assemble(of)
    return assembly, see(assembly, CAMERA, BASELINE_M)


def chairs() -> World:
    """Two hollow chairs in front of a wall, and a room's corner that the camera looks into askew."""
    rng = np.random.default_rng(3)
    return world(
        chair(rng).at(-0.3, 1.6, -0.8, 0.4),
        chair(rng).at(0.3, 2.2, -0.8, 2.0),
        block("", (0, 3.0, 0), (8, 0.1, 8), yaw_rad=0.5),
        eye=Eye((0.1, 0.0, 0.2), 0.05, -0.2, 0.1),
    )


def test_the_face_of_a_box_is_where_it_was_put() -> None:
    _, views = seen(world(block("box", (0, 3, 0), (20, 1, 20))))
    np.testing.assert_allclose(views.depth_m, 2.5, atol=1e-9)
    np.testing.assert_allclose(right_of(views).disparity_px, CAMERA.fx_px * BASELINE_M / 2.5, atol=1e-9)


def test_a_floor_lies_where_geometry_says() -> None:
    pitch, height_m = -0.6, 1.5
    _, views = seen(world(block("", (0, 0, -0.5), (200, 200, 1)), eye=Eye((0, 0, height_m), 0.3, pitch)))
    y = (np.arange(CAMERA.height_px) + 0.5 - CAMERA.cy_px) / CAMERA.fy_px
    # A ray (x, y, 1) goes down by y·cos − sin of the pitch for each metre of depth.
    expected_m = height_m / (y * math.cos(pitch) - math.sin(pitch))
    np.testing.assert_allclose(views.depth_m, np.repeat(expected_m[:, None], CAMERA.width_px, axis=1), rtol=1e-9)


def test_a_road_bends_and_rises_with_the_square_of_the_way() -> None:
    post = block("pole", (0, 40, 0), (10, 0.001, 10))
    made = world(post, block("", (0, 90, 0), (400, 0.1, 400)))
    straight = see(assemble(made), CAMERA, 0)
    curved = see(assemble(replace(made, bend_per_m=0.002, rise_per_m=-0.001)), CAMERA, 0)
    (rows, columns), (moved_rows, moved_columns) = (np.nonzero(one.instances == 1) for one in (straight, curved))
    assert moved_columns.mean() - columns.mean() == pytest.approx(CAMERA.fx_px * 0.002 * 40, abs=0.5)
    assert moved_rows.mean() - rows.mean() == pytest.approx(CAMERA.fy_px * 0.001 * 40, abs=0.5)
    np.testing.assert_allclose(
        curved.depth_m[curved.instances == 1], straight.depth_m[straight.instances == 1][0], rtol=1e-3
    )


def test_depth_is_that_of_the_nearest_of_all_triangles() -> None:
    assembly, views = seen(chairs())
    expected_m = nearest_m(assembly.corners_m, np.zeros(3), rays_of(CAMERA)).reshape(views.depth_m.shape)
    off_m = np.abs(views.depth_m - expected_m)
    # Embree's single precision may take the other side of an edge that a ray just touches.
    assert np.count_nonzero(off_m > 1e-4) <= 2
    assert 20 < np.count_nonzero(views.instances == 1) < 600


def test_disparity_leads_to_the_same_point_where_it_is_not_hidden() -> None:
    assembly, views = seen(chairs())
    rays = rays_of(CAMERA).reshape(CAMERA.height_px, CAMERA.width_px, 3)
    moved = rays - np.stack(
        [right_of(views).disparity_px / CAMERA.fx_px, 0 * views.depth_m, 0 * views.depth_m], axis=-1
    )
    right_m = nearest_m(assembly.corners_m, np.array([BASELINE_M, 0, 0]), moved.reshape(-1, 3))
    right_m = right_m.reshape(views.depth_m.shape)
    columns = np.arange(CAMERA.width_px) + 0.5
    outside = columns - right_of(views).disparity_px < 0
    np.testing.assert_array_equal(right_of(views).hidden & outside, outside)
    same = np.abs(right_m - views.depth_m) < 1e-3
    assert np.count_nonzero(same[~right_of(views).hidden]) >= 0.998 * np.count_nonzero(~right_of(views).hidden)
    behind = right_of(views).hidden & ~outside
    assert np.count_nonzero(behind) > 30
    assert (right_m[behind] <= views.depth_m[behind] + 1e-3).all()


def test_the_sky_has_no_depth() -> None:
    _, views = seen(world(block("box", (0, 3, -5), (2, 1, 10))))
    upper = views.depth_m[: CAMERA.height_px // 2]
    assert np.isnan(upper).all()
    assert np.isnan(right_of(views).disparity_px[: CAMERA.height_px // 2]).all()
    assert right_of(views).hidden[: CAMERA.height_px // 2].all()


@pytest.mark.parametrize("material", [GLASS, MIRROR], ids=["glass", "mirror"])
def test_a_pane_is_where_its_surface_is(material: Material) -> None:
    pane = block("pane", (0, 2, 0), (20, 0.02, 20), material)
    _, views = seen(world(pane, block("wall", (0, 4, 0), (20, 0.1, 20))))
    np.testing.assert_allclose(views.depth_m, 1.99, atol=1e-9)
    assert (views.instances == 1).all()


def test_glass_shows_what_is_behind_and_a_mirror_what_is_before() -> None:
    behind, before = block("", (0, 4, 0), (20, 0.1, 20), RED), block("", (0, -2, 0), (20, 0.1, 20), RED)
    for pane, wall in ((GLASS, behind), (MIRROR, before)):
        _, views = seen(world(block("pane", (0, 2, 0), (20, 0.02, 20), pane), wall))
        middle = views.left[CAMERA.height_px // 2, CAMERA.width_px // 2]
        assert middle[0] > 5 * middle[1], pane.surface.name


def test_the_right_hand_picture_is_the_left_one_of_a_camera_further_right() -> None:
    made = chairs()
    _, views = seen(made)
    step = np.linalg.inv(made.eye.rotation) @ (BASELINE_M, 0, 0)
    moved = Eye(tuple(np.add(made.eye.position_m, step)), made.eye.yaw_rad, made.eye.pitch_rad, made.eye.roll_rad)
    _, further = seen(World(made.bodies, made.lights, made.ambient, moved))
    off = np.abs(right_of(views).light - further.left).max(axis=2)
    assert np.count_nonzero(off > 0.02) < 0.02 * off.size


def test_a_street_is_seen_within_its_bounds() -> None:
    _, views = seen(street(np.random.default_rng(1)))
    known_m = views.depth_m[np.isfinite(views.depth_m)]
    assert known_m.min() > 0.3
    assert known_m.max() < 255
