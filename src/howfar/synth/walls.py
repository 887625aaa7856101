"""The shell of a room: floor, ceiling, walls with windows and doors, and what hangs on them.

A wall is made along X with its inner face at Y = 0 and the room at Y > 0; `Body.at` turns it to its side.
"""

from dataclasses import dataclass

import numpy as np

from howfar.synth import materials
from howfar.synth.materials import GLASS, MIRROR, Material, Pattern
from howfar.synth.solids import box, standing_box
from howfar.synth.world import STRUCTURE, Body, Part

THICK_M = 0.14


@dataclass(frozen=True, slots=True)
class Opening:
    """A hole in a wall: its middle along the wall, its width, and where it starts and ends above the floor."""

    middle_m: float
    width_m: float
    low_m: float
    high_m: float


def random_opening(rng: np.random.Generator, length_m: float, height_m: float) -> Opening:
    """A window, or now and then a doorway or a front of glass down to the floor."""
    width = min(rng.uniform(0.8, 2.2), length_m - 0.6)
    middle = rng.uniform(-0.5, 0.5) * (length_m - width - 0.4)
    low = 0.0 if rng.uniform() < 0.35 else rng.uniform(0.6, 1.0)
    return Opening(middle, width, low, min(rng.uniform(1.9, 2.3), height_m - 0.15))


def wall(material: Material, length_m: float, height_m: float, opening: Opening | None) -> Body:
    """A wall, with a hole or whole."""
    if opening is None:
        return Body.of(STRUCTURE, [_slab(material, -length_m / 2, length_m / 2, 0, height_m)])
    left, right = opening.middle_m - opening.width_m / 2, opening.middle_m + opening.width_m / 2
    parts = [
        _slab(material, -length_m / 2, left, 0, height_m),
        _slab(material, right, length_m / 2, 0, height_m),
        _slab(material, left, right, opening.high_m, height_m),
    ]
    if opening.low_m > 0:
        parts.append(_slab(material, left, right, 0, opening.low_m))
    return Body.of(STRUCTURE, parts)


def _slab(material: Material, x1_m: float, x2_m: float, z1_m: float, z2_m: float) -> Part:
    middle = ((x1_m + x2_m) / 2, -THICK_M / 2, (z1_m + z2_m) / 2)
    return box(material, middle, (x2_m - x1_m, THICK_M, z2_m - z1_m))


def skirting(material: Material, length_m: float, opening: Opening | None) -> Body:
    """The board along the foot of a wall; it stops at a doorway."""
    spans = [(-length_m / 2, length_m / 2)]
    if opening is not None and opening.low_m == 0:
        left, right = opening.middle_m - opening.width_m / 2, opening.middle_m + opening.width_m / 2
        spans = [(-length_m / 2, left), (right, length_m / 2)]
    parts = [standing_box(material, ((a + b) / 2, 0.008, 0), (b - a, 0.016, 0.09)) for a, b in spans]
    return Body.of(STRUCTURE, parts)


def window(rng: np.random.Generator, opening: Opening) -> Body:
    """Frame, bars and panes of glass in an opening."""
    frame = materials.paint(rng, (0.1, 0.95))
    x, width, low, high = opening.middle_m, opening.width_m, opening.low_m, opening.high_m
    y, height, thick = -0.06, high - low, 0.06
    parts = [box(frame, (x + s * (width - thick) / 2, y, low + height / 2), (thick, 0.07, height)) for s in (-1, 1)]
    parts += [box(frame, (x, y, z), (width, 0.07, thick)) for z in (low + thick / 2, high - thick / 2)]
    bars = int(rng.integers(0, 3))
    parts += [
        box(frame, (x - width / 2 + width * index / (bars + 1), y, low + height / 2), (0.04, 0.06, height))
        for index in range(1, bars + 1)
    ]
    parts.append(box(GLASS, (x, y, low + height / 2), (width - thick, 0.012, height - thick)))
    return Body.of("window", parts)


