"""The distance of one object, and the cues that it was measured by."""

import math
from dataclasses import dataclass, field, replace
from typing import Literal, Self

from howfar.scene.box import UNKNOWN_BOX, Box
from howfar.scene.weights import Weights

NAN = math.nan

CueName = Literal["depth", "size", "ground", "boxes"]


@dataclass(frozen=True, slots=True)
class Cue:
    """The estimate of a distance by one kind of evidence: a log-normal distribution, or nothing and the reason why.

    Attributes:
        name: `depth` (the depth map), `size` (the known size of the object), `ground` (where the object stands) or
            `boxes` (its box in the left-hand picture of a pair, found in the right-hand one).
        depth_m: Median of the distance of the visible surface along the optical axis in metres; NaN where the cue gives
            no distance.
        log_sd: Standard deviation of the natural logarithm of that distance, or of the bound: roughly its relative
            error.
        weight: Its weight in the distance that all cues give together, 0 to 1.
        note: Why the cue gives no distance, or why it is doubtful; empty otherwise.
        at_most_m: A bound in metres where the cue gives no distance, but knows how far the object is at most: what is
            seen of an object that the frame cuts, or that is not whole, is no higher than the whole. NaN for no bound.
    """

    name: CueName
    depth_m: float
    log_sd: float
    weight: float = 0.0
    note: str = ""
    at_most_m: float = NAN

    @classmethod
    def bound(cls, name: CueName, at_most_m: float, log_sd: float, note: str) -> Self:
        """A cue that gives no distance but a bound, and the reason why."""
        return cls(name, NAN, log_sd, note=note, at_most_m=at_most_m)

    @classmethod
    def unknown(cls, name: CueName, note: str) -> Self:
        """A cue that gives no distance, and the reason why."""
        return cls(name, NAN, NAN, note=note)

    @property
    def is_known(self) -> bool:
        """Whether the cue gives a distance."""
        return math.isfinite(self.depth_m)

    @property
    def is_bound(self) -> bool:
        """Whether the cue gives a bound in the place of a distance."""
        return math.isfinite(self.at_most_m)


@dataclass(frozen=True, slots=True)
class Distance:
    """The distance of one object. Unknown numbers are NaN, never zero or infinity.

    Attributes:
        depth_m: Distance of the visible surface (the near face, not the middle) along the optical axis (Z) in metres.
        range_m: Length of the straight line from the camera in metres.
        position_m: X (right), Y (down), Z (forward) in metres, on the ray through the middle of the region measured.
        own_log_sd: Standard deviation of the natural logarithm of depth_m that the ranging method itself adds, even on
            a depth map without error; NaN where the method does not estimate it.
        map_log_sd: Standard deviation of the natural logarithm of depth_m that the depth map itself states in the
            region measured; NaN where it states none.
        map_note: What is to be said of the depth map there; empty for nothing.
        low_m: Lower end of the interval of 80 % for depth_m.
        high_m: Upper end of that interval.
        method: Name of the ranging method.
        valid_share: Share of the region's cells that had a usable value, 0 to 1.
        mixed: Whether the depths in the box are bimodal, so that one number for it is doubtful.
        region_xyxy_px: The region of the picture that was measured: x1, y1, x2, y2 in pixels.
        reason: Why the distance is unknown; empty when it is known.
        cues: The estimate of each cue that was asked for.
        conflict: Whether the cues contradict each other.
        weights: How much each cell in the box counted for the object; None from a ranging method without weights.
    """

    depth_m: float
    range_m: float
    position_m: tuple[float, float, float]
    method: str
    valid_share: float
    mixed: bool
    region_xyxy_px: Box
    own_log_sd: float = NAN
    map_log_sd: float = NAN
    map_note: str = ""
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
        region_xyxy_px: Box = UNKNOWN_BOX,
    ) -> Self:
        """A distance that is not known, and the reason why."""
        return cls(NAN, NAN, (NAN, NAN, NAN), method, 0.0, False, region_xyxy_px, reason=reason)

    def shifted(self, right_px: float, down_px: float) -> Self:
        """This distance, measured in a crop, in pixels of the picture, where the crop starts at right_px, down_px."""
        x1, y1, x2, y2 = self.region_xyxy_px
        region = (x1 + right_px, y1 + down_px, x2 + right_px, y2 + down_px)
        weights = None if self.weights is None else self.weights.shifted(right_px, down_px)
        return replace(self, region_xyxy_px=region, weights=weights)

    @property
    def is_known(self) -> bool:
        """Whether there is a distance."""
        return math.isfinite(self.depth_m)

    @property
    def is_doubtful(self) -> bool:
        """Whether it rests mostly on a depth map that is doubtful here; the note of its cue says why."""
        return any(cue.name == "depth" and cue.note != "" and cue.weight > 0.5 for cue in self.cues)
