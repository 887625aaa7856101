"""Where a relative depth map can have its metres from: other maps, known distances, and things of known size."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.ranging.cues.joining import CueSettings
from howfar.ranging.cues.size_cue import FOCAL_LOG_SD, size_cue
from howfar.ranging.methods.measure import measure
from howfar.ranging.methods.statistics import Method
from howfar.ranging.relative.alignment import Aligned, Evidence, align
from howfar.ranging.relative.ordinal import for_relative, nearest_first, nearness_ranks, relative_values
from howfar.scene import Camera, DepthMap
from howfar.scene.depth_alignment import EvidenceKind
from howfar.scene.known_distance import Known, name_of, places_of

KNOWN_LOG_SD = 0.03
"""Of a distance that somebody measured: to which point of the thing is seldom said."""
GIVEN_LOG_SD = 0.01
"""Of depths that a sensor measured."""
MAP_CORRELATION = 0.5
"""Of the errors of a network's map: all its points count as two, one for the scale and one for the shift."""
LEAST_SIZES = 3
"""Of how many things the sizes have to speak: one alone may be on a poster, and would move all the others."""
MOST_POINTS = 5_000
"""Of a map, evenly spaced: more do not tell more."""


class Things(NamedTuple):
    """What was found in a picture, and with which camera it was taken.

    Attributes:
        labels: N classes.
        boxes_xyxy_px: N×4 boxes in pixels.
        camera: The picture's camera.
    """

    labels: Sequence[str]
    boxes_xyxy_px: NDArray[np.float32]
    camera: Camera


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
        ((place + 0.5) / size * other).astype(np.int64)
        for place, size, other in zip((rows, columns), metric.shape, relative.shape, strict=True)
    )
    values = np.where(relative.valid[row, column], relative.values[row, column], np.nan).astype(np.float64)
    return Evidence(kind, values, depths_m, np.full(len(values), log_sd), correlation)


def align_map(
    depth: DepthMap,
    things: Things,
    method: Method,
    known: Sequence[Known] = (),
    cues: CueSettings | None = None,
    maps: Sequence[Evidence] = (),
) -> Aligned:
    """Turn a relative map into metres by all that is known of the picture.

    Things are read off the relative map by the method's stand-in on relative maps, and, once that has given metres, by
    the method itself, so that a known distance is met by the number that is shown.

    Args:
        depth: The relative map.
        things: What was found in the picture.
        method: How things are read off the map.
        known: Known distances; a number counts the things from the nearest on the map, 1.
        cues: Whether, and by which table, sizes count as evidence (`size_depths_m`).
        maps: Evidence from other maps.

    Raises:
        SettingError: If a known distance is of no thing that was found.
    """
    if not maps and not known and not things.labels:
        return align(depth, ())
    values = relative_values(depth, things.boxes_xyxy_px, things.camera, for_relative(method, bounded=False))
    of_things = [*_known(known, things, values, depth), *([] if cues is None else _sized(things, cues))]
    aligned = align(depth, [*maps, *(each.read_as(values) for each in of_things)])
    if aligned.alignment is None or not of_things:
        return aligned
    distances = measure(aligned.depth, things.boxes_xyxy_px, things.camera, method)
    again = aligned.alignment.values_of(np.array([each.depth_m for each in distances]))
    better = align(depth, [*maps, *(each.read_as(again) for each in of_things)])
    return aligned if better.alignment is None else better


class _OfThings(NamedTuple):
    """Depths of things, NaN where nothing is known, as they are before the things are read off the map."""

    kind: EvidenceKind
    depths_m: NDArray[np.float64]
    log_sds: NDArray[np.float64]
    correlation: float = 0.0

    def read_as(self, values: NDArray[np.float64]) -> Evidence:
        """The evidence, for things of these values."""
        return Evidence(self.kind, values, self.depths_m, self.log_sds, self.correlation)


def _known(known: Sequence[Known], things: Things, values: NDArray[np.float64], depth: DepthMap) -> list[_OfThings]:
    """The things of known distance; the straight line to each is taken along the ray through its box's middle."""
    if not known:
        return []
    order = nearest_first(nearness_ranks(values, near_is_large=depth.near_is_large))
    labels = [things.labels[place] for place in order]
    depths_m = np.full(len(values), np.nan)
    for number, each in zip(places_of(known, labels), known, strict=True):
        place = order[number]
        if np.isnan(values[place]):
            raise SettingError(
                f"Object {name_of(number, labels)} has no usable depth on the map: name another with --known."
            )
        x1, y1, x2, y2 = things.boxes_xyxy_px[place].tolist()
        depths_m[place] = each.range_m / float(np.linalg.norm(things.camera.ray((x1 + x2) / 2, (y1 + y2) / 2)))
    return [_OfThings("known", depths_m, np.full(len(values), KNOWN_LOG_SD))]


def _sized(things: Things, cues: CueSettings) -> list[_OfThings]:
    """The things of known size, where there are enough of them.

    Their distances share the error of the focal length; one that is assumed does only where sizes are asked for.
    """
    if not {"depth", "size"} <= set(cues.names) or (cues.sparing and things.camera.origin == "assumed"):
        return []
    row = things.camera.cy_px if cues.horizon_px is None else cues.horizon_px
    said = [
        size_cue((x1, y1, x2, y2), cues.sizes.find(label), things.camera, row).cue
        for label, (x1, y1, x2, y2) in zip(things.labels, things.boxes_xyxy_px.tolist(), strict=True)
    ]
    if sum(cue.is_known for cue in said) < LEAST_SIZES:
        return []
    log_sds = np.array([cue.log_sd for cue in said], dtype=np.float64)
    shared = FOCAL_LOG_SD[things.camera.origin] ** 2 / float(np.nanmean(log_sds**2))
    return [_OfThings("size", np.array([cue.depth_m for cue in said]), log_sds, shared)]
