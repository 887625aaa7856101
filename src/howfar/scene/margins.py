"""How far off a depth network is on things that it has not seen, by kind of thing: what an interval is made of."""

import math
from dataclasses import dataclass

from howfar.errors import SettingError

INTERVAL_SDS = 1.2816
"""An interval of 80 % reaches this many standard deviations of a normal distribution to either side."""


@dataclass(frozen=True, slots=True)
class Margin:
    """The margin of some classes.

    Attributes:
        group: What they are called together.
        classes: Their names, in lower case; none for all that no other margin names.
        factor: Four times in five the true distance lies within this factor of the estimate, above 1.
        objects: On how many it was measured.

    Raises:
        SettingError: If the factor cannot be.
    """

    group: str
    classes: tuple[str, ...]
    factor: float
    objects: int = 0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.factor) and self.factor > 1):
            raise SettingError(f"The margin of {self.group} must be a factor above 1, not {self.factor}.")

    @property
    def log_sd(self) -> float:
        """Standard deviation of the natural logarithm of the distance that has this interval."""
        return math.log(self.factor) / INTERVAL_SDS


@dataclass(frozen=True, slots=True)
class Margins:
    """The margins of all classes.

    Raises:
        SettingError: If not exactly one of them is for all other classes, or a class is named twice.
    """

    all: tuple[Margin, ...]

    def __post_init__(self) -> None:
        if sum(not margin.classes for margin in self.all) != 1:
            raise SettingError("Margins need one without classes, for the things that no other names.")
        names = [name for margin in self.all for name in margin.classes]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise SettingError(f"Margins name each class once, and {twice[0]!r} is named twice.")

    def of(self, label: str) -> Margin:
        """The margin of a class; that of all others where it has none of its own."""
        name = label.lower()
        own = (margin for margin in self.all if name in margin.classes)
        return next(own, None) or next(margin for margin in self.all if not margin.classes)
