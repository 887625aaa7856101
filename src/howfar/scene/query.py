"""The settings of a detection that can change from picture to picture without loading the network again."""

from collections.abc import Sequence
from dataclasses import dataclass

from howfar.errors import SettingError


@dataclass(frozen=True, slots=True)
class Query:
    """Which objects to find.

    Attributes:
        score: Minimum confidence of a detection, 0 to 1; the detector's own default when None.
        nms: IoU above which the box with the lower score is dropped, 0 to 1; the detector's own default when None.
        classes: Names of the classes to find, in upper or lower case; all classes when None.
        class_wise: Whether a box can be dropped for a better one of its own class only, as the average precision of a
            class wants it; otherwise also for one of a class that looks alike, so that one thing has one box.

    Raises:
        SettingError: If score or nms lies outside 0 to 1.
    """

    score: float | None = None
    nms: float | None = None
    classes: tuple[str, ...] | None = None
    class_wise: bool = False

    def __post_init__(self) -> None:
        for name, value in (("score", self.score), ("nms", self.nms)):
            if value is not None and not 0.0 <= value <= 1.0:
                raise SettingError(f"{name} must lie between 0 and 1, not {value}.", setting=name)


def class_ids(names: Sequence[str], known: Sequence[str], detector: str) -> frozenset[int]:
    """The class ids of some class names, in upper or lower case.

    Args:
        names: The names.
        known: All class names of the detector; a class id is an index into them.
        detector: The detector's name, for the message.

    Raises:
        SettingError: If the detector does not know one of the names.
    """
    ids = {name.lower(): index for index, name in enumerate(known)}
    for name in names:
        if name.strip().lower() not in ids:
            raise SettingError(
                f"The detector {detector} knows no class {name!r}; `howfar models info {detector}` lists its classes."
            )
    return frozenset(ids[name.strip().lower()] for name in names)
