"""What is known of an object from earlier frames: its number, its speed, its time to collision."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, Self

NAN = math.nan


class Span(NamedTuple):
    """A number with its interval of 80 %; all NaN where it is not known.

    Attributes:
        value: The number.
        low: Lower end.
        high: Upper end.
    """

    value: float = NAN
    low: float = NAN
    high: float = NAN


UNKNOWN_SPAN = Span()


@dataclass(frozen=True, slots=True)
class Track:
    """An object in the frames of a video so far. Unknown numbers are NaN.

    Attributes:
        track_id: Its number, the same in all frames; counted from 1.
        measured_depth_m: Its distance by this frame alone, before it was filtered.
        measured_low_m: Lower end of the interval of 80 % of that.
        measured_high_m: Upper end.
        speed_m_s: Its speed towards the camera, along the optical axis; below 0 where it goes away. A camera that moves
            has its own part in it.
        speed_low_m_s: Lower end of the interval of 80 %.
        speed_high_m_s: Upper end.
        ground_speed_m_s: Its speed over the ground; known only where the camera stands still.
        ground_speed_low_m_s: Lower end of the interval of 80 %.
        ground_speed_high_m_s: Upper end.
        ttc_s: Time to collision in seconds: until it is at the camera's plane if both go on as they do,
            −1 / (d ln Z/dt). Known only of what surely comes nearer.
        ttc_low_s: Lower end of the interval of 80 %.
        ttc_high_s: Upper end.
    """

    track_id: int
    measured_depth_m: float = NAN
    measured_low_m: float = NAN
    measured_high_m: float = NAN
    speed_m_s: float = NAN
    speed_low_m_s: float = NAN
    speed_high_m_s: float = NAN
    ground_speed_m_s: float = NAN
    ground_speed_low_m_s: float = NAN
    ground_speed_high_m_s: float = NAN
    ttc_s: float = NAN
    ttc_low_s: float = NAN
    ttc_high_s: float = NAN

    @classmethod
    def of(cls, track_id: int, measured: Span, speed: Span, ground_speed: Span, ttc: Span) -> Self:
        """A track of its number and what is known of it."""
        return cls(track_id, *measured, *speed, *ground_speed, *ttc)

    def to_dict(self) -> dict[str, Any]:
        """The track as in the scene's JSON: unknown numbers are None."""
        return {each.name: _rounded(getattr(self, each.name)) for each in fields(self)}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """Read a track from the fields of an object in the scene's JSON.

        Raises:
            KeyError: If a field is missing.
        """
        names = [each.name for each in fields(cls)][1:]
        return cls(content["track_id"], *(NAN if content[name] is None else float(content[name]) for name in names))


def _rounded(value: float) -> float | int | None:
    if isinstance(value, int):
        return value
    return round(float(value), 4) if math.isfinite(value) else None