def curtains(rng: np.random.Generator, opening: Opening) -> Body:
    """Folds of cloth at both sides of a window, from a rail."""
    cloth = materials.fabric(rng)
    reach, folds = rng.uniform(0.12, 0.35) * opening.width_m, 5
    top = opening.high_m + 0.1
    foot = 0.03 if rng.uniform() < 0.6 else max(opening.low_m - 0.15, 0.03)
    parts = [box(materials.CHROME, (opening.middle_m, 0.1, top), (opening.width_m + 0.5, 0.025, 0.025))]
    for side in (-1, 1):
        for fold in range(folds):
            x = opening.middle_m + side * (opening.width_m / 2 + 0.15 - (fold + 0.5) * reach / folds)
            size = (1.3 * reach / folds, 0.08, top - foot)
            parts.append(Part("cylinder", box(cloth, (x, 0.1, (top + foot) / 2), size).matrix, cloth))
    return Body.of("curtain", parts)


def door(rng: np.random.Generator) -> Body:
    """A closed door with its frame and knob."""
    leaf, frame = materials.furniture(rng), materials.paint(rng, (0.2, 0.95))
    width, height = rng.uniform(0.75, 0.95), rng.uniform(1.95, 2.1)
    parts = [standing_box(leaf, (0, 0.01, 0), (width, 0.03, height))]
    parts += [standing_box(frame, (s * (width / 2 + 0.04), 0.02, 0), (0.08, 0.05, height + 0.08)) for s in (-1, 1)]
    parts.append(box(frame, (0, 0.02, height + 0.04), (width + 0.16, 0.05, 0.08)))
    parts += [box(leaf, (0, 0.03, share * height), (0.7 * width, 0.02, 0.32 * height)) for share in (0.28, 0.72)]
    parts.append(box(materials.CHROME, (0.42 * width, 0.06, 1.02), (0.1, 0.03, 0.03)))
    return Body.of("door", parts)


def picture(rng: np.random.Generator) -> Body:
    """A framed picture of blotches, stripes or checks, or a photograph."""
    width, height = rng.uniform(0.25, 1.2), rng.uniform(0.25, 0.9)
    patterns = (Pattern.noise, Pattern.stripes, Pattern.checker, Pattern.wood)
    tints = materials.colour(rng), materials.colour(rng)
    canvas = Material(*tints, patterns[rng.integers(len(patterns))], rng.uniform(0.1, 0.5), 0.5)
    if rng.uniform() < 0.4:
        canvas = materials.photo(rng, width)
    parts = [box(materials.furniture(rng), (0, 0.015, 0), (width + 0.06, 0.03, height + 0.06))]
    return Body.of("picture", [*parts, box(canvas, (0, 0.02, 0), (width, 0.03, height))])


def mirror(rng: np.random.Generator) -> Body:
    """A mirror in a frame."""
    width, height = rng.uniform(0.4, 1.4), rng.uniform(0.6, 1.6)
    parts = [box(materials.furniture(rng), (0, 0.015, 0), (width + 0.08, 0.03, height + 0.08))]
    return Body.of("mirror", [*parts, box(MIRROR, (0, 0.02, 0), (width, 0.03, height))])


def radiator(rng: np.random.Generator) -> Body:
    """Ribs between two pipes."""
    count, height, coat = int(rng.integers(5, 14)), rng.uniform(0.4, 0.6), materials.paint(rng, (0.5, 0.95), 0.3)
    parts = [
        standing_box(coat, (0.07 * (index - (count - 1) / 2), 0.07, 0.12), (0.045, 0.07, height))
        for index in range(count)
    ]
    parts += [box(coat, (0, 0.07, z), (0.07 * count, 0.03, 0.03)) for z in (0.17, 0.07 + height)]
    return Body.of("radiator", parts)


def clock(rng: np.random.Generator) -> Body:
    """A round dial with two hands."""
    size = rng.uniform(0.2, 0.4)
    dial = box(materials.paint(rng, (0.6, 0.95)), (0, 0.02, 0), (size, 0.03, size)).matrix
    flat = dial @ np.array([[1.0, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 0], [0, 0, 0, 1]])
    hands = [box(materials.BLACK, (0, 0.037, 0.1 * size), (0.012, 0.004, 0.3 * size))]
    hands.append(box(materials.BLACK, (0.1 * size, 0.037, 0), (0.25 * size, 0.004, 0.012)))
    return Body.of("clock", [Part("cylinder", flat, materials.paint(rng, (0.7, 0.95))), *hands])
