"""The JSON Schema of a scene, which describes what `howfar look --format json` and the server answer."""

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def scene_schema() -> dict[str, Any]:
    """The schema of one scene, as in `scene/scene.schema.json`."""
    schema: dict[str, Any] = json.loads((files("howfar.scene") / "scene.schema.json").read_text(encoding="utf-8"))
    return schema
