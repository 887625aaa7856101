"""The class names of a YOLO data set: one a line in a text, or the field `names` of its YAML file.

Of YAML only what such files hold is read: `names` as a list or as a map from number to name, in either of YAML's two
styles, with plain or quoted names and comments.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from howfar.errors import SourceError

TEXTS = ("names.txt", "classes.txt", "labels/classes.txt")
"""Where labelling tools leave the names, one a line."""

_FIELD = re.compile(r"names\s*:")
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_ITEM = re.compile(r"""\s*(?:(\d+)\s*:\s*)?("[^"\\]*"|'(?:[^']|'')*'|[^,\[\]{}"'\s][^,\[\]{}]*)\s*""")
_BLOCK_ITEM = re.compile(r"\s*(?:-|(\d+)\s*:)\s+(\S.*)")


def find_names(root: Path) -> Path | None:
    """The file in a data set's folder that holds the names: its YAML file with `names`, or a text; None without one."""
    described = [path for path in sorted(root.glob("*.y*ml")) if any(map(_FIELD.match, _lines(path)))]
    texts = [root / name for name in TEXTS if (root / name).is_file()]
    return next(iter(described + texts), None)


def read_names(path: Path) -> tuple[str, ...]:
    """Read the class names.

    Raises:
        SourceError: If the file cannot be read, holds no names, or holds them in another form.
    """
    lines = _lines(path)
    listed = path.suffix == ".txt"
    names = tuple(line.strip() for line in lines if line.strip()) if listed else _from_yaml(lines, path)
    if not names:
        raise SourceError(f"{path} holds no class names: list them, one a line.")
    return names


def _from_yaml(lines: list[str], path: Path) -> tuple[str, ...]:
    start = next((index for index, line in enumerate(lines) if _FIELD.match(line)), None)
    if start is None:
        raise SourceError(f"{path} has no field names: write the class names in names.txt, one a line.")
    bare = [_COMMENT.sub("", line).rstrip() for line in lines[start:]]
    first = bare[0].partition(":")[2].strip()
    try:
        items = list(_flow_items(first, bare[1:]) if first else _block_items(bare[1:]))
        numbers = [number for number, _ in items if number is not None]
        if numbers and numbers != list(range(len(items))):
            raise ValueError("they should be numbered from 0 without a gap")
    except ValueError as error:
        raise SourceError(
            f"The names in {path} cannot be read ({error}): write the class names in names.txt, one a line."
        ) from None
    return tuple(name for _, name in items)


def _flow_items(first: str, rest: list[str]) -> Iterator[tuple[int | None, str]]:
    """Of `[person, 'hot dog']` or `{0: person, 1: hot dog}`, over however many lines."""
    text = " ".join([first, *rest])
    closing = {"[": "]", "{": "}"}.get(text[0])
    if closing is None:
        raise ValueError(f"a list or a map is needed, not {first!r}")
    position, ended = 1, re.compile(rf"\s*{re.escape(closing)}")
    while not ended.match(text, position):
        item = _ITEM.match(text, position)
        if item is None:
            raise ValueError(f"a name is needed, not {text[position : position + 20].strip()!r}")
        yield _item(item[1], item[2])
        position = item.end()
        if text.startswith(",", position):
            position += 1
        elif not ended.match(text, position):
            raise ValueError(f"after {item[2]!r} a comma or {closing!r} is missing")


def _block_items(lines: list[str]) -> Iterator[tuple[int | None, str]]:
    """Of one `- person` or `0: person` a line, up to the next field."""
    for line in lines:
        if not line.strip():
            continue
        if not line.startswith((" ", "-")):
            return
        item = _BLOCK_ITEM.fullmatch(line)
        if item is None:
            raise ValueError(f"a name is needed, not {line.strip()!r}")
        yield _item(item[1], item[2].rstrip())


def _item(number: str | None, name: str) -> tuple[int | None, str]:
    quote = name[0] if name[0] in "\"'" else ""
    if quote and (len(name) < 2 or name[-1] != quote):
        raise ValueError(f"a quote is missing after {name}")
    if not quote and ": " in name:
        raise ValueError(f"a name is needed, not {name!r}")
    bare = name[1:-1].replace("''", "'") if quote else name.strip()
    return (None if number is None else int(number)), bare


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not a text"
        raise SourceError(f"The class names in {path} cannot be read ({reason}): list them, one a line.") from None
