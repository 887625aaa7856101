"""What is asked of a detector, picture by picture: cheap to change, unlike the network that answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from howfar.errors import SettingError


@dataclass(frozen=True, slots=True)
class Query:
    """Which objects to find.

    Attributes:
        score: Least confidence of a detection, 0 to 1; the detector's own default when None.
        nms: IoU above which the weaker of two boxes of one class is dropped, 0 to 1; likewise.
        classes: Names of the classes to look for, without regard to case; all when None.

    Raises:
        SettingError: If score or nms lies outside 0 to 1.
    """

    score: float | None = None
    nms: float | None = None
    classes: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        for name, share in (("score", self.score), ("nms", self.nms)):
            if share is not None and not 0.0 <= share <= 1.0:
                raise SettingError(f"{name} must lie between 0 and 1, not {share}.", setting=name)


def class_ids(names: Sequence[str], known: Sequence[str], detector: str) -> frozenset[int]:
    """The class numbers of some class names, without regard to case.

    Args:
        names: The names.
        known: Every class name of the detector, in the order of its numbers.
        detector: The detector's name, for the message.

    Raises:
        SettingError: If the detector does not know a name.
    """
    numbers = {name.lower(): number for number, name in enumerate(known)}
    for name in names:
        if name.strip().lower() not in numbers:
            raise SettingError(
                f"The detector {detector} knows no class {name!r}; `howfar models info {detector}` lists its classes."
            )
    return frozenset(numbers[name.strip().lower()] for name in names)
