"""Who is in a street: vehicles that are parked or drive, cyclists, people on foot."""

import math
from collections.abc import Callable, Iterator

import numpy as np

from howfar.synth import vehicles
from howfar.synth.people import person, rider
from howfar.synth.street_plan import KERB_M, NEAREST_M, StreetPlan
from howfar.synth.world import Body

Make = Callable[[np.random.Generator], Body]

VEHICLES: tuple[tuple[Make, float], ...] = (
    (vehicles.car, 2.5),
    (vehicles.van, 3.1),
    (vehicles.truck, 6.0),
    (vehicles.bus, 6.3),
    (vehicles.motorcycle, 1.1),
)
"""What drives, and half the length that is kept free for it."""

PARKED_SHARES = (0.78, 0.14, 0.06, 0.01, 0.01)
DRIVING_SHARES = (0.66, 0.1, 0.1, 0.09, 0.05)


def parked(street: StreetPlan, side: int) -> Iterator[Body]:
    """Vehicles along one of the kerbs."""
    rng = street.rng
    x, y = side * (street.road_m / 2 - 1.1), NEAREST_M + rng.uniform(0, 6)
    heading = math.pi / 2 if rng.uniform() < 0.5 else -math.pi / 2
    full, last = rng.uniform(0.3, 0.95), min(street.end_m, 110)
    while y < last:
        make, half = VEHICLES[rng.choice(len(VEHICLES), p=PARKED_SHARES)]
        if rng.uniform() < full and _is_open(street, x, y, half) and not street.crosses(y, half):
            street.taken.take(x, y, 1.1)
            yield make(rng).at(x + rng.normal(0, 0.1), y, 0, heading + rng.normal(0, 0.03))
        y += 2 * half + rng.uniform(0.5, 2.5)


def driving(street: StreetPlan) -> Iterator[Body]:
    """Vehicles in their lanes, and some that cross or turn."""
    rng = street.rng
    for _ in range(rng.integers(0, street.style.most_driving + 1)):
        make, half = VEHICLES[rng.choice(len(VEHICLES), p=DRIVING_SHARES)]
        x = float(street.road_m * ((rng.integers(street.lanes) + 0.5) / street.lanes - 0.5))
        y = street.how_far(5, 0.8 * street.end_m)
        heading = math.copysign(math.pi / 2, x * street.right)
        if y > 0 and street.crossing[0] < 60 and rng.uniform() < 0.2:
            x, y = rng.uniform(-18, 18), float(rng.uniform(*street.crossing))
            heading = math.pi * int(rng.integers(2)) + float(rng.normal(0, 0.2))
        yield from _drive(street, make, half, (x, y), heading)


def cyclists(street: StreetPlan) -> Iterator[Body]:
    """Riders of bicycles and motorcycles near the kerbs."""
    rng = street.rng
    for _ in range(rng.integers(0, 2 + street.style.most_people // 5)):
        side, motor = rng.choice([-1, 1]), rng.uniform() < 0.2
        x = side * (street.road_m / 2 - rng.choice([0.6, 2.6, 3.4]))
        y, turn = street.how_far(3, 60), float(side * street.right * math.pi / 2 + rng.normal(0, 0.12))
        if street.taken.is_free(x, y, 0.8):
            street.taken.take(x, y, 0.8)
            ridden = vehicles.motorcycle(rng) if motor else vehicles.bicycle(rng)
            yield ridden.at(x, y, 0, turn)
            yield rider(rng).at(x, y, 0, turn)


def people(street: StreetPlan) -> Iterator[Body]:
    """Walkers, alone and in groups, most of them on the pavements."""
    rng, left = street.rng, int(street.rng.integers(0, street.style.most_people + 1))
    while left > 0:
        group = min(left, int(rng.choice([1, 1, 1, 2, 2, 3, 5])))
        left -= group
        walks = rng.uniform() < 0.8
        inner = street.road_m / 2 + 0.4 if walks else 0.0
        x = rng.choice([-1, 1]) * rng.uniform(inner, street.road_m / 2 + street.pavement_m - 0.4)
        y, turn = street.how_far(2.0, 75), rng.choice([-1, 1]) * math.pi / 2 + rng.normal(0, 0.5)
        for _ in range(group):
            yield from _walker(street, x + rng.normal(0, 0.7) * (group > 1), y + rng.normal(0, 0.7) * (group > 1), turn)


def _is_open(street: StreetPlan, x_m: float, y_m: float, half_m: float) -> bool:
    """Whether a vehicle's length is free of the camera and its first metres."""
    return all(street.taken.is_free(x_m, y_m + step, 1.1) for step in np.linspace(-half_m, half_m, 5))


def _drive(
    street: StreetPlan, make: Make, half_m: float, place_m: tuple[float, float], heading_rad: float
) -> Iterator[Body]:
    """A vehicle, if its place is free."""
    steps = np.arange(-half_m, half_m + 0.1, max(half_m / 3, 0.5))
    spine = [(place_m[0] + math.cos(heading_rad) * step, place_m[1] + math.sin(heading_rad) * step) for step in steps]
    if all(street.taken.is_free(x, y, 1.2) for x, y in spine):
        for x, y in spine:
            street.taken.take(x, y, 1.2)
        yield make(street.rng).at(*place_m, 0, heading_rad + float(street.rng.normal(0, 0.03)))


def _walker(street: StreetPlan, x_m: float, y_m: float, turn_rad: float) -> Iterator[Body]:
    if abs(x_m) < street.road_m / 2 + street.pavement_m - 0.3 and street.taken.is_free(x_m, y_m, 0.35):
        street.taken.take(x_m, y_m, 0.35)
        height = KERB_M if abs(x_m) > street.road_m / 2 and not street.crosses(y_m) else 0.0
        turn = turn_rad + street.rng.normal(0, 0.3)
        yield person(street.rng).at(x_m, y_m, height, turn)
