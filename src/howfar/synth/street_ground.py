"""The ground of a street: road, marks, kerbs, pavements; and the bonnet of the camera's own car."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from howfar.synth import street_styles
from howfar.synth.backdrop import open_ground
from howfar.synth.materials import Material
from howfar.synth.solids import box, cushion, standing_box
from howfar.synth.street_plan import KERB_M, NEAREST_M, StreetPlan
from howfar.synth.world import STRUCTURE, Body, Part

PIECE_M = 8.0


def ground(street: StreetPlan) -> Iterator[Body]:
    """Road, kerbs and pavements with what is painted on them, and the ground beside."""
    rng = street.rng
    tar = street_styles.asphalt(rng, street.light.wet)
    wild = street_styles.grass(rng) if rng.uniform() < street.style.green else street_styles.asphalt(rng, wet=False)
    slabs = wild if street.style.most_people < 8 else street_styles.pavement(rng)
    edge = Material((0.45, 0.45, 0.43), grain=0.3)
    parts = []
    # In pieces, as a box of 150 m lies in the way of nearly every ray.
    for start, stop in _pieces(street):
        y, long = (start + stop) / 2, stop - start
        parts.append(box(tar, (0, y, -0.05), (street.road_m + 1, long, 0.1)))
        if street.crosses(y):
            parts += [box(tar, (s * (street.road_m / 2 + 40), y, -0.05), (80, long, 0.1)) for s in (-1, 1)]
            continue
        for side in (-1, 1):
            inner = side * street.road_m / 2
            parts.append(standing_box(edge, (inner + side * 0.08, y, 0), (0.16, long, KERB_M)))
            foot = (inner + side * (0.16 + street.pavement_m / 2), y, 0)
            parts.append(standing_box(slabs, foot, (street.pavement_m, long, KERB_M)))
    yield Body.of(STRUCTURE, parts + _marks(street))
    yield open_ground(wild)


def own_bonnet(street: StreetPlan) -> Body:
    """The bonnet of the camera's own car, below and before it."""
    (x, y, z), yaw = street.eye.position_m, street.eye.yaw_rad
    off, low = street.rng.uniform(0.9, 1.6), min(max(z - street.rng.uniform(0.3, 0.6), 0.3), 1.2)
    coat = Material((street.rng.uniform(0.01, 0.8),) * 3, gloss=0.8)
    bonnet = cushion(coat, (0, off, low - 0.2), (1.7, 1.3, 0.4))
    return Body.of(STRUCTURE, [bonnet]).at(x, y, 0, yaw)


def _pieces(street: StreetPlan) -> list[tuple[float, float]]:
    """The road in pieces along Y, of which one is the crossing."""
    cuts = {*np.arange(NEAREST_M, street.end_m, PIECE_M).tolist(), street.end_m}
    inside = [cut for cut in street.crossing if NEAREST_M < cut < street.end_m]
    ordered = sorted({cut for cut in cuts if not street.crosses(cut)} | set(inside))
    return [(start, stop) for start, stop in pairwise(ordered) if stop - start > 0.01]


def _marks(street: StreetPlan) -> list[Part]:
    rng = street.rng
    paint, parts = Material((0.75, 0.75, 0.7), grain=0.4), []
    lanes = street.lanes
    step, solid = rng.uniform(4, 12), rng.uniform() < 0.3
    for line in range(1, lanes):
        x = street.road_m * (line / lanes - 0.5)
        for y in np.arange(NEAREST_M, street.end_m, step):
            if not street.crosses(y, 0.5 * step):
                long = step if solid and line == lanes // 2 else 0.4 * step
                parts.append(box(paint, (x, y, 0.002), (0.13, long, 0.008)))
    if rng.uniform() < 0.45:
        y = street.crossing[0] - 2.5 if rng.uniform() < 0.6 and street.crossing[0] < 60 else rng.uniform(5, 30)
        stripes = np.arange(-street.road_m / 2 + 0.4, street.road_m / 2 - 0.3, 1.0)
        parts += [box(paint, (x, y, 0.003), (0.5, 3.0, 0.009)) for x in stripes]
    return parts
