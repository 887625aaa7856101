"""The solids that bodies are built of: each a part in its body's own coordinates, in metres."""

import math

import numpy as np
from numpy.typing import NDArray

from howfar.synth.materials import Material
from howfar.synth.world import Part

UPRIGHT = 1e-6
"""A direction whose share in the plane is smaller counts as upright."""

Point = tuple[float, float, float]


def box(material: Material, centre_m: Point, size_m: Point, yaw_rad: float = 0.0) -> Part:
    """A box by its middle and its length, width and height."""
    return Part("box", _scaled(centre_m, size_m, yaw_rad), material)


def standing_box(material: Material, foot_m: Point, size_m: Point, yaw_rad: float = 0.0) -> Part:
    """A box by the middle of its lower face."""
    x_m, y_m, z_m = foot_m
    return box(material, (x_m, y_m, z_m + size_m[2] / 2), size_m, yaw_rad)


def cushion(material: Material, centre_m: Point, size_m: Point, yaw_rad: float = 0.0) -> Part:
    """A box with round edges and faces that bulge."""
    return Part("cushion", _scaled(centre_m, size_m, yaw_rad), material)


def ball(material: Material, centre_m: Point, size_m: Point) -> Part:
    """A ball, or an ellipsoid, by its diameters."""
    return Part("ball", _scaled(centre_m, size_m), material)


def foliage(material: Material, centre_m: Point, size_m: Point, yaw_rad: float = 0.0) -> Part:
    """Leaves that fill a ball loosely, by its diameters."""
    return Part("leaves", _scaled(centre_m, size_m, yaw_rad), material)


def bead(material: Material, centre_m: Point, size_m: Point) -> Part:
    """A ball so small that its corners are not seen."""
    return Part("bead", _scaled(centre_m, size_m), material)


def upright(mesh: str, material: Material, foot_m: Point, diameter_m: float, height_m: float) -> Part:
    """A cylinder, shade or cone that stands on its foot."""
    x_m, y_m, z_m = foot_m
    return Part(mesh, _scaled((x_m, y_m, z_m + height_m / 2), (diameter_m, diameter_m, height_m)), material)


def rod(material: Material, start_m: Point, end_m: Point, diameter_m: float) -> Part:
    """A thin round bar from one point to another."""
    return Part("bar", _from_to(start_m, end_m, diameter_m), material)


def lying_cylinder(material: Material, centre_m: Point, diameter_m: float, width_m: float) -> Part:
    """A wheel: a cylinder whose axis lies along Y."""
    x_m, y_m, z_m = centre_m
    ends = (x_m, y_m - width_m / 2, z_m), (x_m, y_m + width_m / 2, z_m)
    return Part("cylinder", _from_to(*ends, diameter_m), material)


def lying_ring(material: Material, centre_m: Point, diameter_m: float, thick_m: float) -> Part:
    """A tyre: a ring whose axis lies along Y."""
    x_m, y_m, z_m = centre_m
    ends = (x_m, y_m - thick_m / 2, z_m), (x_m, y_m + thick_m / 2, z_m)
    return Part("ring", _from_to(*ends, diameter_m), material)


def tapered(material: Material, foot_m: Point, size_m: Point) -> Part:
    """A box by the middle of its lower face, of which the upper face is smaller, as a car's cabin."""
    x_m, y_m, z_m = foot_m
    return Part("taper", _scaled((x_m, y_m, z_m + size_m[2] / 2), size_m), material)


def _scaled(centre_m: Point, size_m: Point, yaw_rad: float = 0.0) -> NDArray[np.float64]:
    sine, cosine = math.sin(yaw_rad), math.cos(yaw_rad)
    (x, y, z), (length, width, height) = centre_m, size_m
    return np.array(
        [
            [cosine * length, -sine * width, 0.0, x],
            [sine * length, cosine * width, 0.0, y],
            [0.0, 0.0, height, z],
            [0.0, 0.0, 0.0, 1.0],
        ]
    )


def _from_to(start_m: Point, end_m: Point, diameter_m: float) -> NDArray[np.float64]:
    """4×4: from a unit cylinder to one between two points."""
    along = [end - start for start, end in zip(start_m, end_m, strict=True)]
    length = math.hypot(*along)
    x, y, z = (step / length for step in along)
    # Any direction across will do; the one that lies flat is known unless the rod stands.
    flat = math.hypot(x, y)
    u, v = (-y / flat, x / flat) if flat > UPRIGHT else (1.0, 0.0)
    d = diameter_m
    return np.array(
        [
            [d * u, -d * z * v, along[0], (start_m[0] + end_m[0]) / 2],
            [d * v, d * z * u, along[1], (start_m[1] + end_m[1]) / 2],
            [0.0, d * (x * v - y * u), along[2], (start_m[2] + end_m[2]) / 2],
            [0.0, 0.0, 0.0, 1.0],
        ]
    )
