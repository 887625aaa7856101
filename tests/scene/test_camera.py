"""The pinhole camera."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.errors import SettingError
from howfar.scene import Camera
from howfar.scene.lens import Lens

KINECT = Camera(640, 480, 518.8579, 519.46961, 325.58245, 253.73617)


@pytest.mark.parametrize(
    ("camera", "focal_px", "origin"),
    [
        pytest.param(Camera.from_focal(640, 480, 500.0), 500.0, "given", id="focal length in pixels"),
        pytest.param(Camera.from_fov(640, 480, 90.0), 320.0, "given", id="90 degrees across is half the width"),
        pytest.param(Camera.from_focal_35mm(3600, 2400, 50.0), 5000.0, "exif", id="50 mm on a 3:2 sensor of 36 mm"),
        pytest.param(Camera.from_focal_35mm(2400, 3600, 50.0), 5000.0, "exif", id="held upright it is the same lens"),
        pytest.param(Camera.assumed(640, 480), 517.69, "assumed", id="nothing known: 28 mm, near the Kinect's 519 px"),
    ],
)
def test_a_focal_length_can_be_told_in_several_ways(camera: Camera, focal_px: float, origin: str) -> None:
    assert camera.focal_px == pytest.approx(focal_px, rel=1e-4)
    assert (camera.cx_px, camera.cy_px) == (camera.width_px / 2, camera.height_px / 2)
    assert camera.origin == origin


def test_field_of_view_and_focal_length_are_inverse() -> None:
    assert Camera.from_fov(1280, 720, 69.4).fov_deg == pytest.approx(69.4)


@given(
    width=st.integers(8, 5000),
    height=st.integers(8, 5000),
    x=st.floats(0, 1),
    y=st.floats(0, 1),
)
def test_a_resized_picture_is_seen_along_the_same_rays(width: int, height: int, x: float, y: float) -> None:
    resized = KINECT.resized(width, height)
    before = KINECT.ray(x * KINECT.width_px, y * KINECT.height_px)
    assert resized.ray(x * width, y * height) == pytest.approx(before, abs=1e-9)


@given(left=st.integers(0, 600), top=st.integers(0, 400), x=st.floats(0, 39), y=st.floats(0, 39))
def test_a_crop_is_seen_along_the_same_rays(left: int, top: int, x: float, y: float) -> None:
    crop = KINECT.cropped(left, top, left + 40, top + 40)
    assert (crop.width_px, crop.height_px) == (40, 40)
    assert crop.ray(x, y) == pytest.approx(KINECT.ray(x + left, y + top), abs=1e-9)


def test_back_projection_puts_the_principal_point_on_the_axis() -> None:
    camera = Camera.from_focal(4, 2, 2.0)
    points = camera.points_m(np.full((2, 4), 3.0, dtype=np.float32))
    assert points.shape == (2, 4, 3)
    assert points[..., 2] == pytest.approx(3.0)
    assert points[0, :, 0] == pytest.approx([-2.25, -0.75, 0.75, 2.25])
    assert points[:, 0, 1] == pytest.approx([-0.75, 0.75])


def test_back_projection_takes_a_map_of_another_resolution() -> None:
    coarse = KINECT.points_m(np.full((48, 64), 2.0, dtype=np.float32))
    fine = KINECT.points_m(np.full((480, 640), 2.0, dtype=np.float32))
    assert coarse[0, 0] == pytest.approx(fine[:10, :10].mean(axis=(0, 1)), abs=1e-5)


def test_back_projection_keeps_unknown_unknown() -> None:
    assert np.isnan(KINECT.points_m(np.full((2, 2), np.nan, dtype=np.float32))).all()


def test_a_camera_fits_another_resolution_of_the_same_shape() -> None:
    assert KINECT.fitted_to(320, 240).fx_px == pytest.approx(518.8579 / 2)
    assert KINECT.fitted_to(640, 480) is KINECT


@pytest.mark.parametrize(
    ("make", "says"),
    [
        pytest.param(lambda: KINECT.fitted_to(1280, 720), "another aspect ratio", id="a picture of another shape"),
        pytest.param(lambda: Camera.from_focal(640, 480, 0.0), "positive number", id="no focal length"),
        pytest.param(lambda: Camera.from_focal(640, 480, 1e300), "positive number", id="a focal length beyond all"),
        pytest.param(lambda: Camera(640, 480, 500, 500, 1e300, 240), "principal point", id="a middle beyond all"),
        pytest.param(
            lambda: Camera(640, 10**12, 500, 500, 320, 240), "No picture has a side", id="a height beyond all"
        ),
        pytest.param(lambda: Camera.from_focal(640, 480, math.nan), "positive number", id="a focal length that is NaN"),
        pytest.param(lambda: Camera.from_focal(0, 480, 500.0), "at least 1×1", id="a picture without columns"),
        pytest.param(
            lambda: Camera.from_fov(640, 480, 180.0), "between 1 and 179", id="a field of view of 180 degrees"
        ),
        pytest.param(
            lambda: Camera(640, 480, 500, 500, math.inf, 0), "principal point", id="a principal point at infinity"
        ),
        pytest.param(lambda: Lens(KINECT, fov_deg=60.0), "once", id="two cameras at once"),
        pytest.param(lambda: Lens(fov_long_deg=65.0, fov_deg=60.0), "once", id="two fields of view"),
        pytest.param(lambda: Lens(fov_long_deg=0.0).camera_for(4, 3), "longer side's", id="no field of view"),
    ],
)
def test_what_cannot_be_a_camera_is_refused(make, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        make()


TOLD = Camera.from_focal(640, 480, 700.0, origin="exif")


@pytest.mark.parametrize(
    ("lens", "told", "focal_px", "origin"),
    [
        pytest.param(Lens(KINECT), TOLD, KINECT.focal_px, "given", id="a camera file beats the picture's own word"),
        pytest.param(Lens(focal_px=600.0), TOLD, 600.0, "given", id="so does a focal length"),
        pytest.param(Lens(fov_deg=90.0), None, 320.0, "given", id="a field of view alone"),
        pytest.param(Lens(fov_long_deg=90.0), None, 320.0, "given", id="one across the longer side"),
        pytest.param(Lens(fov_diagonal_deg=90.0), None, 400.0, "given", id="one across the diagonal"),
        pytest.param(Lens(), TOLD, 700.0, "exif", id="the picture's own word beats an assumption"),
        pytest.param(Lens(), None, 517.69, "assumed", id="with nothing told a lens is assumed"),
    ],
)
def test_who_says_what_the_camera_is(lens: Lens, told: Camera | None, focal_px: float, origin: str) -> None:
    camera = lens.camera_for(640, 480, told)
    assert camera.focal_px == pytest.approx(focal_px, rel=1e-4)
    assert camera.origin == origin


@pytest.mark.parametrize("size", [(4032, 3024), (3024, 4032)], ids=["lying", "upright"])
@pytest.mark.parametrize(
    "lens",
    [
        pytest.param(Lens(fov_long_deg=67.4), id="across the longer side"),
        pytest.param(Lens(fov_diagonal_deg=79.56), id="across the diagonal"),
    ],
)
def test_a_data_sheets_field_of_view_fits_a_picture_whichever_way_it_lies(size: tuple[int, int], lens: Lens) -> None:
    camera = lens.camera_for(*size)
    assert camera.focal_px == pytest.approx(3024, rel=2e-3)
    assert camera.doubt is None


def test_a_horizontal_field_of_view_of_an_upright_picture_may_be_that_of_the_lying_one() -> None:
    camera = Lens(fov_deg=67.4).camera_for(3024, 4032)
    assert camera.doubt is not None
    assert camera.doubt.is_large
    assert camera.focal_px * camera.doubt.high == pytest.approx(3024, rel=2e-3)
    assert "3024" in camera.doubt.reason
    assert "4032" in camera.doubt.reason
