"""The real sizes of objects: the built-in table, and tables of the user's own."""

import reprlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

from howfar.errors import SettingError
from howfar.io.toml import read_own_toml, read_toml

BoxSide = Literal["width", "height", "longer"]
"""Which side of an object's box its class tells the length of: `longer` is the greater of the two."""

DEFAULT_FOOTPRINT_LOG_SD = 0.15
NUMBERS = {
    "height_m": 10_000.0,
    "log_sd": 3.0,
    "length_m": 10_000.0,
    "width_m": 10_000.0,
    "footprint_log_sd": 3.0,
    "least_ratio": 10_000.0,
    "overhang_m": 10_000.0,
    "share": 1.0,
    "box_m": 10_000.0,
    "box_log_sd": 3.0,
}
"""The fields of `ClassSize` that are numbers, and the greatest of each that any object has."""
MAY_BE_ZERO = ("least_ratio", "overhang_m")


@dataclass(frozen=True, slots=True)
class ClassSize:
    """The size of the objects of a class.

    Attributes:
        name: Name of the class.
        height_m: Mean height of the upright object in metres; None where unknown.
        log_sd: Standard deviation of the natural logarithm of the height among the objects of the class.
        length_m: Length of the footprint in metres; None where unknown.
        width_m: Width of the footprint in metres; None where unknown.
        footprint_log_sd: Standard deviation of the natural logarithms of length and width.
        on_ground: Whether such an object stands on the ground.
        outdoors: Whether such an object is found outdoors only.
        least_ratio: A box with a lower ratio of height to width does not show the whole object upright.
        overhang_m: How far its front and its back reach beyond the wheels that it stands on, in metres.
        also: Other names of the class.
        source: Where the numbers are published.
        box_m: How long a side of the box is that a detector draws round such an object, in metres at its distance: the
            object may lie, lean, or be partly hidden. None where that was not measured.
        box_log_sd: Standard deviation of the natural logarithm of it.
        box_side: Which side that is.
        share: Of a kind, its share among the objects of its class, before anything of them is seen.
        kinds: The kinds that the class is a mixture of, each with a size of its own; empty where it has one size.

    Raises:
        SettingError: If a number is not above 0 or beyond what any object has, only one of two numbers that belong
            together is given, or a class of several kinds has a size of its own.
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
    overhang_m: float = 0.0
    also: tuple[str, ...] = ()
    source: str = ""
    box_m: float | None = None
    box_log_sd: float | None = None
    box_side: BoxSide = "longer"
    share: float = 1.0
    kinds: tuple["ClassSize", ...] = ()

    def __post_init__(self) -> None:
        for key, most in NUMBERS.items():
            value = getattr(self, key)
            if value is None or (0 < value <= most) or (key in MAY_BE_ZERO and value == 0):
                continue
            possible = "a number above 0" if not value > most else f"at most {most:g}"
            raise SettingError(f"The size of {self.name!r}: {key} must be {possible}, not {value:g}.")
        for one, other in (("height_m", "log_sd"), ("length_m", "width_m"), ("box_m", "box_log_sd")):
            if (getattr(self, one) is None) != (getattr(self, other) is None):
                raise SettingError(f"The size of {self.name!r}: {one} and {other} go together; give both or none.")
        if self.box_side not in get_args(BoxSide):
            sides = ", ".join(get_args(BoxSide))
            raise SettingError(f"The size of {self.name!r}: box_side must be one of {sides}, not {self.box_side!r}.")
        if self.kinds and (self.height_m is not None or self.length_m is not None):
            raise SettingError(f"The size of {self.name!r}: give its kinds sizes, or give it one size and no kinds.")

    @property
    def stands_upright(self) -> bool:
        """Whether it is a class of people: what stands on the ground and is seen whole only if it is upright."""
        return self.on_ground and self.least_ratio > 1

    @property
    def mean_overhang_m(self) -> float:
        """The overhang, over the kinds of a mixed class."""
        return sum(kind.share * kind.overhang_m for kind in self.kinds) if self.kinds else self.overhang_m

    @property
    def sized_kinds(self) -> tuple["ClassSize", ...]:
        """The kinds of known height: the class itself where it is no mixture; none where no height is known."""
        return tuple(each for each in self.kinds or (self,) if each.height_m is not None)


@dataclass(frozen=True, eq=False)
class SizeTable:
    """The sizes of objects by class. Upper and lower case make no difference in the names.

    Attributes:
        by_name: Each size under all names of its class, in lower case.
    """

    by_name: Mapping[str, ClassSize]

    def __iter__(self) -> Iterator[ClassSize]:
        return iter(dict.fromkeys(self.by_name.values()))

    def find(self, label: str) -> ClassSize | None:
        """The size of a class; None where it is unknown."""
        return self.by_name.get(label.lower())

    def name_of(self, label: str, other_names: Mapping[str, str]) -> str:
        """The name of a class here: its own if the table has it, else the other one that is given for it, if any."""
        return label if self.find(label) else other_names.get(label, label)

    def with_own(self, own: "SizeTable") -> "SizeTable":
        """This table, with the classes of another one added or replaced."""
        return SizeTable({**self.by_name, **own.by_name})


@lru_cache(maxsize=1)
def default_sizes() -> SizeTable:
    """The built-in table: `sizes.toml` in the folder of this file, with its sources."""
    return parse_sizes(read_own_toml("howfar.ranging.cues", "sizes.toml"), "sizes.toml")


def read_sizes(path: Path) -> SizeTable:
    """Read a table of the user's own, in the form of the built-in one.

    Args:
        path: A TOML file with one table for each class, such as `[chair]` with `height_m` and `log_sd`.

    Raises:
        SettingError: If the file cannot be read, or its content is wrong.
    """
    return parse_sizes(read_toml(path, "table of sizes"), str(path))


def parse_sizes(content: Mapping[str, Any], where: str) -> SizeTable:
    """Build a table from parsed TOML; `where` is its name in messages.

    Raises:
        SettingError: If a class is not a table, a field is unknown, or a value is wrong.
    """
    by_name: dict[str, ClassSize] = {}
    for name, given in content.items():
        if not isinstance(given, dict):
            raise SettingError(f"{where}: write each class as a table, such as [{name}] with height_m and log_sd.")
        size = ClassSize(name, **_checked(given, f"{where} [{name}]"))
        by_name.update((each.lower(), size) for each in (name, *size.also))
    return SizeTable(by_name)


def _checked(given: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The fields of one class, each checked for its type."""
    known = [field.name for field in fields(ClassSize) if field.name != "name"]
    checked: dict[str, Any] = {}
    for key, value in given.items():
        if key not in known:
            raise SettingError(f"{where}: unknown field {key!r}; known are {', '.join(known)}.")
        if key in NUMBERS:
            fits, expected = isinstance(value, int | float) and not isinstance(value, bool), "a number"
        elif key in ("on_ground", "outdoors"):
            fits, expected = isinstance(value, bool), "true or false"
        elif key == "kinds":
            fits, expected = isinstance(value, list) and all(map(_is_kind, value)), "tables, each with a name"
        elif key == "also":
            fits, expected = isinstance(value, list) and all(isinstance(one, str) for one in value), "a list of names"
        else:
            fits, expected = isinstance(value, str), "a text"
        if not fits:
            raise SettingError(f"{where}: {key} should be {expected}, not {reprlib.repr(value)}.")
        if key == "kinds":
            checked[key] = tuple(_kind(each, where) for each in value)
        else:
            checked[key] = tuple(value) if key == "also" else value
    return checked


def _is_kind(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("name"), str)


def _kind(given: Mapping[str, Any], where: str) -> ClassSize:
    """One kind of a class."""
    name = given["name"]
    return ClassSize(name, **_checked({key: value for key, value in given.items() if key != "name"}, f"{where} {name}"))
