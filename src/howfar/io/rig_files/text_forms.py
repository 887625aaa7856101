"""Rigs in texts of their own form: KITTI's, Middlebury's, and a matrix with the baseline below it."""

import re

import numpy as np

from howfar.errors import SettingError
from howfar.io.kitti_calibration import kitti_projection
from howfar.io.other_camera_files import Intrinsics, calibration_of
from howfar.io.rig_files.parts import UNITS_M, pair_of, pair_of_projections
from howfar.numbers import is_written_number
from howfar.scene.stereo_calibration import StereoCalibration

COLOUR, GREY = (2, 3), (0, 1)
"""KITTI's two pairs of cameras."""

MOST_OFFSET_DOUBT_PX = 0.5
"""How far `doffs` may be from the difference of the principal points."""

_MIDDLEBURY = re.compile(r"^[ \t]*(\w{1,20})[ \t]*=[ \t]*(.+?)[ \t\r]*$", re.MULTILINE)
_MATRIX_THEN_BASELINE = 10


def of_kitti(text: str) -> StereoCalibration:
    """The colour cameras, or the grey ones where there are no others.

    Raises:
        ValueError: If neither pair is there, or they cannot be read.
    """
    for numbers in (COLOUR, GREY):
        left, right = (kitti_projection(text, number) for number in numbers)
        if left is not None and right is not None:
            return pair_of_projections(left.numbers, right.numbers, left.size)
    raise SettingError("it has no two cameras of KITTI: P2 and P3 (colour) or P0 and P1 (grey) are needed.")


def is_of_middlebury(text: str) -> bool:
    """Whether a text is a `calib.txt` of Middlebury's, or of ETH3D's two views."""
    return re.search(r"^[ \t]*cam0[ \t]*=[ \t]*\[", text, re.MULTILINE) is not None


def of_middlebury(text: str) -> StereoCalibration:
    """Two matrices, doffs in pixels and the baseline in millimetres; with doffs, the second matrix may be missing.

    Raises:
        ValueError: If one is missing or cannot be read.
    """
    lines = {match[1]: match[2] for match in _MIDDLEBURY.finditer(text)}
    for name in ("cam0", "baseline"):
        if name not in lines:
            raise SettingError(f"it has no line {name}=…, which Middlebury's calib.txt has: add it.")
    size = (float(lines["width"]), float(lines["height"])) if "width" in lines and "height" in lines else None
    left = _intrinsics(lines["cam0"])
    right = _intrinsics(lines["cam1"]) if "cam1" in lines else left
    notes: list[str] = []
    if "doffs" in lines and left.cx is not None and right.cx is not None:
        offset_px = float(lines["doffs"])
        if "cam1" in lines and abs(right.cx - left.cx - offset_px) > MOST_OFFSET_DOUBT_PX:
            notes.append(
                f"The rig's doffs, {offset_px:g}, is not the difference of its principal points, "
                f"{right.cx - left.cx:g}: doffs was believed."
            )
        right = right._replace(cx=left.cx + offset_px)
    shift_m = (-float(lines["baseline"]) * UNITS_M["mm"], 0.0, 0.0)
    one, other = (calibration_of(each, size, None) for each in (left, right))
    return pair_of(one, other, translation_m=shift_m, notes=notes)


def is_matrix_with_baseline(text: str) -> bool:
    """Whether a text is nothing but a matrix of 3×3 and the baseline, as in `K.txt` of FoundationStereo."""
    words = text.replace(",", " ").split(None, _MATRIX_THEN_BASELINE)
    return len(words) == _MATRIX_THEN_BASELINE and all(is_written_number(word) for word in words)


def of_matrix_with_baseline(text: str) -> StereoCalibration:
    """Two equal cameras of one matrix, whose baseline is in metres.

    Raises:
        ValueError: If it cannot be read.
    """
    *matrix, baseline_m = (float(word) for word in text.replace(",", " ").split())
    camera = calibration_of(Intrinsics(matrix[0], matrix[4], matrix[2], matrix[5]), None, None)
    return pair_of(camera, camera, translation_m=(-baseline_m, 0.0, 0.0))


def _intrinsics(text: str) -> Intrinsics:
    """Those of `[f 0 cx; 0 f cy; 0 0 1]`."""
    numbers = np.array([float(word) for word in re.sub(r"[\[\];,]", " ", text).split()])
    if numbers.size != 9:
        raise ValueError(f"a camera has {numbers.size} numbers and not 9")
    return Intrinsics(*numbers[[0, 4, 2, 5]].tolist())
