"""Assigning the detections of a frame to tracks, so that the sum of the costs is least."""

import numpy as np
from numpy.typing import NDArray

FORBIDDEN = 1e6
"""A cost from which on a pair is never assigned."""


def assign(costs: NDArray[np.float64]) -> list[tuple[int, int]]:
    """The pairs of rows and columns of least total cost, each row and column at most once.

    The method of shortest augmenting paths (Jonker and Volgenant, Computing 1987), with NumPy in its inner loop: some
    milliseconds for a hundred objects.

    Args:
        costs: R×C costs; a pair that costs `FORBIDDEN` or more, or infinity, is not assigned.

    Returns:
        The assigned pairs, in the order of the rows.
    """
    if costs.shape[0] > costs.shape[1]:
        return sorted((row, column) for column, row in assign(costs.T))
    bounded = np.minimum(costs, FORBIDDEN)
    rows, columns = bounded.shape
    by_row, by_column = np.zeros(rows + 1), np.zeros(columns + 1)
    owner = np.full(columns + 1, -1)  # the row of each column; the last column is the start of every path
    for row in range(rows):
        owner[columns], at = row, columns
        least, before = np.full(columns, np.inf), np.full(columns, columns)
        seen = np.zeros(columns + 1, dtype=np.bool_)
        while owner[at] >= 0:
            seen[at] = True
            reduced = bounded[owner[at]] - by_row[owner[at]] - by_column[:columns]
            better = ~seen[:columns] & (reduced < least)
            least[better], before[better] = reduced[better], at
            nearest = int(np.where(seen[:columns], np.inf, least).argmin())
            step = least[nearest]
            by_row[owner[seen]] += step
            by_column[seen] -= step
            least[~seen[:columns]] -= step
            at = nearest
        while at != columns:
            owner[at], at = owner[before[at]], before[at]
    found = [(int(owner[column]), column) for column in range(columns) if owner[column] >= 0]
    return sorted(pair for pair in found if costs[pair] < FORBIDDEN)
