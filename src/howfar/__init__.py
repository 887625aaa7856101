"""What is in this picture, and how far away is it?

    scene = howfar.look("kitchen.jpg", max_depth_m=2.0)
    for thing in scene:
        print(thing.label, thing.depth_m)

The names below are imported when they are first used, so that `import howfar` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from howfar.errors import HowfarError
    from howfar.io.depth_units import DepthUnit
    from howfar.pipeline.one_look import look
    from howfar.pipeline.pairs import Stereo
    from howfar.pipeline.rangefinder import Rangefinder
    from howfar.pipeline.spec import RangefinderSpec
    from howfar.pipeline.view import View
    from howfar.ranging import Method
    from howfar.ranging.settings import Ranging
    from howfar.scene import (
        Camera,
        DepthFacts,
        DepthMap,
        Detections,
        Distance,
        Frame,
        Perception,
        Query,
        Scene,
        SceneObject,
        StereoRig,
    )
    from howfar.scene.stereo_calibration import StereoCalibration

__version__ = "0.1.0"

_HOMES = {
    "HowfarError": "howfar.errors",
    "Camera": "howfar.scene",
    "DepthFacts": "howfar.scene",
    "DepthMap": "howfar.scene",
    "DepthUnit": "howfar.io.depth_units",
    "Detections": "howfar.scene",
    "Distance": "howfar.scene",
    "Frame": "howfar.scene",
    "Perception": "howfar.scene",
    "Query": "howfar.scene",
    "Scene": "howfar.scene",
    "SceneObject": "howfar.scene",
    "Stereo": "howfar.pipeline.pairs",
    "StereoCalibration": "howfar.scene.stereo_calibration",
    "StereoRig": "howfar.scene",
    "Method": "howfar.ranging",
    "Ranging": "howfar.ranging.settings",
    "View": "howfar.pipeline.view",
    "Rangefinder": "howfar.pipeline.rangefinder",
    "RangefinderSpec": "howfar.pipeline.spec",
    "look": "howfar.pipeline.one_look",
}

__all__ = [
    "Camera",
    "DepthFacts",
    "DepthMap",
    "DepthUnit",
    "Detections",
    "Distance",
    "Frame",
    "HowfarError",
    "Method",
    "Perception",
    "Query",
    "Rangefinder",
    "RangefinderSpec",
    "Ranging",
    "Scene",
    "SceneObject",
    "Stereo",
    "StereoCalibration",
    "StereoRig",
    "View",
    "look",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'howfar' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
