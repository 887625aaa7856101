"""What we know of a picture: pure data and geometry, NumPy only."""

from howfar.scene.camera import Camera
from howfar.scene.depth_map import DepthKind, DepthMap, StereoRig
from howfar.scene.detections import Detections
from howfar.scene.distance import Cue, CueName, Distance
from howfar.scene.scene import Scene, SceneObject
from howfar.scene.weights import Weights

__all__ = [
    "Camera",
    "Cue",
    "CueName",
    "DepthKind",
    "DepthMap",
    "Detections",
    "Distance",
    "Scene",
    "SceneObject",
    "StereoRig",
    "Weights",
]
