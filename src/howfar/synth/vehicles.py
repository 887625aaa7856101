"""What drives: cars, vans, buses, trucks, bicycles and motorcycles. They look along X."""

import numpy as np

from howfar.synth import materials
from howfar.synth.materials import BLACK, Material
from howfar.synth.solids import box, cushion, lying_cylinder, lying_ring, rod, standing_box, tapered
from howfar.synth.world import Body, Part

GLAZING = Material((0.03, 0.04, 0.05), gloss=0.9)
TYRE = Material((0.02, 0.02, 0.02), grain=0.3)


def car(rng: np.random.Generator) -> Body:
    """A hatchback, saloon or off-roader: a body, a cabin with dark windows that leans in, wheels and lights."""
    length, width, height = rng.uniform(3.5, 4.95), rng.uniform(1.6, 1.95), rng.uniform(1.35, 1.85)
    coat, clear = _coat(rng), rng.uniform(0.15, 0.3)
    belt, share = rng.uniform(0.54, 0.64) * height, rng.uniform(0.5, 0.78)
    cabin = (share * length, 0.92 * width, height - belt)
    x = -rng.uniform(0.0, 0.5 - share / 2) * length
    bonnet = rng.uniform(0.75, 0.95) * belt
    parts = [standing_box(coat, (0, 0, clear), (length, width, bonnet - clear))]
    parts.append(standing_box(coat, (x, 0, bonnet), (min(1.1 * cabin[0], length), 0.97 * width, belt - bonnet)))
    parts.append(tapered(GLAZING, (x, 0, belt), cabin))
    parts.append(standing_box(coat, (x, 0, height - 0.05), (0.7 * cabin[0], 0.86 * cabin[1], 0.06)))
    for at in (-0.34, 0.0, 0.34):
        foot, top = (x + 1.4 * at * cabin[0], 0.49), (x + at * cabin[0], 0.43)
        for s in (-1, 1):
            start, end = (foot[0], s * foot[1] * cabin[1], belt), (top[0], s * top[1] * cabin[1], height)
            parts.append(rod(coat, start, end, 0.07))
    parts.append(box(BLACK, (length / 2, 0, clear + 0.15), (0.04, 0.8 * width, 0.16)))
    parts.append(box(Material((0.7, 0.7, 0.65)), (-length / 2, 0, clear + 0.25), (0.04, 0.5, 0.11)))
    parts += _wheels((0.31 * length, width / 2 - 0.1), rng.uniform(0.58, 0.72))
    return Body.of("car", [*parts, *_lights(length, width, 0.82 * bonnet)])


def van(rng: np.random.Generator) -> Body:
    """A van with a short bonnet, with windows or without."""
    length, width, height = rng.uniform(4.4, 6.2), rng.uniform(1.8, 2.1), rng.uniform(1.9, 2.7)
    coat, belt = _coat(rng), rng.uniform(0.95, 1.15)
    nose = 0.18 * length
    parts = [standing_box(coat, (0, 0, 0.28), (length, width, belt - 0.28))]
    parts.append(standing_box(coat, (-nose / 2 - 0.15, 0, belt), (length - nose - 0.3, 0.97 * width, height - belt)))
    parts.append(tapered(GLAZING, (length / 2 - nose, 0, belt), (1.6 * nose, 0.9 * width, 0.8 * (height - belt))))
    if rng.uniform() < 0.6:
        pane = (0.55 * length, 0.99 * width, 0.45 * (height - belt))
        parts.append(standing_box(GLAZING, (-0.12 * length, 0, belt + 0.15), pane))
    parts += _wheels((0.32 * length, width / 2 - 0.1), 0.68)
    return Body.of("car", [*parts, *_lights(length, width, 0.75)])


def bus(rng: np.random.Generator) -> Body:
    """A city bus with a band of windows."""
    length, width, height = rng.uniform(8.5, 12.5), rng.uniform(2.4, 2.55), rng.uniform(2.8, 3.3)
    coat, stripe = _coat(rng), _coat(rng)
    low, high = rng.uniform(1.0, 1.3), height - rng.uniform(0.45, 0.7)
    parts = [standing_box(coat, (0, 0, 0.35), (length, width, height - 0.35))]
    parts.append(standing_box(stripe, (0, 0, 0.6), (length + 0.02, width + 0.02, rng.uniform(0.1, 0.35))))
    parts.append(standing_box(GLAZING, (0, 0, low), (0.95 * length, width + 0.03, high - low)))
    parts.append(standing_box(GLAZING, (0, 0, low - 0.2), (length + 0.03, 0.88 * width, high - low + 0.15)))
    for x in np.arange(-0.42, 0.43, 1.4 / length) * length:
        parts.append(standing_box(coat, (x, 0, low), (0.12, width + 0.05, high - low)))
    for x in (0.4 * length, -0.05 * length):
        parts.append(standing_box(BLACK, (x, -width / 2, 0.4), (1.1, 0.05, high - 0.4)))
    parts.append(box(Material((0.9, 0.6, 0.1), glow=0.8), (length / 2, 0, high + 0.25), (0.05, 1.5, 0.22)))
    parts += _wheels((0.3 * length, width / 2 - 0.15), 0.95)
    return Body.of("bus", [*parts, *_lights(length, width, 0.7)])


