"""What stands in streets: poles, signs, trees, bins, shelters, fences."""

import numpy as np

from howfar.synth import materials
from howfar.synth.materials import BLACK, GLASS, Material, Pattern
from howfar.synth.solids import Point, ball, bead, box, foliage, lying_cylinder, rod, standing_box, upright
from howfar.synth.world import STRUCTURE, Body, Part

LAMP = Material((0.9, 0.9, 0.8), glow=0.4)
"""The head of a street lamp."""

BARE, ROUND = 0.12, 0.3
"""Up to which share trees have no leaves, and crowns like balls."""


def street_lamp(rng: np.random.Generator) -> Body:
    """A tall thin pole with an arm along Y."""
    height, metal, reach = rng.uniform(4.5, 8.0), materials.metal(rng), rng.uniform(0.8, 1.8)
    parts = [upright("cylinder", metal, (0, 0, 0), rng.uniform(0.09, 0.18), height)]
    parts.append(rod(metal, (0, 0, height - 0.1), (0, reach, height + 0.1), 0.07))
    parts.append(box(LAMP, (0, reach, height + 0.1), (0.2, 0.5, 0.1)))
    return Body.of("pole", parts)


def lamp_head(body: Body) -> tuple[float, float, float] | None:
    """Where a street lamp's light comes from, below its head; None for another body."""
    for part in body.parts:
        if part.material is LAMP:
            x, y, z = (body.matrix @ part.matrix)[:3, 3].tolist()
            return x, y, z - 0.2
    return None


def bollard(rng: np.random.Generator) -> Body:
    """A thin post, plain or with bands."""
    bands = Material(materials.colour(rng), materials.colour(rng), Pattern.stripes, 0.4, 0.1)
    return Body.of("pole", [upright("cylinder", bands, (0, 0, 0), rng.uniform(0.05, 0.16), rng.uniform(0.7, 1.2))])


def traffic_light(rng: np.random.Generator) -> Body:
    """Three lamps on a pole, seen along X; one is lit."""
    height, lit = rng.uniform(2.6, 3.4), int(rng.integers(3))
    parts = [upright("cylinder", materials.metal(rng), (0, 0, 0), 0.1, height)]
    parts.append(box(BLACK, (0, 0, height), (0.22, 0.3, 0.9)))
    for index, tint in enumerate(((0.1, 0.9, 0.3), (1.0, 0.6, 0.1), (0.9, 0.08, 0.05))):
        dim = (0.12 * tint[0], 0.12 * tint[1], 0.12 * tint[2])
        lamp = Material(tint, glow=2.0) if index == lit else Material(dim)
        parts.append(bead(lamp, (-0.11, 0, height + 0.28 * (index - 1)), (0.1, 0.2, 0.2)))
    return Body.of("traffic light", parts)


def sign(rng: np.random.Generator) -> Body:
    """A board on a thin pole, seen along X."""
    height = rng.uniform(2.0, 2.8)
    board = Material(materials.colour(rng, (0.3, 0.9)), materials.colour(rng), Pattern.stripes, rng.uniform(0.2, 0.8))
    parts = [upright("cylinder", materials.metal(rng), (0, 0, 0), 0.06, height)]
    parts.append(box(board, (-0.05, 0, height), (0.02, rng.uniform(0.4, 0.9), rng.uniform(0.4, 0.8))))
    return Body.of("sign", parts)


