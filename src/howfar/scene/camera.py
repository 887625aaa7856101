"""The pinhole camera: from pixels to rays and from depth to positions.

Pixel coordinates are continuous: (0, 0) is the outer corner of the first pixel and (width_px, height_px) that of the
last one, so that resizing a picture by a factor scales every intrinsic by that factor.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.numbers import plain_count, plain_number
from howfar.scene.orientation import LYING, turned

Origin = Literal["given", "exif", "assumed"]

Across = Literal["width", "long", "diagonal"]

FIELDS_OF_VIEW: dict[Across, tuple[str, str]] = {
    "width": ("horizontal", "fov_deg"),
    "long": ("longer side's", "fov_long_deg"),
    "diagonal": ("diagonal", "fov_diagonal_deg"),
}
"""What a field of view is measured across, in words, and the setting that gives it."""

ASSUMED_FOCAL_35MM = 28.0
"""The lens to assume where nothing is known of the camera: 28 mm (35 mm equivalent), 75 degrees across the diagonal.

It lies between the usual main camera of a phone (24 to 28 mm) and a webcam or Kinect (28 to 32 mm).
"""

MOST_PX = 1e9
"""No picture is as large, and no lens as long: what is larger spoils what is computed with it."""

FULL_FRAME_DIAGONAL_MM = math.hypot(36.0, 24.0)
ASPECT_TOLERANCE = 0.01
"""Two aspect ratios are the same if their ratio differs from 1 by at most this much."""


DOUBTFUL_SPREAD = 1.1
"""From this ratio of the longest to the shortest focal length that it may have, a camera is not known."""


@dataclass(frozen=True, slots=True)
class FocalDoubt:
    """What speaks against the focal length of a camera, and between what it lies all the same.

    Attributes:
        reason: The reason: a clause without a capital and without a full stop.
        low: The shortest focal length that it may have, over the one that is used: at most 1.
        high: The longest one, over the one that is used: at least 1.

    Raises:
        SettingError: If the bounds do not hold 1.
    """

    reason: str
    low: float
    high: float

    def __post_init__(self) -> None:
        if not (0 < self.low <= 1 <= self.high < math.inf):
            raise SettingError(f"A focal length lies between its bounds, not {self.low} and {self.high} of itself.")

    @property
    def is_large(self) -> bool:
        """Whether distances that rest on this camera must not count as known to scale."""
        return self.high / self.low > DOUBTFUL_SPREAD


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
        doubt: What speaks against the focal length; None where nothing does.

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
    doubt: FocalDoubt | None = None

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
        if max(self.width_px, self.height_px) > MOST_PX:
            raise SettingError(f"No picture has a side of more than {MOST_PX:g} pixels, as that of a camera would.")
        # The comparisons are false for NaN.
        for name in ("fx_px", "fy_px"):
            value = getattr(self, name)
            if not 0 < value <= MOST_PX:
                raise SettingError(f"The camera's {name} must be a positive number of pixels, not {value}.")
        if not (abs(self.cx_px) <= MOST_PX and abs(self.cy_px) <= MOST_PX):
            raise SettingError("The camera's principal point cx_px, cy_px must be two finite numbers of pixels.")

    @classmethod
    def from_focal(cls, width_px: int, height_px: int, focal_px: float, origin: Origin = "given") -> Self:
        """A camera with square pixels and the principal point in the middle of the picture."""
        return cls(width_px, height_px, focal_px, focal_px, width_px / 2, height_px / 2, origin)

    @classmethod
    def from_fov(cls, width_px: int, height_px: int, fov_deg: float, across: Across = "width") -> Self:
        """A given camera of a field of view in degrees, across the picture's width, its longer side or its diagonal.

        Raises:
            SettingError: If the angle is not between 1 and 179 degrees.
        """
        name, setting = FIELDS_OF_VIEW[across]
        if not 1.0 <= fov_deg <= 179.0:
            raise SettingError(
                f"The {name} field of view must lie between 1 and 179 degrees, not {fov_deg}.", setting=setting
            )
        length_px = {"width": width_px, "long": max(width_px, height_px), "diagonal": math.hypot(width_px, height_px)}
        return cls.from_focal(width_px, height_px, length_px[across] / 2 / math.tan(math.radians(fov_deg) / 2))

    @classmethod
    def from_focal_35mm(cls, width_px: int, height_px: int, focal_mm: float, origin: Origin = "exif") -> Self:
        """A camera of a 35 mm equivalent focal length, defined over the diagonal (CIPA DCG-001, as in EXIF data)."""
        focal_px = focal_mm / FULL_FRAME_DIAGONAL_MM * math.hypot(width_px, height_px)
        return cls.from_focal(width_px, height_px, focal_px, origin)

    @classmethod
    def between(cls, width_px: int, height_px: int, focals_px: Sequence[float], reason: str) -> Self:
        """A camera whose focal length may be any of several, the first the best: assumed if they lie far apart.

        Args:
            width_px: Width of the picture.
            height_px: Height of the picture.
            focals_px: The focal lengths that the picture's own data allow.
            reason: What leaves it open (`FocalDoubt`).
        """
        best_px = focals_px[0]
        doubt = FocalDoubt(reason, min(focals_px) / best_px, max(focals_px) / best_px)
        camera = cls.from_focal(width_px, height_px, best_px, "assumed" if doubt.is_large else "exif")
        return replace(camera, doubt=doubt)

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

    def turned(self, orientation: int) -> Self:
        """The camera of the upright picture, for one of the stored picture, by the EXIF orientation of that."""
        off_x, off_y = turned(self.cx_px - self.width_px / 2, self.cy_px - self.height_px / 2, orientation)
        width, height, fx_px, fy_px = self.width_px, self.height_px, self.fx_px, self.fy_px
        if orientation in LYING:
            width, height, fx_px, fy_px = height, width, fy_px, fx_px
        return replace(
            self,
            width_px=width,
            height_px=height,
            fx_px=fx_px,
            fy_px=fy_px,
            cx_px=width / 2 + off_x,
            cy_px=height / 2 + off_y,
        )

    def has_shape_of(self, width_px: int, height_px: int) -> bool:
        """Whether a picture has the aspect ratio of this camera's, to within 1 %."""
        return abs(width_px * self.height_px / (height_px * self.width_px) - 1) <= ASPECT_TOLERANCE

    def fitted_to(self, width_px: int, height_px: int) -> Self:
        """This camera for a picture of another resolution: one camera can record several.

        Raises:
            SettingError: If the aspect ratios differ by more than 1 %: the picture is then a crop of unknown position.
        """
        if (width_px, height_px) == (self.width_px, self.height_px):
            return self
        if not self.has_shape_of(width_px, height_px):
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
