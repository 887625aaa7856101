"""Scenes in the types of other tools; those are imported only when asked for."""

from typing import Any

import numpy as np

from howfar.errors import MissingExtraError
from howfar.scene.scene import Scene


def to_supervision(scene: Scene) -> Any:
    """The labelled objects as `supervision.Detections`.

    Its `data` holds `class_name`, `depth_m`, `range_m` and `position_m` (N×3), NaN where unknown.

    Raises:
        MissingExtraError: If supervision is not installed.
    """
    try:
        import supervision
    except ImportError:
        raise MissingExtraError("Converting to supervision.Detections", "supervision") from None
    things = scene.objects
    return supervision.Detections(
        xyxy=np.array([thing.box_xyxy_px for thing in things], dtype=np.float32).reshape(-1, 4),
        confidence=np.array([thing.score for thing in things], dtype=np.float32),
        class_id=np.array([thing.class_id for thing in things], dtype=int),
        data={
            "class_name": np.array([thing.label for thing in things], dtype=str),
            "depth_m": np.array([thing.depth_m for thing in things], dtype=np.float64),
            "range_m": np.array([thing.range_m for thing in things], dtype=np.float64),
            "position_m": np.array([thing.position_m for thing in things], dtype=np.float64).reshape(-1, 3),
        },
    )
