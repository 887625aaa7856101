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
    from howfar.pipeline.rangefinder import Rangefinder, look
    from howfar.pipeline.view import View
    from howfar.scene import Camera, DepthMap, Detections, Distance, Scene, SceneObject

__version__ = "0.1.0"

_HOMES = {
    "HowfarError": "howfar.errors",
    "Camera": "howfar.scene",
    "DepthMap": "howfar.scene",
    "Detections": "howfar.scene",
    "Distance": "howfar.scene",
    "Scene": "howfar.scene",
    "SceneObject": "howfar.scene",
    "View": "howfar.pipeline.view",
    "Rangefinder": "howfar.pipeline.rangefinder",
    "look": "howfar.pipeline.rangefinder",
}

__all__ = [
    "Camera",
    "DepthMap",
    "Detections",
    "Distance",
    "HowfarError",
    "Rangefinder",
    "Scene",
    "SceneObject",
    "View",
    "look",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'howfar' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
