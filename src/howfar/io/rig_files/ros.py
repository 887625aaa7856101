"""A pair of ROS's `camera_info`: each camera as it sees, and how it is rectified (REP 104)."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.io.foreign_trees import numbers_of
from howfar.io.other_camera_files import calibration_of_fields
from howfar.io.rig_files.parts import pair_of
from howfar.scene.stereo_calibration import UPRIGHT, StereoCalibration

PROJECTIONS = ("projectionmatrix", "p")
RECTIFICATIONS = ("rectificationmatrix", "r")


def has_projection(fields: Mapping[str, Any]) -> bool:
    """Whether a camera has a projection of 3×4."""
    return any(len(numbers_of(fields.get(name))) == 12 for name in PROJECTIONS)


def of_ros(cameras: Sequence[tuple[str, Mapping[str, Any]]]) -> StereoCalibration:
    """Two cameras, whose projections say how far they are from each other: P[3] of the right one is −fx·B, in metres.

    Raises:
        SettingError: If there are more than two, or the projections are of one place.
        ValueError: If something is of another form.
    """
    if len(cameras) > 2:
        raise SettingError(f"it holds {len(cameras)} cameras: save the two of the pair alone.")
    (_, one), (_, other) = cameras
    (first_turn, first_x), (second_turn, second_x) = (_rectified(each) for each in (one, other))
    if first_x == second_x:
        raise SettingError(
            "the projections P of both cameras have the same Tx, so each was calibrated for itself and nothing says "
            "how far they are from each other: calibrate them as a pair (Tx of the right-hand one is −fx·baseline)."
        )
    if first_x == 0 and second_x > 0:
        raise SettingError(
            "Tx in the projection P of the second camera is above 0, and for a right-hand camera it is −fx·baseline: "
            "give the left-hand camera first, or turn the sign."
        )
    # Both are turned to look straight ahead, and so turned only moved sideways.
    between = second_turn.T @ np.array([second_x - first_x, 0.0, 0.0])
    return pair_of(calibration_of_fields(one), calibration_of_fields(other), second_turn.T @ first_turn, between)


def _rectified(fields: Mapping[str, Any]) -> tuple[NDArray[np.float64], float]:
    """How a camera is turned when it is rectified, and how far it is to the left of the origin then, in metres."""
    p = next(found for name in PROJECTIONS if len(found := numbers_of(fields.get(name))) == 12)
    turn = next((found for name in RECTIFICATIONS if len(found := numbers_of(fields.get(name))) == 9), None)
    if not p[0] > 0:
        raise SettingError("the projection P of a camera is empty: calibrate the cameras as a pair.")
    matrix = np.array(UPRIGHT if turn is None or not any(turn) else turn, dtype=np.float64).reshape(3, 3)
    return matrix, p[3] / p[0]
