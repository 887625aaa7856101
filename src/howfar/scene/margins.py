"""The error margins of a depth network by class, measured on objects that it was not trained on."""

import math
from dataclasses import dataclass

from howfar.errors import SettingError

INTERVAL_SDS = 1.2816
"""Half the width of an interval of 80 %, in standard deviations of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Margin:
    """The margin of a group of classes.

    Attributes:
        group: Name of the group.
        classes: Names of its classes, in lower case; empty for all classes that no other margin names.
        factor: In four of five cases the true distance lies within this factor of the estimate; above 1.
        objects: Number of objects that it was measured on.

    Raises:
        SettingError: If the factor is not above 1 and finite.
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
        """The margin as a standard deviation of the natural logarithm of the distance."""
        return math.log(self.factor) / INTERVAL_SDS


@dataclass(frozen=True, slots=True)
class Margins:
    """The margins of all classes.

    Attributes:
        all: One margin for each group of classes, and one for all other classes.

    Raises:
        SettingError: If not exactly one margin is for all other classes, or a class is named twice.
    """

    all: tuple[Margin, ...]

    def __post_init__(self) -> None:
        if sum(not margin.classes for margin in self.all) != 1:
            raise SettingError("Margins need one without classes, for all the classes that no other margin names.")
        names = [name for margin in self.all for name in margin.classes]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise SettingError(f"Margins name each class once, and {twice[0]!r} is named twice.")

    def of(self, label: str) -> Margin:
        """The margin of a class; that of all other classes where it has none of its own."""
        name = label.lower()
        own = (margin for margin in self.all if name in margin.classes)
        return next(own, None) or next(margin for margin in self.all if not margin.classes)
