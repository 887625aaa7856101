"""Rectifying a pair, against pictures of the same points through cameras that are turned and bent."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.pipeline.rectification import rectified_pair
from howfar.scene import Camera, DepthMap
from howfar.scene.calibration import Distortion, FisheyeDistortion, RationalDistortion
from howfar.scene.frame import Frame
from howfar.scene.stereo_calibration import StereoCalibration
from howfar.stereo.pair_check import check_pair
from tests.stereo import spoiled

LEFT = Camera(640, 480, 520.0, 522.0, 325.0, 236.0)
RIGHT = Camera(640, 480, 515.0, 516.0, 312.0, 247.0)
TURN = cv2.Rodrigues(np.radians([1.2, -1.5, 0.8]))[0]
SHIFT = np.array([-0.12, 0.004, -0.002])
BARREL, OTHER_BARREL = Distortion(-0.25, 0.07, 0.0005, -0.001), Distortion(-0.22, 0.05)
FISHEYE = FisheyeDistortion(0.1, -0.02)
TOED_IN = StereoCalibration(LEFT, RIGHT, BARREL, OTHER_BARREL, TURN, SHIFT)

ACROSS, DOWN = (places.ravel() for places in np.meshgrid((-0.45, -0.15, 0.2, 0.4), (-0.3, 0.0, 0.28)))
POINTS_M = np.stack([ACROSS, DOWN, 1.12 + 0.4 * np.abs(ACROSS) + 0.3 * DOWN], axis=1)
"""Points in the left-hand camera's coordinates."""


def seen_px(points_m: np.ndarray, camera: Camera, distortion) -> np.ndarray:
    """N×2: where a camera sees points, from the outer corner of the first pixel."""
    matrix = np.array([[camera.fx_px, 0, camera.cx_px], [0, camera.fy_px, camera.cy_px], [0, 0, 1]])
    still = np.zeros(3)
    if isinstance(distortion, FisheyeDistortion):
        numbers = np.array([distortion.k1, distortion.k2, distortion.k3, distortion.k4])
        return cv2.fisheye.projectPoints(points_m[:, None], still, still, matrix, numbers)[0].reshape(-1, 2)
    numbers = [distortion.k1, distortion.k2, distortion.p1, distortion.p2, distortion.k3]
    if isinstance(distortion, RationalDistortion):
        numbers += [distortion.k4, distortion.k5, distortion.k6]
    return cv2.projectPoints(points_m, still, still, matrix, np.array(numbers))[0].reshape(-1, 2)


def dots(places_px: np.ndarray) -> np.ndarray:
    """A black picture with a soft dot at each place."""
    across, down = (
        np.exp(-((np.arange(side) + 0.5 - at[:, None]) ** 2) / 8)
        for side, at in zip((640, 480), places_px.T, strict=True)
    )
    grey = down.T @ across
    return np.repeat(np.clip(255 * grey, 0, 255).round().astype(np.uint8)[..., None], 3, axis=2)


def found_px(image: np.ndarray, near_px: np.ndarray) -> np.ndarray:
    """N×2: the centres of the dots near places."""
    grey, centres = image[..., 0].astype(float), []
    for x, y in near_px:
        left, top = int(x) - 10, int(y) - 10
        window = grey[top : top + 21, left : left + 21]
        rows, columns = np.mgrid[:21, :21] + 0.5
        centres.append([left + (window * columns).sum() / window.sum(), top + (window * rows).sum() / window.sum()])
    return np.array(centres)


def frame_of(calibration: StereoCalibration) -> Frame:
    in_right = POINTS_M @ np.array(calibration.rotation).T + np.array(calibration.translation_m)
    left = dots(seen_px(POINTS_M, calibration.left, calibration.left_distortion))
    return Frame(left, "dots", right=dots(seen_px(in_right, calibration.right, calibration.right_distortion)))


@pytest.mark.parametrize(
    "calibration",
    [
        pytest.param(TOED_IN, id="Brown's lenses"),
        pytest.param(
            replace(
                TOED_IN, left_distortion=FisheyeDistortion(0.1, -0.02), right_distortion=FisheyeDistortion(0.09, 0)
            ),
            id="fisheyes",
        ),
        pytest.param(
            replace(TOED_IN, left_distortion=RationalDistortion(0.4, 0.1, 0, 0, 0.02, 0.6, 0.2, 0.03)),
            id="a rational lens beside one of Brown's",
        ),
    ],
)
def test_points_lie_in_one_row_and_their_disparity_gives_their_distance(calibration: StereoCalibration) -> None:
    pair = rectified_pair(frame_of(calibration), calibration)
    assert pair.rig is not None
    assert pair.camera is not None
    assert pair.undistorted
    turned = aligned(calibration)
    expected = turned @ POINTS_M.T
    near_left = np.stack(
        [
            pair.camera.fx_px * expected[0] / expected[2] + pair.camera.cx_px,
            pair.camera.fy_px * expected[1] / expected[2] + pair.camera.cy_px,
        ],
        axis=1,
    )
    left = found_px(pair.image, near_left)
    disparity = pair.rig.focal_px * pair.rig.baseline_m / expected[2]
    right = found_px(pair.right, near_left - np.stack([disparity, np.zeros_like(disparity)], axis=1))
    assert left == pytest.approx(near_left, abs=0.1)
    assert np.abs(left[:, 1] - right[:, 1]).max() < 0.1, "rows"
    assert left[:, 0] - right[:, 0] == pytest.approx(disparity, abs=0.15)
    assert pair.rig.depth_m(left[:, 0] - right[:, 0]) == pytest.approx(expected[2], rel=0.003)


