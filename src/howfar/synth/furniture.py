"""What stands in rooms besides seats: tables, cupboards, lamps, plants, small objects. Their front looks along Y."""

import numpy as np

from howfar.synth import materials
from howfar.synth.materials import GLASS, Material, Pattern
from howfar.synth.solids import Point, ball, bead, box, lying_cylinder, rod, standing_box, upright
from howfar.synth.world import Body, Part


def table(rng: np.random.Generator) -> tuple[Body, Point]:
    """A table, round or square, on legs or a foot, some with a top of glass; and its length, depth and height."""
    length, depth, height = rng.uniform(0.7, 2.0), rng.uniform(0.6, 1.0), rng.uniform(0.45, 0.78)
    frame = materials.furniture(rng)
    top = GLASS if rng.uniform() < 0.15 else materials.furniture(rng)
    if rng.uniform() < 0.3:
        depth = length = min(length, 1.3)
        parts = [upright("cylinder", top, (0, 0, height - 0.03), length, 0.03)]
        parts.append(upright("cylinder", frame, (0, 0, 0), 0.09, height - 0.03))
        parts.append(upright("cone", frame, (0, 0, 0), 0.5 * length, 0.12))
    else:
        x, y, thick = length / 2 - 0.07, depth / 2 - 0.07, rng.uniform(0.03, 0.08)
        parts = [standing_box(top, (0, 0, height - 0.03), (length, depth, 0.03))]
        parts += [
            standing_box(frame, (sx * x, sy * y, 0), (thick, thick, height - 0.03)) for sx in (-1, 1) for sy in (-1, 1)
        ]
        parts += [box(frame, (0, sy * y, height - 0.07), (2 * x, 0.02, 0.07)) for sy in (-1, 1)]
    return Body.of("dining table", parts), (length, depth, height)


def cupboard(rng: np.random.Generator) -> Body:
    """A box with doors or drawers and their handles."""
    width, depth, height = (
        rng.uniform(0.5, 1.6),
        rng.uniform(0.35, 0.6),
        rng.choice([0.75, 1.2, 1.9]) * rng.uniform(0.9, 1.1),
    )
    body, front, handle = materials.furniture(rng), materials.furniture(rng), materials.metal(rng)
    columns, rows = int(rng.integers(1, 4)), int(rng.integers(1, 5))
    parts = [standing_box(body, (0, 0, 0), (width, depth, height))]
    wide, high = width / columns, (height - 0.08) / rows
    for column in range(columns):
        for row in range(rows):
            x, z = (column + 0.5) * wide - width / 2, 0.06 + (row + 0.5) * high
            parts.append(box(front, (x, depth / 2 + 0.008, z), (wide - 0.02, 0.02, high - 0.02)))
            parts.append(box(handle, (x, depth / 2 + 0.03, z + 0.3 * high), (0.1, 0.02, 0.015)))
    return Body.of("cupboard", parts)


def shelf(rng: np.random.Generator) -> Body:
    """Open boards with books on them."""
    width, depth, height = rng.uniform(0.6, 1.4), rng.uniform(0.25, 0.35), rng.uniform(1.0, 2.1)
    board, levels = materials.furniture(rng), int(rng.integers(3, 6))
    parts = [standing_box(board, (s * width / 2, 0, 0), (0.025, depth, height)) for s in (-1, 1)]
    gap = (height - 0.1) / levels
    for z in 0.05 + gap * np.arange(levels + 1):
        parts.append(box(board, (0, 0, z), (width, depth, 0.025)))
    for z in 0.06 + gap * np.arange(levels):
        parts += _books(rng, width - 0.05, z, 0.9 * gap)
    return Body.of("shelf", parts)


def _books(rng: np.random.Generator, width_m: float, foot_m: float, room_m: float) -> list[Part]:
    parts: list[Part] = []
    x = -width_m / 2
    while x < width_m / 2 - 0.12 and len(parts) < 12:
        thick, high = rng.uniform(0.03, 0.1), room_m * rng.uniform(0.5, 0.95)
        if rng.uniform() < 0.75:
            spine = materials.paint(rng, (0.05, 0.8))
            parts.append(standing_box(spine, (x + thick / 2, 0, foot_m), (thick, rng.uniform(0.14, 0.24), high)))
        x += thick + 0.003
    return parts


