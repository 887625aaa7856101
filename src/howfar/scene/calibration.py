"""The calibration of one camera: its intrinsics, the distortion of its lens, and the scale of a depth network."""

import math
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Self

from howfar.errors import SettingError
from howfar.scene.camera import Camera
from howfar.scene.orientation import turned


@dataclass(frozen=True, slots=True)
class Distortion:
    """The distortion of a lens: Brown's model with OpenCV's names and signs (Brown 1966; OpenCV `calib3d`).

    With x = X/Z, y = Y/Z and r² = x² + y², a point is seen at

        x·(1 + k1·r² + k2·r⁴ + k3·r⁶) + 2·p1·x·y + p2·(r² + 2·x²),
        y·(1 + k1·r² + k2·r⁴ + k3·r⁶) + p1·(r² + 2·y²) + 2·p2·x·y

    times the focal length. The coefficients have no unit and are the same at every resolution.

    Attributes:
        k1: First radial coefficient; below zero for barrel distortion, above zero for pincushion distortion.
        k2: Second radial coefficient.
        p1: First tangential coefficient.
        p2: Second tangential coefficient.
        k3: Third radial coefficient.

    Raises:
        SettingError: If a coefficient is not finite.
    """

    k1: float
    k2: float
    p1: float = 0.0
    p2: float = 0.0
    k3: float = 0.0

    def __post_init__(self) -> None:
        _check_finite(self)

    def turned(self, orientation: int) -> Self:
        """The distortion of the upright picture, for one of the stored picture, by the EXIF orientation of that."""
        p2, p1 = turned(self.p2, self.p1, orientation)  # the tangential part is a vector, and its names are swapped
        return replace(self, p1=p1, p2=p2)


@dataclass(frozen=True, slots=True)
class RationalDistortion(Distortion):
    """Brown's model with a denominator, as OpenCV's `CALIB_RATIONAL_MODEL` has it, for wide lenses.

    The radial factor is (1 + k1·r² + k2·r⁴ + k3·r⁶) / (1 + k4·r² + k5·r⁴ + k6·r⁶). The other coefficients are those of
    `Distortion`.

    Attributes:
        k4: First coefficient of the denominator.
        k5: Second coefficient of the denominator.
        k6: Third coefficient of the denominator.
    """

    k4: float = 0.0
    k5: float = 0.0
    k6: float = 0.0


@dataclass(frozen=True, slots=True)
class FisheyeDistortion:
    """The distortion of a fisheye lens: the model of Kannala and Brandt (PAMI 2006), as OpenCV's `fisheye` has it.

    A point at the angle θ from the optical axis is seen at the distance θ·(1 + k1·θ² + k2·θ⁴ + k3·θ⁶ + k4·θ⁸) times
    the focal length from the principal point; other tools call it equidistant. The coefficients have no unit and are
    the same at every resolution. They are no coefficients of `Distortion`, though some have the same names.

    Attributes:
        k1: First coefficient.
        k2: Second coefficient.
        k3: Third coefficient.
        k4: Fourth coefficient.

    Raises:
        SettingError: If a coefficient is not finite.
    """

    k1: float
    k2: float
    k3: float = 0.0
    k4: float = 0.0

    def __post_init__(self) -> None:
        _check_finite(self)

    def turned(self, orientation: int) -> Self:
        """The same: a fisheye is the same all round."""
        return self


LensDistortion = Distortion | FisheyeDistortion
"""The distortion of a lens by any of the models."""


def _check_finite(distortion: "LensDistortion") -> None:
    for field in fields(distortion):
        if not math.isfinite(getattr(distortion, field.name)):
            raise SettingError(f"The distortion's {field.name} must be a finite number.")


MOST_FACTOR = 1e6
"""More than lies between millimetres and metres."""

MOST_OFF_CENTRE = 0.15
"""Share of a picture's sides that the principal point may lie off its middle, if nothing says that it is its own."""


@dataclass(frozen=True, slots=True)
class ScaleSample:
    """One object whose distance was measured by hand.

    Attributes:
        label: Name of the object's class.
        range_m: Length of the straight line from the camera to the object, measured by hand.
        measured_m: The same length as howfar measured it in the picture, without any scale.
        source: Name of the picture.
    """

    label: str
    range_m: float
    measured_m: float
    source: str

    @property
    def ratio(self) -> float:
        """The factor that turns the measured length into the true one."""
        return self.range_m / self.measured_m


@dataclass(frozen=True, slots=True)
class DepthScale:
    """The factor that corrects the depths of one depth network, for one camera.

    Attributes:
        factor: True depth divided by the network's depth.
        depth_name: The network's name.
        depth_sha256: SHA-256 of the network's ONNX file, in hexadecimal. The scale holds for this file alone.
        known: The measured distances that the factor was computed from.
        found_on: Date of the calibration; None where unknown.

    Raises:
        SettingError: If the factor is not positive and finite.
    """

    factor: float
    depth_name: str
    depth_sha256: str
    known: tuple[ScaleSample, ...] = ()
    found_on: date | None = None

    def __post_init__(self) -> None:
        if not 0 < self.factor <= MOST_FACTOR:
            raise SettingError(f"The scale's factor must be a positive number, not {self.factor}.")


@dataclass(frozen=True, slots=True)
class ChessboardFit:
    """How well the intrinsics fit the chessboard pictures that they were computed from.

    Attributes:
        rms_px: Root mean square of the reprojection error in pixels.
        pictures: Number of pictures used.
        found_on: Date of the calibration; None where unknown.
    """

    rms_px: float
    pictures: int
    found_on: date | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """The content of a camera file.

    Attributes:
        camera: The pinhole camera that remains when the distortion has been removed.
        distortion: The distortion of the lens; None where it is not known.
        scale: The scale of one depth network; None where it is not known.
        chessboard: The quality of the chessboard calibration; None if the intrinsics come from elsewhere.
        size_known: Whether the camera file says what size of picture its intrinsics belong to. If not, they are taken
            for those of the first picture, and pictures of another size are refused.
    """

    camera: Camera
    distortion: LensDistortion | None = None
    scale: DepthScale | None = None
    chessboard: ChessboardFit | None = None
    size_known: bool = True

    def turned(self, orientation: int) -> Self:
        """The calibration for the upright picture, by the EXIF orientation of the stored one."""
        distortion = None if self.distortion is None else self.distortion.turned(orientation)
        return replace(self, camera=self.camera.turned(orientation), distortion=distortion)

    def camera_for(self, width_px: int, height_px: int) -> Camera:
        """The camera of a picture of this size, as `Camera.fitted_to` gives it.

        Raises:
            SettingError: If the picture has another aspect ratio; or, where the file does not say what size its
                intrinsics belong to, if the principal point is far from the middle of the picture.
        """
        camera = self.camera
        if self.size_known:
            return camera.fitted_to(width_px, height_px)
        off = max(abs(camera.cx_px / width_px - 0.5), abs(camera.cy_px / height_px - 0.5))
        if off > MOST_OFF_CENTRE:
            raise SettingError(
                f"The camera file does not say what size of picture it is for, and its principal point, "
                f"{camera.cx_px:.0f}, {camera.cy_px:.0f}, is far from the middle of this one, of "
                f"{width_px}×{height_px} pixels: add the width and the height to the file."
            )
        return replace(camera, width_px=width_px, height_px=height_px)
