"""Running exported networks with ONNX Runtime, no PyTorch."""

from howfar.models.card import Card
from howfar.models.card_reading import read_card
from howfar.models.depth import CardDepth
from howfar.models.detector import CardDetector
from howfar.models.joint import CardJoint
from howfar.models.library import (
    DEFAULT_DEPTH,
    DEFAULT_DETECTOR,
    find_model,
    open_depth_network,
    open_detector,
    open_foreground,
    open_heads,
    open_joint,
)
from howfar.models.run_options import Engine, Precision, RunOptions
from howfar.models.session import Session, open_session

__all__ = [
    "DEFAULT_DEPTH",
    "DEFAULT_DETECTOR",
    "Card",
    "CardDepth",
    "CardDetector",
    "CardJoint",
    "Engine",
    "Precision",
    "RunOptions",
    "Session",
    "find_model",
    "open_depth_network",
    "open_detector",
    "open_foreground",
    "open_heads",
    "open_joint",
    "open_session",
    "read_card",
]
