"""From the corners of a chessboard to the camera: Zhang's calibration (PAMI 2000), by OpenCV."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.calibration.boards import Board, BoardView
from howfar.errors import SettingError
from howfar.pipeline.undistortion import OPENCV_OFFSET_PX, camera_from_matrix, camera_matrix, coefficients
from howfar.scene import Camera
from howfar.scene.calibration import Calibration, ChessboardFit, Distortion

LEAST_BOARDS = 3
"""Pictures of the board that are needed: two would do in theory, if nothing were ever measured wrong."""

ENOUGH_COVERAGE = 0.5
"""Share of the frame below which the distortion towards the corners is a guess."""

ENOUGH_FOCAL_SHARE = 0.01
"""Standard error of a focal length, over it, above which the boards were too few, too far or not tilted."""

ENOUGH_RMS_PX = 1.0
"""Reprojection error above which a board was not flat, or pictures are blurred."""

COVERAGE_CELLS = 200
"""Cells along the longer side of the frame, in which coverage is counted."""


@dataclass(frozen=True, eq=False)
class BoardFit:
    """A camera found from a chessboard.

    Attributes:
        calibration: The camera, its distortion and how well they fit.
        views: The pictures used.
        errors_px: For each of them, N×2: where each corner was found, from where the fit has it.
        distances_m: For each of them, how far its board was from the camera; NaN without the side of a square.
        fx_error_px: Standard error of fx.
        fy_error_px: Standard error of fy.
        coverage: Share of the frame that boards covered, 0 to 1.
    """

    calibration: Calibration
    views: tuple[BoardView, ...]
    errors_px: tuple[NDArray[np.float64], ...]
    distances_m: tuple[float, ...]
    fx_error_px: float
    fy_error_px: float
    coverage: float

    @property
    def view_rms_px(self) -> tuple[float, ...]:
        """Root mean square of the reprojection error of each picture."""
        return tuple(float(np.sqrt(np.mean(np.sum(errors**2, axis=1)))) for errors in self.errors_px)

    def cautions(self) -> Iterator[str]:
        """What makes the result doubtful, in a sentence each."""
        camera, error_px = self.calibration.camera, rms_px(self.errors_px)
        if self.coverage < ENOUGH_COVERAGE:
            yield (
                f"The boards cover {self.coverage:.0%} of the frame: add pictures with the board near its edges and "
                "corners, for the distortion there is a guess."
            )
        share = max(self.fx_error_px / camera.fx_px, self.fy_error_px / camera.fy_px)
        if share > ENOUGH_FOCAL_SHARE:
            yield (
                f"The focal length is known to {share:.1%} only: add pictures with the board nearer and tilted, some "
                "by 30 to 45 degrees."
            )
        if error_px > ENOUGH_RMS_PX:
            yield (
                f"The reprojection error is {error_px:.1f} px: see to it that the board is flat and the pictures are "
                "sharp."
            )


def fit_boards(views: Sequence[BoardView], board: Board, found_on: date | None = None) -> BoardFit:
    """Find the camera that saw the boards.

    Args:
        views: Pictures of one size, at least `LEAST_BOARDS`.
        board: The board in them.
        found_on: The day, to be kept with the result.

    Raises:
        SettingError: If there are too few pictures, or no camera explains them.
    """
    if len(views) < LEAST_BOARDS:
        raise SettingError(
            f"The {board.name} board was found in {len(views)} of the pictures and {LEAST_BOARDS} are needed (of one "
            "size): the whole board must be seen, flat and sharp, and counted by its inner corners."
        )
    solution, points = _solve(views, board), board.points()
    found = Calibration(solution.camera, solution.distortion)
    errors = tuple(
        view.corners_px - seen_corners(board, pose, found) for view, pose in zip(views, solution.poses, strict=True)
    )
    square_m = math.nan if board.square_m is None else board.square_m
    quality = ChessboardFit(round(rms_px(errors), 4), len(views), found_on)
    return BoardFit(
        calibration=replace(found, chessboard=quality),
        views=tuple(views),
        errors_px=errors,
        distances_m=tuple(_middle_distance(points, pose) * square_m for pose in solution.poses),
        fx_error_px=solution.fx_error_px,
        fy_error_px=solution.fy_error_px,
        coverage=_coverage(views),
    )


Pose = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Rotation vector and shift of a board, in squares."""


class _Solution(NamedTuple):
    """What OpenCV finds."""

    camera: Camera
    distortion: Distortion
    poses: list[Pose]
    fx_error_px: float
    fy_error_px: float


def _solve(views: Sequence[BoardView], board: Board) -> _Solution:
    points, (width, height) = board.points(), views[0].size_px
    corners = [(view.corners_px - OPENCV_OFFSET_PX).astype(np.float32) for view in views]
    try:
        _, matrix, bent, turns, shifts, spread, *_ = cv2.calibrateCameraExtended(
            [points] * len(views), corners, (width, height), np.eye(3), np.zeros(5)
        )
        camera = camera_from_matrix(np.asarray(matrix, dtype=np.float64), width, height)
        distortion = Distortion(*map(float, np.ravel(bent)[:5]))
    except (cv2.error, SettingError):
        raise SettingError(
            "No camera explains the pictures of the chessboard: tilt the board differently in each of them."
        ) from None
    poses = [(turn.astype(np.float64), shift.astype(np.float64)) for turn, shift in zip(turns, shifts, strict=True)]
    fx_error_px, fy_error_px = np.ravel(spread)[:2].tolist()
    return _Solution(camera, distortion, poses, fx_error_px, fy_error_px)


def seen_corners(board: Board, pose: Pose, calibration: Calibration) -> NDArray[np.float64]:
    """N×2: where a camera sees the corners of a board at a pose."""
    bent = calibration.distortion or Distortion(0.0, 0.0)
    seen, _ = cv2.projectPoints(board.points(), *pose, camera_matrix(calibration.camera), coefficients(bent))
    projected: NDArray[np.float64] = seen.reshape(-1, 2).astype(np.float64) + OPENCV_OFFSET_PX
    return projected


def _middle_distance(points: NDArray[np.float32], pose: Pose) -> float:
    """From the camera to the middle of the board, in squares."""
    turn, _ = cv2.Rodrigues(pose[0])
    return float(np.linalg.norm(turn @ points.mean(axis=0) + pose[1].ravel()))


def rms_px(errors_px: Sequence[NDArray[np.float64]]) -> float:
    """Root mean square length of the errors of all corners, as OpenCV defines it."""
    return float(np.sqrt(np.mean(np.sum(np.concatenate(errors_px) ** 2, axis=1))))


def _coverage(views: Sequence[BoardView]) -> float:
    """Share of the frame that lies within the corners of at least one board."""
    width, height = views[0].size_px
    scale = COVERAGE_CELLS / max(width, height)
    cells = np.zeros((max(1, round(height * scale)), max(1, round(width * scale))), dtype=np.uint8)
    for view in views:
        hull = cv2.convexHull((view.corners_px * scale - OPENCV_OFFSET_PX).round().astype(np.int32))
        cv2.fillConvexPoly(cells, hull, (1,))
    return float(cells.mean())