def tree(rng: np.random.Generator) -> Body:
    """A trunk, branches and a crown of leaves; some are bare, some are cut round."""
    height, trunk, drawn = rng.uniform(3.0, 10.0), rng.uniform(0.1, 0.4), rng.uniform()
    bark = Material((0.12, 0.08, 0.05), (0.2, 0.15, 0.1), Pattern.wood, 0.05, 0.5)
    green = Material((rng.uniform(0.03, 0.25), rng.uniform(0.1, 0.3), 0.04), grain=0.9)
    parts = [upright("cylinder", bark, (0, 0, 0), trunk, 0.6 * height)]
    for _ in range(rng.integers(5, 11)):
        angle, reach = rng.uniform(0, 6.3), rng.uniform(0.05, 0.25) * height
        place = (reach * np.cos(angle), reach * np.sin(angle), height * rng.uniform(0.5, 0.92))
        parts.append(rod(bark, (0, 0, 0.45 * height), place, 0.4 * trunk))
        size = height * rng.uniform(0.2, 0.42)
        sizes = (size, size * rng.uniform(0.8, 1.2), size * rng.uniform(0.6, 1.0))
        if drawn < BARE:
            parts += _twigs(rng, bark, place, 0.5 * size)
        elif drawn < ROUND:
            parts.append(ball(green, place, sizes))
        else:
            parts.append(foliage(green, place, sizes, rng.uniform(0, 6.3)))
    return Body.of("tree", parts)


def _twigs(rng: np.random.Generator, bark: Material, place_m: Point, reach_m: float) -> list[Part]:
    ways = rng.normal((0, 0, 0.5 * reach_m), 0.6 * reach_m, (4, 3))
    return [rod(bark, place_m, (place_m[0] + x, place_m[1] + y, place_m[2] + z), 0.03) for x, y, z in ways.tolist()]


def conifer(rng: np.random.Generator) -> Body:
    """A trunk and a few cones one above the other."""
    height, bark = rng.uniform(4.0, 14.0), Material((0.12, 0.08, 0.05), grain=0.5)
    green = Material((rng.uniform(0.02, 0.1), rng.uniform(0.08, 0.22), 0.04), grain=0.9)
    parts = [upright("cylinder", bark, (0, 0, 0), 0.04 * height, 0.3 * height)]
    count = int(rng.integers(2, 5))
    for index in range(count):
        low = height * (0.15 + 0.6 * index / count)
        parts.append(upright("cone", green, (0, 0, low), height * (0.42 - 0.25 * index / count), height - low))
    return Body.of("tree", parts)


def cone(rng: np.random.Generator) -> Body:
    """A striped cone at a building site."""
    size = rng.uniform(0.45, 0.8)
    bands = Material((0.8, 0.25, 0.05), (0.8, 0.8, 0.8), Pattern.stripes, 0.3)
    parts = [standing_box(bands, (0, 0, 0), (0.6 * size, 0.6 * size, 0.03))]
    return Body.of("pole", [*parts, upright("cone", bands, (0, 0, 0.02), 0.45 * size, size)])


def bridge(rng: np.random.Generator, across_m: float) -> Body:
    """A bridge along X over a road, on pillars, or a gantry with signs."""
    low, concrete = rng.uniform(4.6, 6.5), Material((rng.uniform(0.2, 0.5),) * 3, grain=0.3)
    half = across_m / 2 + 0.8
    if rng.uniform() < 0.5:
        sign = Material((0.02, 0.08, 0.3), (0.7, 0.7, 0.7), Pattern.noise, 0.5)
        parts = [rod(materials.CHROME, (s * half, 0, 0), (s * half, 0, low + 1), 0.3) for s in (-1, 1)]
        parts.append(box(materials.CHROME, (0, 0, low + 1), (2 * half, 0.4, 0.4)))
        parts += [box(sign, (x, -0.3, low + 0.9), (3.2, 0.1, 1.8)) for x in (-0.25 * across_m, 0.25 * across_m)]
        return Body.of(STRUCTURE, parts)
    deck = rng.uniform(5, 14)
    parts = [standing_box(concrete, (0, 0, low), (across_m + 70, deck, rng.uniform(0.8, 1.6)))]
    for s in (-1, 1):
        parts.append(standing_box(concrete, (0, s * deck / 2, low), (across_m + 70, 0.2, 2.4)))
        parts += [upright("cylinder", concrete, (s * half, y, 0), 0.9, low) for y in (-0.3 * deck, 0.3 * deck)]
    return Body.of(STRUCTURE, parts)


