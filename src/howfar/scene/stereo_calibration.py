"""The calibration of two cameras that look the same way: each of them, and where the one is seen from the other."""

import math
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.scene.calibration import Calibration, LensDistortion
from howfar.scene.camera import Camera
from howfar.scene.depth_map import StereoRig

Vector = tuple[float, float, float]
Matrix = tuple[Vector, Vector, Vector]

UPRIGHT: Matrix = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
"""No rotation."""

BASELINES_M = (0.0005, 20.0)
"""From the eyes of an endoscope to cameras at both ends of a ship: what lies outside is in another unit."""

NO_ROTATION = 1e-3
"""How far a matrix may be from a rotation: files round their numbers."""

ROWS_TOLERANCE_PX = 0.25
"""What rows of a pair may be apart where nothing has to be done about it."""

SLANT_TOLERANCE = 0.01
"""How far the line between rectified cameras may be from horizontal, in radians; KITTI's colour cameras have 0.005."""


@dataclass(frozen=True, slots=True)
class StereoFit:
    """How well the calibration of a pair fits the chessboard pictures that it was computed from.

    Attributes:
        rms_px: Root mean square of the reprojection error of both cameras, in pixels.
        epipolar_px: Root mean square distance in rows between what both see of a corner, once rectified, in pixels.
        pairs: Number of pairs of pictures used.
        found_on: Date of the calibration; None where unknown.
    """

    rms_px: float
    epipolar_px: float
    pairs: int
    found_on: date | None = None


@dataclass(frozen=True, slots=True)
class StereoCalibration:
    """Two cameras, and the pose of the right-hand one relative to the left-hand one.

    A point at x_left, in metres in the coordinates of the left-hand camera (X right, Y down, Z forward), is at
    x_right = R·x_left + T in those of the right-hand one, as OpenCV's `stereoCalibrate` has it: T's first number is
    below zero.

    Attributes:
        left: The left-hand camera, without its distortion.
        right: The right-hand camera.
        left_distortion: The distortion of the left-hand lens; None where there is none.
        right_distortion: The distortion of the right-hand lens.
        rotation: R, 3×3; an array is taken too.
        translation_m: T, three metres; an array is taken too.
        chessboard: How well it fits the pictures that it was found from; None if it comes from elsewhere.
        size_known: Whether it says what size of picture it belongs to. If not, that of the first pair is taken.
        notes: What was assumed when it was read, each as one sentence for people.

    Raises:
        SettingError: If R is no rotation, the cameras are at one place or at a distance that no rig has, or the
            second one is not to the right of the first.
    """

    left: Camera
    right: Camera
    left_distortion: LensDistortion | None = None
    right_distortion: LensDistortion | None = None
    rotation: Matrix = UPRIGHT
    translation_m: Vector = (0.0, 0.0, 0.0)
    chessboard: StereoFit | None = None
    size_known: bool = True
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "rotation", rotation_of(self.rotation))
        object.__setattr__(self, "translation_m", vector_of(self.translation_m, "translation_m"))
        _refuse_baseline(self.baseline_m)
        x, y, z = self.translation_m
        if abs(y) > abs(x) or abs(z) > abs(x):
            raise SettingError(
                f"The second camera of the rig is {'above or below' if abs(y) > abs(z) else 'before or behind'} the "
                "first, and depth is measured from cameras side by side: turn the pictures of both by 90 degrees and "
                "calibrate them so, or use another pair."
            )
        if x > 0:
            raise SettingError(
                "By the rig, the right-hand camera is to the left of the left-hand one: swap the two in it."
            )

    @property
    def baseline_m(self) -> float:
        """Distance between the two cameras in metres."""
        return math.hypot(*self.translation_m)

    @property
    def angle_deg(self) -> float:
        """The angle by which the right-hand camera is turned against the left-hand one."""
        cosine = (float(np.trace(np.array(self.rotation))) - 1) / 2
        return math.degrees(math.acos(min(1.0, max(-1.0, cosine))))

    @property
    def is_rectified(self) -> bool:
        """Whether the two see every point in the same row, so that nothing has to be resampled."""
        left, right = self.left, self.right
        if self.left_distortion is not None or self.right_distortion is not None:
            return False
        if (left.width_px, left.height_px) != (right.width_px, right.height_px):
            return False
        # What a rotation by so much, or another focal length, moves at the edges of the picture.
        corner_px = max(left.width_px, left.height_px) / 2
        turned_px = float(np.abs(np.array(self.rotation) - np.eye(3)).max()) * max(left.focal_px, corner_px)
        grown_px = max(abs(a / left.fx_px - 1) for a in (left.fy_px, right.fx_px, right.fy_px)) * corner_px
        x, y, z = self.translation_m
        slant = max(abs(y), abs(z)) / abs(x)
        apart_px = max(turned_px, grown_px, abs(left.cy_px - right.cy_px))
        return apart_px <= ROWS_TOLERANCE_PX and slant <= SLANT_TOLERANCE

    def rig(self) -> StereoRig:
        """What turns the disparity of a rectified pair into depth.

        Raises:
            SettingError: If the pair has to be rectified first.
        """
        if not self.is_rectified:
            raise SettingError("The pictures of this rig are not rectified: rectify the pair first.")
        return StereoRig(self.left.fx_px, -self.translation_m[0], self.right.cx_px - self.left.cx_px)

    def scaled(self, width_px: int, height_px: int) -> Self:
        """The calibration for pictures of another resolution.

        Raises:
            SettingError: If the aspect ratio is another; or, where the size is not known, if the principal points are
                far from the middle of such a picture.
        """
        left, right = (
            Calibration(camera, size_known=self.size_known).camera_for(width_px, height_px)
            for camera in (self.left, self.right)
        )
        return replace(self, left=left, right=right, size_known=True)


