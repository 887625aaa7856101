"""From boxes and a depth map to distances."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.ranging import measure, method_names, parse_method
from howfar.ranging.methods.foreground import Foreground
from howfar.scene import Camera, DepthMap, Distance, StereoRig

CAMERA = Camera.from_focal(640, 480, 500.0)
METHODS = [*(name for name in method_names() if ":" not in name), "percentile:40"]


def distance(depth: DepthMap, box, method: str = "median", camera: Camera = CAMERA) -> Distance:
    (one,) = measure(depth, np.array([box], dtype=np.float32), camera, parse_method(method))
    return one


def flat(depth_m: float, shape=(128, 160)) -> DepthMap:
    return DepthMap(np.full(shape, depth_m), "metres")


def test_a_box_in_the_middle_lies_on_the_axis() -> None:
    seen = distance(flat(3.0), (300, 220, 340, 260))
    assert seen.depth_m == seen.range_m == 3.0
    assert seen.position_m == pytest.approx((0.0, 0.0, 3.0))
    assert seen.valid_share == 1.0
    assert not seen.mixed
    assert seen.reason == ""


def test_off_the_axis_the_straight_line_is_longer() -> None:
    seen = distance(flat(2.0), (600, 220, 640, 260))
    x = (620 - 320) / 500 * 2.0
    assert seen.position_m == pytest.approx((x, 0.0, 2.0))
    assert seen.range_m == pytest.approx(math.hypot(x, 2.0))


def test_the_position_is_that_of_the_region_measured_not_of_the_box() -> None:
    cut = distance(flat(2.0), (560, 220, 700, 260))
    assert cut.region_xyxy_px == pytest.approx((560, 217.5, 640, 262.5))
    assert cut.position_m[0] == pytest.approx((600 - 320) / 500 * 2.0)


def test_the_position_lies_on_the_cameras_ray_whatever_the_camera() -> None:
    camera = Camera(640, 480, 500.0, 400.0, 300.0, 260.0)
    seen = distance(flat(2.0), (500, 360, 600, 435), camera=camera)
    x, y, _ = camera.ray(550, 397.5)
    assert seen.position_m == pytest.approx((2.0 * x, 2.0 * y, 2.0))
    assert seen.range_m == pytest.approx(2.0 * math.sqrt(x * x + y * y + 1))


def test_disparity_ends_in_metres() -> None:
    depth = DepthMap(np.full((48, 64), 25.0), "disparity_px", stereo=StereoRig(500.0, 0.1))
    assert distance(depth, (10, 10, 100, 100)).depth_m == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("depth", "box", "reason"),
    [
        pytest.param(flat(2.0), (700, 10, 800, 100), "outside the picture", id="a box outside the picture"),
        pytest.param(flat(2.0), (-50, -50, -10, -10), "outside the picture", id="a box above and left of it"),
        pytest.param(flat(math.nan), (10, 10, 100, 100), "no usable depth", id="NaN in the whole box"),
        pytest.param(flat(0.0), (10, 10, 100, 100), "no usable depth", id="zero in the whole box"),
        pytest.param(flat(math.inf), (10, 10, 100, 100), "no usable depth", id="infinity in the whole box"),
        pytest.param(
            DepthMap(np.ones((4, 4)), "relative_inverse"), (10, 10, 100, 100), "relative", id="a relative map"
        ),
    ],
)
@pytest.mark.parametrize("method", METHODS)
def test_no_metre_is_made_up(depth: DepthMap, box, reason: str, method: str) -> None:
    seen = distance(depth, box, method)
    assert not seen.is_known
    assert math.isnan(seen.range_m)
    assert all(math.isnan(v) for v in seen.position_m)
    assert reason in seen.reason


def right_half(crops: np.ndarray) -> np.ndarray:
    """Takes the right half of what it is shown for the object."""
    return np.broadcast_to(np.arange(8) >= 4, (len(crops), 8, 8)).astype(np.float32)


def test_weights_cover_the_box_and_its_margin_in_pixels_of_the_picture() -> None:
    boxes = np.array([[300, 220, 340, 260], [700, 10, 800, 100], [-40, 200, 40, 280]], np.float32)
    middle, outside, cut = measure(flat(3.0), boxes, CAMERA, Foreground(right_half, 8, 0.25))
    assert middle.weights is not None
    assert cut.weights is not None
    assert middle.weights.xyxy_px == pytest.approx((290, 210, 350, 270))
    assert cut.weights.xyxy_px == pytest.approx((-60, 180, 60, 300)), "beyond the picture, where nothing counts"
    assert middle.weights.values[0].tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert outside.weights is None
    assert middle.weights.values.base is cut.weights.values.base, "one array for all, not a copy each"


def test_a_statistic_of_the_box_has_no_weights() -> None:
    assert distance(flat(3.0), (300, 220, 340, 260)).weights is None


def test_no_boxes_no_distances() -> None:
    assert measure(flat(1.0), np.empty((0, 4), np.float32), CAMERA, parse_method("median")) == ()


@pytest.mark.parametrize("method", METHODS)
@given(seed=st.integers(0, 50), factor=st.sampled_from([0.5, 2.0, 4.0]))
def test_depth_times_k_gives_distance_times_k(method: str, seed: int, factor: float) -> None:
    values = np.random.default_rng(seed).uniform(0.5, 8.0, (24, 32)).astype(np.float32)
    box = (100.0, 60.0, 420.0, 333.0)
    once = distance(DepthMap(values, "metres"), box, method)
    scaled = distance(DepthMap(values * np.float32(factor), "metres"), box, method)
    assert scaled.depth_m == pytest.approx(factor * once.depth_m, rel=1e-5)
    assert scaled.range_m == pytest.approx(factor * once.range_m, rel=1e-5)


@pytest.mark.parametrize("method", METHODS)
@given(seed=st.integers(0, 50), left=st.integers(0, 300), width=st.integers(20, 300))
def test_a_mirrored_picture_gives_a_mirrored_position(method: str, seed: int, left: int, width: int) -> None:
    values = np.random.default_rng(seed).uniform(0.5, 8.0, (24, 32)).astype(np.float32)
    seen = distance(DepthMap(values, "metres"), (left, 60, left + width, 300), method)
    mirrored = distance(DepthMap(values[:, ::-1], "metres"), (640 - left - width, 60, 640 - left, 300), method)
    assert mirrored.depth_m == pytest.approx(seen.depth_m, rel=1e-6)
    assert mirrored.position_m[0] == pytest.approx(-seen.position_m[0], abs=1e-6)
