"""Two cameras by the names of OpenCV's samples: M1, D1, M2, D2, R, T; or P1 and P2; or Q.

In FileStorage, or in any JSON or YAML. What `stereoCalibrate` gives describes the pictures as they were taken, and is
preferred; what `stereoRectify` gives describes rectified ones.
"""

import math
from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.io.foreign_trees import numbers_of
from howfar.io.other_camera_files import (
    HEIGHTS,
    MODELS,
    SIZES,
    WIDTHS,
    Intrinsics,
    calibration_of,
    calibration_of_fields,
)
from howfar.io.rig_files.parts import pair_of, pair_of_projections, unit_of
from howfar.scene.calibration import Calibration
from howfar.scene.stereo_calibration import StereoCalibration

SIDES = (("1", "2"), ("left", "right"), ("l", "r"), ("0", "1"))
MATRICES = ("cameramatrix", "m", "k", "intrinsicmatrix", "intrinsics", "intrinsic", "mtx", "cammatrix", "cm")
COEFFICIENTS = (
    *("distcoeffs", "distcoeff", "d", "distortioncoefficients", "distortioncoeffs", "distortion", "dist"),
    *("coeffs", "dc"),
)
PROJECTIONS = ("p", "projectionmatrix", "projection", "proj")
ROTATIONS = ("r", "rotation", "rotationmatrix", "rot", "rmat")
TRANSLATIONS = ("t", "translation", "translationvector", "trans", "tvec", "translationmatrix")
REPROJECTIONS = ("q", "disparitytodepthmatrix", "qmatrix")


def has_two_cameras(fields: Mapping[str, Any]) -> bool:
    """Whether there are two matrices, two projections or Q, by their plain names."""
    return (
        _both(fields, MATRICES, (9,)) is not None
        or _both(fields, PROJECTIONS, (12,)) is not None
        or _one(fields, REPROJECTIONS, (16,)) is not None
    )


def of_opencv(fields: Mapping[str, Any]) -> StereoCalibration:
    """The rig of two matrices with R and T, else of two projections, else of Q.

    Raises:
        SettingError: If what is there does not make a rig, or nothing says in what unit.
        ValueError: If something is of another form.
    """
    rotation, shift = _one(fields, ROTATIONS, (9, 3)), _one(fields, TRANSLATIONS, (3,))
    matrices = _both(fields, MATRICES, (9,))
    if matrices is not None and rotation is not None and shift is not None:
        metres, notes = unit_of(math.hypot(*shift), fields)
        one, other = _cameras(fields, matrices)
        return pair_of(one, other, _matrix(rotation), np.array(shift) * metres, notes)
    projections = _both(fields, PROJECTIONS, (12,))
    if projections is not None:
        p1, p2 = projections
        metres, notes = unit_of(abs(p2[3] / p2[0] - p1[3] / p1[0]), fields)
        return pair_of_projections(p1, p2, _size(fields, p1), metres, notes)
    q = _one(fields, REPROJECTIONS, (16,))
    if q is not None:
        return _of_q(q, fields)
    raise SettingError("it has two cameras and not how they are to each other: add R and T of stereoCalibrate.")


def _cameras(fields: Mapping[str, Any], matrices: tuple[list[float], list[float]]) -> tuple[Calibration, Calibration]:
    """Both cameras, each with what they have in common: the size of their pictures, and the model of distortion."""
    common = {name: fields[name] for name in (*WIDTHS, *HEIGHTS, *SIZES, *MODELS) if name in fields}
    bent = _both(fields, COEFFICIENTS, (4, 5, 8, 12, 14)) or ([], [])
    one, other = (
        calibration_of_fields({**common, "k": matrix, "d": coefficients})
        for matrix, coefficients in zip(matrices, bent, strict=True)
    )
    return one, other


def _of_q(q: list[float], fields: Mapping[str, Any]) -> StereoCalibration:
    """Q of stereoRectify: (x, y, d, 1) to (X, Y, Z, W)."""
    focal_px, cx, cy, per_baseline = q[11], -q[3], -q[7], q[14]
    if per_baseline == 0:
        raise SettingError("its Q has a 0 where one over the baseline stands: calibrate the pair anew.")
    shift = -1 / per_baseline
    metres, notes = unit_of(abs(shift), fields)
    centres = (cx, cx - q[15] * shift)
    size = _size(fields, [focal_px, 0, cx, 0, 0, focal_px, cy])
    one, other = (calibration_of(Intrinsics(focal_px, focal_px, x, cy), size, None) for x in centres)
    return pair_of(one, other, translation_m=(-abs(shift) * metres, 0.0, 0.0), notes=notes)


def _size(fields: Mapping[str, Any], projection: list[float]) -> tuple[float, float] | None:
    """The size of the pictures, where it is said."""
    common = {name: fields[name] for name in (*WIDTHS, *HEIGHTS, *SIZES) if name in fields}
    matrix = [projection[0], 0.0, projection[2], 0.0, projection[5], projection[6], 0.0, 0.0, 1.0]
    camera = calibration_of_fields({**common, "k": matrix})
    return (camera.camera.width_px, camera.camera.height_px) if camera.size_known else None


def _matrix(numbers: list[float]) -> NDArray[np.float64]:
    """A rotation of 3×3, also where three numbers are its vector."""
    given = np.array(numbers)
    return given.reshape(3, 3) if given.size == 9 else np.asarray(cv2.Rodrigues(given)[0], dtype=np.float64)


def _both(
    fields: Mapping[str, Any], names: tuple[str, ...], lengths: tuple[int, ...]
) -> tuple[list[float], list[float]] | None:
    """The numbers of both cameras under one of these names; None if there are none."""
    for sides in SIDES:
        found = [_one(fields, tuple(_with_side(names, side)), lengths) for side in sides]
        if found[0] is not None and found[1] is not None:
            return found[0], found[1]
    return None


def _with_side(names: tuple[str, ...], side: str) -> list[str]:
    return [each for name in names for each in (name + side, side + name)]


def _one(fields: Mapping[str, Any], names: tuple[str, ...], lengths: tuple[int, ...]) -> list[float] | None:
    """The numbers under one of these names, if they are as many as they should be."""
    return next((found for name in names if len(found := numbers_of(fields.get(name))) in lengths), None)
