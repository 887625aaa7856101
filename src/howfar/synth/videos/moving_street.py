"""Streets in which vehicles drive and people walk, before a camera that stands, is carried or drives."""

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from howfar.synth import street_life, vehicles
from howfar.synth.backdrop import skyline
from howfar.synth.people import person, rider
from howfar.synth.street_ground import ground
from howfar.synth.street_kerb import kerb, lamps
from howfar.synth.street_plan import KERB_M, StreetPlan
from howfar.synth.street_sides import across, houses
from howfar.synth.videos.motion import Mover, MovingWorld, Ride
from howfar.synth.world import Body, Eye, World

Make = Callable[[np.random.Generator], Body]

RIDES, RIDE_SHARES = ("stands", "walks", "drives"), (0.35, 0.25, 0.4)
WALK_M_S, DRIVE_M_S = (0.9, 1.8), (3.0, 13.0)
STRIDES_HZ = 0.9
"""How often a walker puts the same foot forward, in a second."""
MET = 0.6
"""How often something is right before a moving camera and comes nearer all the time."""
LAST_S = (0.7, 1.6)
"""Time to its contact at the end of the video."""
CROSSINGS = 0.7
"""How often two people cross each other's way, seen from the camera."""


class _Traffic(NamedTuple):
    """What is drawn once for a street and its video."""

    street: StreetPlan
    ride: Ride
    seconds: float


def moving_street(rng: np.random.Generator, seconds: float) -> MovingWorld:
    """A street drawn by chance.

    Args:
        rng: What all chance is drawn from.
        seconds: How long the video is: what the camera meets comes near it at the end.
    """
    street = StreetPlan(rng)
    street.bend_per_m = street.rise_per_m = 0.0  # a way along a bend would be no straight one
    traffic = _Traffic(street, _ride(street), seconds)
    street.eye = traffic.ride.start
    for way_m in np.arange(0.0, traffic.ride.speed_m_s * seconds + 3.0, 1.5):
        street.taken.take(street.eye.position_m[0], float(way_m), 1.2)
    movers = [*_met(traffic), *_crossing_people(traffic), *_driving(traffic), *_cyclists(traffic), *_walkers(traffic)]
    bodies: list[Body] = [*ground(street)]
    for side in (-1, 1):
        bodies += houses(street, side)
        bodies += kerb(street, side)
        if rng.uniform() < street.style.parked:
            bodies += street_life.parked(street, side)
    bodies += across(street)
    bodies += skyline(rng, street.style.most_floors)
    lights = (street.light.sun, *lamps(street, bodies))
    return MovingWorld(World(tuple(bodies), lights, street.light.ambient, street.eye), tuple(movers), traffic.ride)


def _ride(street: StreetPlan) -> Ride:
    """A camera on a stand, in somebody's hand or in a car."""
    rng = street.rng
    kind = RIDES[rng.choice(len(RIDES), p=RIDE_SHARES)]
    pitch, roll = math.radians(rng.uniform(-6, 3)), float(rng.normal(0, 0.01))
    if kind == "drives":
        x = float(street.right * street.road_m * (0.5 - 0.5 / street.lanes))
        eye = Eye((x, 0.0, float(rng.uniform(1.1, 1.8))), float(rng.normal(0, 0.05)), pitch, roll)
        turn = float(rng.normal(0, 0.03))
        return Ride(eye, float(rng.uniform(*DRIVE_M_S)), turn, 0.015, 0.004, float(rng.uniform(0.8, 1.6)))
    reach = street.road_m / 2 + street.pavement_m - 0.8
    x, yaw = float(rng.uniform(-reach, reach)), float(rng.normal(0, 0.2))
    eye = Eye((x, 0.0, float(rng.uniform(1.4, 1.75 if kind == "walks" else 3.5))), yaw, pitch, roll)
    if kind == "stands":
        return Ride(eye)
    return Ride(eye, float(rng.uniform(*WALK_M_S)), float(rng.normal(0, 0.05)), 0.02, 0.012, 2 * STRIDES_HZ)


def _walker(rng: np.random.Generator, start_m: tuple[float, float, float], heading: float, speed: float) -> Mover:
    """Somebody who walks, with legs that swing."""
    seed, phase = int(rng.integers(2**62)), float(rng.uniform(0, math.tau))
    return Mover(partial(_stepping, seed, phase if speed else None), start_m, heading, speed)


def _stepping(seed: int, phase_rad: float | None, time_s: float) -> Body:
    swing = 1.0 if phase_rad is None else math.cos(math.tau * STRIDES_HZ * time_s + phase_rad)
    return person(np.random.default_rng(seed), swing)


def _vehicle(make: Make, rng: np.random.Generator, start_m: tuple[float, float], heading: float, speed: float) -> Mover:
    body = make(rng)
    return Mover(partial(_same, body), (*start_m, 0.0), heading, speed)


def _same(body: Body, time_s: float) -> Body:
    return body


