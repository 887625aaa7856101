"""What a scene is made of before it is seen: parts, bodies, lights and the position of the camera.

World coordinates are metres with X to the right, Y forward and Z up; the ground is Z = 0. A part is a unit mesh with an
affine matrix that takes it to its body's own coordinates (X along the body, Z up), and a body has a rigid matrix
that takes these to the world.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from howfar.synth.materials import Material

STRUCTURE = ""
"""The name of what is no object: walls, floors, roads."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One solid of one material.

    Attributes:
        mesh: Name of its unit mesh.
        matrix: 4×4 float64, from the unit mesh to the body, in metres.
        material: What it is made of.
    """

    mesh: str
    matrix: NDArray[np.float64]
    material: Material


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """Parts that belong together: an object, or a piece of what surrounds the objects.

    Attributes:
        name: Its class; `STRUCTURE` for what is no object.
        parts: What it is made of.
        matrix: 4×4 float64, from its own coordinates to the world; rigid.
    """

    name: str
    parts: tuple[Part, ...]
    matrix: NDArray[np.float64]

    @classmethod
    def of(cls, name: str, parts: Sequence[Part]) -> Self:
        """A body at the world's origin."""
        return cls(name, tuple(parts), np.eye(4))

    def at(self, x_m: float, y_m: float, z_m: float = 0.0, yaw_rad: float = 0.0) -> Self:
        """The body turned about its own Z axis, counter-clockwise from above, and moved."""
        return replace(self, matrix=turned(yaw_rad, (x_m, y_m, z_m)) @ self.matrix)


@dataclass(frozen=True, slots=True)
class Light:
    """A lamp or the sun.

    Attributes:
        position_m: Where it is in the world; for the sun, a point far away in its direction.
        colour: Its radiant intensity, red, green and blue; for the sun, its irradiance.
        sun: Whether its light does not fall off with distance.
    """

    position_m: tuple[float, float, float]
    colour: tuple[float, float, float]
    sun: bool = False


@dataclass(frozen=True, slots=True)
class Ambient:
    """The light from everywhere: from above and from below, and the sky that is seen where nothing is hit.

    Attributes:
        above: What a surface that looks upwards gets.
        below: What one that looks downwards gets.
        zenith: The sky overhead.
        horizon: The sky at the horizon.
        clouds: Share of the sky that white clouds cover, 0 to 1.
        haze_per_m: The share of the light that a metre of air takes and gives the horizon's colour for.
    """

    above: tuple[float, float, float]
    below: tuple[float, float, float]
    zenith: tuple[float, float, float]
    horizon: tuple[float, float, float]
    clouds: float = 0.0
    haze_per_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Eye:
    """Where the left-hand camera is and how it looks.

    Attributes:
        position_m: Its optical centre in the world.
        yaw_rad: Its turn to the left, from looking along Y.
        pitch_rad: Its turn upwards.
        roll_rad: Its turn clockwise about the optical axis.
    """

    position_m: tuple[float, float, float]
    yaw_rad: float = 0.0
    pitch_rad: float = 0.0
    roll_rad: float = 0.0

    @property
    def rotation(self) -> NDArray[np.float64]:
        """3×3: from directions in the world to those of the camera (X right, Y down, Z forward)."""
        to_camera = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
        pitch = _about(0, -self.pitch_rad)
        rotation: NDArray[np.float64] = _about(2, -self.roll_rad) @ to_camera @ pitch @ _about(2, -self.yaw_rad)
        return rotation


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """A scene that can be rendered.

    Attributes:
        bodies: All that is in it.
        lights: The lamps and the sun.
        ambient: The light from everywhere, and the air.
        eye: The left-hand camera.
        bend_per_m: How the road bends: at Y = y, everything is moved to the right by this times y².
        rise_per_m: How it rises: everything is moved upwards by this times y².
    """

    bodies: tuple[Body, ...]
    lights: tuple[Light, ...]
    ambient: Ambient
    eye: Eye
    bend_per_m: float = 0.0
    rise_per_m: float = 0.0


def turned(yaw_rad: float, position_m: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> NDArray[np.float64]:
    """The 4×4 matrix that turns about the Z axis and then moves."""
    matrix = np.eye(4)
    matrix[:3, :3] = _about(2, yaw_rad)
    matrix[:3, 3] = position_m
    return matrix


def _about(axis: int, angle_rad: float) -> NDArray[np.float64]:
    """3×3 rotation about an axis, counter-clockwise when that points to the viewer."""
    sine, cosine = math.sin(angle_rad), math.cos(angle_rad)
    first, second = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.eye(3)
    matrix[first, first] = matrix[second, second] = cosine
    matrix[first, second], matrix[second, first] = -sine, sine
    return matrix
