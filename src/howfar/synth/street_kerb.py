"""What stands at the kerbs of a street, and the light of its lamps."""

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from howfar.synth import traffic, vehicles
from howfar.synth.seats import bench
from howfar.synth.street_plan import KERB_M, StreetPlan
from howfar.synth.world import Body, Light

Make = Callable[[np.random.Generator], Body]

LAMPS_ON_FROM, MOST_LAMPS = 0.1, 4
"""The share of lit windows from which on street lamps are lit, and how many of them throw light."""

AT_KERB: tuple[tuple[Make, float, float], ...] = (
    (traffic.street_lamp, 0.2, -math.pi / 2),
    (traffic.bollard, 0.2, 0.0),
    (traffic.cone, 0.4, 0.0),
    (traffic.sign, 0.4, math.pi / 2),
    (traffic.billboard, 1.2, math.pi / 2),
    (traffic.traffic_light, 0.3, math.pi / 2),
    (traffic.tree, 0.5, 0.0),
    (traffic.tree, 0.5, 0.0),
    (traffic.bin_, 0.5, math.pi / 2),
    (vehicles.bicycle, 0.9, math.pi / 2),
    (vehicles.motorcycle, 1.0, math.pi / 2),
    (bench, 1.0, math.pi / 2),
    (traffic.shelter, 2.0, math.pi / 2),
)
"""What stands at the right-hand kerb, the circle that is kept free for it, and its turn there."""


def kerb(street: StreetPlan, side: int) -> Iterator[Body]:
    """What stands at one of the kerbs."""
    line = street.road_m / 2 + 0.7
    for _ in range(street.rng.integers(3, 16)):
        make, radius, turn = AT_KERB[street.rng.integers(len(AT_KERB))]
        y = street.how_far(2.5, 70)
        if street.taken.is_free(side * line, y, radius) and not street.crosses(y, radius):
            street.taken.take(side * line, y, radius)
            yaw = turn if side > 0 or abs(turn) < 1 else -turn
            yield make(street.rng).at(side * line, y, KERB_M, yaw)


def lamps(street: StreetPlan, bodies: Sequence[Body]) -> Iterator[Light]:
    """The light of the first few street lamps, where they are lit."""
    if street.light.lit <= LAMPS_ON_FROM:
        return
    heads = [traffic.lamp_head(body) for body in bodies if body.name == "pole"]
    for head in [head for head in heads if head is not None][:MOST_LAMPS]:
        power, warm = street.rng.uniform(4, 16), street.rng.uniform(0.4, 1.0)
        yield Light(head, (power, power * (0.5 + 0.5 * warm), power * warm))
