"""The columns of the results: a scene as its JSON has it, with the picture's number and what it failed with."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pyarrow as pa

from howfar.scene.schema import scene_schema

SCHEMA_VERSION = 1
"""Goes up when a column changes its meaning, is renamed or goes away; not when one is added."""

_TYPES = {"string": pa.string(), "integer": pa.int32(), "number": pa.float32(), "boolean": pa.bool_()}

_ONLY_SOMETIMES = ("doubt", "anchor")
"""Fields that a scene's JSON need not have, and that a picture by itself may."""
_NOT_KEPT = ("timing_ms",)
"""What differs each time the same picture is looked at, so that results are the same to the last byte."""


@cache
def picture_schema() -> pa.Schema:
    """The columns: one row a picture, with its objects nested in it.

    `index` is the picture's place in the list of all, from 0; `error` and `error_kind` are null where it could be
    looked at, and all that the picture shows is null where it could not. The others are those of
    `scene/scene.schema.json`, numbers as float32.
    """
    own = [pa.field("index", pa.int64(), nullable=False), pa.field("source", pa.string(), nullable=False)]
    failure = [pa.field("error", pa.string()), pa.field("error_kind", pa.string())]
    seen = [field for field in _fields(scene_schema()) if field.name != "source"]
    return pa.schema([*own, *failure, *seen])


def picture_row(index: int, source: str, scene: Mapping[str, Any] | None, error: Exception | None) -> dict[str, Any]:
    """The row of a picture.

    Args:
        index: Its place in the list of all.
        source: Its path or address.
        scene: The JSON of what is on it (`Scene.to_dict`); None where it failed.
        error: What it failed with; None where it did not.
    """
    failure = {} if error is None else {"error": str(error) or repr(error), "error_kind": type(error).__name__}
    return {**(scene or {}), **failure, "index": index, "source": source}


def _fields(described: Mapping[str, Any]) -> list[pa.Field]:
    """The fields of an object of the JSON schema that a picture by itself can have."""
    kept = {*described["required"], *_ONLY_SOMETIMES} - set(_NOT_KEPT)
    return [pa.field(name, _type(each)) for name, each in described["properties"].items() if name in kept]


def _type(described: Mapping[str, Any]) -> pa.DataType:
    """The Arrow type of a value of the JSON schema; every value may be null."""
    if "oneOf" in described:
        (described,) = (each for each in described["oneOf"] if each["type"] != "null")
    if "enum" in described:
        return pa.string()
    kinds = described["type"]
    (kind,) = [kinds] if isinstance(kinds, str) else [each for each in kinds if each != "null"]
    if kind == "array":
        return pa.list_(_type(described["items"]))
    return pa.struct(_fields(described)) if kind == "object" else _TYPES[kind]
