"""Conversion of scenes to the types of other tools, which are imported only when they are needed."""

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
    objects = scene.objects
    return supervision.Detections(
        xyxy=np.array([each.box_xyxy_px for each in objects], dtype=np.float32).reshape(-1, 4),
        confidence=np.array([each.score for each in objects], dtype=np.float32),
        class_id=np.array([each.class_id for each in objects], dtype=int),
        data={
            "class_name": np.array([each.label for each in objects], dtype=str),
            "depth_m": np.array([each.depth_m for each in objects], dtype=np.float64),
            "range_m": np.array([each.range_m for each in objects], dtype=np.float64),
            "position_m": np.array([each.position_m for each in objects], dtype=np.float64).reshape(-1, 3),
        },
    )
