"""Measuring the distances of boxes on a depth map."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from howfar.ranging.methods.bimodal import hold_two_depths
from howfar.ranging.methods.cells import boxes_in_cells
from howfar.ranging.methods.map_spread import map_spreads
from howfar.ranging.methods.method import Grids, Method
from howfar.scene import Camera, DepthMap, Distance, Weights


def measure(
    depth: DepthMap,
    boxes_xyxy_px: NDArray[np.float32],
    camera: Camera,
    method: Method,
    masks: NDArray[np.float32] | None = None,
) -> tuple[Distance, ...]:
    """Measure the distance of each box.

    Args:
        depth: The picture's depth map, at any resolution. Methods work at this resolution.
        boxes_xyxy_px: N×4 boxes in pixels of the picture.
        camera: The picture's camera; its size is the picture's.
        method: The ranging method.
        masks: N×S×S float32, 0 to 1: the object on a grid over each box; None from a detector without masks.

    Returns:
        N distances. `position_m` lies on the ray through the middle of the region measured, and `range_m` is its
        length. A distance is unknown, with a reason, on a relative map (`ranging.relative.ordinal` gives the order of
        its objects), for a box outside the picture, and for a box without usable depth.
    """
    if not depth.is_metric:
        reason = f"the depth map is relative ({depth.kind}) and has no metres"
        return tuple(Distance.unknown(method.on_relative().name, reason) for _ in boxes_xyxy_px)
    frame_size = (camera.width_px, camera.height_px)
    boxes = boxes_in_cells(boxes_xyxy_px, frame_size, depth.shape)
    readings = method.read(depth, boxes, masks)
    z = depth.to_metres(readings.values.astype(np.float32)).astype(np.float64)
    z[~(np.isfinite(z) & (z > 0))] = np.nan
    cell_px = np.array([frame_size[0] / depth.shape[1], frame_size[1] / depth.shape[0]] * 2)
    regions = readings.cells * cell_px
    x = ((regions[:, 0] + regions[:, 2]) / 2 - camera.cx_px) / camera.fx_px * z
    y = ((regions[:, 1] + regions[:, 3]) / 2 - camera.cy_px) / camera.fy_px * z
    mixed = hold_two_depths(depth, boxes) if readings.mixed is None else readings.mixed
    own_log_sds = np.full(len(boxes), np.nan) if readings.log_sds is None else readings.log_sds
    map_log_sds, notes = map_spreads(depth, readings)
    weights = _weights(readings.weights, cell_px, len(boxes))
    lengths = np.sqrt(x * x + y * y + z * z)
    rows = np.column_stack([x, y, z, lengths, readings.valid_shares, own_log_sds, map_log_sds]).tolist()
    found = (
        _distance(row, region, is_mixed, readings.method or method.name, each)
        for row, region, is_mixed, each in zip(rows, regions.tolist(), mixed.tolist(), weights, strict=True)
    )
    return tuple(replace(each, map_note=note) if note else each for each, note in zip(found, notes, strict=True))


def _weights(grids: Grids | None, cell_px: NDArray[np.float64], count: int) -> Sequence[Weights | None]:
    """The weights of each box, with the edges of its grid in pixels; the values are not copied."""
    if grids is None:
        return [None] * count
    edges = (grids.cells * cell_px).tolist()
    return [Weights(each, (x1, y1, x2, y2)) for each, (x1, y1, x2, y2) in zip(grids.values, edges, strict=True)]


def _distance(row: list[float], region: list[float], mixed: bool, method: str, weights: Weights | None) -> Distance:
    """One distance from its row of numbers: x, y, z, length, valid share, the method's uncertainty and the map's."""
    x, y, z, length, valid_share, own, stated = row
    region_px = (region[0], region[1], region[2], region[3])
    if z != z:  # NaN
        empty = region[2] <= region[0] or region[3] <= region[1]
        reason = "the box lies outside the picture" if empty else "no usable depth in the region measured"
        return Distance.unknown(method, reason, region_px)
    return Distance(z, length, (x, y, z), method, valid_share, mixed, region_px, own, stated, weights=weights)
