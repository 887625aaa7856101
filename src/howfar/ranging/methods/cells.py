"""Boxes in the cells of a depth map."""

import numpy as np
from numpy.typing import NDArray

EDGE_TOLERANCE = 1e-6
"""In cells: an edge of a box this near to the edge of a cell lies on it, so that rounding errors do not add a row."""


def boxes_in_cells(
    boxes_xyxy_px: NDArray[np.float32], frame_size: tuple[int, int], map_shape: tuple[int, int]
) -> NDArray[np.float64]:
    """Convert boxes from pixels to the cells of a map that covers the whole picture.

    Args:
        boxes_xyxy_px: N×4 boxes in pixels of the picture.
        frame_size: Width and height of the picture.
        map_shape: Rows and columns of the map.

    Returns:
        N×4 float64 boxes x1, y1, x2, y2 in cells.
    """
    scale_x, scale_y = map_shape[1] / frame_size[0], map_shape[0] / frame_size[1]
    return np.multiply(boxes_xyxy_px, [scale_x, scale_y, scale_x, scale_y], dtype=np.float64)


def covered_cells(boxes: NDArray[np.float64], map_shape: tuple[int, int], shrink: float = 1.0) -> NDArray[np.int64]:
    """The cells that each box touches, after the box is shrunk about its centre.

    With shrink 0.4 these are the limits of Eq. 8 of Zhou et al. (IEEE Access 2019): columns floor(cx − 0.2w) to
    ceil(cx + 0.2w), and the same for the rows.

    Args:
        boxes: N×4 boxes in cells.
        map_shape: Rows and columns of the map.
        shrink: The share of its width and of its height that is kept.

    Returns:
        N×4 int64 left, top, right, bottom, ends excluded, limited to the map. The range is empty (right ≤ left or
        bottom ≤ top) for a box that lies outside the map.
    """
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]) / 2 * shrink
    first = np.floor(middle - half + EDGE_TOLERANCE)
    last = np.maximum(np.ceil(middle + half - EDGE_TOLERANCE), first + 1)
    last[(half < 0).any(axis=1)] = -1.0
    limit = np.array([map_shape[1], map_shape[0]])
    edges = np.concatenate([np.clip(first, 0, limit), np.clip(last, 0, limit)], axis=1)
    return edges.astype(np.int64)
