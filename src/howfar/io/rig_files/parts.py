"""What the readers of rigs share: two cameras put in order, projections, and lengths without a unit."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.io.foreign_trees import first
from howfar.io.other_camera_files import Intrinsics, calibration_of
from howfar.scene.calibration import Calibration
from howfar.scene.stereo_calibration import UPRIGHT, StereoCalibration, rotation_of, vector_of

UNITS_M = {
    **dict.fromkeys(("m", "metre", "metres", "meter", "meters"), 1.0),
    **dict.fromkeys(("cm", "centimetre", "centimetres", "centimeter", "centimeters"), 0.01),
    **dict.fromkeys(("mm", "millimetre", "millimetres", "millimeter", "millimeters"), 0.001),
}
UNIT_FIELDS = ("unit", "units", "translationunit", "lengthunit")
BASELINE_FIELDS = ("baselinem", "baselinemeters", "baselinemetres")

METRES_UP_TO = 1.5
"""A baseline without a unit that is no longer counts in metres,"""

MILLIMETRES_FROM = 20.0
"""and one that is at least so long in millimetres; between them it may be centimetres, or squares of a chessboard."""


def pair_of(
    first_camera: Calibration,
    second_camera: Calibration,
    rotation: Any = UPRIGHT,
    translation_m: Any = (0.0, 0.0, 0.0),
    notes: Sequence[str] = (),
) -> StereoCalibration:
    """Two cameras whose order alone tells which is which; if the first is the right-hand one, they change places.

    Args:
        first_camera: The one that the pose is relative to.
        second_camera: The other one.
        rotation: 3×3: from the directions of the first to those of the second.
        translation_m: Three metres: where the first is in the coordinates of the second.
        notes: What was assumed when they were read.

    Raises:
        SettingError: If there can be no such rig.
    """
    turn, shift = np.array(rotation, dtype=np.float64).reshape(3, 3), np.array(translation_m, dtype=np.float64).ravel()
    one, other = first_camera, second_camera
    if shift[0] > 0:
        one, other, turn, shift = other, one, turn.T, -turn.T @ shift
        notes = (*notes, "The first camera of the rig is the right-hand one, so the second was taken for the left.")
    return StereoCalibration(
        one.camera,
        other.camera,
        one.distortion,
        other.distortion,
        rotation_of(turn),
        vector_of(shift, "translation"),
        size_known=one.size_known and other.size_known,
        notes=tuple(notes),
    )


def pair_of_projections(
    first_numbers: Sequence[float],
    second_numbers: Sequence[float],
    size: tuple[float, float] | None,
    metres: float = 1.0,
    notes: Sequence[str] = (),
) -> StereoCalibration:
    """A rectified pair of two 3×4 projections K·(1 | t), each twelve numbers row by row.

    Args:
        first_numbers: The first camera's.
        second_numbers: The second one's.
        size: Width and height of the pictures; None where they are not known.
        metres: How long one of their units is.
        notes: What was assumed when they were read.

    Raises:
        SettingError: If there can be no such rig.
    """
    (one, at_one), (other, at_other) = (_of_projection(each, size) for each in (first_numbers, second_numbers))
    return pair_of(one, other, translation_m=(at_other - at_one) * metres, notes=notes)


def _of_projection(
    numbers: Sequence[float], size: tuple[float, float] | None
) -> tuple[Calibration, NDArray[np.float64]]:
    """The camera, and where the origin is in its coordinates."""
    fx, fy, cx, cy = numbers[0], numbers[5], numbers[2], numbers[6]
    calibration = calibration_of(Intrinsics(fx, fy, cx, cy), size, None)
    z = numbers[11]
    return calibration, np.array([(numbers[3] - cx * z) / fx, (numbers[7] - cy * z) / fy, z])


def unit_of(baseline: float, fields: Mapping[str, Any]) -> tuple[float, tuple[str, ...]]:
    """How many metres the unit is that a rig counts in, and what was assumed.

    Args:
        baseline: The distance between its cameras in its own unit.
        fields: Its fields by their plain names: a unit or a baseline in metres may be among them.

    Raises:
        SettingError: If nothing says it, and it can be several.
    """
    own = first(fields, BASELINE_FIELDS)
    if isinstance(own, int | float) and baseline > 0:
        return own / baseline, ()
    unit = first(fields, UNIT_FIELDS)
    if unit is not None:
        if str(unit).lower() not in UNITS_M:
            raise SettingError(f"its unit is {unit!r}: write m, cm or mm.")
        return UNITS_M[str(unit).lower()], ()
    if not math.isfinite(baseline) or baseline <= METRES_UP_TO:
        return 1.0, ()
    if baseline >= MILLIMETRES_FROM:
        note = f"The rig does not say its unit: its baseline of {baseline:.4g} was taken for millimetres."
        return UNITS_M["mm"], (note,)
    raise SettingError(
        f"its baseline is {baseline:.4g} and nothing says of what unit; it may be squares of the chessboard, too: add "
        "the line  unit: cm  (or mm, or m), or  baseline_m: with the distance between the cameras in metres."
    )
