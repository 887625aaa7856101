"""Known distances, each with the object that it belongs to."""

import re
from dataclasses import dataclass
from typing import Self

from howfar.errors import SettingError
from howfar.numbers import plain_count, plain_number


@dataclass(frozen=True, slots=True)
class KnownDistance:
    """A distance as the user states it.

    Attributes:
        what: The class of the object, or its number counted from the nearest, 1.
        range_m: Length of the straight line from the camera to the object in metres.

    Raises:
        SettingError: If the distance is not above 0 and finite.
    """

    what: str | int
    range_m: float

    def __post_init__(self) -> None:
        if not isinstance(self.what, str):
            object.__setattr__(self, "what", plain_count(self.what, "known", least=0))
        object.__setattr__(self, "range_m", plain_number(self.range_m, "known"))
        if not self.range_m > 0:
            raise SettingError(
                f"A known distance must be above 0 metres, not {self.range_m:g} (of {self.what}).", setting="known"
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a text such as `chair=2.30` or `3=2.30`.

        Raises:
            SettingError: If the text has another form, or the distance is not above 0 and finite.
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
        return cls(int(what) if re.fullmatch("[0-9]{1,9}", what) else what, range_m)


@dataclass(frozen=True, slots=True)
class KnownObject:
    """The known distance of an object that is given by its index.

    Attributes:
        index: Index of the object among the detections, from 0.
        range_m: Length of the straight line from the camera to the object in metres.
    """

    index: int
    range_m: float