def rotation_of(given: Any) -> Matrix:
    """A rotation of 3×3 as it is kept, of an array, lists or nine numbers.

    Raises:
        SettingError: If it is none.
    """
    matrix = _numbers(given, (3, 3), "rotation")
    off = float(np.abs(matrix @ matrix.T - np.eye(3)).max())
    if not (off <= NO_ROTATION and np.linalg.det(matrix) > 0):
        raise SettingError(
            "The rotation between the two cameras of the rig is no rotation: its rows must be at right angles and of "
            "length 1."
        )
    first, second, third = (vector_of(row, "rotation") for row in matrix)
    return first, second, third


def vector_of(given: Any, name: str) -> Vector:
    """Three finite numbers as they are kept, of an array or a list.

    Raises:
        SettingError: If they are none; it calls them by the name.
    """
    x, y, z = _numbers(given, (3,), name).tolist()
    return x, y, z


def _numbers(given: Any, shape: tuple[int, ...], name: str) -> NDArray[np.float64]:
    """An array of finite numbers of this shape, whatever they came as."""
    try:
        array = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        array = np.empty(0)
    if array.size != math.prod(shape) or not np.isfinite(array).all():
        raise SettingError(f"The rig's {name} must be {math.prod(shape)} finite numbers.")
    return array.reshape(shape)


def _refuse_baseline(baseline_m: float) -> None:
    least, most = BASELINES_M
    if baseline_m == 0:
        raise SettingError(
            "The rig's baseline is 0, so its cameras are at one place and see no depth: give the distance between them "
            "in metres."
        )
    if not baseline_m >= least:
        raise SettingError(
            f"The rig's baseline is {baseline_m:.3g} m, less than any pair has: give the distance between the cameras "
            "in metres."
        )
    if baseline_m > most:
        raise SettingError(
            f"The rig's baseline is {baseline_m:.4g} m, more than any rig has; in millimetres it would be "
            f"{baseline_m / 1e3:.3g} m: give it in metres."
        )
