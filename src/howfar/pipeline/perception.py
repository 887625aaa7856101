"""What the networks saw in a picture, and how it becomes distances."""

import time
from typing import NamedTuple

import numpy as np

from howfar.pipeline.view import View
from howfar.ranging import Method, measure
from howfar.ranging.cues.depth_cue import DepthTrust
from howfar.ranging.cues.joining import CueSettings, with_cues
from howfar.ranging.methods.masked import with_masks
from howfar.ranging.relative.ordinal import for_relative, nearness_ranks, relative_values
from howfar.scene import Camera, DepthMap, Detections, Distance
from howfar.scene.depth_alignment import DepthAlignment
from howfar.scene.frame import Frame
from howfar.scene.ordering import sorted_objects


class Crop(NamedTuple):
    """One object cut out of the picture: its own depth map and camera, and where its corner was."""

    depth: DepthMap
    camera: Camera
    corner_px: tuple[int, int]


class Sight(NamedTuple):
    """What the networks saw in one picture, before any distance is measured.

    Attributes:
        frame: The picture, straight.
        camera: Its camera.
        found: The objects.
        depth: The depth map; in metres, or relative still.
        alignment: What gave a relative map its metres, if anything did.
        no_metres: Why there are no metres; empty where there are.
        crops: Each object's own depth, where it was estimated on crops.
        trust: How far the depth is to be trusted beside other cues.
        cues: What distances rest on.
        models: The names of the networks.
        timing_ms: The time of each part so far.
        undistorted: Whether distortion was taken out of the picture.
        depth_scale: What a camera file multiplied depth by; None without.
    """

    frame: Frame
    camera: Camera
    found: Detections
    depth: DepthMap
    alignment: DepthAlignment | None
    no_metres: str
    crops: list[Crop] | None
    trust: DepthTrust
    cues: CueSettings
    models: dict[str, str]
    timing_ms: dict[str, float]
    undistorted: bool
    depth_scale: float | None


def view_of(sight: Sight, method: Method, max_depth_m: float | None) -> View:
    """Measure with one method, join the cues, and sort.

    Args:
        sight: What the networks saw.
        method: How a box becomes a distance.
        max_depth_m: Label only objects with a depth_m up to this.
    """
    start = time.perf_counter()
    if sight.crops is None:
        distances = measure(sight.depth, sight.found.boxes_xyxy_px, sight.camera, with_masks(method, sight.found.masks))
    else:
        distances = tuple(_on_crop(crop, method) for crop in sight.crops)
    distances = with_cues(
        distances, sight.found.labels, sight.found.boxes_xyxy_px, sight.camera, sight.cues, sight.trust
    )
    objects, beyond = sorted_objects(sight.found, distances, _ranks(sight, method), max_depth_m)
    frame = sight.frame
    return View(
        source=frame.source,
        width_px=frame.width_px,
        height_px=frame.height_px,
        camera=sight.camera,
        models=sight.models,
        objects=objects,
        beyond=beyond,
        depth=sight.depth,
        max_depth_m=max_depth_m,
        timing_ms={**sight.timing_ms, "range": 1e3 * (time.perf_counter() - start)},
        frame=frame.index,
        time_s=frame.time_s,
        undistorted=sight.undistorted,
        depth_scale=sight.depth_scale,
        alignment=sight.alignment,
        no_metres=sight.no_metres,
        image=frame.image,
    )


def _ranks(sight: Sight, method: Method) -> tuple[int | None, ...]:
    """The places of the things from the nearest, on a relative map."""
    boxes = sight.found.boxes_xyxy_px
    if sight.depth.is_metric:
        return (None,) * len(boxes)
    values = relative_values(sight.depth, boxes, sight.camera, for_relative(method))
    return nearness_ranks(values, near_is_large=sight.depth.near_is_large)


def _on_crop(crop: Crop, method: Method) -> Distance:
    whole = np.array([[0, 0, crop.camera.width_px, crop.camera.height_px]], dtype=np.float32)
    (distance,) = measure(crop.depth, whole, crop.camera, method)
    return distance.shifted(*crop.corner_px)