def aligned(calibration: StereoCalibration) -> np.ndarray:
    """How the left-hand camera is turned: half of the way to the right-hand one, then to the line between both."""
    vector = cv2.Rodrigues(np.array(calibration.rotation))[0]
    half = cv2.Rodrigues(vector / 2)[0]
    along = cv2.Rodrigues(-vector / 2)[0] @ np.array(calibration.translation_m)
    along /= np.linalg.norm(along)
    wanted = np.array([-1.0, 0.0, 0.0])
    axis = np.cross(along, wanted)
    angle = np.arccos(along @ wanted)
    return cv2.Rodrigues(axis / np.linalg.norm(axis) * angle)[0] @ half


def test_of_a_rectified_pair_no_pixel_is_touched() -> None:
    calibration = StereoCalibration(LEFT, LEFT, translation_m=(-0.1, 0, 0), notes=("It was read so.",))
    frame = Frame(dots(np.array([[320, 200]])), "a", right=dots(np.array([[300, 200]])), notes=("before",))
    # Focal lengths of 520 and 522 px differ by too much.
    square = replace(calibration, **{side: replace(LEFT, fy_px=520.0) for side in ("left", "right")})
    pair = rectified_pair(frame, square)
    assert pair.image is frame.image
    assert pair.right is frame.right
    assert pair.camera == square.left
    assert pair.rig == square.rig()
    assert pair.notes == ("before", "It was read so.")
    assert rectified_pair(frame, calibration).image is not frame.image


@pytest.mark.parametrize(("yaw_deg", "roll_deg"), [(4.0, 0.0), (-3.0, 1.0), (8.0, 2.0)])
def test_a_pair_that_is_found_bad_is_good_once_it_is_rectified(yaw_deg: float, roll_deg: float) -> None:
    pair = spoiled.turned_aside(yaw_deg, roll_deg)(*spoiled.layers())
    assert not check_pair(*pair).is_good
    focal_px = 0.8 * spoiled.WIDTH
    camera = Camera.from_focal(spoiled.WIDTH, spoiled.HEIGHT, focal_px)
    turn = cv2.Rodrigues(np.radians([0, yaw_deg, roll_deg]))[0]
    calibration = StereoCalibration(camera, camera, rotation=turn, translation_m=turn @ [-0.1, 0, 0])
    rectified = rectified_pair(Frame(pair[0], "layers", right=pair[1]), calibration)
    assert check_pair(rectified.image, rectified.right, rectified.rig.offset_px).is_good


def test_what_was_done_is_said() -> None:
    notes = rectified_pair(frame_of(TOED_IN), TOED_IN).notes
    assert len(notes) == 1
    assert "2.0" in notes[0]
    assert "without the distortion" in notes[0]


def test_pictures_of_another_size_are_rectified_the_same() -> None:
    whole = rectified_pair(frame_of(TOED_IN), TOED_IN)
    frame = frame_of(TOED_IN)
    half = Frame(
        cv2.resize(frame.image, None, fx=0.5, fy=0.5), "a", right=cv2.resize(frame.right, None, fx=0.5, fy=0.5)
    )
    pair = rectified_pair(half, TOED_IN)
    assert pair.image.shape == (240, 320, 3)
    assert pair.rig.focal_px == pytest.approx(whole.rig.focal_px / 2, rel=0.01)


@pytest.mark.parametrize("degrees", [pytest.param(5.0, id="turned by 5 degrees"), pytest.param(25.0, id="by 25")])
def test_whatever_the_cameras_do_the_view_stays_sensible(degrees: float) -> None:
    turn = cv2.Rodrigues(np.radians([0, degrees, 0]))[0]
    view = rectified_pair(frame_of(TOED_IN), replace(TOED_IN, rotation=turn)).camera
    assert 0.7 * 520 < view.fx_px < 1.3 * 520
    assert 100 < view.cx_px < 540


def test_a_fisheye_of_180_degrees_keeps_its_middle() -> None:
    wide = Camera(640, 480, 200.0, 200.0, 320.0, 240.0)
    bent = FisheyeDistortion(0.01, 0.0)
    calibration = StereoCalibration(wide, wide, bent, bent, translation_m=(-0.1, 0, 0))
    pair = rectified_pair(
        Frame(np.full((480, 640, 3), 99, np.uint8), "a", right=np.zeros((480, 640, 3), np.uint8)), calibration
    )
    assert 150 <= pair.camera.fx_px <= 250
    assert (pair.image == 99).mean() > 0.95


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"right": None}, "no right-hand picture", id="one picture"),
        pytest.param({"right": np.zeros((480, 320, 3), np.uint8)}, "640×480 and 320×480", id="two sizes"),
        pytest.param(
            {"depth": DepthMap(np.ones((48, 64)), "metres")}, "depth map of your own", id="a depth of one's own"
        ),
        pytest.param(
            {"image": np.zeros((480, 480, 3), np.uint8), "right": np.zeros((480, 480, 3), np.uint8)},
            "another aspect ratio",
            id="another shape than the rig's",
        ),
    ],
)
def test_what_cannot_be_rectified(changes: dict, says: str) -> None:
    black = np.zeros((480, 640, 3), np.uint8)
    with pytest.raises(SettingError, match=says):
        rectified_pair(replace(Frame(black, "a", right=black), **changes), TOED_IN)
