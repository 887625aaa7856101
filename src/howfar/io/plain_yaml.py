"""The part of YAML that camera files are written in: mappings by indentation, lists, numbers and texts.

The base install has no reader of YAML, and that of OpenCV takes its own dialect alone.
"""

import re
from collections.abc import Iterator
from typing import Any

DEEPEST = 20
"""No camera file is nested deeper."""

END = "---"
"""The line between two documents."""

_KEY = re.compile(r"""(?:"([^"]*)"|'([^']*)'|([\w./ -]{1,100}?))\s{0,100}:(?:\s+(.*))?$""")
_PARTS = re.compile(r"[\[\]{},]|[^\[\]{},]+")
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_TAG = re.compile(r"^!+\S*\s*")


def parse_yaml(text: str) -> Any:
    """The mapping, list or value that a text in plain YAML holds; of several documents, the list of what they hold.

    Raises:
        ValueError: If it is beyond what is read here; the message names the line.
    """
    documents = [_document(lines) for lines in _documents(text)]
    return documents if len(documents) > 1 else documents[0]


def _document(lines: list[tuple[int, int, str]]) -> Any:
    value, rest = _block(lines, 0)
    if rest < len(lines):
        raise ValueError(f"line {lines[rest][0]} is indented in another way than those before it")
    return value


def _documents(text: str) -> list[list[tuple[int, int, str]]]:
    """The lines of each document that holds something; those of an empty one if all are empty."""
    documents: list[list[tuple[int, int, str]]] = [[]]
    for line in _lines(text):
        if line[2] == END and documents[-1]:
            documents.append([])
        elif line[2] != END:
            documents[-1].append(line)
    return [each for each in documents if each] or [[]]


def _lines(text: str) -> Iterator[tuple[int, int, str]]:
    """Number, indentation and content of each line that holds something; what is in brackets is one line."""
    started: tuple[int, int] | None = None
    held: list[str] = []
    opened = 0
    for number, line in enumerate(text.splitlines(), 1):
        content = _COMMENT.sub("", line.expandtabs()).rstrip()
        if not content or (not held and content.startswith(("%", "..."))):
            continue
        if not held and content.startswith(END):
            yield number, 0, END
            continue
        if started is None:
            started = (number, len(content) - len(content.lstrip()))
        held.append(content.strip())
        opened += content.count("[") + content.count("{") - content.count("]") - content.count("}")
        if opened <= 0:
            yield (*started, " ".join(held))
            started, held, opened = None, [], 0
    if held and started is not None:
        raise ValueError(f"what begins in line {started[0]} has no end")


def _block(lines: list[tuple[int, int, str]], at: int, depth: int = 0) -> tuple[Any, int]:
    """What begins at a line, and the first line after it."""
    if at >= len(lines):
        return None, at
    if depth > DEEPEST:
        raise ValueError(f"line {lines[at][0]} is nested too deeply")
    number, indent, content = lines[at]
    if content == "-" or content.startswith("- "):
        return _list(lines, at, indent, depth)
    if _KEY.match(content):
        return _mapping(lines, at, indent, depth)
    return _scalar(content, number), at + 1


def _list(lines: list[tuple[int, int, str]], at: int, indent: int, depth: int) -> tuple[list[Any], int]:
    items = []
    while at < len(lines) and lines[at][1] == indent and (lines[at][2] + " ").startswith("- "):
        number, _, content = lines[at]
        inner = content[2:].strip()
        if not inner:
            item, at = _block(lines, at + 1, depth + 1)
        else:  # what stands after the hyphen is a block of its own, indented by it
            lines[at] = (number, indent + 2, inner)
            item, at = _block(lines, at, depth + 1)
        items.append(item)
    return items, at


def _mapping(lines: list[tuple[int, int, str]], at: int, indent: int, depth: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    while at < len(lines) and lines[at][1] == indent:
        number, _, content = lines[at]
        match = _KEY.match(content)
        if match is None:
            break
        name = next(part for part in match.groups()[:3] if part is not None)
        inner = _TAG.sub("", (match[4] or "").strip())
        at += 1
        if inner:
            found[name] = _scalar(inner, number)
        elif at < len(lines) and (lines[at][1] > indent or (lines[at][1] == indent and lines[at][2].startswith("- "))):
            found[name], at = _block(lines, at, depth + 1)
        else:
            found[name] = None
    return found, at


def _scalar(text: str, number: int) -> Any:
    if text.startswith(("[", "{")):
        return _in_brackets(text, number)
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return {"true": True, "false": False, "null": None, "~": None}.get(text.lower(), text)


def _in_brackets(text: str, number: int) -> Any:
    """A list in brackets or a mapping in braces, with what is in it."""
    parts = [part.strip() for part in _PARTS.findall(text) if part.strip()]
    value, at = _flow(parts, 0, number)
    if at != len(parts):
        raise ValueError(f"line {number} has something after its last bracket")
    return value


def _flow(parts: list[str], at: int, number: int, depth: int = 0) -> tuple[Any, int]:
    """The value that begins at a part, and the first part after it."""
    if depth > DEEPEST:
        raise ValueError(f"line {number} is nested too deeply")
    if at >= len(parts):
        raise ValueError(f"line {number} has a bracket too few")
    opened = parts[at]
    if opened not in ("[", "{"):
        return _scalar(opened, number), at + 1
    closing, at = {"[": "]", "{": "}"}[opened], at + 1
    items: list[Any] = []
    names: list[str] = []
    while at < len(parts) and parts[at] != closing:
        if parts[at] == ",":
            at += 1
            continue
        if opened == "{":
            match = _KEY.match(parts[at])
            if match is None:
                raise ValueError(f"line {number} has {parts[at]!r} where a name and a colon were expected")
            names.append(next(part for part in match.groups()[:3] if part is not None))
            if match[4]:
                items.append(_scalar(match[4].strip(), number))
                at += 1
                continue
            at += 1
        item, at = _flow(parts, at, number, depth + 1)
        items.append(item)
    if at >= len(parts):
        raise ValueError(f"line {number} has a bracket too few")
    return (items if opened == "[" else dict(zip(names, items, strict=True))), at + 1
