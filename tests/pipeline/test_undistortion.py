"""Taking the distortion out, against pictures rendered through a known lens and through none."""

import numpy as np
import pytest

from howfar import Rangefinder
from howfar.errors import SettingError
from howfar.pipeline.undistortion import (
    camera_from_matrix,
    camera_matrix,
    undistort,
    undistorted_frame,
    undistorted_points,
)
from howfar.scene import Camera, DepthMap
from howfar.scene.calibration import Calibration, Distortion, FisheyeDistortion, RationalDistortion
from howfar.scene.frame import Frame
from howfar.scene.lens import Lens
from tests.calibration import rendered
from tests.pipeline.stand_ins import Sees

CAMERA = Camera(rendered.WIDTH, rendered.HEIGHT, rendered.FX, rendered.FY, rendered.CX, rendered.CY)
NONE = (0.0, 0.0, 0.0, 0.0, 0.0)
PINCUSHION = (0.2, 0.02, -0.001, 0.002, 0.01)


@pytest.mark.parametrize(
    "bent", [pytest.param(rendered.BARREL, id="a barrel"), pytest.param(PINCUSHION, id="a pincushion")]
)
def test_an_undistorted_picture_is_the_one_that_a_pinhole_camera_takes(bent: tuple[float, ...]) -> None:
    pose = rendered.POSES[5]
    straight = undistort(rendered.photo(pose, bent), CAMERA, Distortion(*bent)).astype(float)
    pinhole = rendered.photo(pose, NONE).astype(float)
    middle = np.s_[60:-60, 80:-80]
    assert np.abs(straight - pinhole)[middle].mean() < 2.0
    assert np.abs(np.roll(straight, 1, axis=1) - pinhole)[middle].mean() > 4.0, "one pixel off would show"


@pytest.mark.parametrize(
    "bent", [pytest.param(rendered.BARREL, id="a barrel"), pytest.param(PINCUSHION, id="a pincushion")]
)
def test_points_go_where_a_pinhole_camera_sees_them(bent: tuple[float, ...]) -> None:
    points = np.stack(np.meshgrid(np.linspace(-0.4, 0.4, 9), np.linspace(-0.3, 0.3, 7))).reshape(2, -1)
    got = undistorted_points(rendered.seen_px(points, bent).T, CAMERA, Distortion(*bent))
    assert pytest.approx(rendered.seen_px(points, NONE), abs=0.01) == got.T


def test_opencv_counts_pixels_from_their_middle_and_howfar_from_their_corner() -> None:
    matrix = camera_matrix(CAMERA)
    assert matrix.tolist() == [[400.0, 0, 245.5], [0, 404.0, 175.0], [0, 0, 1]]
    assert camera_from_matrix(matrix, rendered.WIDTH, rendered.HEIGHT) == CAMERA


def test_no_distortion_leaves_a_picture_as_it_is() -> None:
    image = rendered.photo(rendered.POSES[0])
    assert (undistort(image, CAMERA, Distortion(0.0, 0.0)) == image).all()


