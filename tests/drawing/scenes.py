"""Scenes made by hand."""

import math
from dataclasses import replace
from typing import Any

import numpy as np

from howfar.scene import Camera, DepthMap, Distance, Scene, SceneObject

GREY = np.full((240, 320, 3), 90, dtype=np.uint8)


def thing(
    label: str = "chair", depth_m: float = 2.34, box=(100.0, 80.0, 200.0, 180.0), *, mixed: bool = False, **more: Any
) -> SceneObject:
    """An object in the middle of its box."""
    if depth_m != depth_m:
        return SceneObject(
            label, 0, 0.5, box, Distance.unknown("median", "no usable depth in the region measured", box)
        )
    distance = Distance(depth_m, depth_m * 1.1, (0.1, -0.2, depth_m), "median", 0.9, mixed, box, **more)
    return SceneObject(label, 56, 0.8765, box, distance)


def ranked(label: str, rank: int | None, box=(100.0, 80.0, 200.0, 180.0)) -> SceneObject:
    """An object of unknown distance with a rank on a relative map."""
    return replace(thing(label, math.nan, box), nearness_rank=rank)


def scene(*objects: SceneObject, **changes: Any) -> Scene:
    """A scene of 320×240 with these objects."""
    settings: dict[str, Any] = {
        "source": "kitchen.jpg",
        "width_px": 320,
        "height_px": 240,
        "camera": Camera.from_focal(320, 240, 300.0),
        "models": {"detector": "d", "depth": "z"},
        "objects": objects,
        "beyond": (),
        "depth": DepthMap(np.full((24, 32), 2.0), "metres"),
        "max_depth_m": None,
        "timing_ms": {"detect": 20.0, "depth": 14.0, "range": 0.1},
    }
    if "no_metres" in changes:
        settings["depth"] = DepthMap(np.full((24, 32), 2.0), "relative_depth")
    return Scene(**{**settings, **changes})
