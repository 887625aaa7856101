"""A camera from rendered photos of a chessboard, against the camera that they were rendered through."""

import math
from datetime import date

import numpy as np
import pytest

from howfar.calibration.board_fit import BoardFit, fit_boards
from howfar.calibration.boards import Board, BoardView, find_board
from howfar.errors import SettingError
from howfar.pipeline.undistortion import undistorted_points
from howfar.scene.frame import Frame
from tests.calibration import rendered

BOARD = Board(rendered.COLUMNS, rendered.ROWS, square_m=0.03)
TODAY = date(2026, 1, 31)


@pytest.fixture(scope="module")
def views() -> list[BoardView]:
    found = [
        find_board(Frame(rendered.photo(pose), f"{place}.png"), BOARD) for place, pose in enumerate(rendered.POSES)
    ]
    assert all(view is not None for view in found)
    return [view for view in found if view is not None]


@pytest.fixture(scope="module")
def fit(views: list[BoardView]) -> BoardFit:
    return fit_boards(views, BOARD, TODAY)


def exact(pose: rendered.Pose, noise_px: float = 0.0) -> BoardView:
    """A view whose corners are where they are, but for noise."""
    noise = noise_px * np.random.default_rng(7).standard_normal((rendered.COLUMNS * rendered.ROWS, 2))
    preview = np.zeros((rendered.HEIGHT, rendered.WIDTH, 3), np.uint8)
    return BoardView("exact", rendered.WIDTH, rendered.HEIGHT, rendered.corners_px(pose) + noise, preview)


def test_the_camera_is_found(fit: BoardFit) -> None:
    camera = fit.calibration.camera
    assert (camera.width_px, camera.height_px, camera.origin) == (rendered.WIDTH, rendered.HEIGHT, "given")
    assert (camera.fx_px, camera.fy_px) == pytest.approx((rendered.FX, rendered.FY), rel=0.005)
    assert (camera.cx_px, camera.cy_px) == pytest.approx((rendered.CX, rendered.CY), rel=0.005)


def test_the_distortion_is_found(fit: BoardFit) -> None:
    bent = fit.calibration.distortion
    assert bent is not None
    assert (bent.k1, bent.k2) == pytest.approx(rendered.BARREL[:2], abs=0.03)
    assert (bent.p1, bent.p2) == pytest.approx(rendered.BARREL[2:4], abs=0.001)


def test_half_a_pixel_lies_between_opencvs_principal_point_and_ours() -> None:
    camera = fit_boards([exact(pose) for pose in rendered.POSES], BOARD).calibration.camera
    assert (camera.cx_px, camera.cy_px) == pytest.approx((rendered.CX, rendered.CY), abs=0.01)
    assert (camera.fx_px, camera.fy_px) == pytest.approx((rendered.FX, rendered.FY), rel=1e-5)


def off_a_line_px(corners_px: np.ndarray) -> float:
    """How far the corners of a board's rows are off straight lines, at most of its rows."""
    rows = corners_px.reshape(rendered.ROWS, rendered.COLUMNS, 2)
    return max(np.linalg.svd(row - row.mean(axis=0))[1][1] for row in rows) / math.sqrt(rendered.COLUMNS)


def test_undistorted_rows_are_straight(fit: BoardFit) -> None:
    camera, bent = fit.calibration.camera, fit.calibration.distortion
    assert bent is not None
    straight = [undistorted_points(view.corners_px, camera, bent) for view in fit.views]
    assert max(off_a_line_px(view.corners_px) for view in fit.views) > 0.8
    assert max(map(off_a_line_px, straight)) < 0.15


def test_the_errors_are_those_of_the_corners(fit: BoardFit) -> None:
    together = np.concatenate(fit.errors_px)
    rms_px = math.sqrt(np.mean(np.sum(together**2, axis=1)))
    assert fit.calibration.chessboard is not None
    assert fit.calibration.chessboard.rms_px == pytest.approx(rms_px, abs=1e-3)
    assert rms_px < 0.15
    assert fit.calibration.chessboard.pictures == len(rendered.POSES) == len(fit.view_rms_px)
    assert fit.calibration.chessboard.found_on == TODAY
    assert max(fit.view_rms_px) >= rms_px >= min(fit.view_rms_px)


def test_boards_are_as_far_as_they_were_put(fit: BoardFit) -> None:
    placed_m = [0.03 * math.hypot(pose.x, pose.y, pose.z) for pose in rendered.POSES]
    assert fit.distances_m == pytest.approx(placed_m, rel=0.01)


def test_without_the_side_of_a_square_the_camera_is_the_same_and_no_distance_is_made_up(
    fit: BoardFit, views: list[BoardView]
) -> None:
    other = fit_boards(views, Board(rendered.COLUMNS, rendered.ROWS), TODAY)
    assert other.calibration.camera.fx_px == pytest.approx(fit.calibration.camera.fx_px, rel=1e-6)
    assert all(math.isnan(distance_m) for distance_m in other.distances_m)


def test_a_good_set_of_photos_gives_no_caution(fit: BoardFit) -> None:
    assert list(fit.cautions()) == []
    assert 0.5 < fit.coverage < 1.0


@pytest.mark.parametrize(
    ("some", "says"),
    [
        pytest.param(
            [exact(rendered.POSES[place]) for place in (0, 5, 6)], "of the frame", id="only the middle covered"
        ),
        pytest.param(
            [exact(rendered.Pose(x, 0, 25, 2 * x, 1, 0), 0.3) for x in (-2, 0, 2)],
            "focal length is known to",
            id="far boards that are hardly tilted",
        ),
        pytest.param([exact(pose, 2.0) for pose in rendered.POSES], "reprojection error is", id="blurred pictures"),
    ],
)
def test_a_poor_set_of_photos_is_said_to_be_one(some: list[BoardView], says: str) -> None:
    assert any(says in caution for caution in fit_boards(some, BOARD).cautions())


@pytest.mark.parametrize("count", range(3))
def test_fewer_than_three_boards_are_refused(views: list[BoardView], count: int) -> None:
    with pytest.raises(SettingError, match=f"found in {count} of the pictures and 3 are needed"):
        fit_boards(views[:count], BOARD)


def test_boards_that_no_camera_explains_are_refused() -> None:
    point = BoardView("point", 480, 360, np.full((35, 2), 100.0), np.zeros((1, 1, 3), np.uint8))
    with pytest.raises(SettingError, match="No camera explains"):
        fit_boards([point] * 3, BOARD)