def _met(traffic: _Traffic) -> Iterator[Mover]:
    """Somebody or something right before a camera that moves, or somebody who walks up to one that stands."""
    street, ride, rng = traffic.street, traffic.ride, traffic.street.rng
    if rng.uniform() > MET:
        return
    x, y, _ = ride.start.position_m
    last_s = float(rng.uniform(*LAST_S))
    on_road = abs(x) < street.road_m / 2
    height = 0.0 if on_road else KERB_M
    if ride.speed_m_s < DRIVE_M_S[0]:
        speed = float(rng.uniform(*WALK_M_S))
        gap_m = (ride.speed_m_s + speed) * (traffic.seconds + last_s)
        yield _walker(rng, (x + float(rng.normal(0, 0.3)), y + gap_m, height), -math.pi / 2, speed)
        return
    make, half_m = street_life.VEHICLES[rng.choice(len(street_life.VEHICLES), p=street_life.DRIVING_SHARES)]
    speed = float(ride.speed_m_s * rng.uniform(0.0, 0.5))
    gap_m = (ride.speed_m_s - speed) * (traffic.seconds + last_s) + half_m
    street.taken.take(x, y + gap_m, half_m + 1)
    yield _vehicle(make, rng, (x + float(rng.normal(0, 0.3)), y + gap_m), math.pi / 2, speed)


def _crossing_people(traffic: _Traffic) -> Iterator[Mover]:
    """Two people who walk to opposite sides, so that one passes behind the other; beyond where the camera gets to."""
    street, ride, rng = traffic.street, traffic.ride, traffic.street.rng
    if rng.uniform() > CROSSINGS:
        return
    far_m = float(rng.uniform(5, 18)) + ride.speed_m_s * traffic.seconds
    middle_m = ride.start.position_m[0] - far_m * math.tan(ride.start.yaw_rad) + float(rng.normal(0, 0.5))
    behind_m = float(rng.uniform(0.5, 1.5))
    for side, y_m in ((-1, far_m), (1, far_m + behind_m)):
        speed = float(rng.uniform(1.0, 1.7))
        x_m = middle_m + side * speed * traffic.seconds * float(rng.uniform(0.4, 0.6))
        height = KERB_M if abs(x_m) > street.road_m / 2 else 0.0
        yield _walker(rng, (x_m, y_m, height), 0.0 if side < 0 else math.pi, speed)


def _driving(traffic: _Traffic) -> Iterator[Mover]:
    """Vehicles in their lanes; those of one lane are equally fast."""
    street, rng = traffic.street, traffic.street.rng
    speeds = rng.uniform(4.0, 14.0, street.lanes)
    own = traffic.ride.start.position_m[0] if traffic.ride.speed_m_s >= DRIVE_M_S[0] else math.inf
    for _ in range(rng.integers(1, max(3, street.style.most_driving) + 1)):
        make, half_m = street_life.VEHICLES[rng.choice(len(street_life.VEHICLES), p=street_life.DRIVING_SHARES)]
        lane = int(rng.integers(street.lanes))
        x = float(street.road_m * ((lane + 0.5) / street.lanes - 0.5))
        heading = math.copysign(math.pi / 2, x * street.right)
        y = float(rng.uniform(-15, 40) if heading > 0 else rng.uniform(10, 90))
        if abs(x - own) < 1.5 or abs(x - traffic.ride.start.position_m[0]) < 1.6:
            continue
        if all(street.taken.is_free(x, y + step, 1.0) for step in np.linspace(-half_m, half_m, 5)):
            for step in np.linspace(-half_m, half_m, 5):
                street.taken.take(x, y + float(step), 1.0)
            braking = float(-rng.uniform(0.5, 2.0)) if rng.uniform() < 0.15 else 0.0
            mover = _vehicle(make, rng, (x, y), heading + float(rng.normal(0, 0.01)), float(speeds[lane]))
            yield Mover(mover.make, mover.start_m, mover.heading_rad, mover.speed_m_s, braking)


def _cyclists(traffic: _Traffic) -> Iterator[Mover]:
    """Riders near the kerbs, each a bicycle or a motorcycle and a person."""
    street, rng = traffic.street, traffic.street.rng
    for _ in range(rng.integers(0, 3)):
        side, motor = int(rng.choice([-1, 1])), rng.uniform() < 0.2
        x, y = side * (street.road_m / 2 - 2.6), float(rng.uniform(4, 45))
        heading, speed = side * street.right * math.pi / 2, float(rng.uniform(3.0, 8.0))
        if abs(x - traffic.ride.start.position_m[0]) > 1.4 and street.taken.is_free(x, y, 1.0):
            street.taken.take(x, y, 1.0)
            for make in (vehicles.motorcycle if motor else vehicles.bicycle, rider):
                yield _vehicle(make, rng, (x, y), heading, speed)


def _walkers(traffic: _Traffic) -> Iterator[Mover]:
    """People on the pavements who walk along them, and some who stand."""
    street, rng = traffic.street, traffic.street.rng
    for _ in range(rng.integers(1, 3 + street.style.most_people // 4)):
        side = int(rng.choice([-1, 1]))
        x = side * float(rng.uniform(street.road_m / 2 + 0.4, street.road_m / 2 + street.pavement_m - 0.3))
        y, heading = street.how_far(3.0, 50.0), float(rng.choice([-1, 1]) * math.pi / 2 + rng.normal(0, 0.08))
        speed = float(rng.uniform(*WALK_M_S)) if rng.uniform() < 0.85 else 0.0
        if street.taken.is_free(x, y, 0.4):
            street.taken.take(x, y, 0.4)
            yield _walker(rng, (x, y, 0.0 if street.crosses(y) else KERB_M), heading, speed)