def test_a_picture_of_another_resolution_is_undistorted_the_same() -> None:
    image = rendered.photo(rendered.POSES[5])
    lens = Lens(Calibration(CAMERA, Distortion(*rendered.BARREL)))
    half = image.reshape(rendered.HEIGHT // 2, 2, rendered.WIDTH // 2, 2, 3).mean(axis=(1, 3)).astype(np.uint8)
    whole, small = (
        undistorted_frame(
            Frame(each, "photo"), lens.camera_for(each.shape[1], each.shape[0]), lens.distortion
        ).image.astype(float)
        for each in (image, half)
    )
    expected = whole.reshape(rendered.HEIGHT // 2, 2, rendered.WIDTH // 2, 2, 3).mean(axis=(1, 3))
    assert np.abs(small - expected).mean() < 2.0


def test_corners_that_the_lens_has_not_seen_are_black() -> None:
    white = np.full((rendered.HEIGHT, rendered.WIDTH, 3), 255, dtype=np.uint8)
    straight = undistort(white, CAMERA, Distortion(*PINCUSHION))
    assert (straight[0, 0] == 0).all()
    assert (straight[180, 240] == 255).all()


def test_without_a_distortion_the_picture_itself_comes_back_with_its_camera() -> None:
    frame = Frame(rendered.photo(rendered.POSES[0]), "photo")
    straight = undistorted_frame(frame, CAMERA, None)
    assert straight.image is frame.image
    assert straight.camera is CAMERA
    assert not straight.undistorted


BENT = Lens(Calibration(CAMERA, Distortion(*rendered.BARREL)))


def test_a_frame_that_was_undistorted_is_marked_and_so_is_its_scene() -> None:
    frame = Frame(rendered.photo(rendered.POSES[0]), "photo", index=7)
    assert not frame.undistorted
    straight = undistorted_frame(frame, CAMERA, Distortion(*rendered.BARREL))
    assert (straight.undistorted, straight.index, straight.source) == (True, 7, "photo")
    seer = Sees()
    view = Rangefinder.of(seer, BENT).look(frame)
    ((shown, _),) = seer.asked
    assert (shown.undistorted, view.undistorted) == (True, True)
    assert (shown.image == straight.image).all()
    assert view.image is shown.image
    assert not Rangefinder.of(seer, Lens(CAMERA)).look(frame).undistorted


@pytest.mark.parametrize("name", ["depth", "depth_points"], ids=["a map", "points"])
def test_depths_of_ones_own_do_not_belong_to_an_undistorted_frame(name: str) -> None:
    own = DepthMap(np.ones((rendered.HEIGHT, rendered.WIDTH)), "metres")
    frame = Frame(rendered.photo(rendered.POSES[0]), "photo", **{name: own})
    with pytest.raises(SettingError, match="belongs to the picture as it was taken"):
        Rangefinder.of(Sees(), BENT).prepared(frame)
    assert getattr(Rangefinder.of(Sees(), Lens(CAMERA)).prepared(frame), name) is own


def test_a_pair_is_not_undistorted_by_one_lens() -> None:
    image = rendered.photo(rendered.POSES[0])
    with pytest.raises(SettingError, match="rectify the pair first"):
        Rangefinder.of(Sees(), BENT).prepared(Frame(image, "pair", right=image))


TURNED = {5: lambda a: a.swapaxes(0, 1), 6: lambda a: np.rot90(a, -1), 7: lambda a: np.rot90(a, 2).swapaxes(0, 1)} | {
    8: np.rot90
}


@pytest.mark.parametrize("orientation", TURNED)
def test_a_turned_calibration_straightens_the_turned_picture(orientation: int) -> None:
    bent = Distortion(-0.2, 0.05, 0.01, -0.02, 0.01)
    image = rendered.photo(rendered.POSES[5])
    wanted = TURNED[orientation](undistort(image, CAMERA, bent))
    known = Calibration(CAMERA, bent).turned(orientation)
    assert (known.camera.width_px, known.camera.height_px) == wanted.shape[1::-1]
    straight = undistort(np.ascontiguousarray(TURNED[orientation](image)), known.camera, known.distortion)
    assert np.abs(straight.astype(float) - wanted)[4:-4, 4:-4].mean() < 0.5


@pytest.mark.parametrize("orientation", [6, 8])
def test_a_camera_file_of_lying_pictures_fits_an_upright_one_as_its_exif_data_turn_it(orientation: int) -> None:
    image = np.full((rendered.WIDTH, rendered.HEIGHT, 3), 50, np.uint8)
    finder = Rangefinder.of(Sees(), Lens(Calibration(CAMERA, Distortion(-0.2, 0.05))))
    view = finder.look(Frame(image, "upright", orientation=orientation))
    assert view.camera == CAMERA.turned(orientation)
    assert view.undistorted
    with pytest.raises(SettingError, match="another aspect ratio"):
        finder.look(Frame(image, "nobody says how it was turned"))


def test_a_camera_file_of_upright_pictures_fits_upright_pictures_whatever_turned_them() -> None:
    upright = CAMERA.turned(6)
    image = np.full((upright.height_px, upright.width_px, 3), 50, np.uint8)
    assert Rangefinder.of(Sees(), Lens(upright)).look(Frame(image, "upright", orientation=6)).camera == upright


FISHEYE = FisheyeDistortion(0.05, -0.01, 0.002, -0.0005)


def test_points_of_a_fisheye_go_where_a_pinhole_camera_sees_them() -> None:
    x, y = np.meshgrid(np.linspace(-0.9, 0.9, 9), np.linspace(-0.8, 0.8, 8))  # to 50 degrees off the axis
    slope = np.hypot(x, y)
    angle = np.arctan(slope)
    bent = angle * (1 + sum(k * angle ** (2 * n) for n, k in enumerate((0.05, -0.01, 0.002, -0.0005), 1))) / slope
    focal, centre = np.array([CAMERA.fx_px, CAMERA.fy_px]), np.array([CAMERA.cx_px, CAMERA.cy_px])
    seen = np.stack([x * bent, y * bent], axis=-1).reshape(-1, 2) * focal + centre
    got = undistorted_points(seen, CAMERA, FISHEYE)
    assert got == pytest.approx(np.stack([x, y], axis=-1).reshape(-1, 2) * focal + centre, abs=0.01)


def test_points_of_a_rational_lens_go_where_a_pinhole_camera_sees_them() -> None:
    k1, k2, p1, p2, k3, k4, k5, k6 = numbers = (0.4, 0.1, 0.001, -0.002, 0.02, 0.6, 0.2, 0.03)
    x, y = np.stack(np.meshgrid(np.linspace(-0.6, 0.6, 9), np.linspace(-0.4, 0.4, 7))).reshape(2, -1)
    r2 = x**2 + y**2
    radial = (1 + k1 * r2 + k2 * r2**2 + k3 * r2**3) / (1 + k4 * r2 + k5 * r2**2 + k6 * r2**3)
    seen_x = x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x**2)
    seen_y = y * radial + p1 * (r2 + 2 * y**2) + 2 * p2 * x * y
    seen = np.stack([rendered.FX * seen_x + rendered.CX, rendered.FY * seen_y + rendered.CY], axis=1)
    got = undistorted_points(seen, CAMERA, RationalDistortion(*numbers))
    assert got == pytest.approx(rendered.seen_px(np.stack([x, y]), NONE).T, abs=0.01)


def test_a_fisheyes_picture_is_straightened_by_its_own_model() -> None:
    image = np.zeros((CAMERA.height_px, CAMERA.width_px, 3), np.uint8)
    seen = np.array([[60.0, 80.0]])
    image[78:82, 58:62] = 255
    (x, y) = undistorted_points(seen, CAMERA, FISHEYE)[0]
    rows, columns = np.nonzero(undistort(image, CAMERA, FISHEYE)[..., 0] > 128)
    assert (columns.mean() + 0.5, rows.mean() + 0.5) == pytest.approx((x, y), abs=1.0)
    (as_brown,) = undistorted_points(seen, CAMERA, Distortion(0.05, -0.01))
    assert np.hypot(*(as_brown - (x, y))) > 5, "the same numbers in the other model would show"


def test_intrinsics_without_a_size_fit_the_picture_whose_middle_they_have() -> None:
    known = Calibration(CAMERA, size_known=False)
    finder = Rangefinder.of(Sees(), Lens(known))
    image = np.full((CAMERA.height_px + 6, CAMERA.width_px - 4, 3), 50, np.uint8)
    camera = finder.look(Frame(image, "first")).camera
    assert (camera.width_px, camera.fx_px, camera.cx_px) == (image.shape[1], CAMERA.fx_px, CAMERA.cx_px)
    with pytest.raises(SettingError, match="pictures of one size"):
        finder.look(Frame(image[::2, ::2], "half of it"))
    with pytest.raises(SettingError, match="far from the middle"):
        Rangefinder.of(Sees(), Lens(known)).look(Frame(image[::2, ::2], "half of it"))
