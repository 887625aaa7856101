"""From chessboards that two cameras saw at the same moments to their rig, by OpenCV's `stereoCalibrate`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.calibration.board_fit import BoardFit, Pose, fit_boards, rms_px, seen_corners
from howfar.calibration.boards import Board, BoardView
from howfar.errors import SettingError
from howfar.pipeline.rectification import rectified_points
from howfar.pipeline.undistortion import OPENCV_OFFSET_PX, camera_from_matrix, camera_matrix, coefficients
from howfar.scene.calibration import Calibration, Distortion
from howfar.scene.stereo_calibration import StereoCalibration, StereoFit, rotation_of, vector_of

LEAST_PAIRS = 3
"""Pairs in which both cameras saw the board: as many as one camera needs."""

ENOUGH_PAIRS = 8
"""Pairs below which one bad picture moves the result."""

ENOUGH_EPIPOLAR_PX = 0.5
"""Distance in rows above which matching along rows misses what it looks for."""

MOST_BOARD_ERRORS = 4.0
"""A pair whose rows are so many times farther apart than those of all together was not taken at one moment."""


class BoardPair(NamedTuple):
    """A board that both cameras saw."""

    left: BoardView
    right: BoardView


@dataclass(frozen=True, eq=False)
class PairFit:
    """A rig found from a chessboard.

    Attributes:
        calibration: The two cameras, their pose, and how well they fit.
        left: The left-hand camera by itself, with the errors that the rig leaves it.
        right: The right-hand camera likewise.
        row_errors_px: For each pair of pictures, N: how far apart in rows both see each corner once rectified.
    """

    calibration: StereoCalibration
    left: BoardFit
    right: BoardFit
    row_errors_px: tuple[NDArray[np.float64], ...]

    @property
    def pair_epipolar_px(self) -> tuple[float, ...]:
        """Root mean square of the distance in rows of each pair."""
        return tuple(float(np.sqrt(np.mean(errors**2))) for errors in self.row_errors_px)

    def cautions(self) -> Iterator[str]:
        """What makes the result doubtful, in a sentence each."""
        for side, fit in (("left", self.left), ("right", self.right)):
            yield from (f"Of the {side}-hand camera: {text}" for text in fit.cautions())
        if len(self.row_errors_px) < ENOUGH_PAIRS:
            yield f"The rig rests on {len(self.row_errors_px)} pairs: take {ENOUGH_PAIRS} or more."
        together = self.calibration.chessboard
        if together is None:
            return
        if together.epipolar_px > ENOUGH_EPIPOLAR_PX:
            yield (
                f"Rows are {together.epipolar_px:.2f} px apart, and matching wants less than {ENOUGH_EPIPOLAR_PX:g}: "
                "see to it that both pictures of a pair are of the same moment, and the cameras fixed to each other."
            )
        worst = int(np.argmax(self.pair_epipolar_px))
        if self.pair_epipolar_px[worst] > MOST_BOARD_ERRORS * float(np.median(self.pair_epipolar_px)):
            yield f"{self.left.views[worst].source} fits worst by far: look at its pair, and leave it out if it is bad."


def fit_pair(pairs: Sequence[BoardPair], board: Board, found_on: date | None = None) -> PairFit:
    """Find the two cameras that saw the boards, and how they are to each other.

    Args:
        pairs: At least `LEAST_PAIRS`, each of one moment, all of one size.
        board: The board in them; the side of its squares gives the rig its metres.
        found_on: The day, to be kept with the result.

    Raises:
        SettingError: If there are too few, the side of a square is not known, or no rig explains them.
    """
    if board.square_m is None:
        raise SettingError(
            "The distance between two cameras is known only with the side of a square: measure it in millimetres.",
            setting="square_mm",
        )
    if len(pairs) < LEAST_PAIRS:
        raise SettingError(
            f"The {board.name} board was found in both pictures of {len(pairs)} pairs and {LEAST_PAIRS} are needed (of "
            "one size): both cameras must see the whole board at the same moment."
        )
    pairs = [BoardPair(pair.left, _as_turned(pair)) for pair in pairs]
    alone = fit_boards([pair.left for pair in pairs], board), fit_boards([pair.right for pair in pairs], board)
    solution = _solve(pairs, board, alone)
    left, right = (
        _explained(fit, calibration, poses, board)
        for fit, calibration, poses in zip(alone, solution.cameras, solution.poses, strict=True)
    )
    rig = solution.rig(board.square_m)
    rows = tuple(_row_errors(pair, rig) for pair in pairs)
    quality = StereoFit(
        rms_px=round(rms_px([*left.errors_px, *right.errors_px]), 4),
        epipolar_px=round(float(np.sqrt(np.mean(np.concatenate(rows) ** 2))), 4),
        pairs=len(pairs),
        found_on=found_on,
    )
    return PairFit(replace(rig, chessboard=quality), left, right, rows)


class _Solution(NamedTuple):
    """What OpenCV finds; lengths are in squares."""

    cameras: tuple[Calibration, Calibration]
    turn: NDArray[np.float64]
    shift: NDArray[np.float64]
    poses: tuple[list[Pose], list[Pose]]

    def rig(self, square_m: float) -> StereoCalibration:
        """The rig in metres."""
        left, right = self.cameras
        if self.shift[0] > 0:
            raise SettingError(
                "By the boards, the pictures given first are those of the right-hand camera: give the left-hand ones "
                "first."
            )
        turn, shift_m = rotation_of(self.turn), vector_of(self.shift * square_m, "translation")
        return StereoCalibration(left.camera, right.camera, left.distortion, right.distortion, turn, shift_m)


def _solve(pairs: Sequence[BoardPair], board: Board, alone: tuple[BoardFit, BoardFit]) -> _Solution:
    """All cameras and poses at once, from where each camera by itself puts them."""
    (width, height), points = pairs[0].left.size_px, board.points()
    left, right = (
        [(view.corners_px - OPENCV_OFFSET_PX).astype(np.float32) for view in views]
        for views in zip(*pairs, strict=True)
    )
    (left_matrix, left_bent), (right_matrix, right_bent) = (_start(fit.calibration) for fit in alone)
    try:
        _, left_matrix, left_bent, right_matrix, right_bent, turn, shift, _, _, turns, shifts, _ = (
            cv2.stereoCalibrateExtended(
                [points] * len(pairs),
                left,
                right,
                left_matrix,
                left_bent,
                right_matrix,
                right_bent,
                (width, height),
                np.eye(3),
                np.zeros((3, 1)),
                flags=cv2.CALIB_USE_INTRINSIC_GUESS,
                criteria=(cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, 100, 1e-7),
            )
        )
        cameras = (
            _camera(left_matrix, left_bent, width, height),
            _camera(right_matrix, right_bent, width, height),
        )
    except (cv2.error, SettingError):
        raise SettingError(
            "No rig explains the pictures of the chessboard: take both of each pair at the same moment, with the board "
            "tilted differently in each."
        ) from None
    rotation, place = np.asarray(turn, dtype=np.float64), np.ravel(shift).astype(np.float64)
    seen = [_flat(pose) for pose in zip(turns, shifts, strict=True)]
    return _Solution(cameras, rotation, place, (seen, [_moved(pose, rotation, place) for pose in seen]))


def _start(calibration: Calibration) -> tuple[NDArray[Any], NDArray[Any]]:
    """What OpenCV starts from."""
    bent = calibration.distortion or Distortion(0.0, 0.0)
    return camera_matrix(calibration.camera), coefficients(bent)


def _camera(matrix: NDArray[Any], bent: NDArray[Any], width: int, height: int) -> Calibration:
    distortion = Distortion(*map(float, np.ravel(bent)[:5]))
    return Calibration(camera_from_matrix(np.asarray(matrix, dtype=np.float64), width, height), distortion)


def _flat(pose: tuple[NDArray[Any], NDArray[Any]]) -> Pose:
    turned, place = (np.ravel(each).astype(np.float64) for each in pose)
    return turned, place


def _moved(pose: Pose, turn: NDArray[np.float64], shift: NDArray[np.float64]) -> Pose:
    """Where the right-hand camera sees a board that the left-hand one sees at a pose."""
    turned = cv2.Rodrigues(turn @ cv2.Rodrigues(pose[0])[0])[0]
    return np.ravel(turned).astype(np.float64), turn @ pose[1] + shift


def _explained(fit: BoardFit, calibration: Calibration, poses: Sequence[Pose], board: Board) -> BoardFit:
    """The fit of one camera as the rig has it."""
    errors = tuple(
        view.corners_px - seen_corners(board, pose, calibration) for view, pose in zip(fit.views, poses, strict=True)
    )
    return replace(fit, calibration=calibration, errors_px=errors)


def _row_errors(pair: BoardPair, rig: StereoCalibration) -> NDArray[np.float64]:
    left, right = rectified_points(pair.left.corners_px, pair.right.corners_px, rig)
    return left[:, 1] - right[:, 1]


def _as_turned(pair: BoardPair) -> BoardView:
    """The right-hand view with its corners in the order of the left-hand one.

    A board that looks the same upside down is counted from either end; two cameras side by side see it the same way up.
    """
    left, right = (view.corners_px[-1] - view.corners_px[0] for view in pair)
    return pair.right if left @ right > 0 else replace(pair.right, corners_px=pair.right.corners_px[::-1])
