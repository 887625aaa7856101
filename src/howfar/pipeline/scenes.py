"""From what was seen, in metres, to the distances of objects, and to the scene that people get."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from howfar.pipeline.view import View
from howfar.ranging.cues.joining import CueSettings, with_cues
from howfar.ranging.methods.measure import measure
from howfar.ranging.methods.method import Method
from howfar.ranging.relative.ordinal import ranks_of
from howfar.ranging.settings import Ranging
from howfar.scene import Distance, Perception, SceneObject
from howfar.scene.perception import DepthCrop


@dataclass(frozen=True, slots=True)
class Ranged:
    """The objects of one picture as one ranging method has them, in the detections' order.

    Attributes:
        method: The method's name.
        distances: N distances.
        ranks: N ranks counted from the nearest, 1, on a relative map; None on a metric one.
        range_ms: What it took.
    """

    method: str
    distances: tuple[Distance, ...]
    ranks: tuple[int | None, ...]
    range_ms: float


def range_objects(seen: Perception, ranging: Ranging) -> tuple[Ranged, ...]:
    """The distances of all objects of a picture, by each ranging method.

    Args:
        seen: What was seen, after `to_metric`.
        ranging: The methods and the cues.
    """
    return tuple(_ranged(seen, method, ranging.cues) for method in ranging.methods)


def scene_of(seen: Perception, ranged: Ranged, max_depth_m: float | None = None) -> View:
    """The scene that follows from what was seen and from its distances.

    Args:
        seen: What was seen.
        ranged: Its objects as one method has them.
        max_depth_m: Label only objects with a depth_m up to this; None for no maximum.
    """
    objects, frame = sorted_objects(seen, ranged), seen.frame
    return View(
        source=frame.source,
        width_px=frame.width_px,
        height_px=frame.height_px,
        camera=seen.camera,
        models=seen.models,
        objects=tuple(each for each in objects if each.is_within(max_depth_m)),
        beyond=tuple(each for each in objects if not each.is_within(max_depth_m)),
        depth=seen.depth,
        max_depth_m=max_depth_m,
        timing_ms={**seen.timing_ms, "range": ranged.range_ms},
        frame=frame.index,
        time_s=frame.time_s,
        undistorted=frame.undistorted,
        depth_scale=seen.depth_scale,
        alignment=seen.alignment,
        no_metres=seen.no_metres,
        facts=seen.facts,
        image=frame.image,
    )


def sorted_objects(seen: Perception, ranged: Ranged) -> list[SceneObject]:
    """The objects of a picture, nearest first, those of unknown distance last."""
    found = seen.detections
    objects = [
        SceneObject(label, class_id, score, (box[0], box[1], box[2], box[3]), distance, rank)
        for label, class_id, score, box, distance, rank in zip(
            found.labels,
            found.class_ids.tolist(),
            found.scores.tolist(),
            found.boxes_xyxy_px.tolist(),
            ranged.distances,
            ranged.ranks,
            strict=True,
        )
    ]
    return sorted(objects, key=attrgetter("nearness"))


def _ranged(seen: Perception, method: Method, cues: CueSettings) -> Ranged:
    start = time.perf_counter()
    found, camera = seen.detections, seen.camera
    if seen.crops is None:
        distances: Sequence[Distance] = measure(seen.depth, found.boxes_xyxy_px, camera, method, found.masks)
    else:
        distances = [_on_crop(crop, method) for crop in seen.crops]
    joined = with_cues(distances, found.labels, found.boxes_xyxy_px, camera, _cues_beside(seen, cues), seen.facts)
    return Ranged(method.name, joined, ranks_of(seen, method), 1e3 * (time.perf_counter() - start))


def _cues_beside(seen: Perception, cues: CueSettings) -> CueSettings:
    """The cues to join with the map: sizes that it was aligned by are in it, and do not count twice."""
    return cues.without("size") if seen.alignment is not None and "size" in seen.alignment.evidence else cues


def _on_crop(crop: DepthCrop, method: Method) -> Distance:
    whole = np.array([[0, 0, crop.camera.width_px, crop.camera.height_px]], dtype=np.float32)
    (distance,) = measure(crop.depth, whole, crop.camera, method)
    return distance.shifted(*crop.corner_px)
