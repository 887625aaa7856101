"""Where a relative depth map can have its metres from: other maps, known distances, and objects of known size."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.ranging.cues.joining import CueSettings
from howfar.ranging.cues.size_cue import FOCAL_LOG_SD, size_cue
from howfar.ranging.methods.measure import measure
from howfar.ranging.methods.method import Method
from howfar.ranging.relative.alignment import Aligned, Evidence, align, relative_of
from howfar.ranging.relative.ordinal import indices_of, name_of, nearest_first, nearness_ranks, relative_values
from howfar.scene import DepthMap, Perception
from howfar.scene.depth_alignment import EvidenceKind
from howfar.scene.known_distance import KnownDistance, KnownObject

KNOWN_LOG_SD = 0.03
"""Of a distance that somebody measured: to which point of the object is seldom said."""
GIVEN_LOG_SD = 0.01
"""Of depths that a sensor measured."""
MAP_CORRELATION = 0.5
"""Of the errors of a network's map: all its points count as two, one for the scale and one for the shift."""
LEAST_SIZES = 3
"""Of how many objects the sizes have to speak: one alone may be on a poster, and would move all the others."""
MOST_POINTS = 5_000
"""Of a map, evenly spaced: more do not tell more."""


def map_evidence(
    kind: EvidenceKind, relative: DepthMap, metric: DepthMap, log_sd: float, correlation: float = 0.0
) -> Evidence:
    """What a metric map, dense or sparse, of the same picture says of a relative one.

    Args:
        kind: What the metric map is.
        relative: The relative map.
        metric: The metric map, at whatever resolution.
        log_sd: Standard deviation of the natural logarithm of its depths.
        correlation: Of their errors.
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
    seen: Perception,
    method: Method,
    known: Sequence[KnownDistance | KnownObject] = (),
    cues: CueSettings | None = None,
    maps: Sequence[Evidence] = (),
) -> Aligned:
    """Turn a relative map into metres by all that is known of the picture.

    Objects are read off the relative map by the method's stand-in on relative maps, and, once that has given metres, by
    the method itself, so that a known distance is met by the number that is shown.

    Args:
        seen: What was seen in the picture, its depth relative.
        method: How objects are read off the map.
        known: Known distances; a number counts the objects from the nearest on the map, 1.
        cues: Whether, and by which table, sizes count as evidence (`_sized`).
        maps: Evidence from other maps.

    Raises:
        SettingError: If a known distance is of no object that was found.
    """
    depth, found = seen.depth, seen.detections
    sized = [] if cues is None else _sized(seen, cues)
    if not known and not sized:  # no object has to be read off the map
        return align(depth, maps)
    values = relative_values(depth, found.boxes_xyxy_px, seen.camera, method.on_relative(bounded=False))
    of_objects = [*_known(known, seen, values), *sized]
    aligned = align(depth, [*maps, *(each.read_as(values) for each in of_objects)])
    if aligned.alignment is None:
        return aligned
    distances = measure(aligned.depth, found.boxes_xyxy_px, seen.camera, method, found.masks)
    again = relative_of(np.array([each.depth_m for each in distances]), aligned.alignment)
    better = align(depth, [*maps, *(each.read_as(again) for each in of_objects)])
    return aligned if better.alignment is None else better


class _OfObjects(NamedTuple):
    """Depths of objects, NaN where nothing is known, as they are before the objects are read off the map."""

    kind: EvidenceKind
    depths_m: NDArray[np.float64]
    log_sds: NDArray[np.float64]
    correlation: float = 0.0

    def read_as(self, values: NDArray[np.float64]) -> Evidence:
        """The evidence, for objects of these values."""
        return Evidence(self.kind, values, self.depths_m, self.log_sds, self.correlation)


def _known(
    known: Sequence[KnownDistance | KnownObject], seen: Perception, values: NDArray[np.float64]
) -> list[_OfObjects]:
    """The objects of known distance; the straight line to each is taken along the ray through its box's middle."""
    if not known:
        return []
    order = nearest_first(nearness_ranks(values, near_is_large=seen.depth.near_is_large))
    labels = [seen.detections.labels[index] for index in order]
    stated = [each for each in known if isinstance(each, KnownDistance)]
    numbers = indices_of(stated, labels)
    named = [KnownObject(order[number], each.range_m) for number, each in zip(numbers, stated, strict=True)]
    depths_m = np.full(len(values), np.nan)
    for each in (*named, *(one for one in known if isinstance(one, KnownObject))):
        if np.isnan(values[each.index]):
            name = name_of(order.index(each.index), labels)
            raise SettingError(f"Object {name} has no usable depth on the map: name another as known.", setting="known")
        x1, y1, x2, y2 = seen.detections.boxes_xyxy_px[each.index].tolist()
        ray = seen.camera.ray((x1 + x2) / 2, (y1 + y2) / 2)
        depths_m[each.index] = each.range_m / float(np.linalg.norm(ray))
    return [_OfObjects("known", depths_m, np.full(len(values), KNOWN_LOG_SD))]


def _sized(seen: Perception, cues: CueSettings) -> list[_OfObjects]:
    """The objects of known size, where there are enough of them.

    Their distances share the error of the focal length; one that is assumed does only where sizes are asked for.
    """
    camera = seen.camera
    if not {"depth", "size"} <= set(cues.names) or (cues.sparing and camera.origin == "assumed"):
        return []
    row = camera.cy_px if cues.horizon_px is None else cues.horizon_px
    said = [
        size_cue((x1, y1, x2, y2), cues.sizes.find(label), camera, row).cue
        for label, (x1, y1, x2, y2) in zip(seen.detections.labels, seen.detections.boxes_xyxy_px.tolist(), strict=True)
    ]
    if sum(cue.is_known for cue in said) < LEAST_SIZES:
        return []
    log_sds = np.array([cue.log_sd for cue in said], dtype=np.float64)
    shared = FOCAL_LOG_SD[camera.origin] ** 2 / float(np.nanmean(log_sds**2))
    return [_OfObjects("size", np.array([cue.depth_m for cue in said]), log_sds, shared)]
