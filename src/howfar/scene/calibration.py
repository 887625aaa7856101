"""What was found out about one camera: its intrinsics, its lens's distortion, and the scale of its depth."""

import math
from dataclasses import dataclass, fields
from datetime import date

from howfar.errors import SettingError
from howfar.scene.camera import Camera


@dataclass(frozen=True, slots=True)
class Distortion:
    """How a lens bends straight lines: Brown's model with OpenCV's names and signs (Brown 1966; OpenCV `calib3d`).

    With x = X/Z, y = Y/Z and r² = x² + y², a point is seen at

        x·(1 + k1·r² + k2·r⁴ + k3·r⁶) + 2·p1·x·y + p2·(r² + 2·x²),
        y·(1 + k1·r² + k2·r⁴ + k3·r⁶) + p1·(r² + 2·y²) + 2·p2·x·y

    times the focal length. The numbers have no unit and hold at every resolution.

    Attributes:
        k1: First radial coefficient; below zero for a barrel, above for a pincushion.
        k2: Second radial coefficient.
        p1: First tangential coefficient.
        p2: Second tangential coefficient.
        k3: Third radial coefficient.

    Raises:
        SettingError: If one is not finite.
    """

    k1: float
    k2: float
    p1: float = 0.0
    p2: float = 0.0
    k3: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            if not math.isfinite(getattr(self, field.name)):
                raise SettingError(f"The distortion's {field.name} must be a finite number.")


@dataclass(frozen=True, slots=True)
class ScaleSample:
    """One object whose distance was measured by hand.

    Attributes:
        label: What it is.
        range_m: Length of the straight line from the camera to it, as measured by hand.
        measured_m: The same as it was measured in the picture, before any scale.
        source: The picture.
    """

    label: str
    range_m: float
    measured_m: float
    source: str

    @property
    def ratio(self) -> float:
        """What measured distances have to be multiplied by."""
        return self.range_m / self.measured_m


@dataclass(frozen=True, slots=True)
class DepthScale:
    """What the metres of one depth network have to be multiplied by, with one camera.

    Attributes:
        factor: True depth over the network's.
        depth_name: The network's name.
        depth_sha256: SHA-256 of the network's ONNX file, in hexadecimal: another network has another scale.
        known: The distances that it was found from.
        found_on: The day.

    Raises:
        SettingError: If the factor is not positive and finite.
    """

    factor: float
    depth_name: str
    depth_sha256: str
    known: tuple[ScaleSample, ...] = ()
    found_on: date | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.factor) and self.factor > 0):
            raise SettingError(f"The scale's factor must be a positive number, not {self.factor}.")


@dataclass(frozen=True, slots=True)
class ChessboardFit:
    """How well the intrinsics explain the pictures of a chessboard that they were found from.

    Attributes:
        rms_px: Root mean square of the reprojection error.
        pictures: Number of pictures used.
        found_on: The day.
    """

    rms_px: float
    pictures: int
    found_on: date | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """All that a camera file holds.

    Attributes:
        camera: The pinhole camera, to which pictures are undistorted.
        distortion: How the lens departs from it; None where that is not known.
        scale: The scale of depth, bound to one depth network; None where that is not known.
        chessboard: Where the intrinsics come from; None if not from a chessboard.
    """

    camera: Camera
    distortion: Distortion | None = None
    scale: DepthScale | None = None
    chessboard: ChessboardFit | None = None