def hedge(rng: np.random.Generator, length_m: float) -> Body:
    """A cut hedge or a wall along X."""
    height = rng.uniform(0.6, 2.0)
    green = Material((rng.uniform(0.03, 0.12), rng.uniform(0.1, 0.25), 0.04), grain=0.9)
    material = green if rng.uniform() < 0.6 else materials.facade(rng)
    return Body.of(STRUCTURE, [standing_box(material, (0, 0, 0), (length_m, rng.uniform(0.2, 0.8), height))])


def guard_rail(length_m: float) -> Body:
    """A rail of steel on short posts along X."""
    steel = materials.CHROME
    parts = [box(steel, (0, 0, 0.62), (length_m, 0.06, 0.3))]
    parts += [standing_box(steel, (x, 0, 0), (0.1, 0.1, 0.75)) for x in np.arange(-length_m / 2, length_m / 2, 4.0)]
    return Body.of("fence", parts)


def bin_(rng: np.random.Generator) -> Body:
    """A litter bin or a wheeled one."""
    coat = materials.paint(rng, (0.03, 0.5), gloss=0.3)
    if rng.uniform() < 0.5:
        return Body.of("bin", [upright("cylinder", coat, (0, 0, 0), rng.uniform(0.35, 0.5), rng.uniform(0.7, 1.0))])
    height = rng.uniform(0.9, 1.15)
    parts = [
        standing_box(coat, (0, 0, 0.08), (0.6, 0.5, height)),
        box(BLACK, (0.02, 0, height + 0.1), (0.68, 0.54, 0.06)),
    ]
    return Body.of("bin", [*parts, lying_cylinder(BLACK, (-0.25, 0, 0.1), 0.2, 0.52)])


def billboard(rng: np.random.Generator) -> Body:
    """A poster with a frame on two posts, seen along X."""
    width, height, low = rng.uniform(1.0, 3.2), rng.uniform(1.2, 2.2), rng.uniform(0.3, 1.5)
    metal = materials.metal(rng)
    parts = [standing_box(metal, (0, 0, low - 0.06), (0.1, width + 0.12, height + 0.12))]
    parts.append(standing_box(materials.photo(rng, width), (0, 0, low), (0.13, width, height)))
    parts += [standing_box(metal, (0, s * 0.4 * width, 0), (0.08, 0.08, low)) for s in (-1, 1)]
    return Body.of("sign", parts)


def shelter(rng: np.random.Generator) -> Body:
    """A bus shelter: a roof on posts with panes of glass at the back and the sides; open along Y."""
    length, metal = rng.uniform(2.5, 4.0), materials.metal(rng)
    parts = [box(metal, (0, 0, 2.4), (length + 0.2, 1.6, 0.1))]
    for x in (-length / 2, 0, length / 2):
        parts.append(standing_box(metal, (x, -0.65, 0), (0.07, 0.07, 2.4)))
    parts += [standing_box(GLASS, (s * length / 4, -0.65, 0.2), (length / 2 - 0.1, 0.015, 2.0)) for s in (-1, 1)]
    parts += [standing_box(GLASS, (s * length / 2, -0.1, 0.2), (0.015, 1.0, 2.0)) for s in (-1, 1)]
    parts.append(box(materials.wood(rng), (0, -0.4, 0.48), (0.8 * length, 0.35, 0.05)))
    return Body.of("shelter", parts)


def fence(rng: np.random.Generator, length_m: float) -> Body:
    """Posts and thin rails along X."""
    metal, height = materials.metal(rng), rng.uniform(0.7, 1.2)
    parts = [rod(metal, (-length_m / 2, 0, z), (length_m / 2, 0, z), 0.04) for z in (0.45 * height, height)]
    for x in np.linspace(-length_m / 2, length_m / 2, max(int(length_m / 0.3), 2)):
        parts.append(standing_box(metal, (x, 0, 0), (0.03, 0.03, height)))
    return Body.of("fence", parts)
