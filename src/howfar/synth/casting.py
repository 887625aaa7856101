"""Rays against triangles, by Embree; and the exact distance, which Embree's single precision does not give."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

NOTHING = -1
"""The triangle of a ray that hits none."""


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """Where N rays end.

    Attributes:
        triangle: N int32, the triangle that is hit first; `NOTHING` where there is none.
        weights: N×3 float32, the weights of its three corners at that point.
        distance: N float32, in lengths of the ray's direction.
    """

    triangle: NDArray[np.int32]
    weights: NDArray[np.float32]
    distance: NDArray[np.float32]

    @property
    def found(self) -> NDArray[np.bool_]:
        """N bool: whether a ray hits anything."""
        return np.asarray(self.triangle != NOTHING)


class Caster:
    """Triangles that rays can be cast at."""

    def __init__(self, corners_m: NDArray[np.float64], turn: NDArray[np.float64] | None = None) -> None:
        """Take T×3×3 corners in metres; there may be none.

        Args:
            corners_m: The corners in the camera's coordinates, in which rays are cast too.
            turn: 3×3, from the world's directions to the camera's. What stands upright in the world is searched faster
                in its directions: Embree bounds it by boxes along the axes.
        """
        # Imported here, as whoever only reads this module's types needs no Embree.
        from embreex.mesh_construction import TriangleMesh
        from embreex.rtcore_scene import EmbreeScene

        self._scene: Any = EmbreeScene()
        self._turn = None if turn is None else turn.astype(np.float32)
        if len(corners_m):
            aligned = corners_m if turn is None else corners_m @ turn
            TriangleMesh(self._scene, np.ascontiguousarray(aligned, dtype=np.float32))
        self._empty = not len(corners_m)

    def first(self, origins_m: NDArray[np.float32], directions: NDArray[np.float32]) -> Hits:
        """What N rays, N×3 origins and N×3 directions of any length, hit first."""
        count = len(directions)
        if self._empty or not count:
            nothing = np.full(count, NOTHING, dtype=np.int32)
            return Hits(nothing, np.zeros((count, 3), np.float32), np.full(count, np.inf, np.float32))
        found = self._scene.run(self._rows(origins_m, count), self._rows(directions, count), output=1)
        u, v = found["u"], found["v"]
        return Hits(found["primID"], np.stack([1 - u - v, u, v], axis=1), found["tfar"])

    def blocked(self, origins_m: NDArray[np.float32], directions: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Whether something lies between each of N origins and the end of its direction."""
        count = len(directions)
        if self._empty or not count:
            return np.zeros(count, dtype=np.bool_)
        reach = np.ones(count, dtype=np.float32)
        origins, ways = self._rows(origins_m, count), self._rows(directions, count)
        hit = self._scene.run(origins, ways, dists=reach, query="OCCLUDED")
        return np.asarray(hit != NOTHING)

    def _rows(self, vectors: NDArray[np.float32], count: int) -> NDArray[np.float32]:
        """N×3, or 3 for all of them, in the coordinates that the triangles are kept in."""
        turned = vectors if self._turn is None else vectors @ self._turn
        return np.ascontiguousarray(np.broadcast_to(turned, (count, 3)), dtype=np.float32)


def exact_depth_m(
    corners_m: NDArray[np.float64],
    triangle: NDArray[np.int32],
    origin_m: NDArray[np.float64],
    rays: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Depth along the optical axis at which rays meet the planes of their triangles.

    With the direction d = (X/Z, Y/Z, 1) and an origin o with Z = 0, the ray meets the plane n·(p − v) = 0 at
    Z = n·(v − o) / n·d. A ray that nearly lies in the plane is held within the triangle's own depths.

    Args:
        corners_m: T×3×3 corners in the camera's coordinates.
        triangle: N triangles; `NOTHING` where there is none.
        origin_m: Where the rays start.
        rays: N×3 directions whose third number is 1.

    Returns:
        N float64 metres, NaN where there is no triangle.
    """
    first = corners_m[:, 0]
    normals = np.cross(corners_m[:, 1] - first, corners_m[:, 2] - first)
    offsets = np.einsum("tx,tx->t", normals, first - origin_m)
    depths = corners_m[:, :, 2]
    found = np.flatnonzero(triangle != NOTHING)
    hit = triangle[found]
    with np.errstate(divide="ignore", invalid="ignore"):
        depth = offsets[hit] / np.einsum("nx,nx->n", normals[hit], rays[found])
    near, far = depths.min(axis=1)[hit], depths.max(axis=1)[hit]
    depth_m = np.full(len(triangle), np.nan)
    depth_m[found] = np.clip(np.where(np.isfinite(depth), depth, near), near, far)
    return depth_m
