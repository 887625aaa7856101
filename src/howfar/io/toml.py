"""TOML files, read and written in one place: camera files, model cards, descriptions of data sets, sizes, recipes."""

import math
import reprlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from howfar.errors import HowfarError, SettingError
from howfar.files import replacing
from howfar.io.parsing import UnreadableError, parse_toml, read_toml_file
from howfar.numbers import is_finite_number
from howfar.text import json_text

Value = str | bool | float | date | Sequence[str] | Sequence[float] | Sequence[Sequence[float]]
"""What a file that is written may hold."""

Lines = Iterable[tuple[str, Value | None]]
"""The fields of a table in their order; those that are None are left out."""

REQUIRED: Any = object()
"""In the place of a default: the field must be there."""

LONGEST_LIST = 100
"""A list whose text is as long as this, or longer, is written with one value a line."""


def read_toml(
    path: Path, what: str, error: type[HowfarError] = SettingError, advice: str = "check the path"
) -> dict[str, Any]:
    """Read a TOML file.

    Args:
        path: The file.
        what: What kind of file it is, in words such as "camera file".
        error: The kind of error to raise.
        advice: What to do if the file is missing.

    Raises:
        HowfarError: Of the kind given, if the file is missing, cannot be read, or is not TOML.
    """
    with refusing_unreadable(path, what, error, advice):
        return read_toml_file(path)


@contextmanager
def refusing_unreadable(
    path: Path, what: str, error: type[HowfarError] = SettingError, advice: str = "check the path"
) -> Iterator[None]:
    """Say in one sentence why a TOML file cannot be read in the block; the arguments are those of `read_toml`."""
    try:
        yield
    except FileNotFoundError:
        raise error(f"There is no {what} {path}: {advice}.") from None
    except OSError as cause:
        raise error(f"The {what} {path} cannot be read ({cause.strerror or cause}): check the path.") from None
    except UnreadableError as cause:
        raise error(f"The {what} {path} cannot be read as TOML: {cause}.") from None


def read_own_toml(package: str, name: str) -> dict[str, Any]:
    """Read a TOML file that ships with howfar, beside the modules of a package."""
    return parse_toml(resources.files(package).joinpath(name).read_text(encoding="utf-8"))


def toml_text(tables: Iterable[tuple[str, Lines]]) -> str:
    """Tables as the text of a TOML file, with an empty line between them.

    Args:
        tables: Each with its heading, such as `[input]` or `[[scale.known]]`; the first one's is empty.
    """
    return "\n".join(
        (f"{heading}\n" if heading else "")
        + "".join(f"{name} = {toml_value(value)}\n" for name, value in lines if value is not None)
        for heading, lines in tables
    )


def write_toml(tables: Iterable[tuple[str, Lines]], path: Path, *, overwrite: bool = False) -> None:
    """Write tables, as `toml_text` gives them, to a file.

    Raises:
        OutputError: If the file exists and overwrite is not set, or it cannot be written.
    """
    with replacing(path, overwrite=overwrite) as temporary:
        temporary.write_text(toml_text(tables), encoding="utf-8")


