"""The objects of a picture in their order: nearest first."""

import math
from collections.abc import Sequence

from howfar.scene.detections import Detections
from howfar.scene.distance import Distance
from howfar.scene.scene import SceneObject

Objects = tuple[SceneObject, ...]


def sorted_objects(
    found: Detections,
    distances: Sequence[Distance],
    ranks: Sequence[int | None],
    max_depth_m: float | None,
) -> tuple[Objects, Objects]:
    """The objects within the maximum depth and those beyond, each nearest first, unknown distances last.

    Args:
        found: N detections.
        distances: Their distances.
        ranks: Their places from the nearest on a relative map, which is their order then; None on a metric one.
        max_depth_m: The maximum; None for none.
    """
    things = [
        SceneObject(label, class_id, score, (box[0], box[1], box[2], box[3]), distance, rank)
        for label, class_id, score, box, distance, rank in zip(
            found.labels,
            found.class_ids.tolist(),
            found.scores.tolist(),
            found.boxes_xyxy_px.tolist(),
            distances,
            ranks,
            strict=True,
        )
    ]
    things.sort(key=nearness)
    within = tuple(thing for thing in things if thing.is_within(max_depth_m))
    beyond = tuple(thing for thing in things if not thing.is_within(max_depth_m))
    return within, beyond


def nearness(thing: SceneObject) -> tuple[float, float]:
    """What a thing is sorted by: its rank, where there are ranks, else its depth."""
    return (
        math.inf if thing.nearness_rank is None else thing.nearness_rank,
        thing.depth_m if thing.distance.is_known else math.inf,
    )