def truck(rng: np.random.Generator) -> Body:
    """A cab and a load."""
    length, width, height = rng.uniform(5.5, 12.0), rng.uniform(2.1, 2.5), rng.uniform(2.6, 3.9)
    coat, load = materials.paint(rng, (0.05, 0.85), gloss=0.4), materials.paint(rng, (0.2, 0.9))
    bed = rng.uniform(0.75, 1.15)
    loaded = height if rng.uniform() < 0.75 else bed + rng.uniform(0.3, 1.0)
    parts = [standing_box(load, (-0.9, 0, bed), (length - 1.9, width, loaded - bed))]
    parts.append(standing_box(BLACK, (-0.3, 0, 0.55), (length - 0.8, 0.4 * width, bed - 0.5)))
    parts.append(standing_box(coat, (length / 2 - 0.9, 0, 0.45), (1.7, 0.95 * width, 0.72 * height - 0.45)))
    window = (length / 2 - 0.05, 0, 0.55 * height)
    parts.append(box(GLAZING, window, (0.05, 0.85 * width, 0.22 * height)))
    parts.append(box(GLAZING, (length / 2 - 0.7, 0, 0.55 * height), (0.7, 0.97 * width, 0.18 * height)))
    parts += _wheels((0.36 * length, width / 2 - 0.15), 0.9)
    return Body.of("truck", [*parts, *_lights(length, width, 0.8)])


def bicycle(rng: np.random.Generator) -> Body:
    """Two thin wheels, a frame, a saddle and a handlebar."""
    tint, wheel = materials.paint(rng, (0.03, 0.8), gloss=0.4), rng.uniform(0.6, 0.7)
    r = wheel / 2
    parts = [lying_ring(TYRE, (x, 0, r), wheel, 0.035) for x in (-0.52, 0.52)]
    parts += [lying_cylinder(materials.CHROME, (x, 0, r), 0.07, 0.1) for x in (-0.52, 0.52)]
    crank, seat, head = (-0.05, 0.0, r - 0.05), (-0.2, 0.0, 0.8), (0.38, 0.0, 0.82)
    for start, end in ((crank, seat), (crank, head), (seat, head), ((-0.52, 0, r), seat), ((-0.52, 0, r), crank)):
        parts.append(rod(tint, start, end, 0.035))
    parts.append(rod(tint, (0.52, 0, r), (0.36, 0, 0.98), 0.035))
    parts.append(rod(BLACK, (0.36, -0.28, 1.0), (0.36, 0.28, 1.0), 0.03))
    parts.append(rod(tint, seat, (-0.24, 0, 0.92), 0.03))
    parts.append(cushion(BLACK, (-0.25, 0, 0.94), (0.27, 0.14, 0.06)))
    return Body.of("bicycle", parts)


def motorcycle(rng: np.random.Generator) -> Body:
    """Two thick wheels, a tank, a seat and a lamp."""
    coat, wheel = _coat(rng), rng.uniform(0.5, 0.64)
    r = wheel / 2
    parts = [lying_cylinder(TYRE, (x, 0, r), wheel, 0.13) for x in (-0.62, 0.66)]
    parts += [lying_cylinder(materials.CHROME, (x, 0, r), 0.55 * wheel, 0.15) for x in (-0.62, 0.66)]
    parts.append(cushion(coat, (0.15, 0, 0.78), (0.6, 0.3, 0.28)))
    parts.append(cushion(BLACK, (-0.4, 0, 0.78), (0.75, 0.28, 0.14)))
    parts.append(box(BLACK, (0.0, 0, 0.45), (0.6, 0.28, 0.35)))
    parts += [rod(materials.CHROME, (0.66, s * 0.1, r), (0.45, s * 0.1, 1.0), 0.05) for s in (-1, 1)]
    parts.append(rod(BLACK, (0.42, -0.36, 1.03), (0.42, 0.36, 1.03), 0.035))
    parts.append(cushion(coat, (-0.66, 0, 0.66), (0.4, 0.16, 0.1)))
    parts.append(lying_cylinder(Material((0.9, 0.9, 0.8), glow=0.6), (0.6, 0, 0.88), 0.17, 0.17))
    return Body.of("motorcycle", parts)


def _coat(rng: np.random.Generator) -> Material:
    """Car paint: half of all cars are white, grey or black."""
    if rng.uniform() < 0.5:
        tone = rng.choice([0.02, 0.05, 0.15, 0.3, 0.6, 0.85])
        return Material((tone, tone, tone), grain=0.04, gloss=0.8)
    return materials.paint(rng, (0.03, 0.85), gloss=0.7)


def _lights(length_m: float, width_m: float, height_m: float) -> list[Part]:
    lamp, brake = Material((0.9, 0.9, 0.8), glow=0.6), Material((0.6, 0.02, 0.02), glow=0.5)
    parts = []
    for y in (-0.4 * width_m, 0.4 * width_m):
        parts.append(box(lamp, (length_m / 2, y, height_m), (0.03, 0.3, 0.14)))
        parts.append(box(brake, (-length_m / 2, y, height_m + 0.05), (0.03, 0.26, 0.16)))
    return parts


def _wheels(place_m: tuple[float, float], diameter_m: float) -> list[Part]:
    parts = []
    for sx in (-1, 1):
        for sy in (-1, 1):
            centre = (sx * place_m[0], sy * place_m[1], diameter_m / 2)
            parts.append(lying_cylinder(TYRE, centre, diameter_m, 0.22))
            parts.append(lying_cylinder(materials.CHROME, centre, 0.55 * diameter_m, 0.24))
    return parts
