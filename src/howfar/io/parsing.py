"""TOML and JSON that others have written: every reader of either goes through here.

No text gets past it that the code behind could stumble over.
"""

import json
import math
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

LARGEST_BYTES = 16 * 2**20
"""No file that a person writes, and no record, is larger."""
DEEPEST = 50
"""Tables and lists within each other; files of use have five."""

MOST_DOTS = 100
"""Of a dotted key, for each prefix of which Python's reader keeps a tuple of its own; texts have fewer as well."""

_BETWEEN_SIGNS = re.compile(r"[,={}\[\]\n]")
_DOTS = re.compile(r"\.+")
"""A run of dots, as in a line that someone drew, counts as one."""


class UnreadableError(ValueError):
    """A text cannot be read as what it should be; the message is the reason, in a few words."""


def parse_toml(text: str) -> dict[str, Any]:
    """Read TOML.

    Returns:
        The table. Its numbers are finite, whole ones have 64 bits as TOML has them, and its texts are printable as
        UTF-8 and without the character 0.

    Raises:
        UnreadableError: If it is not TOML, or holds what is excluded above or more than `DEEPEST` levels.
    """
    parts = (part for part in _BETWEEN_SIGNS.split(text) if part.count(".") > MOST_DOTS)
    if any(len(_DOTS.findall(part)) > MOST_DOTS for part in parts):
        raise UnreadableError("it is nested too deeply")
    table: dict[str, Any] = _checked(lambda: tomllib.loads(text))
    return table


def parse_json(text: str) -> Any:
    """Read JSON; numbers and texts are as in `parse_toml`.

    Raises:
        UnreadableError: If it is not JSON, or holds what is excluded.
    """
    return _checked(lambda: json.loads(text))


def read_large_json(path: Path, object_hook: Callable[[dict[str, Any]], Any]) -> Any:
    """Read a JSON file of any size, whose numbers the caller checks: they may be not finite and of any length.

    Args:
        path: The file.
        object_hook: As in `json.loads`: is given each object and gives what stands in its place.

    Raises:
        OSError: If it cannot be read.
        UnreadableError: If it is not JSON, or its texts or levels are excluded as in `parse_toml`.
    """
    text = read_text(path, None)
    return _checked(lambda: json.loads(text, object_hook=object_hook), any_number=True)


def read_toml_file(path: Path) -> dict[str, Any]:
    """Read a TOML file; raises OSError, or UnreadableError as `parse_toml` does."""
    return parse_toml(read_text(path))


def read_json_file(path: Path) -> Any:
    """Read a JSON file; raises OSError, or UnreadableError as `parse_json` does."""
    return parse_json(read_text(path))


def read_text(path: Path, largest_bytes: int | None = LARGEST_BYTES) -> str:
    """The text of a file in UTF-8, with or without the mark that some editors put in front.

    Raises:
        OSError: If it cannot be read.
        UnreadableError: If it is no UTF-8, or larger than largest_bytes.
    """
    try:
        with path.open("rb") as file:
            data = file.read(-1 if largest_bytes is None else largest_bytes + 1)
        if largest_bytes is not None and len(data) > largest_bytes:
            raise UnreadableError(f"it is larger than {largest_bytes // 2**20} MB")
        return data.decode("utf-8-sig")
    except MemoryError:
        raise UnreadableError("it does not fit into the memory") from None
    except UnicodeDecodeError as error:
        raise UnreadableError(f"it is no text: {error}") from None
    except UnreadableError:
        raise
    except ValueError as error:  # a name that no file can have
        raise UnreadableError(str(error)) from None


def _checked(parse: Callable[[], Any], *, any_number: bool = False) -> Any:
    try:
        value = parse()
        _refuse_odd(value, any_number)
    except RecursionError:
        raise UnreadableError("it is nested too deeply") from None
    except MemoryError:
        raise UnreadableError("it does not fit into the memory") from None
    except UnreadableError:
        raise
    except ValueError as error:
        # Besides errors of the form: a whole number of thousands of digits, or a day that no calendar has.
        raise UnreadableError(str(error).partition("; use sys.")[0].rstrip(".")) from None
    return value


def _refuse_odd(value: Any, any_number: bool) -> None:
    """Level by level, as a text can be nested more deeply than Python calls functions."""
    level = [value]
    for _ in range(DEEPEST):
        below: list[Any] = []
        for each in level:
            kind = type(each)
            if kind is str:
                _refuse_odd_text(each)
            elif kind is dict:
                below.extend(each)
                below.extend(each.values())
            elif kind is list:
                below.extend(each)
            elif any_number:
                continue
            elif kind is float and not math.isfinite(each):
                raise UnreadableError(f"it holds {each}, which is no finite number")
            elif kind is int and not -(2**63) <= each < 2**63:
                raise UnreadableError("it holds a whole number of more than 64 bits")
        if not below:
            return
        level = below
    raise UnreadableError("it is nested too deeply")


def _refuse_odd_text(text: str) -> None:
    if "\0" in text:
        raise UnreadableError("it holds a text with the character 0")
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise UnreadableError("it holds a text with half a character") from None
