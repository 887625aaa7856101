"""Distances that the user knows, and which object each is of."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from howfar.errors import SettingError


@dataclass(frozen=True, slots=True)
class Known:
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
            raise SettingError(f"A known distance must be above 0 metres, not {self.range_m:g} (of {self.what}).")

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
            raise SettingError(f"A known distance is written as chair=2.30 or 3=2.30, in metres, not as {text!r}.")
        return cls(int(what) if what.isdecimal() else what, range_m)


def places_of(known: Sequence[Known], labels: Sequence[str]) -> list[int]:
    """The place of the object that each known distance is of.

    Args:
        known: What is known.
        labels: The classes of the objects in the order of their numbers, which count from 1.

    Raises:
        SettingError: If there is no such object or several, or it has two known distances.
    """
    places = [_place_of(each.what, labels) for each in known]
    for place in places:
        if places.count(place) > 1:
            raise SettingError(f"Object {name_of(place, labels)} has two known distances: give one.")
    return places


def name_of(place: int, labels: Sequence[str]) -> str:
    """The number and class of an object, in words."""
    return f"{place + 1} ({labels[place]})"


def _place_of(what: str | int, labels: Sequence[str]) -> int:
    if isinstance(what, int):
        if not 1 <= what <= len(labels):
            raise SettingError(f"There is no object {what}: {_listed(labels)}.")
        return what - 1
    fitting = [place for place, label in enumerate(labels) if label.lower() == what.lower()]
    if not fitting:
        raise SettingError(f"There is no {what} among what was found: {_listed(labels)}.")
    if len(fitting) > 1:
        numbers = ", ".join(str(place + 1) for place in fitting)
        raise SettingError(
            f"There are {len(fitting)} objects of the class {what}: name one by its number ({numbers}), such as "
            f"--known {fitting[0] + 1}=2.30."
        )
    return fitting[0]


def _listed(labels: Sequence[str]) -> str:
    named = ", ".join(name_of(place, labels) for place in range(len(labels)))
    return f"there are {named}" if labels else "nothing was found"