def television(rng: np.random.Generator) -> Body:
    """A flat screen, glowing or dark, on a low stand."""
    width = rng.uniform(0.7, 1.4)
    height, stand = 0.57 * width, rng.uniform(0.4, 0.6)
    lit = Material(
        materials.colour(rng), materials.colour(rng), materials.Pattern.noise, 0.4, 0.2, 0.4, rng.uniform(0.3, 1)
    )
    screen = lit if rng.uniform() < 0.5 else materials.BLACK
    parts = [standing_box(materials.furniture(rng), (0, 0, 0), (1.2 * width, 0.4, stand))]
    parts.append(standing_box(materials.BLACK, (0, 0, stand), (0.3 * width, 0.2, 0.05)))
    parts.append(standing_box(materials.BLACK, (0, 0, stand + 0.05), (width, 0.05, height)))
    parts.append(standing_box(screen, (0, 0.027, stand + 0.07), (width - 0.04, 0.005, height - 0.04)))
    return Body.of("tv", parts)


def floor_lamp(rng: np.random.Generator) -> tuple[Body, float]:
    """A thin pole with a glowing shade; and the height of its bulb."""
    height, metal = rng.uniform(1.2, 1.8), materials.metal(rng)
    tint = (1.0, rng.uniform(0.75, 0.95), rng.uniform(0.45, 0.85))
    shade = Material(tint, glow=rng.uniform(0.8, 2.5), grain=0.05)
    parts = [
        upright("cylinder", metal, (0, 0, 0), 0.28, 0.025),
        upright("cylinder", metal, (0, 0, 0), 0.025, height),
        upright("shade", shade, (0, 0, height - 0.12), rng.uniform(0.25, 0.5), rng.uniform(0.2, 0.35)),
    ]
    return Body.of("lamp", parts), height + 0.12


def hanging_lamp(rng: np.random.Generator, ceiling_m: float) -> tuple[Body, float]:
    """A shade on a cord from the ceiling; and the height of its bulb."""
    drop = rng.uniform(0.3, 0.9)
    low = ceiling_m - drop
    shade = Material(materials.colour(rng, (0.5, 1.0)), glow=rng.uniform(0.2, 1.5), grain=0.05)
    parts = [upright("cylinder", materials.BLACK, (0, 0, low + 0.1), 0.012, drop - 0.1)]
    if rng.uniform() < 0.5:
        parts.append(upright("shade", shade, (0, 0, low), rng.uniform(0.25, 0.6), 0.2))
    else:
        size = rng.uniform(0.18, 0.4)
        parts.append(ball(shade, (0, 0, low + size / 2), (size, size, size)))
    return Body.of("lamp", parts), low - 0.03


def plant(rng: np.random.Generator) -> Body:
    """A pot with leaves on thin stems."""
    size, pot = rng.uniform(0.15, 0.4), materials.paint(rng)
    parts = [upright("cylinder", pot, (0, 0, 0), size, size)]
    leaf = Material((rng.uniform(0.03, 0.15), rng.uniform(0.15, 0.4), 0.05), grain=0.4)
    stem = Material((0.1, 0.2, 0.05))
    for _ in range(rng.integers(6, 16)):
        angle, reach, high = (
            rng.uniform(0, 6.3),
            rng.uniform(0.2, 1.0) * 1.2 * size,
            rng.uniform(1.0, 3.2) * size + size,
        )
        end = (reach * np.cos(angle), reach * np.sin(angle), high)
        parts.append(rod(stem, (0, 0, size), end, 0.012))
        parts.append(
            bead(leaf, end, (0.5 * size * rng.uniform(0.6, 1.4), 0.5 * size, 0.2 * size * rng.uniform(0.6, 2)))
        )
    return Body.of("potted plant", parts)


def bottle(rng: np.random.Generator) -> Body:
    """A bottle of coloured, of dark or of clear glass."""
    height, width = rng.uniform(0.2, 0.34), rng.uniform(0.06, 0.1)
    body = GLASS if rng.uniform() < 0.25 else materials.paint(rng, (0.05, 0.6), gloss=0.8)
    parts = [upright("cylinder", body, (0, 0, 0), width, 0.65 * height)]
    parts.append(upright("cone", body, (0, 0, 0.65 * height), width, 0.3 * height))
    parts.append(upright("cylinder", materials.paint(rng), (0, 0, 0.72 * height), 0.35 * width, 0.28 * height))
    return Body.of("bottle", parts)


def cup(rng: np.random.Generator) -> Body:
    """A cup without a handle."""
    return Body.of(
        "cup", [upright("cylinder", materials.paint(rng, gloss=0.5), (0, 0, 0), 0.08, rng.uniform(0.07, 0.12))]
    )


