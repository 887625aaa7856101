"""Sparse truth, such as that of a LiDAR, at the resolution of a network's output.

Resized, it would vanish (the nearest neighbour of a cell's middle is unknown nearly everywhere) or be mixed with what
lies behind. So each known pixel goes to the cell that it falls into.
"""

import numpy as np
from numpy.typing import NDArray


def scattered(
    depth_m: NDArray[np.float32], to_cells: NDArray[np.float64], cells_px: tuple[int, int]
) -> NDArray[np.float32]:
    """The known depths in the cells that they fall into; of several in one cell, that nearest to its middle.

    Of two as near to it, the smaller depth counts, which hides the other.

    Args:
        depth_m: H×W, NaN where unknown.
        to_cells: 3×3: the affine map from continuous coordinates of the pixels to those of the cells.
        cells_px: How many cells there are across and down.

    Returns:
        h×w float32 metres, NaN where no known pixel falls.
    """
    columns, rows = cells_px
    cells = np.full((rows, columns), np.nan, dtype=np.float32)
    y, x = np.nonzero(np.isfinite(depth_m))
    across, down = to_cells[:2] @ np.stack((x + 0.5, y + 0.5, np.ones(len(x))))
    column, row = np.floor(across).astype(int), np.floor(down).astype(int)
    inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
    off = np.hypot(across - column - 0.5, down - row - 0.5).round(6)
    # The last one written into a cell stays: the farthest from its middle come first, the nearest last.
    order = np.lexsort((-depth_m[y, x], -off))
    order = order[inside[order]]
    cells[row[order], column[order]] = depth_m[y[order], x[order]]
    return cells
