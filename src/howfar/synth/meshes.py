"""Unit meshes: the few shapes that all parts are made of, as triangles with normals at their corners.

The shapes are trimesh's; each lies in the cube from -½ to ½, so that a part's matrix holds its size.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from howfar.errors import MissingExtraError

Trimesh = Any
"""What trimesh makes; it is imported only where it is used."""

ROUND = 16
"""Edges of a circle; shading is smooth, so that only the outline shows them."""

SMOOTH_COSINE = 0.7
"""Faces that meet at a sharper angle than 45 degrees keep their edge in the shading."""

TAPER = (0.68, 0.86, 1.0)
"""The upper face of a taper, as shares of the lower one."""

RING_THICKNESS = 0.03
"""Half a ring's thickness, as a share of its diameter."""

LEAVES, LEAF = 90, 0.3
"""How many scraps, and half the length of one as a share of the ball's radius."""

CUSHION_POWER = 0.35
"""Exponent of the superellipsoid: 1 is a ball, 0 a box."""


@dataclass(frozen=True, slots=True, eq=False)
class UnitMesh:
    """Triangles.

    Attributes:
        corners: T×3×3 float64, the corners of each triangle.
        normals: T×3×3 float64, unit normals at these corners.
        faces: T×3 float64, unit normal of each triangle.
    """

    corners: NDArray[np.float64]
    normals: NDArray[np.float64]
    faces: NDArray[np.float64]


def need_renderer() -> None:
    """Raise MissingExtraError when trimesh or embreex is not installed."""
    from importlib.util import find_spec

    if any(find_spec(name) is None for name in ("trimesh", "embreex")):
        raise MissingExtraError("Rendering scenes", "synth")


COARSER = {"ball": "bead", "cylinder": "bar"}
"""What stands for a mesh that is so far away that its corners are not seen."""


@cache
def unit_mesh(name: str) -> UnitMesh:
    """A unit mesh by its name.

    `box`, `ball`, `bead` (a coarser ball), `cushion` (a box with round edges and bulging faces), `cylinder`, `bar` (a
    coarser cylinder), `shade` (a hollow cylinder without ends that is half as wide at the top), `cone`, `taper` (a box
    with a smaller upper face), `ring` (a torus) and `leaves` (scraps in a ball, with gaps between).
    """
    mesh = SHAPES[name]()
    corners = np.asarray(mesh.triangles, dtype=np.float64)
    faces = np.asarray(mesh.face_normals, dtype=np.float64)
    return UnitMesh(corners, _smooth(np.asarray(mesh.faces), faces, np.asarray(mesh.area_faces)), faces)


def _smooth(indices: NDArray[np.int64], faces: NDArray[np.float64], areas: NDArray[np.float64]) -> NDArray[np.float64]:
    """Normals at corners: the mean over the faces round a vertex that lie nearly in the same plane, by their areas."""
    normals = np.empty((len(indices), 3, 3))
    for vertex in np.unique(indices):
        triangles, corners = np.nonzero(indices == vertex)
        near = faces[triangles] @ faces[triangles].T > SMOOTH_COSINE
        sums = (near * areas[triangles]) @ faces[triangles]
        normals[triangles, corners] = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    return normals


def _box() -> Trimesh:
    from trimesh.creation import box

    return box((1, 1, 1))


def _ball() -> Trimesh:
    from trimesh.creation import icosphere

    return icosphere(subdivisions=2, radius=0.5)


def _bead() -> Trimesh:
    from trimesh.creation import icosphere

    return icosphere(subdivisions=1, radius=0.5)


def _cushion() -> Trimesh:
    from trimesh.creation import uv_sphere

    mesh = uv_sphere(0.5, count=(10, 16))
    unit = 2 * mesh.vertices
    mesh.vertices = 0.5 * np.sign(unit) * np.abs(unit) ** CUSHION_POWER
    return mesh


def _cylinder() -> Trimesh:
    from trimesh.creation import cylinder

    return cylinder(0.5, 1.0, sections=ROUND)


def _bar() -> Trimesh:
    from trimesh.creation import cylinder

    return cylinder(0.5, 1.0, sections=ROUND // 2)


def _shade() -> Trimesh:
    return _revolved([(0.5, -0.5), (0.25, 0.5)])


def _cone() -> Trimesh:
    return _revolved([(0.0, -0.5), (0.5, -0.5), (0.0, 0.5)])


def _taper() -> Trimesh:
    from trimesh.creation import box

    mesh = box((1, 1, 1))
    mesh.vertices = mesh.vertices * np.where(mesh.vertices[:, 2:] > 0, TAPER, 1.0)
    return mesh


def _ring() -> Trimesh:
    from trimesh.creation import torus

    mesh = torus(0.5 - RING_THICKNESS, RING_THICKNESS, major_sections=ROUND, minor_sections=6)
    mesh.vertices = mesh.vertices * 0.5 / np.abs(mesh.vertices).max(axis=0)
    return mesh


def _leaves() -> Trimesh:
    from trimesh import Trimesh

    rng = np.random.default_rng(0)
    directions = rng.standard_normal((LEAVES, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    middles = directions * rng.uniform(0.3, 1.0, (LEAVES, 1)) ** (1 / 3)
    first = np.cross(directions, rng.standard_normal((LEAVES, 3)))
    first *= LEAF / np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(directions, first)
    slant = rng.uniform(-0.8, 0.8, (LEAVES, 1)) * LEAF * directions
    corners = np.stack([middles - first - slant, middles + second, middles + first + slant, middles - second], axis=1)
    low, high = corners.min(axis=(0, 1)), corners.max(axis=(0, 1))
    vertices = ((corners - low) / (high - low) - 0.5).reshape(-1, 3)
    faces = 4 * np.arange(LEAVES)[:, None, None] + np.array([(0, 1, 2), (0, 2, 3)])
    return Trimesh(vertices, faces.reshape(-1, 3), process=False)


def _revolved(outline: list[tuple[float, float]]) -> Trimesh:
    from trimesh.creation import revolve

    return revolve(outline, sections=ROUND)


SHAPES: dict[str, Callable[[], Trimesh]] = {
    "box": _box,
    "ball": _ball,
    "bead": _bead,
    "cushion": _cushion,
    "cylinder": _cylinder,
    "bar": _bar,
    "shade": _shade,
    "cone": _cone,
    "taper": _taper,
    "ring": _ring,
    "leaves": _leaves,
}