def laptop(rng: np.random.Generator) -> Body:
    """An open laptop, seen along Y."""
    width, shell, lean = rng.uniform(0.28, 0.38), materials.metal(rng), rng.uniform(0.03, 0.12)
    deep, screen = 0.68 * width, Material(materials.colour(rng), materials.colour(rng), Pattern.noise, 0.3, glow=0.8)
    parts = [standing_box(shell, (0, 0, 0), (width, deep, 0.018))]
    parts.append(standing_box(materials.BLACK, (0, 0.1 * deep, 0.018), (0.88 * width, 0.5 * deep, 0.004)))
    parts.append(standing_box(shell, (0, deep / 2 + lean / 2, 0.01), (width, lean, 0.65 * width)))
    parts.append(standing_box(screen, (0, deep / 2 - 0.002, 0.03), (0.93 * width, 0.004, 0.56 * width)))
    return Body.of("laptop", parts)


def books(rng: np.random.Generator) -> Body:
    """A pile of books."""
    parts, z = [], 0.0
    for _ in range(rng.integers(1, 6)):
        size = (rng.uniform(0.15, 0.3), rng.uniform(0.12, 0.22), rng.uniform(0.01, 0.05))
        parts.append(standing_box(materials.fabric(rng), (0, 0, z), size, rng.uniform(-0.3, 0.3)))
        z += size[2]
    return Body.of("book", parts)


def bowl(rng: np.random.Generator) -> Body:
    """A dish with fruit."""
    size, tint = rng.uniform(0.16, 0.3), materials.colour(rng, (0.3, 0.8))
    parts = [upright("cylinder", materials.paint(rng, gloss=0.5), (0, 0, 0), size, rng.uniform(0.03, 0.08))]
    for angle in np.linspace(0, 2 * np.pi, int(rng.integers(1, 6)), endpoint=False):
        wide = rng.uniform(0.05, 0.09)
        place = (0.25 * size * np.cos(angle), 0.25 * size * np.sin(angle), 0.07)
        parts.append(ball(Material(tint, grain=0.2, gloss=0.3), place, (wide, wide, wide)))
    return Body.of("bowl", parts)


def vase(rng: np.random.Generator) -> Body:
    """A vase with a neck."""
    height, width, glaze = rng.uniform(0.15, 0.4), rng.uniform(0.1, 0.2), materials.paint(rng, gloss=0.6)
    parts = [ball(glaze, (0, 0, 0.4 * height), (width, width, 0.8 * height))]
    parts.append(upright("cylinder", glaze, (0, 0, 0.6 * height), 0.45 * width, 0.4 * height))
    return Body.of("vase", parts)


def sports_ball(rng: np.random.Generator) -> Body:
    """A ball that lies on the ground."""
    size = rng.uniform(0.15, 0.5)
    pattern = materials.fabric(rng)
    return Body.of("sports ball", [ball(pattern, (0, 0, size / 2), (size, size, size))])


def parcel(rng: np.random.Generator) -> Body:
    """One box, or two on each other."""
    size = (rng.uniform(0.15, 0.7), rng.uniform(0.15, 0.6), rng.uniform(0.1, 0.6))
    parts = [standing_box(materials.fabric(rng), (0, 0, 0), size)]
    if rng.uniform() < 0.4:
        upper = (0.7 * size[0], 0.8 * size[1], rng.uniform(0.1, 0.3))
        parts.append(standing_box(materials.fabric(rng), (0, 0, size[2]), upper, rng.uniform(-0.5, 0.5)))
    return Body.of("box", parts)


def coat_stand(rng: np.random.Generator) -> Body:
    """A thin pole with hooks."""
    height, material = rng.uniform(1.5, 1.9), materials.furniture(rng)
    parts = [rod(material, (0, 0, 0), (0, 0, height), 0.03), upright("cylinder", material, (0, 0, 0), 0.35, 0.03)]
    for angle in np.arange(4) * np.pi / 2 + rng.uniform(0, 1):
        end = (0.16 * np.cos(angle), 0.16 * np.sin(angle), height - 0.05)
        parts.append(rod(material, (0, 0, height - 0.15), end, 0.018))
    return Body.of("coat stand", parts)


def ladder(rng: np.random.Generator) -> Body:
    """Two rails and rungs, leaning back along -Y."""
    height, material, lean = rng.uniform(1.6, 2.3), materials.furniture(rng), rng.uniform(0.2, 0.5)
    parts = [rod(material, (x, 0, 0), (x, -lean, height), 0.035) for x in (-0.2, 0.2)]
    for share in np.linspace(0.12, 0.94, 7):
        parts.append(rod(material, (-0.2, -lean * share, height * share), (0.2, -lean * share, height * share), 0.025))
    return Body.of("ladder", parts)


def roll(rng: np.random.Generator) -> Body:
    """A carpet or tube that lies on the ground."""
    size = rng.uniform(0.08, 0.25)
    return Body.of("roll", [lying_cylinder(materials.fabric(rng), (0, 0, size / 2), size, rng.uniform(0.5, 1.6))])
