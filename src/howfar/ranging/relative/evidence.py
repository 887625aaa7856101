"""The evidence that brings a relative depth map to metres: other maps, known distances, and objects of known size."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.ranging.cues.joining import CueSettings
from howfar.ranging.cues.seen import seen_objects
from howfar.ranging.cues.size_cue import FOCAL_LOG_SD, size_cue
from howfar.ranging.methods.measure import measure
from howfar.ranging.methods.method import Method
from howfar.ranging.relative.alignment import Aligned, Evidence, align, relative_of
from howfar.ranging.relative.ordinal import indices_of, name_of, nearest_first, ranks_from_nearest, relative_values
from howfar.scene import DepthMap, Perception
from howfar.scene.depth_alignment import EvidenceKind
from howfar.scene.known_distance import KnownDistance, KnownObject

KNOWN_LOG_SD = 0.03
"""Uncertainty of a distance that the user measured: the point of the object that was measured is seldom known."""
GIVEN_LOG_SD = 0.01
"""Uncertainty of depths that a sensor measured."""
MAP_CORRELATION = 0.5
"""Correlation of the errors of a network's map: together its points count as two, one for scale and one for shift."""
LEAST_SIZES = 3
"""Sizes are used from this many objects on: a single object may be on a poster, and would change all the others."""
MOST_POINTS = 5_000
"""At most this many points of a map are used, evenly spaced: more do not improve the fit."""


def map_evidence(
    kind: EvidenceKind, relative: DepthMap, metric: DepthMap, log_sd: float, correlation: float = 0.0
) -> Evidence:
    """The evidence that a metric map of the same picture, dense or sparse, gives for a relative one.

    Args:
        kind: The kind of evidence that the metric map is.
        relative: The relative map.
        metric: The metric map, at any resolution.
        log_sd: Standard deviation of the natural logarithm of its depths.
        correlation: Correlation of the errors of any two of its depths.
    """
    rows, columns = np.nonzero(metric.valid)
    chosen = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), MOST_POINTS)).astype(np.int64))
    rows, columns = rows[chosen], columns[chosen]
    depths_m = metric.to_metres(metric.values[rows, columns]).astype(np.float64)
    row, column = (
        ((cell + 0.5) / size * other).astype(np.int64)
        for cell, size, other in zip((rows, columns), metric.shape, relative.shape, strict=True)
    )
    values = np.where(relative.valid[row, column], relative.values[row, column], np.nan).astype(np.float64)
    return Evidence(kind, values, depths_m, np.full(len(values), log_sd), correlation)


def align_map(
    perception: Perception,
    method: Method,
    known: Sequence[KnownDistance | KnownObject] = (),
    cues: CueSettings | None = None,
    maps: Sequence[Evidence] = (),
) -> Aligned:
    """Bring the relative map of a picture to metres by all evidence that there is.

    The objects are first measured on the relative map by `Method.on_relative`. Once this has given metres, they are
    measured again by the method itself, and the map is aligned again. So the distance in the result is equal to the
    known one.

    Args:
        perception: The objects and the relative depth map of the picture.
        method: The ranging method.
        known: Known distances; a number counts the objects from the nearest on the map, 1.
        cues: The cues, which decide whether the sizes of objects are evidence; None for not.
        maps: Evidence from other maps.

    Raises:
        SettingError: If a known distance belongs to no object, or its object has no usable depth.
    """
    depth, found = perception.depth, perception.detections
    by_size = [] if cues is None else _objects_of_known_size(perception, cues)
    if not known and not by_size:  # no object has to be measured on the map
        return align(depth, maps)
    values = relative_values(depth, found.boxes_xyxy_px, perception.camera, method.on_relative(bounded=False))
    of_objects = [*_objects_of_known_distance(known, perception, values), *by_size]
    aligned = align(depth, [*maps, *(each.with_values(values) for each in of_objects)])
    if aligned.alignment is None:
        return aligned
    distances = measure(aligned.depth, found.boxes_xyxy_px, perception.camera, method, found.masks)
    again = relative_of(np.array([each.depth_m for each in distances]), aligned.alignment)
    better = align(depth, [*maps, *(each.with_values(again) for each in of_objects)])
    return aligned if better.alignment is None else better


class _ObjectDepths(NamedTuple):
    """Known depths of N objects, NaN where unknown, without the objects' values on the map."""

    kind: EvidenceKind
    depths_m: NDArray[np.float64]
    log_sds: NDArray[np.float64]
    correlation: float = 0.0

    def with_values(self, values: NDArray[np.float64]) -> Evidence:
        """The evidence, for objects that have these values on the map."""
        return Evidence(self.kind, values, self.depths_m, self.log_sds, self.correlation)


def _objects_of_known_distance(
    known: Sequence[KnownDistance | KnownObject], perception: Perception, values: NDArray[np.float64]
) -> list[_ObjectDepths]:
    """The depths of the objects of known distance; the distance is along the ray through the middle of the box."""
    if not known:
        return []
    order = nearest_first(ranks_from_nearest(values, near_is_large=perception.depth.near_is_large))
    labels = [perception.detections.labels[index] for index in order]
    stated = [each for each in known if isinstance(each, KnownDistance)]
    numbers = indices_of(stated, labels)
    named = [KnownObject(order[number], each.range_m) for number, each in zip(numbers, stated, strict=True)]
    depths_m = np.full(len(values), np.nan)
    for each in (*named, *(one for one in known if isinstance(one, KnownObject))):
        if np.isnan(values[each.index]):
            name = name_of(order.index(each.index), labels)
            raise SettingError(f"Object {name} has no usable depth on the map: name another as known.", setting="known")
        x1, y1, x2, y2 = perception.detections.boxes_xyxy_px[each.index].tolist()
        ray = perception.camera.ray((x1 + x2) / 2, (y1 + y2) / 2)
        depths_m[each.index] = each.range_m / float(np.linalg.norm(ray))
    return [_ObjectDepths("known", depths_m, np.full(len(values), KNOWN_LOG_SD))]


def _objects_of_known_size(perception: Perception, cues: CueSettings) -> list[_ObjectDepths]:
    """The depths of the objects of known size, if there are enough of them.

    The error of the focal length is common to these depths. With an assumed focal length they are used only where the
    user asked for the cue `size`.
    """
    camera = perception.camera
    if not {"depth", "size"} <= set(cues.names) or (cues.auto and camera.origin == "assumed"):
        return []
    row = camera.cy_px if cues.horizon_px is None else cues.horizon_px
    by_size = [size_cue(each, camera, row) for each in seen_objects(perception.detections, cues.sizes)]
    if sum(cue.is_known for cue in by_size) < LEAST_SIZES:
        return []
    log_sds = np.array([cue.log_sd if cue.is_known else np.nan for cue in by_size], dtype=np.float64)
    correlation = FOCAL_LOG_SD[camera.origin] ** 2 / float(np.nanmean(log_sds**2))
    return [_ObjectDepths("size", np.array([cue.depth_m for cue in by_size]), log_sds, correlation)]
