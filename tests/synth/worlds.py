"""Hand-made worlds, and a slow and simple caster of rays to compare with."""

import numpy as np
from numpy.typing import NDArray

from howfar.scene import Camera
from howfar.synth.materials import Material
from howfar.synth.solids import box
from howfar.synth.world import Ambient, Body, Eye, Light, World

CAMERA = Camera.from_focal(48, 36, 40.0)
GREY = Material((0.5, 0.5, 0.5), grain=0.0)
DAY = Ambient((0.5, 0.5, 0.5), (0.5, 0.5, 0.5), (1.0, 1.0, 1.0), (1.0, 1.0, 1.0))
NIGHT = Ambient((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0))


def world(*bodies: Body, lights: tuple[Light, ...] = (), ambient: Ambient = DAY, eye: Eye | None = None) -> World:
    """Bodies before a camera at the origin that looks along Y."""
    return World(bodies, lights, ambient, eye or Eye((0.0, 0.0, 0.0)))


def block(
    name: str,
    centre_m: tuple[float, float, float],
    size_m: tuple[float, float, float],
    material: Material = GREY,
    yaw_rad: float = 0.0,
) -> Body:
    """A body that is one box."""
    return Body.of(name, [box(material, (0, 0, 0), size_m)]).at(*centre_m, yaw_rad)


def nearest_m(
    corners_m: NDArray[np.float64], origin_m: NDArray[np.float64], rays: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How far N rays come, in their own lengths, among T×3×3 corners; infinite where nothing is hit.

    Every ray against every triangle, by the weights of the triangle's corners (Cramer's rule).
    """
    first, second, third = corners_m[:, 0] - origin_m, corners_m[:, 1] - origin_m, corners_m[:, 2] - origin_m
    volumes = [rays @ np.cross(a, b).T for a, b in ((second, third), (third, first), (first, second))]
    total = sum(volumes)
    inside = np.all([volume * total >= 0 for volume in volumes], axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.einsum("tx,tx->t", first, np.cross(second, third)) / total
    return np.where(inside & (distance > 0), distance, np.inf).min(axis=1)
