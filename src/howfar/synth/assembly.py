"""A world as arrays in the left-hand camera's coordinates (X right, Y down, Z forward), ready for rays."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from howfar.synth.casting import Caster, Hits
from howfar.synth.materials import Material, Surface
from howfar.synth.meshes import COARSER, unit_mesh
from howfar.synth.world import STRUCTURE, Ambient, Body, Part, World

COARSE_SHARE = 0.04
"""A part whose size is a smaller share of its distance, some 15 pixels of 320, is made of a coarser mesh."""


@dataclass(frozen=True, slots=True, eq=False)
class Lamp:
    """A light in the camera's coordinates."""

    position_m: NDArray[np.float32]
    colour: NDArray[np.float32]
    sun: bool


@dataclass(frozen=True, slots=True, eq=False)
class Assembly:
    """All triangles of a world; those of glass come last.

    Attributes:
        corners_m: T×3×3 float64.
        normals: T×3×3 float32 unit normals at the corners.
        texture_m: T×3×2 float32, points in the plane that the pattern is drawn in.
        material: T int32, index in `materials`.
        instance: T int32, number of the object that it belongs to, counted from 1; 0 for the structure.
        materials: The materials of all parts.
        objects: The objects, in the order of their numbers.
        frames: For each object, the 3×3 directions of its axes in the camera's coordinates, in columns.
        lamps: The lights.
        ambient: The light from everywhere.
        up: The direction upwards.
        opaque: Casts rays at all but glass.
        glass: Casts rays at glass.
        first_glass: The first triangle of glass.
    """

    corners_m: NDArray[np.float64]
    normals: NDArray[np.float32]
    texture_m: NDArray[np.float32]
    material: NDArray[np.int32]
    instance: NDArray[np.int32]
    materials: tuple[Material, ...]
    objects: tuple[Body, ...]
    frames: tuple[NDArray[np.float64], ...]
    lamps: tuple[Lamp, ...]
    ambient: Ambient
    up: NDArray[np.float32]
    opaque: Caster
    glass: Caster
    first_glass: int

    def first(self, origins_m: NDArray[np.float32], directions: NDArray[np.float32]) -> Hits:
        """What rays hit first, be it of glass or not; see `Caster.first`."""
        solid, pane = self.opaque.first(origins_m, directions), self.glass.first(origins_m, directions)
        nearer = pane.found & (pane.distance < solid.distance)
        return Hits(
            np.where(nearer, pane.triangle + np.int32(self.first_glass), solid.triangle),
            np.where(nearer[:, None], pane.weights, solid.weights),
            np.where(nearer, pane.distance, solid.distance),
        )

    def blocked(self, origins_m: NDArray[np.float32], directions: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Whether anything lies on the ways, be it of glass or not; see `Caster.blocked`."""
        return self.opaque.blocked(origins_m, directions) | self.glass.blocked(origins_m, directions)


@dataclass(frozen=True, slots=True, eq=False)
class _Owned:
    """A part with the number of its object, its 4×4 way to the camera's coordinates, and its mesh there."""

    part: Part
    instance: int
    matrix: NDArray[np.float64]
    mesh: str

    @property
    def group(self) -> tuple[bool, str]:
        """What is put together at once: glass last, then by mesh."""
        return self.part.material.surface is Surface.glass, self.mesh


@dataclass(frozen=True, slots=True, eq=False)
class _Triangles:
    """Triangles of several parts that share a mesh."""

    corners_m: NDArray[np.float64]
    normals: NDArray[np.float32]
    texture_m: NDArray[np.float32]


def assemble(world: World) -> Assembly:
    """Put a world before its camera."""
    turn, eye = world.eye.rotation, np.array(world.eye.position_m)
    objects = tuple(body for body in world.bodies if body.name != STRUCTURE)
    owned = sorted(_owned(world, objects), key=lambda one: one.group)
    groups = [list(group) for _, group in groupby(owned, key=lambda one: one.group)]
    triangles = [_triangles(group) for group in groups]
    sizes = [len(unit_mesh(one.mesh).corners) for one in owned]
    first_glass = sum(size for one, size in zip(owned, sizes, strict=True) if not one.group[0])
    corners_m = np.concatenate([some.corners_m for some in triangles])
    if world.bend_per_m or world.rise_per_m:
        ahead_m = corners_m @ turn[:, 1] + eye[1]
        corners_m += ahead_m[:, :, None] ** 2 * (turn @ (world.bend_per_m, 0, world.rise_per_m))
    return Assembly(
        corners_m=corners_m,
        normals=np.concatenate([some.normals for some in triangles]),
        texture_m=np.concatenate([some.texture_m for some in triangles]),
        material=np.repeat(np.arange(len(owned), dtype=np.int32), sizes),
        instance=np.repeat(np.array([one.instance for one in owned], dtype=np.int32), sizes),
        materials=tuple(one.part.material for one in owned),
        objects=objects,
        frames=tuple(turn @ body.matrix[:3, :3] for body in objects),
        lamps=_lamps(world, turn, eye),
        ambient=world.ambient,
        up=turn[:, 2].astype(np.float32),
        opaque=Caster(corners_m[:first_glass], turn),
        glass=Caster(corners_m[first_glass:], turn),
        first_glass=first_glass,
    )


def _owned(world: World, objects: tuple[Body, ...]) -> Iterator[_Owned]:
    to_camera = np.eye(4)
    to_camera[:3, :3] = world.eye.rotation
    to_camera[:3, 3] = -world.eye.rotation @ np.array(world.eye.position_m)
    structure = [(0, body) for body in world.bodies if body.name == STRUCTURE]
    for number, body in [*enumerate(objects, 1), *structure]:
        poses = to_camera @ body.matrix @ np.stack([part.matrix for part in body.parts])
        sizes_m = np.linalg.norm(poses[:, :3, :3], axis=1).max(axis=1)
        coarse = sizes_m < COARSE_SHARE * np.linalg.norm(poses[:, :3, 3], axis=1)
        for part, pose, far in zip(body.parts, poses, coarse.tolist(), strict=True):
            yield _Owned(part, number, pose, COARSER.get(part.mesh, part.mesh) if far else part.mesh)


def _triangles(group: list[_Owned]) -> _Triangles:
    """The triangles of P parts of one mesh, part by part."""
    mesh = unit_mesh(group[0].mesh)
    matrices = np.stack([one.matrix for one in group])
    linear = matrices[:, :3, :3]
    corners_m = mesh.corners.reshape(-1, 3) @ linear.transpose(0, 2, 1) + matrices[:, None, :3, 3]
    normals = mesh.normals.reshape(-1, 3) @ np.linalg.inv(linear)  # inverse transpose, on rows
    normals /= np.sqrt((normals**2).sum(axis=2, keepdims=True))
    # A pattern lies on a face in the part's own metres, without the axis that the face looks along.
    sizes_m = np.linalg.norm(linear, axis=1)
    kept = np.array([(1, 2), (0, 2), (0, 1)])[np.abs(mesh.faces).argmax(axis=1)]
    own = np.take_along_axis(mesh.corners, kept[:, None, :], axis=2)
    texture_m = own * sizes_m[:, kept][:, :, None, :]
    return _Triangles(
        corners_m.reshape(-1, 3, 3),
        normals.reshape(-1, 3, 3).astype(np.float32),
        texture_m.reshape(-1, 3, 2).astype(np.float32),
    )


def _lamps(world: World, turn: NDArray[np.float64], eye: NDArray[np.float64]) -> tuple[Lamp, ...]:
    return tuple(
        Lamp(
            (turn @ (np.array(light.position_m) - eye)).astype(np.float32),
            np.array(light.colour, dtype=np.float32),
            light.sun,
        )
        for light in world.lights
    )
