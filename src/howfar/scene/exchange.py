"""Conversion to and from the types of other tools, which are imported only when they are needed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from howfar.errors import MissingExtraError, SettingError
from howfar.scene.detections import Detections
from howfar.scene.scene import Scene

NO_TRACK = -1
MASK_CELLS = 28
"""Cells along a side of the grid that a mask is read at."""


def to_supervision(scene: Scene) -> Any:
    """The labelled objects as `supervision.Detections`.

    Its `data` holds `class_name`, `depth_m`, `low_m` and `high_m` (the interval of 80 %), `range_m` and `position_m`
    (N×3), NaN where unknown; `tracker_id` the numbers of tracks, if any object has one, -1 for none.

    Raises:
        MissingExtraError: If supervision is not installed.
    """
    try:
        import supervision
    except ImportError:
        raise MissingExtraError("Converting to supervision.Detections", "supervision") from None
    objects = scene.objects
    tracks = [NO_TRACK if each.track is None else each.track.track_id for each in objects]
    metres = ("depth_m", "low_m", "high_m", "range_m")
    return supervision.Detections(
        xyxy=np.array([each.box_xyxy_px for each in objects], dtype=np.float32).reshape(-1, 4),
        confidence=np.array([each.score for each in objects], dtype=np.float32),
        class_id=np.array([each.class_id for each in objects], dtype=int),
        tracker_id=np.array(tracks, dtype=int) if set(tracks) - {NO_TRACK} else None,
        data={
            "class_name": np.array([each.label for each in objects], dtype=str),
            **{name: np.array([getattr(each.distance, name) for each in objects], np.float64) for name in metres},
            "position_m": np.array([each.position_m for each in objects], dtype=np.float64).reshape(-1, 3),
        },
    )


def is_of_supervision(given: object) -> bool:
    """Whether something is one of supervision's `Detections`, by its type alone: the library is not imported."""
    kind = type(given)
    return kind.__name__ == "Detections" and kind.__module__.partition(".")[0] == "supervision"


def from_supervision(given: Any, class_names: Sequence[str] = ()) -> Detections:
    """The objects of `supervision.Detections`: boxes, classes, scores, track ids and masks.

    Args:
        given: N detections. Without `confidence` the scores are 1.
        class_names: What its class ids stand for, where its `data` has no `class_name`.

    Raises:
        SettingError: If the names of the classes are not known.
    """
    boxes = np.asarray(given.xyxy, dtype=np.float32).reshape(-1, 4)
    labels = _labels(given, class_names) if len(boxes) else []
    found = Detections.from_boxes(boxes, labels, given.confidence, given.tracker_id)
    if given.mask is None or not len(boxes):
        return found
    grids = np.stack([_grid(np.asarray(given.mask[place]), box) for place, box in enumerate(boxes.tolist())])
    return replace(found, masks=grids)


def _labels(given: Any, class_names: Sequence[str]) -> list[str]:
    named = given.data.get("class_name")
    if named is not None:
        return [str(name) for name in named]
    ids = None if given.class_id is None else np.asarray(given.class_id).tolist()
    if ids is None or not all(0 <= number < len(class_names) for number in ids):
        raise SettingError(
            "These supervision.Detections do not say what their classes are: put the names into data['class_name'], "
            "or name the detector whose numbers their class_id has.",
            setting="detections",
        )
    return [class_names[number] for number in ids]


def _grid(mask: NDArray[Any], box: list[float]) -> NDArray[np.float32]:
    """A mask of the whole picture at the middles of the cells of a grid over a box, 0 or 1."""
    steps = (np.arange(MASK_CELLS) + 0.5) / MASK_CELLS
    columns = (box[0] + (box[2] - box[0]) * steps).astype(int).clip(0, mask.shape[1] - 1)
    rows = (box[1] + (box[3] - box[1]) * steps).astype(int).clip(0, mask.shape[0] - 1)
    return np.asarray(mask[np.ix_(rows, columns)], dtype=np.float32)
