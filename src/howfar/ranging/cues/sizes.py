"""How large things are: the table of real sizes, and the user's own beside it."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from howfar.errors import SettingError
from howfar.io.toml import read_own_toml, read_toml

DEFAULT_FOOTPRINT_LOG_SD = 0.15
NUMBERS = ("height_m", "log_sd", "length_m", "width_m", "footprint_log_sd", "least_ratio")


@dataclass(frozen=True, slots=True)
class ClassSize:
    """What is known of the size of a class of things.

    Attributes:
        name: Name of the class.
        height_m: Mean height from foot to top, upright; None where unknown.
        log_sd: Standard deviation of the natural logarithm of the height, from one specimen to the next.
        length_m: Length of the footprint; None where unknown.
        width_m: Width of the footprint; None where unknown.
        footprint_log_sd: Standard deviation of the natural logarithms of length and width.
        on_ground: Whether the thing stands on the ground.
        outdoors: Whether it is met outdoors alone.
        least_ratio: Height over width below which a box does not show the whole thing upright.
        also: Other names of the class.
        source: Where the figures are published.

    Raises:
        SettingError: If a figure is missing or cannot be.
    """

    name: str
    height_m: float | None = None
    log_sd: float | None = None
    length_m: float | None = None
    width_m: float | None = None
    footprint_log_sd: float = DEFAULT_FOOTPRINT_LOG_SD
    on_ground: bool = False
    outdoors: bool = False
    least_ratio: float = 0.0
    also: tuple[str, ...] = ()
    source: str = ""

    def __post_init__(self) -> None:
        for key in NUMBERS:
            value = getattr(self, key)
            if value is not None and not (
                math.isfinite(value) and (value > 0 or (key == "least_ratio" and value == 0))
            ):
                raise SettingError(f"The size of {self.name!r}: {key} must be a number above 0, not {value}.")
        if (self.height_m is None) != (self.log_sd is None):
            raise SettingError(f"The size of {self.name!r}: height_m and log_sd go together; give both or none.")
        if (self.length_m is None) != (self.width_m is None):
            raise SettingError(f"The size of {self.name!r}: length_m and width_m go together; give both or none.")


@dataclass(frozen=True, eq=False)
class SizeTable:
    """Sizes by class; names are compared without regard to case.

    Attributes:
        entries: The sizes by their classes' names, other names included, in lower case.
    """

    entries: Mapping[str, ClassSize]

    def __iter__(self) -> Iterator[ClassSize]:
        return iter(dict.fromkeys(self.entries.values()))

    def find(self, label: str) -> ClassSize | None:
        """The size of a class, if it is known."""
        return self.entries.get(label.lower())

    def with_own(self, own: "SizeTable") -> "SizeTable":
        """This table with some classes replaced or added."""
        return SizeTable({**self.entries, **own.entries})


@lru_cache(maxsize=1)
def default_sizes() -> SizeTable:
    """The built-in table, `sizes.toml` beside this file, with its sources."""
    return parse_sizes(read_own_toml("howfar.ranging.cues", "sizes.toml"), "sizes.toml")


def read_sizes(path: Path) -> SizeTable:
    """Read a user's own sizes, in the form of the built-in table.

    Args:
        path: A TOML file with a table for each class, such as `[chair]` with `height_m` and `log_sd`.

    Raises:
        SettingError: If the file cannot be read, or says something that cannot be.
    """
    return parse_sizes(read_toml(path, "table of sizes"), str(path))


def parse_sizes(content: Mapping[str, Any], where: str) -> SizeTable:
    """Build a table from parsed TOML; `where` names it in errors.

    Raises:
        SettingError: If a class is no table, or has a field that is unknown or of the wrong kind.
    """
    entries: dict[str, ClassSize] = {}
    for name, given in content.items():
        if not isinstance(given, dict):
            raise SettingError(f"{where}: write each class as a table, such as [{name}] with height_m and log_sd.")
        size = ClassSize(name, **_checked(given, f"{where} [{name}]"))
        entries.update((each.lower(), size) for each in (name, *size.also))
    return SizeTable(entries)


def _checked(given: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The fields of one class, each of its kind."""
    known = [field.name for field in fields(ClassSize) if field.name != "name"]
    checked: dict[str, Any] = {}
    for key, value in given.items():
        if key not in known:
            raise SettingError(f"{where}: unknown field {key!r}; known are {', '.join(known)}.")
        if key in NUMBERS:
            fits, expected = isinstance(value, int | float) and not isinstance(value, bool), "a number"
        elif key in ("on_ground", "outdoors"):
            fits, expected = isinstance(value, bool), "true or false"
        elif key == "also":
            fits, expected = isinstance(value, list) and all(isinstance(one, str) for one in value), "a list of names"
        else:
            fits, expected = isinstance(value, str), "a text"
        if not fits:
            raise SettingError(f"{where}: {key} should be {expected}, not {value!r}.")
        checked[key] = tuple(value) if key == "also" else value
    return checked
