"""How far away each semantic class is, where it is in a picture: what depth and classes tell of each other.

For each class, the logarithm of depth is a linear function of the place in the picture and of the picture's mean log
depth, with a spread of its own: floors are told by their row, walls hardly. Learned from true depth and labels.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FEATURES = 5
"""1, x², y, y², and the picture's mean log depth."""

RIDGE = 1.0
"""In cells: keeps the fit of a class that was hardly seen near that of all classes together."""

LEAST_CELLS = 200
"""A class of fewer cells takes what all classes together say."""

LEAST_VARIANCE = 1e-4

CELLS = (40, 30)
"""Pictures are looked at this many places across and down."""


def features(positions: NDArray[np.float64], mean_log_depth: float) -> NDArray[np.float64]:
    """What the depth at N places, N×2 of x and y from −1 to 1, is linear in: N×`FEATURES`."""
    x, y = positions[:, 0], positions[:, 1]
    return np.stack((np.ones_like(x), x**2, y, y**2, np.full_like(x, mean_log_depth)), axis=-1)


@dataclass(frozen=True, eq=False)
class ClassGeometry:
    """What is known of K classes.

    Attributes:
        coefficients: K×`FEATURES`.
        log_sds: K, the standard deviation of log depth round what the coefficients say.
    """

    coefficients: NDArray[np.float64]
    log_sds: NDArray[np.float64]

    def expected(self, positions: NDArray[np.float64], mean_log_depth: float) -> NDArray[np.float64]:
        """The log depth of each class at N places: N×K."""
        return features(positions, mean_log_depth) @ self.coefficients.T


class GeometrySums:
    """What has to be kept of some pictures to know the geometry of their classes."""

    def __init__(self, classes: int) -> None:
        self.cells = np.zeros(classes)
        self.squares = np.zeros((classes, FEATURES, FEATURES))
        self.products = np.zeros((classes, FEATURES))
        self.log_squares = np.zeros(classes)

    def update(self, depth_m: NDArray[np.float32], labels: NDArray[np.uint8]) -> None:
        """Add a picture: H×W metres, NaN where unknown, and H×W classes, unknown where they are beyond the last."""
        across, down = ((np.arange(cells) + 0.5) / cells for cells in CELLS)
        rows, columns = (down * depth_m.shape[0]).astype(int), (across * depth_m.shape[1]).astype(int)
        depths, classes = depth_m[np.ix_(rows, columns)].ravel(), labels[np.ix_(rows, columns)].ravel()
        known = np.isfinite(depths) & (depths > 0)
        if not known.any():
            return
        place = np.stack(np.meshgrid(2 * across - 1, 2 * down - 1), axis=-1).reshape(-1, 2)
        logs = np.log(np.where(known, depths, 1).astype(np.float64))
        told = features(place, float(logs[known].mean()))
        for number in np.unique(classes[known & (classes < len(self.cells))]).tolist():
            ours = known & (classes == number)
            self.cells[number] += np.count_nonzero(ours)
            self.squares[number] += told[ours].T @ told[ours]
            self.products[number] += told[ours].T @ logs[ours]
            self.log_squares[number] += logs[ours] @ logs[ours]

    def compute(self) -> ClassGeometry:
        """The geometry; a class that was hardly seen has that of all together."""
        whole = self.squares.sum(0), self.products.sum(0), self.log_squares.sum(), self.cells.sum()
        mean, sd = _fitted(*whole, np.zeros(FEATURES))
        fitted = [
            _fitted(*each, mean) if each[3] >= LEAST_CELLS else (mean, sd)
            for each in zip(self.squares, self.products, self.log_squares, self.cells, strict=True)
        ]
        return ClassGeometry(np.stack([line for line, _ in fitted]), np.array([spread for _, spread in fitted]))


def _fitted(
    squares: NDArray[np.float64],
    products: NDArray[np.float64],
    log_square: float,
    cells: float,
    near: NDArray[np.float64],
) -> tuple[NDArray[np.float64], float]:
    """The coefficients, which are drawn towards `near`, and the spread round them."""
    if not cells:
        return near, 1.0
    line = np.linalg.solve(squares + RIDGE * np.eye(FEATURES), products + RIDGE * near).astype(np.float64, copy=False)
    variance = float(log_square - 2 * line @ products + line @ squares @ line) / cells
    return line, math.sqrt(max(variance, LEAST_VARIANCE))
