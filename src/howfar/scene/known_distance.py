"""Distances that the user knows, and which object each is of."""

import math
from dataclasses import dataclass
from typing import Self

from howfar.errors import SettingError


@dataclass(frozen=True, slots=True)
class KnownDistance:
    """A distance as the user states it.

    Attributes:
        what: The class of an object, or its number among those found.
        range_m: The straight line from the camera to the object.

    Raises:
        SettingError: If the distance is not positive and finite.
    """

    what: str | int
    range_m: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.range_m) and self.range_m > 0):
            raise SettingError(
                f"A known distance must be above 0 metres, not {self.range_m:g} (of {self.what}).", setting="known"
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """From text such as `chair=2.30` or `3=2.30`.

        Raises:
            SettingError: If it is no such text, or the distance cannot be.
        """
        what, _, metres = (part.strip() for part in text.rpartition("="))
        try:
            range_m = float(metres.removesuffix("m"))
        except ValueError:
            range_m = None
        if not what or range_m is None:
            raise SettingError(
                f"A known distance is written as chair=2.30 or 3=2.30, in metres, not as {text!r}.", setting="known"
            )
        return cls(int(what) if what.isdecimal() else what, range_m)


@dataclass(frozen=True, slots=True)
class KnownObject:
    """The known distance of an object that is named by its index among the detections.

    Attributes:
        index: Its index.
        range_m: The straight line from the camera to it.
    """

    index: int
    range_m: float
