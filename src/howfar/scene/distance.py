"""How far one object is, and how that was found."""

import math
from dataclasses import dataclass
from typing import Self

NAN = math.nan


@dataclass(frozen=True, slots=True)
class Distance:
    """The distance of one object. Unknown numbers are NaN, never zero or infinity.

    Attributes:
        depth_m: Distance along the optical axis (Z).
        range_m: Length of the straight line from the camera.
        position_m: X (right), Y (down), Z (forward), along the ray through the middle of the region measured.
        low_m: Lower end of the interval for depth_m.
        high_m: Upper end of it.
        method: Name of the ranging method.
        valid_share: Share of the region's cells that had a usable value, 0 to 1.
        mixed: Whether the box holds two depths, so that one number for it is doubtful.
        region_xyxy_px: The part of the picture that was measured: x1, y1, x2, y2 in pixels.
        reason: Why the distance is not known; empty when it is.
    """

    depth_m: float
    range_m: float
    position_m: tuple[float, float, float]
    method: str
    valid_share: float
    mixed: bool
    region_xyxy_px: tuple[float, float, float, float]
    low_m: float = NAN
    high_m: float = NAN
    reason: str = ""

    @classmethod
    def unknown(
        cls,
        method: str,
        reason: str,
        region_xyxy_px: tuple[float, float, float, float] = (NAN, NAN, NAN, NAN),
    ) -> Self:
        """A distance that is not known, and why."""
        return cls(NAN, NAN, (NAN, NAN, NAN), method, 0.0, False, region_xyxy_px, reason=reason)

    @property
    def is_known(self) -> bool:
        """Whether there is a distance at all."""
        return math.isfinite(self.depth_m)
