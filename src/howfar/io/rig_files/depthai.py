"""Calibrations of DepthAI (OAK), as its EEPROM is written to JSON: lengths are in centimetres."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.io.foreign_trees import number_of, numbers_of, plain_names
from howfar.io.other_camera_files import calibration_of_fields
from howfar.io.rig_files.parts import UNITS_M, pair_of
from howfar.scene.stereo_calibration import StereoCalibration

CAMERA_DATA = "cameradata"
LEFT_SOCKET, RIGHT_SOCKET = 1, 2
"""What DepthAI calls CAM_B and CAM_C, where nothing else is said."""

FISHEYE = 1
"""The number of its fisheye model; 0 is the rational one."""

Pose = tuple[NDArray[np.float64], NDArray[np.float64]]
"""R (3×3) and T in metres: from one camera's coordinates to another's."""


def of_depthai(fields: Mapping[str, Any]) -> StereoCalibration:
    """The two cameras for stereo, as they see without rectification.

    Raises:
        SettingError: If the two are not among the cameras, or nothing says how they are to each other.
        ValueError: If something is of another form.
    """
    cameras = {int(socket): plain_names(info) for socket, info in fields[CAMERA_DATA]}
    sockets = plain_names(fields.get("stereorectificationdata") or {})
    left, right = (
        int(number_of(sockets.get(name, usual)))
        for name, usual in (("leftcamerasocket", LEFT_SOCKET), ("rightcamerasocket", RIGHT_SOCKET))
    )
    for socket in (left, right):
        if socket not in cameras:
            raise SettingError(f"it has no camera of socket {socket}, which the pair consists of.")
    turn, shift_m = _between(cameras, left, right)
    one, other = (calibration_of_fields(_named(cameras[socket])) for socket in (left, right))
    return pair_of(one, other, turn, shift_m)


def _named(info: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a camera by names that other tools share."""
    return {
        "k": info.get("intrinsicmatrix"),
        "d": info.get("distortioncoeff"),
        "width": info.get("width"),
        "height": info.get("height"),
        "fisheye": info.get("cameratype") == FISHEYE,
    }


def _between(cameras: Mapping[int, Mapping[str, Any]], left: int, right: int) -> Pose:
    """From the left-hand camera to the right-hand one: said by either of them, or by both of a third."""
    (to_left, pose_left), (to_right, pose_right) = (_link(cameras[socket]) for socket in (left, right))
    if to_left == right:
        return pose_left
    turn, shift_m = pose_right
    back = turn.T, -turn.T @ shift_m
    if to_right == left:
        return back
    if to_left == to_right:
        return back[0] @ pose_left[0], back[0] @ pose_left[1] + back[1]
    raise SettingError("nothing in it says how the two cameras are to each other: calibrate the device anew.")


def _link(info: Mapping[str, Any]) -> tuple[int, Pose]:
    """The socket that a camera's extrinsics lead to, and the way there."""
    extrinsics = plain_names(info.get("extrinsics") or {})
    turn = np.array(numbers_of(extrinsics.get("rotationmatrix")))
    if turn.size != 9:
        raise SettingError("a camera's extrinsics have no rotationMatrix of 3×3: calibrate the device anew.")
    shift_cm = next(
        (found for name in ("translation", "spectranslation") if any(found := _vector(extrinsics.get(name)))),
        [0.0, 0.0, 0.0],
    )
    pose = turn.reshape(3, 3), np.array(shift_cm) * UNITS_M["cm"]
    return int(number_of(extrinsics.get("tocamerasocket", -1))), pose


def _vector(given: Any) -> list[float]:
    named = plain_names(given) if isinstance(given, Mapping) else {}
    return [number_of(named.get(name, 0.0)) for name in ("x", "y", "z")]
