"""Arithmetic on many short vectors, in the forms that NumPy does fastest."""

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


def dot(first: Vectors, second: Vectors) -> NDArray[np.float32]:
    """N inner products of N×3 vectors, or of N×3 with one."""
    # Column by column: a third of einsum's time.
    product: NDArray[np.float32] = first[:, 0] * second[..., 0]
    product += first[:, 1] * second[..., 1]
    product += first[:, 2] * second[..., 2]
    return product


def unit(vectors: Vectors) -> Vectors:
    """N×3 vectors of length 1 in the same directions."""
    lengths: NDArray[np.float32] = np.sqrt(dot(vectors, vectors))
    return vectors / lengths[:, None]


def rows(table: Vectors, indices: NDArray[np.integer]) -> Vectors:
    """The rows of a table at N indices: as table[indices], in a quarter of its time."""
    return np.take(table, indices, axis=0)


def blended(weights: Vectors, table: Vectors, indices: NDArray[np.integer]) -> Vectors:
    """Means of the three corners of triangles.

    Args:
        weights: N×3, of the corners.
        table: T×3×K, a vector at each corner of each triangle.
        indices: N triangles.

    Returns:
        N×K.
    """
    corners = rows(table, indices)
    mean = weights[:, 0, None] * corners[:, 0]
    mean += weights[:, 1, None] * corners[:, 1]
    mean += weights[:, 2, None] * corners[:, 2]
    return mean
