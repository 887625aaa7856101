"""Houses along a street: a block with rows of windows, a door, perhaps a roof or a balcony.

A house is made along X with its front at Y = 0, which looks along Y.
"""

import numpy as np

from howfar.synth import materials
from howfar.synth.materials import Material
from howfar.synth.solids import box, standing_box, tapered
from howfar.synth.world import STRUCTURE, Body, Part


def house(rng: np.random.Generator, width_m: float, most_floors: int, lit: float) -> list[Body]:
    """A house of one floor or more, 10 m deep, with a share of its windows lit."""
    storey, floors = rng.uniform(2.7, 3.6), int(rng.integers(1, most_floors + 1))
    height, coat = storey * floors + rng.uniform(0.3, 1.5), materials.facade(rng)
    parts = [standing_box(coat, (0, -5, 0), (width_m, 10, height))]
    parts.append(box(materials.paint(rng, (0.1, 0.5)), (0, -5, height + 0.1), (width_m + 0.4, 10.6, 0.25)))
    parts.append(standing_box(materials.paint(rng, (0.1, 0.4)), (0, 0.02, 0), (width_m, 0.1, rng.uniform(0.3, 1.0))))
    parts += _windows(rng, width_m, (storey, floors), lit)
    if floors < 4 and rng.uniform() < 0.5:
        parts.append(_roof(rng, width_m, height))
    return [Body.of(STRUCTURE, parts), _entrance(rng, width_m)]


def far_house(rng: np.random.Generator, width_m: float, most_floors: int) -> Body:
    """A house without detail, as it looks from far away."""
    material = materials.far_facade(rng)
    height = material.scale_m * int(rng.integers(1, most_floors + 1))
    parts = [standing_box(material, (0, -5, 0), (width_m, 10, height))]
    parts.append(box(materials.paint(rng, (0.1, 0.5)), (0, -5, height + 0.1), (width_m + 0.4, 10.6, 0.25)))
    if most_floors < 5:
        parts.append(_roof(rng, width_m, height))
    return Body.of(STRUCTURE, parts)


def _roof(rng: np.random.Generator, width_m: float, height_m: float) -> Part:
    """A roof that leans in on all sides."""
    red = rng.uniform(0.08, 0.4)
    tiles = Material((red, red * rng.uniform(0.4, 1.0), red * rng.uniform(0.4, 1.0)), grain=0.3)
    return tapered(tiles, (0, -5, height_m + 0.2), (width_m + 0.5, 10.8, rng.uniform(1.5, 4.5)))


def _windows(rng: np.random.Generator, width_m: float, storeys: tuple[float, int], lit: float) -> list[Part]:
    """Rows of windows on storeys of a height and a number."""
    storey_m, floors = storeys
    glazing = Material((0.04, 0.05, 0.07), gloss=0.8, grain=0.3)
    lamplight = Material((0.9, 0.7, 0.4), glow=0.5)
    frame = materials.paint(rng, (0.2, 0.95))
    across, high = rng.uniform(0.8, 1.6), storey_m * rng.uniform(0.4, 0.6)
    columns = max(int(width_m / (across + rng.uniform(0.7, 1.8))), 1)
    balconies = rng.uniform() < 0.25
    parts = []
    for x in (np.arange(columns) + 0.5) * width_m / columns - width_m / 2:
        for z in storey_m * (np.arange(floors) + 0.55):
            pane = lamplight if rng.uniform() < lit else glazing
            parts.append(box(frame, (x, 0, z), (across + 0.16, 0.1, high + 0.16)))
            parts.append(box(pane, (x, 0.02, z), (across, 0.1, high)))
            parts.append(box(frame, (x, 0.06, z), (0.06, 0.06, high)))
            if balconies and z > storey_m:
                parts.append(box(frame, (x, 0.5, z - 0.5 * storey_m), (across + 0.6, 1.0, 0.12)))
                parts.append(box(frame, (x, 1.0, z - 0.3 * storey_m), (across + 0.6, 0.05, 0.05)))
    return parts


def _entrance(rng: np.random.Generator, width_m: float) -> Body:
    leaf, frame = materials.furniture(rng), materials.paint(rng, (0.2, 0.9))
    x = rng.uniform(-0.35, 0.35) * width_m
    parts = [
        standing_box(frame, (x, 0.03, 0.12), (1.3, 0.14, 2.35)),
        standing_box(leaf, (x, 0.06, 0.12), (1.0, 0.14, 2.15)),
    ]
    return Body.of("door", parts)
