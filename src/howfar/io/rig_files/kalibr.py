"""Camera chains of Kalibr: each camera with its pose relative to the one before it, in metres."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.io.foreign_trees import numbers_of
from howfar.io.other_camera_files import calibration_of_fields
from howfar.io.rig_files.parts import pair_of
from howfar.scene.stereo_calibration import StereoCalibration

TO_THIS = "tcncnm1"
"""From the coordinates of the camera before to those of this one, 4×4."""

FROM_IMU = "tcamimu"
"""From the coordinates of the inertial sensor, where that was calibrated too."""


def has_pose(fields: Mapping[str, Any]) -> bool:
    """Whether a camera says where it is."""
    return TO_THIS in fields or FROM_IMU in fields


def of_kalibr(cameras: Sequence[tuple[str, Mapping[str, Any]]]) -> StereoCalibration:
    """The first two cameras of a chain.

    Raises:
        SettingError: If nothing says where the second is.
        ValueError: If something is of another form.
    """
    (first_name, one), (second_name, other) = cameras[:2]
    if TO_THIS in other:
        pose = _pose(other[TO_THIS])
    elif FROM_IMU in one and FROM_IMU in other:
        pose = _pose(other[FROM_IMU]) @ np.linalg.inv(_pose(one[FROM_IMU]))
    else:
        raise SettingError(f"{second_name} has no T_cn_cnm1, its pose relative to {first_name}: add it.")
    notes = [f"Of the {len(cameras)} cameras, {first_name} and {second_name} were taken."] if len(cameras) > 2 else []
    return pair_of(calibration_of_fields(one), calibration_of_fields(other), pose[:3, :3], pose[:3, 3], notes)


def _pose(given: Any) -> NDArray[np.float64]:
    numbers = np.array(numbers_of(given))
    if numbers.size != 16:
        raise ValueError(f"a pose has {numbers.size} numbers and not 16")
    return numbers.reshape(4, 4)
