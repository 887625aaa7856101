"""What the tools take and give, as JSON Schema, from the table that the server's addresses have too."""

from collections.abc import Sequence
from typing import Any

from howfar.scene.schema import scene_schema
from howfar.serve.parameters import CAMERA, LOOKING, Parameter

PICTURE = {"type": "string", "description": "Path of a picture in an allowed folder, absolute or from that folder."}
ON_DEPTH = tuple(parameter for parameter in LOOKING if parameter.name == "camera_height") + CAMERA
MOST_PLACES = 100
OF_SCENE = ("source", "width_px", "height_px", "camera", "no_metres", "caveats")
"""What `depth` tells as a scene does."""
COLUMNS, ROWS = 8, 6
"""Cells of the picture that `depth` tells."""

_NUMBERS = {"type": "array", "items": {"type": "number"}}
_METRES = {"type": ["number", "null"], "description": "In metres; null where it is not known."}
_SPAN = {
    "type": "object",
    "required": ["depth_m", "low_m", "high_m"],
    "additionalProperties": False,
    "properties": {"depth_m": _METRES, "low_m": _METRES, "high_m": _METRES},
}


def look_input() -> dict[str, Any]:
    """What `look` takes."""
    return _arguments((*LOOKING, *CAMERA))


def depth_input() -> dict[str, Any]:
    """What `depth` takes."""
    return _arguments(ON_DEPTH)


def measure_input() -> dict[str, Any]:
    """What `measure` takes: boxes, points, or both."""
    box = {
        "type": "object",
        "required": ["box_xyxy_px"],
        "additionalProperties": False,
        "properties": {
            "box_xyxy_px": {**_NUMBERS, "minItems": 4, "maxItems": 4, "description": "Left, top, right, bottom."},
            "label": {"type": "string", "description": "What it is, such as car: a known size makes it surer."},
        },
    }
    point = {**_NUMBERS, "minItems": 2, "maxItems": 2, "description": "From the left and from the top."}
    places = {
        "boxes": {
            "type": "array",
            "maxItems": MOST_PLACES,
            "items": box,
            "description": "Objects to measure, in pixels of the picture.",
        },
        "points": {
            "type": "array",
            "maxItems": MOST_PLACES,
            "items": point,
            "description": "Points to measure, in pixels of the picture.",
        },
    }
    return _arguments(ON_DEPTH, places)


def scene_output() -> dict[str, Any]:
    """What `look` and `measure` give: the scene, by the one schema."""
    return scene_schema()


def depth_output() -> dict[str, Any]:
    """What `depth` gives: a summary of the map, whose other fields are those of the scene."""
    scene = scene_schema()
    names = ("nearest", "median", "farthest")
    cells = {
        "type": "array",
        "items": {"type": "array", "items": _METRES},
        "description": f"Median depth of each of {ROWS} rows of {COLUMNS} cells of the picture, from the upper left.",
    }
    return {
        "type": "object",
        "required": [*OF_SCENE, *names, "cells_m"],
        "additionalProperties": False,
        "properties": {
            **{name: scene["properties"][name] for name in OF_SCENE},
            **dict.fromkeys(names, _SPAN),
            "cells_m": cells,
        },
        **({"$defs": scene["$defs"]} if "$defs" in scene else {}),
    }


def _arguments(parameters: Sequence[Parameter], more: dict[str, Any] | None = None) -> dict[str, Any]:
    of_table = {each.name: {"type": each.kind, "description": each.text} for each in parameters}
    return {
        "type": "object",
        "required": ["picture"],
        "additionalProperties": False,
        "properties": {"picture": PICTURE, **(more or {}), **of_table},
    }
