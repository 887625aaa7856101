"""The data types of a picture and of its results, and the protocols of detectors and depth estimators; NumPy only."""

from howfar.scene.camera import Camera
from howfar.scene.depth_map import DepthKind, DepthMap, StereoRig
from howfar.scene.detections import Detections
from howfar.scene.distance import Cue, CueName, Distance
from howfar.scene.frame import Frame
from howfar.scene.perception import DepthFacts, Perception
from howfar.scene.protocols import DepthEstimator, Detector, Perceiver
from howfar.scene.query import Query
from howfar.scene.scene import Scene, SceneObject
from howfar.scene.weights import Weights

__all__ = [
    "Camera",
    "Cue",
    "CueName",
    "DepthEstimator",
    "DepthFacts",
    "DepthKind",
    "DepthMap",
    "Detections",
    "Detector",
    "Distance",
    "Frame",
    "Perceiver",
    "Perception",
    "Query",
    "Scene",
    "SceneObject",
    "StereoRig",
    "Weights",
]
