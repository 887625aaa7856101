"""What is seen through the windows of a room: a lawn or yard, houses, trees."""

import math

import numpy as np

from howfar.synth import materials
from howfar.synth.materials import Material
from howfar.synth.solids import standing_box
from howfar.synth.traffic import tree
from howfar.synth.world import STRUCTURE, Body


def outdoors(rng: np.random.Generator, width_m: float, depth_m: float) -> list[Body]:
    """Ground, houses and trees round a room whose floor goes from (0, 0) to its width and depth."""
    green = Material((0.1, rng.uniform(0.15, 0.35), 0.05), grain=0.6)
    below = rng.uniform(0.15, 4.0)
    ground = standing_box(green, (width_m / 2, depth_m / 2, -below - 0.2), (120.0, 120.0, 0.1))
    parts = [ground]
    trees = []
    for _ in range(rng.integers(2, 6)):
        angle, far = rng.uniform(0, 2 * math.pi), rng.uniform(9, 40)
        x, y = width_m / 2 + (far + 3) * math.cos(angle), depth_m / 2 + (far + 3) * math.sin(angle)
        size = (rng.uniform(4, 15), rng.uniform(3, 8), rng.uniform(3, 14))
        parts.append(standing_box(materials.facade(rng), (x, y, -below), size, angle + math.pi / 2))
    for _ in range(rng.integers(1, 5)):
        angle, far = rng.uniform(0, 2 * math.pi), rng.uniform(9, 22)
        place = (width_m / 2 + far * math.cos(angle), depth_m / 2 + far * math.sin(angle))
        trees.append(tree(rng).at(*place, -below))
    return [Body.of(STRUCTURE, parts), *trees]
