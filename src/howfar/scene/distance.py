"""How far one object is, and how that was found."""

import math
from dataclasses import dataclass, field, replace
from typing import Literal, Self

from howfar.scene.weights import Weights

NAN = math.nan

UNKNOWN_REGION = (NAN, NAN, NAN, NAN)

CueName = Literal["depth", "size", "ground"]


@dataclass(frozen=True, slots=True)
class Cue:
    """What one kind of evidence says of a distance: a log-normal, or nothing and why.

    Attributes:
        name: `depth` (the depth map), `size` (a thing of known size) or `ground` (where it stands).
        depth_m: The median of the distance along the optical axis; NaN where the cue says nothing.
        log_sd: Standard deviation of the natural logarithm of that distance, about its relative error.
        weight: Its share in the distance that all cues give together, 0 to 1.
        note: Why it says nothing, or what is doubtful about it; empty when all is well.
    """

    name: CueName
    depth_m: float
    log_sd: float
    weight: float = 0.0
    note: str = ""

    @classmethod
    def silent(cls, name: CueName, note: str) -> Self:
        """A cue that says nothing, and why."""
        return cls(name, NAN, NAN, note=note)

    @property
    def is_known(self) -> bool:
        """Whether the cue says anything."""
        return math.isfinite(self.depth_m)


@dataclass(frozen=True, slots=True)
class Distance:
    """The distance of one object. Unknown numbers are NaN, never zero or infinity.

    Attributes:
        depth_m: Distance along the optical axis (Z).
        range_m: Length of the straight line from the camera.
        position_m: X (right), Y (down), Z (forward), along the ray through the middle of the region measured.
        own_log_sd: Standard deviation of the natural logarithm of depth_m that is the ranging method's own, as on a
            depth map without error; NaN where the method does not tell.
        low_m: Lower end of the interval for depth_m.
        high_m: Upper end of it.
        method: Name of the ranging method.
        valid_share: Share of the region's cells that had a usable value, 0 to 1.
        mixed: Whether the box holds two depths, so that one number for it is doubtful.
        region_xyxy_px: The part of the picture that was measured: x1, y1, x2, y2 in pixels.
        reason: Why the distance is not known; empty when it is.
        cues: What each kind of evidence says, where several were asked.
        conflict: Whether the cues contradict each other.
        weights: What in the box was taken for the object, by a ranging method that tells.
    """

    depth_m: float
    range_m: float
    position_m: tuple[float, float, float]
    method: str
    valid_share: float
    mixed: bool
    region_xyxy_px: tuple[float, float, float, float]
    own_log_sd: float = NAN
    low_m: float = NAN
    high_m: float = NAN
    reason: str = ""
    cues: tuple[Cue, ...] = ()
    conflict: bool = False
    weights: Weights | None = field(default=None, compare=False, repr=False)

    @classmethod
    def unknown(
        cls,
        method: str,
        reason: str,
        region_xyxy_px: tuple[float, float, float, float] = UNKNOWN_REGION,
    ) -> Self:
        """A distance that is not known, and why."""
        return cls(NAN, NAN, (NAN, NAN, NAN), method, 0.0, False, region_xyxy_px, reason=reason)

    def shifted(self, right_px: float, down_px: float) -> Self:
        """The same distance, measured in a part of the picture that starts at right_px, down_px."""
        x1, y1, x2, y2 = self.region_xyxy_px
        region = (x1 + right_px, y1 + down_px, x2 + right_px, y2 + down_px)
        weights = None if self.weights is None else self.weights.shifted(right_px, down_px)
        return replace(self, region_xyxy_px=region, weights=weights)

    @property
    def is_known(self) -> bool:
        """Whether there is a distance at all."""
        return math.isfinite(self.depth_m)
