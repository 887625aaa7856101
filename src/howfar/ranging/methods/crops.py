"""Crops of a depth map: the depth in each box and in a margin around it, on a small grid."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from howfar.scene import DepthMap

FULL_LOG = 1.5
"""Log depth about the box's median is clipped to plus and minus this."""

CHANNELS = 3
"""Channels of `network_input`."""


class Crops(NamedTuple):
    """N crops of S×S cells each.

    Attributes:
        values: N×S×S float32 in the map's own unit.
        known: N×S×S bool: where there is a value that may be used.
        inside: S×S bool: the cells inside the box; the others lie in the margin around it.
        across: N×S float64: the horizontal position on the map, in its cells, of each column of a crop.
        down: N×S float64: the vertical position on the map, in its cells, of each row of a crop.
    """

    values: NDArray[np.float32]
    known: NDArray[np.bool_]
    inside: NDArray[np.bool_]
    across: NDArray[np.float64]
    down: NDArray[np.float64]


def crop_boxes(
    depth: DepthMap, boxes: NDArray[np.float64], side: int, margin: float, usable: NDArray[np.bool_] | None = None
) -> Crops:
    """Sample each box, with a margin around it, at S×S cells by nearest neighbour.

    Depths are never interpolated: the mean of a chair and the wall behind it is the depth of neither.

    Args:
        depth: The map.
        boxes: N×4 boxes in its cells.
        side: S, the cells along each side of a crop.
        margin: Width of the margin on each side, as a share of the box's width and height.
        usable: H×W bool: the values that may be used; the valid ones when None.
    """
    usable = depth.valid if usable is None else usable
    steps = (np.arange(side) + 0.5) / side * (1 + 2 * margin) - margin
    across = boxes[:, :1] + (boxes[:, 2:3] - boxes[:, :1]) * steps
    down = boxes[:, 1:2] + (boxes[:, 3:] - boxes[:, 1:2]) * steps
    cells, on_map = cells_at(depth.shape, across, down)
    inner = (steps >= 0) & (steps <= 1)
    return Crops(depth.values[cells], on_map & usable[cells], inner[:, None] & inner, across, down)


def widened(boxes: NDArray[np.float64], margin: float) -> NDArray[np.float64]:
    """N×4 boxes with a margin on every side, as `crop_boxes` samples them; it is a share of their width and height."""
    more = margin * (boxes[:, 2:] - boxes[:, :2])
    return np.concatenate([boxes[:, :2] - more, boxes[:, 2:] + more], axis=1)


def cells_at(
    shape: tuple[int, int], across: NDArray[np.float64], down: NDArray[np.float64]
) -> tuple[tuple[NDArray[np.int64], NDArray[np.int64]], NDArray[np.bool_]]:
    """The indices of the cells at N×S horizontal and N×S vertical positions on a grid.

    Args:
        shape: Rows and columns of the grid.
        across: N×S horizontal positions, in cells from the left edge.
        down: N×S vertical positions, in cells from the upper edge.

    Returns:
        Row and column indices that broadcast to N×S×S, limited to the grid; and N×S×S bool: which positions lie on it.
    """
    rows, columns = shape
    on_grid = ((down >= 0) & (down < rows))[:, :, None] & ((across >= 0) & (across < columns))[:, None, :]
    row = np.clip(down, 0, rows - 1).astype(np.int64)[:, :, None]
    column = np.clip(across, 0, columns - 1).astype(np.int64)[:, None, :]
    return (row, column), on_grid


def network_input(crops: Crops, metres: NDArray[np.float32]) -> NDArray[np.float32]:
    """The input of the ranging network: N×3×S×S float32.

    The channels are the logarithm of depth minus the box's median, whether the depth is known, and whether the cell is
    inside the box. A scene that is twice as far gives the same input. Unknown depths are set to the median. If no depth
    in the box is known, all its depths are set to the median.

    Args:
        crops: The crops.
        metres: Their values in metres, N×S×S.
    """
    logs = np.log(metres, out=np.full(metres.shape, np.nan, dtype=np.float32), where=crops.known)
    within = crops.known & crops.inside
    middle = np.array(
        [np.median(log[known]) if known.any() else np.nan for log, known in zip(logs, within, strict=True)]
    )
    relative = np.nan_to_num(logs - middle[:, None, None])
    channels = np.empty((len(logs), CHANNELS, *crops.inside.shape), dtype=np.float32)
    channels[:, 0] = np.clip(relative, -FULL_LOG, FULL_LOG)
    channels[:, 1] = crops.known
    channels[:, 2] = crops.inside
    return channels
