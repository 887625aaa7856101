"""Running exported networks with ONNX Runtime, no PyTorch."""

from howfar.models.card import Card, read_card
from howfar.models.depth import DepthNetwork
from howfar.models.detector import Detector
from howfar.models.library import DEFAULT_DEPTH, DEFAULT_DETECTOR, open_depth_network, open_detector
from howfar.models.session import RunOptions

__all__ = [
    "DEFAULT_DEPTH",
    "DEFAULT_DETECTOR",
    "Card",
    "DepthNetwork",
    "Detector",
    "RunOptions",
    "open_depth_network",
    "open_detector",
    "read_card",
]
