"""Found objects as labelled ones, where a data set has depth alone: their distance is read in the true depth map.

LiDAR meets the object, what is behind it, through windows and at the sides, and the ground. In the inner part of the
box, the depths within a factor of 1.12 that are most numerous are taken for the object's surface, and their median for
its distance. An object has none if these are fewer than `LEAST_RETURNS` or fewer than `LEAST_SHARE` of all in there,
or if a nearer object covers it.
"""

import math

import numpy as np
from numpy.typing import NDArray

from howfar.datasets import DepthSample, ObjectSample
from howfar.ranging.cues.whole import are_covered
from howfar.scene import Detections
from howfar.scene.box import Box

INNER = (0.2, 0.1, 0.8, 0.85)
"""The inner part of a box: left, top, right and bottom, as shares of its sides. The ground is below it."""
WINDOW_LOG = math.log(1.12)
"""How far the depths of one surface are apart, as a difference of log depth."""
LEAST_RETURNS = 8
"""Fewer known depths tell no surface."""
LEAST_SHARE = 0.5
"""A surface with a smaller share of the known depths may not be the object's."""
MOST_COVERED = 0.2
"""An object of which a nearer box covers more than this share has no distance."""
MOST_M = 80.0
"""Farther returns are not used."""


def with_found_objects(sample: DepthSample, found: Detections) -> ObjectSample:
    """The objects that were found in a picture whose depth is known, each with its true distance.

    Args:
        sample: The picture with its true depth.
        found: The objects that a detector found.
    """
    distances = surfaces_m(sample.depth_m, found.boxes_xyxy_px)
    return ObjectSample(
        name=sample.name,
        image=sample.image,
        camera=sample.camera,
        labels=found.labels,
        boxes_xyxy_px=found.boxes_xyxy_px,
        depth_m=distances,
        nearest_m=np.full(len(distances), np.nan),
        occlusions=np.full(len(distances), -1, dtype=np.int8),
        place=sample.place,
    )


def surfaces_m(depth_m: NDArray[np.float32], boxes_xyxy_px: NDArray[np.float32]) -> NDArray[np.float64]:
    """The distance of each object by the known depths in its box, in metres; NaN for one that a nearer one covers.

    Args:
        depth_m: H×W depths along the optical axis, NaN where unknown.
        boxes_xyxy_px: N×4, the boxes of all objects in pixels of the map.
    """
    free = ~are_covered(boxes_xyxy_px, MOST_COVERED)
    distances = [
        surface_m(depth_m, (x1, y1, x2, y2)) if is_free else math.nan
        for (x1, y1, x2, y2), is_free in zip(boxes_xyxy_px.tolist(), free.tolist(), strict=True)
    ]
    return np.array(distances, dtype=np.float64)


def surface_m(depth_m: NDArray[np.float32], box_xyxy_px: Box) -> float:
    """The distance of the surface that most of the known depths inside a box are of, in metres; NaN if there is none.

    Args:
        depth_m: H×W depths along the optical axis, NaN where unknown.
        box_xyxy_px: The box in pixels of the map.
    """
    x1, y1, x2, y2 = box_xyxy_px
    left, top, right, bottom = INNER
    columns = slice(max(0, round(x1 + left * (x2 - x1))), max(0, round(x1 + right * (x2 - x1))))
    rows = slice(max(0, round(y1 + top * (y2 - y1))), max(0, round(y1 + bottom * (y2 - y1))))
    inside = depth_m[rows, columns]
    logs = np.sort(np.log(inside[np.isfinite(inside) & (inside > 0) & (inside <= MOST_M)].astype(np.float64)))
    if len(logs) < LEAST_RETURNS:
        return math.nan
    counts = np.searchsorted(logs, logs + WINDOW_LOG, side="right") - np.arange(len(logs))
    first = int(counts.argmax())
    count = int(counts[first])
    if count < max(LEAST_RETURNS, LEAST_SHARE * len(logs)):
        return math.nan
    return float(np.exp(np.median(logs[first : first + count])))
