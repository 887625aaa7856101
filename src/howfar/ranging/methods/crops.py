"""What a network is shown of a box: the depth in it and a little round it, on a small grid."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from howfar.scene import DepthMap

FULL_LOG = 1.5
"""Depths nearer or farther than the box's median by more than this factor's logarithm look alike."""

CHANNELS = 3


class Crops(NamedTuple):
    """N boxes on grids of S×S places.

    Attributes:
        values: N×S×S float32 in the map's own unit.
        known: N×S×S bool: where there is a value that may be used.
        inside: S×S bool: the places inside the box; the others lie round it.
        across: N×S float64, the column of the map, in cells from its left edge, that each place of a row looks at.
        down: N×S float64, the row, likewise.
    """

    values: NDArray[np.float32]
    known: NDArray[np.bool_]
    inside: NDArray[np.bool_]
    across: NDArray[np.float64]
    down: NDArray[np.float64]


def crop_boxes(
    depth: DepthMap, boxes: NDArray[np.float64], side: int, margin: float, usable: NDArray[np.bool_] | None = None
) -> Crops:
    """Look at each box and `margin` of its sides all round it, at the nearest value of each of S×S places.

    Values are picked and never mixed: a mean of the chair and of the wall behind it is the depth of nothing.

    Args:
        depth: The map.
        boxes: N×4 boxes in its cells.
        side: S.
        margin: How much is seen round a box, as a share of its width and of its height.
        usable: H×W: the values that may be used; those that are valid when None.
    """
    usable = depth.valid if usable is None else usable
    steps = (np.arange(side) + 0.5) / side * (1 + 2 * margin) - margin
    across = boxes[:, :1] + (boxes[:, 2:3] - boxes[:, :1]) * steps
    down = boxes[:, 1:2] + (boxes[:, 3:] - boxes[:, 1:2]) * steps
    places, seen = places_in(depth.shape, across, down)
    inner = (steps >= 0) & (steps <= 1)
    return Crops(depth.values[places], seen & usable[places], inner[:, None] & inner, across, down)


def widened(boxes: NDArray[np.float64], margin: float) -> NDArray[np.float64]:
    """What `crop_boxes` looks at: N×4 boxes, with `margin` of their width and height more on every side."""
    more = margin * (boxes[:, 2:] - boxes[:, :2])
    return np.concatenate([boxes[:, :2] - more, boxes[:, 2:] + more], axis=1)


def places_in(
    shape: tuple[int, int], across: NDArray[np.float64], down: NDArray[np.float64]
) -> tuple[tuple[NDArray[np.int64], NDArray[np.int64]], NDArray[np.bool_]]:
    """Rows and columns of a grid to pick for N×S positions each way, and N×S×S bool: which lie on it.

    Args:
        shape: Rows and columns of the grid.
        across: N×S positions along its rows, in its cells.
        down: N×S positions along its columns.
    """
    rows, columns = shape
    seen = ((down >= 0) & (down < rows))[:, :, None] & ((across >= 0) & (across < columns))[:, None, :]
    row = np.clip(down, 0, rows - 1).astype(np.int64)[:, :, None]
    column = np.clip(across, 0, columns - 1).astype(np.int64)[:, None, :]
    return (row, column), seen


def network_input(crops: Crops, metres: NDArray[np.float32]) -> NDArray[np.float32]:
    """N×3×S×S: the logarithm of depth about the box's median, what is known of it, and what is inside the box.

    A scene that is twice as far looks the same. Unknown depths are put at the median, as is everything round a box in
    which nothing is known.

    Args:
        crops: The boxes.
        metres: Their values in metres.
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
