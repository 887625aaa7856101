"""The settings of a detection that can change from picture to picture without loading the network again."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from howfar.errors import SettingError
from howfar.numbers import plain_count, plain_flag, plain_number

Classes = Collection[str | int] | str | int
"""Classes of a detector, each by its name or its number; one alone, too."""


@dataclass(frozen=True, slots=True)
class Query:
    """Which objects to find.

    Attributes:
        score: Minimum confidence of a detection, 0 to 1; the detector's own default when None.
        nms: IoU above which the box with the lower score is dropped, 0 to 1; the detector's own default when None.
        classes: The classes to find: names, in upper or lower case, or numbers; all classes when None. Any collection
            of them, or one alone, becomes a tuple of names and numbers.
        class_wise: Whether a box can be dropped for a better one of its own class only, as the average precision of a
            class wants it; otherwise also for one of a class that looks alike, so that one thing has one box.

    Raises:
        SettingError: If score or nms is no number or lies outside 0 to 1, or a class is neither a name nor a number.
    """

    score: float | None = None
    nms: float | None = None
    classes: tuple[str | int, ...] | None = None
    class_wise: bool = False

    def __post_init__(self) -> None:
        for name, given in (("score", self.score), ("nms", self.nms)):
            if given is None:
                continue
            value = plain_number(given, name)
            if not 0.0 <= value <= 1.0:
                raise SettingError(f"{name} must lie between 0 and 1, not {value}.", setting=name)
            object.__setattr__(self, name, value)
        object.__setattr__(self, "class_wise", plain_flag(self.class_wise, "class_wise"))
        object.__setattr__(self, "classes", as_classes(self.classes))


def class_ids(names: Iterable[str | int], known: Sequence[str], detector: str) -> frozenset[int]:
    """The class ids of some classes.

    Args:
        names: Names, in upper or lower case, and numbers.
        known: All class names of the detector; a class id is an index into them.
        detector: The detector's name, for the message.

    Raises:
        SettingError: If the detector does not know one of the names.
    """
    ids = {name.lower(): index for index, name in enumerate(known)}
    return frozenset(_class_id(name, ids, len(known), detector) for name in names)


def _class_id(name: str | int, ids: dict[str, int], count: int, detector: str) -> int:
    found = name if isinstance(name, int) else ids.get(name.strip().lower())
    if found is None and isinstance(name, str) and name.strip().isdecimal():
        found = int(name)
    if found is None:
        raise SettingError(
            f"The detector {detector} knows no class {name!r}; `howfar models info {detector}` lists its classes."
        )
    if found >= count:
        raise SettingError(f"The detector {detector} knows the classes 0 to {count - 1}, and no {found}.")
    return found


def as_classes(given: Classes | None) -> tuple[str | int, ...] | None:
    """Classes as a tuple, in the order given; those of a set in the order of their names.

    Raises:
        SettingError: If one is neither a name nor a number.
    """
    if given is None:
        return None
    each: Iterable[Any] = (given,)
    if isinstance(given, set | frozenset):
        each = sorted(given, key=str)
    elif isinstance(given, Iterable) and not isinstance(given, str | bytes) and getattr(given, "shape", None) != ():
        each = given
    return tuple(str(one) if isinstance(one, str) else plain_count(one, "classes", least=0) for one in each)