def toml_value(value: Value) -> str:
    """A value as TOML writes it."""
    if isinstance(value, str):
        return json_text(value)  # whose escapes are TOML's too
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(int(value) if isinstance(value, int) else float(value))  # NumPy's floats are floats of another text
    if isinstance(value, date):
        return value.isoformat()
    texts = [toml_value(each) for each in value]
    line = f"[{', '.join(texts)}]"
    return line if len(line) < LONGEST_LIST else "[\n" + "".join(f"    {text},\n" for text in texts) + "]"


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers that make sense for a field.

    Attributes:
        words: What they are, as "a number" goes on; empty for any.
        least: None is below this one.
        most: None is above this one.
        least_itself: Whether `least` is one of them.
    """

    words: str
    least: float = -math.inf
    most: float = math.inf
    least_itself: bool = True

    def __contains__(self, value: float) -> bool:
        return (value > self.least or (self.least_itself and value == self.least)) and value <= self.most


ANY = Range("")
POSITIVE = Range(" above 0", 0, least_itself=False)
NOT_NEGATIVE = Range(", 0 or more", 0)
SHARE = Range(" from 0 to 1", 0, 1)


@dataclass(slots=True)
class Fields:
    """The fields of one TOML table: each is checked when it is asked for, and it is remembered which were.

    Every method raises `error` where a field is missing or of the wrong kind; one with a default may be missing.

    Attributes:
        table: The table as TOML gives it.
        where: What to call it in an error: the file, and the table's name in it; empty where the caller says it.
        error: The kind of error to raise.
        asked: The fields that were asked for.
    """

    table: Mapping[str, Any]
    where: str
    error: type[HowfarError] = SettingError
    asked: set[str] = field(default_factory=set)

    def __contains__(self, name: str) -> bool:
        return name in self.table

    def text(self, name: str, default: Any = REQUIRED) -> str:
        """A text."""
        return str(self._get(name, default, lambda value: isinstance(value, str), "a text"))

    def texts(self, name: str, default: Any = REQUIRED) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(self._get(name, default, lambda value: _is_list_of(value, str), "a list of texts"))

    def flag(self, name: str, default: Any = REQUIRED) -> bool:
        """True or false."""
        return bool(self._get(name, default, lambda value: isinstance(value, bool), "true or false"))

    def number(self, name: str, default: Any = REQUIRED, within: Range = ANY) -> float:
        """A finite number."""
        return float(self._get(name, default, lambda value: _is_number(value, within), f"a number{within.words}"))

    def whole(self, name: str, default: Any = REQUIRED, within: Range = ANY) -> int:
        """A number without a fraction, of 64 bits."""

        def fits(value: Any) -> bool:
            return _is_number(value, within) and -(2**63) <= value < 2**63 and value == value // 1

        return int(self._get(name, default, fits, f"a whole number{within.words}"))

    def numbers(
        self, name: str, count: int | None = None, default: Any = REQUIRED, within: Range = ANY
    ) -> tuple[float, ...]:
        """A list of finite numbers, of a given length where one is given."""

        def fits(value: Any) -> bool:
            whole_list = isinstance(value, list) and count in (None, len(value))
            return whole_list and all(_is_number(each, within) for each in value)

        expected = "a list of numbers" if count is None else f"a list of {count} numbers"
        return tuple(self._get(name, default, fits, f"{expected}{within.words and f', each{within.words}'}"))

    def number_lists(self, name: str, within: Range = ANY) -> tuple[tuple[float, ...], ...]:
        """A list of lists of finite numbers."""

        def fits(value: Any) -> bool:
            return _is_list_of(value, list) and all(_is_number(each, within) for part in value for each in part)

        return tuple(
            tuple(map(float, part)) for part in self._get(name, REQUIRED, fits, f"lists of numbers{within.words}")
        )

    def choice(self, name: str, choices: Collection[str], default: Any = REQUIRED) -> str:
        """One of several texts."""
        return str(self._get(name, default, lambda value: value in choices, f"one of {', '.join(choices)}"))

    def day(self, name: str, default: Any = REQUIRED) -> date | None:
        """A day; None only if that is the default."""
        day: date | None = self._get(name, default, lambda value: type(value) is date, "a day such as 2026-01-31")
        return day

    def subtable(self, name: str, default: Any = REQUIRED) -> "Fields":
        """A table within this one."""
        value = self._get(name, default, lambda value: isinstance(value, dict), "a table")
        return Fields(value, f"{self.where} [{name}]".lstrip(), self.error)

    def subtables(self, name: str) -> "list[Fields]":
        """The tables of an array of tables; none if it is missing."""
        value = self._get(name, (), lambda value: _is_list_of(value, dict), f"tables, each under [[{name}]]")
        where = f"{self.where}, {name}" if self.where else name
        return [Fields(each, f"{where} {number}", self.error) for number, each in enumerate(value, 1)]

    def refuse_others(self, known: Collection[str] | None = None) -> None:
        """Raise `error` if there is a field of another name.

        Args:
            known: The names that there may be; those that were asked for where it is None.
        """
        names = sorted(self.asked) if known is None else known
        for name in self.table:
            if name not in names:
                raise self._failure(f"unknown field {name!r}; known are {', '.join(names)}.")

    def _get(self, name: str, default: Any, fits: Callable[[Any], bool], expected: str) -> Any:
        self.asked.add(name)
        if name not in self.table:
            if default is REQUIRED:
                raise self._failure(f"the field {name!r} is missing; it should be {expected}.")
            return default
        value = self.table[name]
        if not fits(value):
            raise self._failure(f"the field {name!r} should be {expected}, not {reprlib.repr(value)}.")
        return value

    def _failure(self, sentence: str) -> HowfarError:
        return self.error(f"{self.where}: {sentence}" if self.where else sentence)


def _is_number(value: Any, within: Range) -> bool:
    return is_finite_number(value) and value in within


def _is_list_of(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(each, kind) for each in value)
