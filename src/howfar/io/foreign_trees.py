"""Files of other tools as mappings, lists and values, and what is looked for in them by whatever spelling."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import cv2

from howfar.io.parsing import parse_json
from howfar.io.plain_yaml import parse_yaml

DEEPEST = 6
"""Nothing that is of use lies deeper."""


def tree_of(text: str) -> Any:
    """The content of a file in JSON, YAML or OpenCV's FileStorage as mappings, lists and values.

    Raises:
        ValueError: If it is none of these.
    """
    start = text.lstrip()
    if start.startswith(("{", "[")):
        return _json_or_yaml(text)
    if start.startswith(("<", "%YAML:1.0")):
        return _file_storage(start)
    return parse_yaml(text)


def _json_or_yaml(text: str) -> Any:
    """What stands in braces; YAML too writes them, without quotes."""
    try:
        return parse_json(text)
    except ValueError as error:
        try:
            return parse_yaml(text)
        except ValueError:
            raise error from None


def _file_storage(text: str) -> Any:
    try:
        storage = cv2.FileStorage(text, cv2.FileStorage_READ | cv2.FileStorage_MEMORY)
        try:
            return _of_node(storage.root())
        finally:
            storage.release()
    except (cv2.error, SystemError) as error:
        raise ValueError(f"OpenCV does not read it: {getattr(error, 'err', None) or type(error).__name__}") from None


def _of_node(node: Any, depth: int = 0) -> Any:
    if depth > DEEPEST:
        return None
    if node.isMap():
        return {name: _of_node(node.getNode(name), depth + 1) for name in node.keys()}  # noqa: SIM118  a node is no dictionary
    if node.isSeq():
        return [_of_node(node.at(index), depth + 1) for index in range(node.size())]
    return node.string() if node.isString() else node.real() if node.isReal() or node.isInt() else None


def nested(tree: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping with names such as `Camera.fx` in mappings of their own."""
    found: dict[str, Any] = {}
    for key, value in tree.items():
        outer, dot, inner = str(key).partition(".")
        if dot and inner and isinstance(found.setdefault(outer, {}), dict):
            found[outer][inner] = value
        else:
            found[str(key)] = value
    return found


def plain(name: Any) -> str:
    """A name without its capitals, blanks and lines."""
    return re.sub(r"[^a-z0-9]", "", str(name).lower())


def plain_names(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields by their plain names."""
    return {plain(name): value for name, value in fields.items()}


def first(fields: Mapping[str, Any], names: Sequence[str]) -> Any:
    """The first of these fields that holds a single value."""
    return next((fields[name] for name in names if isinstance(fields.get(name), str | int | float)), None)


def numbers_of(value: Any) -> list[float]:
    """The numbers of a list, of lists in it, or of a matrix with its data; none if it is none of these."""
    if isinstance(value, Mapping):
        return numbers_of(value.get("data"))
    if not isinstance(value, list):
        return []
    flat = [each for row in value for each in (row if isinstance(row, list) else [row])]
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in flat):
        return []
    return [float(each) for each in flat]


def number_of(value: Any) -> float:
    """A number.

    Raises:
        ValueError: If it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is no number")
    return float(value)
