"""The pinhole camera: from pixels to rays and from depth to positions.

Pixel coordinates are continuous: (0, 0) is the outer corner of the first pixel and (width_px, height_px) that of the
last one, so that resizing a picture by a factor scales every intrinsic by that factor.
"""

import math
from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.numbers import plain_count, plain_number

Origin = Literal["given", "exif", "assumed"]

ASSUMED_FOCAL_35MM = 28.0
"""The lens to assume where nothing is known of the camera: 28 mm (35 mm equivalent), 75 degrees across the diagonal.

It lies between the usual main camera of a phone (24 to 28 mm) and a webcam or Kinect (28 to 32 mm).
"""

FULL_FRAME_DIAGONAL_MM = math.hypot(36.0, 24.0)
ASPECT_TOLERANCE = 0.01
"""Two aspect ratios are the same if their ratio differs from 1 by at most this much."""


@dataclass(frozen=True, slots=True)
class Camera:
    """A pinhole camera without distortion.

    Attributes:
        width_px: Width of the picture that the intrinsics belong to.
        height_px: Height of that picture.
        fx_px: Horizontal focal length.
        fy_px: Vertical focal length.
        cx_px: Principal point, from the left edge.
        cy_px: Principal point, from the upper edge.
        origin: Where the focal length comes from: `given` by the user, read from `exif`, or `assumed`.

    Raises:
        SettingError: If a size or focal length is not positive and finite.
    """

    width_px: int
    height_px: int
    fx_px: float
    fy_px: float
    cx_px: float
    cy_px: float
    origin: Origin = "given"

    def __post_init__(self) -> None:
        for name in ("width_px", "height_px"):
            if type(size := getattr(self, name)) is not int:
                object.__setattr__(self, name, plain_count(size, name, least=0))
        for name in ("fx_px", "fy_px", "cx_px", "cy_px"):
            if type(given := getattr(self, name)) is not float:
                object.__setattr__(self, name, plain_number(given, name, infinite=True))
        if self.width_px < 1 or self.height_px < 1:
            raise SettingError(
                f"A camera needs a picture of at least 1×1 pixels, not {self.width_px}×{self.height_px}."
            )
        for name in ("fx_px", "fy_px"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise SettingError(f"The camera's {name} must be a positive number of pixels, not {value}.")
        if not (math.isfinite(self.cx_px) and math.isfinite(self.cy_px)):
            raise SettingError("The camera's principal point cx_px, cy_px must be two finite numbers of pixels.")

    @classmethod
    def from_focal(cls, width_px: int, height_px: int, focal_px: float, origin: Origin = "given") -> Self:
        """A camera with square pixels and the principal point in the middle of the picture."""
        return cls(width_px, height_px, focal_px, focal_px, width_px / 2, height_px / 2, origin)

    @classmethod
    def from_fov(cls, width_px: int, height_px: int, fov_deg: float, origin: Origin = "given") -> Self:
        """A camera of a horizontal field of view, in degrees.

        Raises:
            SettingError: If the angle is not between 1 and 179 degrees.
        """
        if not 1.0 <= fov_deg <= 179.0:
            raise SettingError(
                f"The horizontal field of view must lie between 1 and 179 degrees, not {fov_deg}.", setting="fov_deg"
            )
        focal_px = width_px / 2 / math.tan(math.radians(fov_deg) / 2)
        return cls.from_focal(width_px, height_px, focal_px, origin)

    @classmethod
    def from_focal_35mm(cls, width_px: int, height_px: int, focal_mm: float, origin: Origin = "exif") -> Self:
        """A camera of a 35 mm equivalent focal length, defined over the diagonal (CIPA DCG-001, as in EXIF data)."""
        focal_px = focal_mm / FULL_FRAME_DIAGONAL_MM * math.hypot(width_px, height_px)
        return cls.from_focal(width_px, height_px, focal_px, origin)

    @classmethod
    def assumed(cls, width_px: int, height_px: int) -> Self:
        """The camera to assume when nothing is known (`ASSUMED_FOCAL_35MM`), marked as assumed."""
        return cls.from_focal_35mm(width_px, height_px, ASSUMED_FOCAL_35MM, origin="assumed")

    @property
    def focal_px(self) -> float:
        """One focal length for both axes: the geometric mean √(fx·fy)."""
        return math.sqrt(self.fx_px * self.fy_px)

    @property
    def fov_deg(self) -> float:
        """Horizontal field of view in degrees, for a principal point in the middle."""
        return math.degrees(2 * math.atan(self.width_px / 2 / self.fx_px))

    def resized(self, width_px: int, height_px: int) -> Self:
        """The camera of the same picture resized to width_px × height_px, whatever the aspect ratio."""
        scale_x, scale_y = width_px / self.width_px, height_px / self.height_px
        return replace(
            self,
            width_px=width_px,
            height_px=height_px,
            fx_px=self.fx_px * scale_x,
            fy_px=self.fy_px * scale_y,
            cx_px=self.cx_px * scale_x,
            cy_px=self.cy_px * scale_y,
        )

    def cropped(self, x1: int, y1: int, x2: int, y2: int) -> Self:
        """The camera of the part of the picture with columns x1 to x2 and rows y1 to y2 (ends excluded)."""
        return replace(self, width_px=x2 - x1, height_px=y2 - y1, cx_px=self.cx_px - x1, cy_px=self.cy_px - y1)

    def fitted_to(self, width_px: int, height_px: int) -> Self:
        """This camera for a picture of another resolution: one camera can record several.

        Raises:
            SettingError: If the aspect ratios differ by more than 1 %: the picture is then a crop of unknown position.
        """
        if (width_px, height_px) == (self.width_px, self.height_px):
            return self
        if abs(width_px * self.height_px / (height_px * self.width_px) - 1) > ASPECT_TOLERANCE:
            raise SettingError(
                f"The camera is for pictures of {self.width_px}×{self.height_px} pixels and this one has "
                f"{width_px}×{height_px}, another aspect ratio: give the camera of this picture."
            )
        return self.resized(width_px, height_px)

    def ray(self, x_px: float, y_px: float) -> tuple[float, float, float]:
        """The direction (X/Z, Y/Z, 1) in which the camera sees the point (x_px, y_px): X right, Y down, Z forward."""
        return ((x_px - self.cx_px) / self.fx_px, (y_px - self.cy_px) / self.fy_px, 1.0)

    def points_m(self, depth_m: NDArray[np.float32]) -> NDArray[np.float32]:
        """Back-project a depth map to points.

        Args:
            depth_m: H×W depth along the optical axis in metres, at any resolution of this camera's picture.

        Returns:
            H×W×3 float32 positions X, Y, Z in metres; NaN where the depth is NaN.
        """
        height, width = depth_m.shape
        camera = self.resized(width, height)
        x = ((np.arange(width) + 0.5 - camera.cx_px) / camera.fx_px).astype(np.float32)
        y = ((np.arange(height) + 0.5 - camera.cy_px) / camera.fy_px).astype(np.float32)
        return np.stack([depth_m * x, depth_m * y[:, None], depth_m], axis=-1)
