"""The last steps of the pipeline: the distances of the objects, and the scene."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

import numpy as np

from howfar.pipeline.caveats import caveats_of
from howfar.pipeline.view import View
from howfar.ranging.cues.joining import CueSettings, with_cues
from howfar.ranging.methods.measure import measure
from howfar.ranging.methods.method import Method
from howfar.ranging.relative.ordinal import ranks_of
from howfar.ranging.settings import Ranging
from howfar.scene import Detections, Distance, Perception, SceneObject
from howfar.scene.perception import DepthCrop
from howfar.scene.track import Track


@dataclass(frozen=True, slots=True)
class Ranged:
    """The distances of the objects of one picture by one ranging method, in the order of the detections.

    Attributes:
        method: Name of the method.
        distances: N distances.
        ranks: N ranks on a relative map, 1 for the nearest; None on a metric map.
        range_ms: The time that ranging took.
        on_map_m: N depths in metres as the depth map alone gives them, NaN where unknown; empty where objects were not
            measured on it, or it has no metres.
    """

    method: str
    distances: tuple[Distance, ...]
    ranks: tuple[int | None, ...]
    range_ms: float
    on_map_m: tuple[float, ...] = ()


def range_objects(perception: Perception, ranging: Ranging) -> tuple[Ranged, ...]:
    """Measure the distances of all objects of a picture by each ranging method.

    Args:
        perception: The objects and the depth of the picture, after `to_metric`.
        ranging: The methods and the cues.

    Returns:
        One row of distances for each method.
    """
    here = replace(perception, facts=perception.facts_here)
    return tuple(_ranged(here, method, ranging.cues) for method in ranging.methods)


def scene_of(perception: Perception, ranged: Ranged, max_depth_m: float | None = None) -> View:
    """Make the scene of a picture from its objects and their distances.

    Args:
        perception: The objects and the depth of the picture.
        ranged: The distances of the objects by one method.
        max_depth_m: Label only objects with a depth_m of at most this; None for no maximum.
    """
    objects, frame = sorted_objects(perception, ranged), perception.frame
    return View(
        source=frame.source,
        width_px=frame.width_px,
        height_px=frame.height_px,
        camera=perception.camera,
        models=perception.models,
        objects=tuple(each for each in objects if each.is_within(max_depth_m)),
        beyond=tuple(each for each in objects if not each.is_within(max_depth_m)),
        depth=perception.depth,
        max_depth_m=max_depth_m,
        timing_ms={**perception.timing_ms, "range": ranged.range_ms},
        frame=frame.index,
        time_s=frame.time_s,
        undistorted=frame.undistorted,
        depth_scale=perception.depth_scale,
        alignment=perception.alignment,
        no_metres=perception.no_metres,
        facts=perception.facts_here,
        caveats=caveats_of(perception, ranged.distances, ranged.on_map_m),
        image=frame.image,
    )


def view_of(perception: Perception) -> View:
    """The view of a picture in which no objects were looked for."""
    return scene_of(perception, Ranged("none", (), (), 0.0))


def sorted_objects(perception: Perception, ranged: Ranged) -> list[SceneObject]:
    """The objects of a picture with their distances, nearest first, those of unknown distance last."""
    found = perception.detections
    objects = [
        SceneObject(label, class_id, score, (box[0], box[1], box[2], box[3]), distance, rank, track)
        for label, class_id, score, box, distance, rank, track in zip(
            found.labels,
            found.class_ids.tolist(),
            found.scores.tolist(),
            found.boxes_xyxy_px.tolist(),
            ranged.distances,
            ranged.ranks,
            _own_tracks(found, ranged.distances),
            strict=True,
        )
    ]
    return sorted(objects, key=attrgetter("nearness"))


def _own_tracks(found: Detections, distances: Sequence[Distance]) -> list[Track | None]:
    """The numbers that the user's own tracker gave the objects; nothing else is known of their tracks."""
    if found.track_ids is None:
        return [None] * len(found)
    return [
        None if number < 0 else Track(number, distance.depth_m, distance.low_m, distance.high_m)
        for number, distance in zip(found.track_ids.tolist(), distances, strict=True)
    ]


def _ranged(perception: Perception, method: Method, cues: CueSettings) -> Ranged:
    start = time.perf_counter()
    method = _on_map(method, perception)
    found, camera = perception.detections, perception.camera
    if perception.crops is None:
        distances: Sequence[Distance] = measure(perception.depth, found.boxes_xyxy_px, camera, method, found.masks)
    else:
        distances = [_on_crop(crop, method) for crop in perception.crops]
    joined = with_cues(distances, found, camera, _remaining_cues(perception, cues), perception.facts, perception.boxes)
    doubted = tuple(_with_focal_doubt(each, perception) for each in joined)
    on_map_m = tuple(each.depth_m for each in distances) if perception.crops is None else ()
    return Ranged(method.name, doubted, ranks_of(perception, method), 1e3 * (time.perf_counter() - start), on_map_m)


def _on_map(method: Method, perception: Perception) -> Method:
    """The method as it reads this map: a map that states its error cell by cell, such as that of a pair, is sharp."""
    return method if perception.depth.log_sds is not None else method.at_quantile(perception.facts.surface_quantile)


def _with_focal_doubt(distance: Distance, perception: Perception) -> Distance:
    """The distance, with an interval that holds all focal lengths that the camera may have.

    Distances are proportional to the focal length, unless the metres were measured.
    """
    doubt, alignment = perception.camera.doubt, perception.alignment
    is_measured = perception.facts.measured or perception.depth_scale is not None
    if doubt is None or is_measured or (alignment is not None and alignment.is_measured):
        return distance
    return replace(distance, low_m=distance.low_m * doubt.low, high_m=distance.high_m * doubt.high)


def _remaining_cues(perception: Perception, cues: CueSettings) -> CueSettings:
    """The cues to join. If the map was aligned by sizes, the cue `size` is left out: it must not count twice."""
    return (
        cues.without("size") if perception.alignment is not None and "size" in perception.alignment.evidence else cues
    )


def _on_crop(crop: DepthCrop, method: Method) -> Distance:
    """The distance of one object, measured on the depth map of its own crop."""
    whole = np.array([[0, 0, crop.camera.width_px, crop.camera.height_px]], dtype=np.float32)
    (distance,) = measure(crop.depth, whole, crop.camera, method)
    return distance.shifted(*crop.corner_px)
