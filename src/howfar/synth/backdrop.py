"""What is seen far away, without detail: the ground to the horizon, rows of houses, towers, hills, woods."""

import math
from itertools import pairwise

import numpy as np

from howfar.synth import materials
from howfar.synth.materials import Material
from howfar.synth.solids import ball, foliage, standing_box
from howfar.synth.world import STRUCTURE, Body, Part

REACH_M = 225.0
"""Nothing is farther from the world's origin: what 16 bits of 256ths of a metre hold, with some way to go."""

STRIPS = 23

SINK_M = 0.06
"""How far the open ground lies below the roads."""


def open_ground(material: Material) -> Body:
    """A plain as far as anything reaches, in strips, so that it can rise along Y."""
    edges = np.linspace(-REACH_M, REACH_M, STRIPS + 1)
    parts = []
    for start, stop in pairwise(edges):
        middle_m, long_m = float(start + stop) / 2, float(stop - start)
        wide_m = 2 * math.sqrt(REACH_M**2 - middle_m**2)
        parts.append(standing_box(material, (0.0, middle_m, -SINK_M - 0.3), (wide_m, long_m, 0.3)))
    return Body.of(STRUCTURE, parts)


def skyline(rng: np.random.Generator, most_floors: int) -> list[Body]:
    """Towers, hills and woods all round, or nothing."""
    parts: list[Part] = []
    if rng.uniform() < 0.35:
        parts += [_hill(rng) for _ in range(rng.integers(2, 8))]
    if rng.uniform() < (0.7 if most_floors > 2 else 0.2):
        parts += [_tower(rng, most_floors) for _ in range(rng.integers(4, 24))]
    if rng.uniform() < (0.8 if most_floors <= 2 else 0.25):
        parts += _wood(rng)
    return [Body.of(STRUCTURE, parts)] if parts else []


def _hill(rng: np.random.Generator) -> Part:
    length, far = rng.uniform(60, 130), rng.uniform(115, 155)
    tone, angle = rng.uniform(0.05, 0.3), rng.uniform(0, 2 * math.pi)
    green = Material((tone, rng.uniform(0.1, 0.25), 0.08), grain=0.4)
    return ball(green, (*_around(angle, far), -2.0), (length, rng.uniform(60, 130), rng.uniform(8, 60)))


def _tower(rng: np.random.Generator, most_floors: int) -> Part:
    width, angle = rng.uniform(9, 30), rng.uniform(0, 2 * math.pi)
    material = materials.far_facade(rng)
    height = material.scale_m * rng.integers(2, 3 * most_floors + 3)
    place = (*_around(angle, rng.uniform(95, REACH_M - 22)), 0.0)
    return standing_box(material, place, (width, rng.uniform(9, 20), height), rng.uniform(0, math.pi))


def _wood(rng: np.random.Generator) -> list[Part]:
    """Crowns in a band at one side."""
    green = Material((rng.uniform(0.03, 0.15), rng.uniform(0.08, 0.22), 0.04), grain=0.8)
    start, far, parts = rng.uniform(0, 2 * math.pi), rng.uniform(70, REACH_M - 35), []
    for _ in range(rng.integers(12, 40)):
        angle, size = start + rng.uniform(0, 3.0), rng.uniform(7, 20)
        place = _around(angle, far + rng.uniform(-12, 12))
        sizes = (size, size, rng.uniform(0.9, 1.5) * size)
        parts += [ball(green, (*place, 0.3 * size), (0.8 * size, 0.8 * size, size))]
        parts += [foliage(green, (*place, 0.4 * size), sizes, angle)]
    return parts


def _around(angle_rad: float, far_m: float) -> tuple[float, float]:
    return far_m * math.cos(angle_rad), far_m * math.sin(angle_rad)
