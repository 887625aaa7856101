"""Semi-global matching: costs that are low along paths of smooth disparity.

Hirschmüller: Stereo Processing by Semiglobal Matching and Mutual Information, TPAMI 2008, with the penalties of Žbontar
and LeCun, section 4.2.
"""

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from howfar.stereo.mc_cnn.settings import SmoothnessSettings

DIRECTIONS = ((0, 1), (0, -1), (1, 0), (-1, 0))
"""The steps of the paths in rows and columns: to the right, to the left, down, up."""


def semi_global_cost(
    cost: NDArray[np.float32], left: NDArray[np.float32], right: NDArray[np.float32], settings: SmoothnessSettings
) -> NDArray[np.float32]:
    """The mean over four directions of the least cost of a path that ends at a pixel with a disparity.

    Along a path in direction r, with m the least of L(p − r, ·):

        L(p, d) = C(p, d) + min(L(p − r, d), L(p − r, d ± 1) + P1, m + P2) − m

    and L = C where the path begins.

    Args:
        cost: H×W×D.
        left: H×W grey of the picture whose pixels these are, in standard deviations.
        right: H×W grey of the other, likewise.
        settings: The penalties. An edge of the other picture is looked for at column x − d; where that is outside,
            there counts as one.

    Returns:
        H×W×D float32.
    """
    total = np.zeros_like(cost)
    for rows, columns in DIRECTIONS:
        axis, step = (0, rows) if rows else (1, columns)
        weights = _Weights(left, right, axis, step, cost.shape[2], settings)
        p1 = settings.p1 / (settings.vertical if rows else 1.0)
        _add_path(total, cost, weights, axis, step, p1, settings.p2)
    total /= len(DIRECTIONS)
    return total


class _Weights:
    """What the penalties are multiplied with in one direction, line by line."""

    def __init__(
        self,
        left: NDArray[np.float32],
        right: NDArray[np.float32],
        axis: int,
        step: int,
        disparities: int,
        settings: SmoothnessSettings,
    ) -> None:
        self._edges = _edges(left, axis, step, settings.edge)
        outside = np.ones((left.shape[0], disparities - 1), dtype=bool)
        others = np.hstack([outside, _edges(right, axis, step, settings.edge)])
        one, both = np.float32(1 / settings.one_edge), np.float32(1 / settings.both_edges)
        smooth = sliding_window_view(np.where(others, one, np.float32(1)), disparities, axis=1)[:, :, ::-1]
        edged = sliding_window_view(np.where(others, both, one), disparities, axis=1)[:, :, ::-1]
        # Line by line: of the path's axis, so that a line is a column for horizontal paths.
        self._smooth, self._edged = (np.moveaxis(view, axis, 0) for view in (smooth, edged))
        self._edges = np.moveaxis(self._edges, axis, 0)

    def line(self, index: int, out: NDArray[np.float32]) -> None:
        """Write those of one line, N×D."""
        np.copyto(out, self._smooth[index])
        np.copyto(out, self._edged[index], where=self._edges[index][:, None])


def _edges(grey: NDArray[np.float32], axis: int, step: int, least: float) -> NDArray[np.bool_]:
    """Where a pixel differs from the one before it on the path, or has none there."""
    edges: NDArray[np.bool_] = np.abs(grey - np.roll(grey, step, axis)) >= least
    np.moveaxis(edges, axis, 0)[0 if step > 0 else -1] = True
    return edges


def _lines(count: int, step: int) -> Iterator[int]:
    return iter(range(count) if step > 0 else range(count - 1, -1, -1))


def _add_path(
    total: NDArray[np.float32],
    cost: NDArray[np.float32],
    weights: _Weights,
    axis: int,
    step: int,
    p1: float,
    p2: float,
) -> None:
    """Add the costs of the paths of one direction to the total."""
    costs, totals = np.moveaxis(cost, axis, 0), np.moveaxis(total, axis, 0)
    count, width, disparities = costs.shape
    before = np.empty((width, disparities + 2), dtype=np.float32)  # with a column on each side that no path takes
    before[:, 0] = before[:, -1] = np.inf
    path = before[:, 1:-1]
    weight, jump, neighbour = (np.empty((width, disparities), dtype=np.float32) for _ in range(3))
    lines = _lines(count, step)
    first = next(lines)
    path[:] = costs[first]
    totals[first] += path
    for index in lines:
        weights.line(index, weight)
        path -= path.min(axis=1, keepdims=True)  # so that the least is 0, and what is subtracted is out of the way
        np.minimum(before[:, :-2], before[:, 2:], out=neighbour)
        np.multiply(weight, np.float32(p2), out=jump)
        weight *= np.float32(p1)
        neighbour += weight
        np.minimum(neighbour, jump, out=neighbour)
        np.minimum(path, neighbour, out=path)
        path += costs[index]
        totals[index] += path
