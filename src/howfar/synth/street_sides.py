"""What bounds a street: houses, gaps with trees and fences, wires, and what stands or crosses at its end."""

import math
from collections.abc import Iterator

import numpy as np

from howfar.synth import street_styles, traffic
from howfar.synth.houses import far_house, house
from howfar.synth.materials import Material
from howfar.synth.solids import rod
from howfar.synth.street_plan import KERB_M, NEAREST_M, StreetPlan
from howfar.synth.world import STRUCTURE, Body

DETAIL_M = 65.0
"""From here on houses have no detail."""

BRIDGE = 0.12
"""How often something crosses above."""


def houses(street: StreetPlan, side: int) -> Iterator[Body]:
    """A row of houses with gaps, where hedges, fences or trees stand; wires overhead."""
    rng, y, style = street.rng, NEAREST_M, street.style
    inner = street.road_m / 2 + street.pavement_m + 0.16
    yaw = side * math.pi / 2
    setback = rng.uniform(*style.setback_m)
    while y < street.end_m:
        width = rng.uniform(6, 18)
        middle, x = y + width / 2, side * (inner + setback + rng.choice([0.0, 0.0, 2.0]))
        y += width
        if street.crosses(middle, width / 2 + 1):
            continue
        if rng.uniform() < style.built:
            if middle < DETAIL_M:
                yield from [
                    body.at(x, middle, 0, yaw) for body in house(rng, width, style.most_floors, street.light.lit)
                ]
            else:
                yield far_house(rng, width, style.most_floors).at(x, middle, 0, yaw)
        else:
            yield from _gap(street, side, inner, middle, width)
        if setback > 3 and middle < DETAIL_M and rng.uniform() < 0.4:
            yield traffic.hedge(rng, width - 2).at(side * (inner + 0.4), middle, 0, yaw)
    if rng.uniform() < 0.2:
        yield from _wires(street, side * (inner - 0.3))


def across(street: StreetPlan) -> Iterator[Body]:
    """What closes the view, a house across the road or nothing; and bridges and gantries over it."""
    if street.rng.uniform() < 0.4 and street.style.built > 0.5:
        wall = far_house(street.rng, 2 * street.road_m + 20, street.style.most_floors)
        yield wall.at(0, street.end_m, 0, math.pi)
    if street.rng.uniform() < BRIDGE:
        place = street.rng.uniform(9, 90)
        yield traffic.bridge(street.rng, street.road_m).at(0, place)


def _gap(street: StreetPlan, side: int, inner_m: float, middle_m: float, width_m: float) -> Iterator[Body]:
    """A fence or rail, and trees behind."""
    rng, yaw = street.rng, side * math.pi / 2
    drawn = rng.uniform()
    if street.style is street_styles.MOTORWAY:
        yield traffic.guard_rail(width_m).at(side * inner_m, middle_m, 0, yaw)
    elif drawn < 0.3 and middle_m < DETAIL_M:
        yield traffic.fence(rng, width_m).at(side * inner_m, middle_m, KERB_M, yaw)
    for _ in range(rng.integers(0, 4)):
        make = traffic.tree if rng.uniform() < 0.7 else traffic.conifer
        place = side * (inner_m + rng.uniform(2, 22)), middle_m + rng.uniform(-0.5, 0.5) * width_m
        yield make(rng).at(*place)


def _wires(street: StreetPlan, x_m: float) -> Iterator[Body]:
    """Poles with wires from one to the next."""
    rng, metal = street.rng, Material((0.03, 0.03, 0.03))
    height, step, count = rng.uniform(5.5, 9), rng.uniform(18, 32), int(rng.integers(1, 4))
    places = np.arange(NEAREST_M, street.end_m, step)
    for y in places:
        yield Body.of("pole", [rod(metal, (0, 0, 0), (0, 0, height), 0.2)]).at(x_m, y)
    heights = height - 0.4 * np.arange(count) - 0.1
    wires = [rod(metal, (x_m, y, z), (x_m, y + step, z), 0.025) for y in places[:-1] for z in heights]
    yield Body.of(STRUCTURE, wires)
