"""Streets: a road along Y with pavements, houses, vehicles, people and what stands at the kerb."""

import math
from collections.abc import Callable

import numpy as np

from howfar.synth import traffic
from howfar.synth.ground_plan import GroundPlan
from howfar.synth.houses import house
from howfar.synth.materials import Material, Pattern
from howfar.synth.people import person
from howfar.synth.seats import bench
from howfar.synth.solids import box, standing_box
from howfar.synth.world import STRUCTURE, Ambient, Body, Eye, Light, World

Make = Callable[[np.random.Generator], Body]

KERB_M = 0.12
NEAREST_M, FARTHEST_M = -8.0, 70.0
"""From where to where along the road there is anything; the camera is near 0."""

PIECE_M = 16.0

AT_KERB: tuple[tuple[Make, float, float], ...] = (
    (traffic.street_lamp, 0.2, -math.pi / 2),
    (traffic.bollard, 0.2, 0.0),
    (traffic.bollard, 0.2, 0.0),
    (traffic.sign, 0.4, math.pi / 2),
    (traffic.traffic_light, 0.3, math.pi / 2),
    (traffic.tree, 0.5, 0.0),
    (traffic.bin_, 0.5, math.pi / 2),
    (bench, 1.0, math.pi / 2),
    (traffic.shelter, 2.0, math.pi / 2),
)
"""What stands at the right-hand kerb, the circle that is kept free for it, and its turn there."""


class StreetBuilder:
    """Puts one street together."""

    def __init__(self, rng: np.random.Generator) -> None:
        """Draw the street's widths and the camera's position."""
        self.rng = rng
        self.road_m = rng.uniform(5.5, 11.0)
        self.pavement_m = rng.uniform(2.0, 4.5)
        self.bodies: list[Body] = []
        self.plan = GroundPlan()
        self.eye = self._eye()

    def build(self) -> World:
        """All of it."""
        self._ground()
        for side in (-1, 1):
            self._houses(side)
            self._kerb(side)
            self._parked(side)
        self._across()
        self._driving()
        self._people()
        sun, ambient = _daylight(self.rng)
        return World(tuple(self.bodies), (sun,), ambient, self.eye)

    def _eye(self) -> Eye:
        """On the road as from a car, or on a pavement as from a walker."""
        rng = self.rng
        reach = self.road_m / 2 + (self.pavement_m - 0.6 if rng.uniform() < 0.45 else -1.0)
        x, height = rng.uniform(-reach, reach), rng.uniform(1.1, 2.2)
        self.plan.take(x, 0.0, 1.2)
        self.plan.take(x, 2.4, 1.0)
        yaw = float(rng.normal(0, 0.25) + 0.04 * x)
        return Eye((float(x), 0.0, float(height)), yaw, float(rng.normal(-0.04, 0.05)), float(rng.normal(0, 0.015)))

    def _ground(self) -> None:
        rng = self.rng
        grey = rng.uniform(0.06, 0.25)
        asphalt = Material((grey, grey, 1.05 * grey), grain=0.35)
        slabs = Material(
            (2 * grey, 2 * grey, 1.9 * grey), (grey, grey, grey), Pattern.tiles, rng.uniform(0.3, 1.0), 0.2
        )
        edge = Material((0.45, 0.45, 0.43), grain=0.3)
        parts = []
        # In pieces, as a box of 150 m lies in the way of nearly every ray.
        for y in np.arange(NEAREST_M, FARTHEST_M + 30, PIECE_M):
            parts.append(box(asphalt, (0, y, -0.05), (self.road_m + 1, PIECE_M, 0.1)))
            for side in (-1, 1):
                inner = side * self.road_m / 2
                parts.append(standing_box(edge, (inner + side * 0.08, y, 0), (0.16, PIECE_M, KERB_M)))
                foot = (inner + side * (0.16 + self.pavement_m / 2), y, 0)
                parts.append(standing_box(slabs, foot, (self.pavement_m, PIECE_M, KERB_M)))
                ground = (inner + side * (self.pavement_m + 15), y, -0.05)
                parts.append(box(asphalt, ground, (30, PIECE_M, 0.1)))
        paint = Material((0.75, 0.75, 0.7), grain=0.4)
        step = rng.uniform(5, 9)
        for y in np.arange(NEAREST_M, FARTHEST_M, step):
            parts.append(box(paint, (0, y, 0.002), (0.13, 0.5 * step, 0.005)))
        if rng.uniform() < 0.4:
            y = rng.uniform(7, 25)
            stripes = np.arange(-self.road_m / 2 + 0.4, self.road_m / 2 - 0.3, 1.0)
            parts += [box(paint, (x, y, 0.003), (0.5, 3.0, 0.006)) for x in stripes]
        self.bodies.append(Body.of(STRUCTURE, parts))

    def _houses(self, side: int) -> None:
        """A row of houses with gaps, where a fence or trees stand."""
        rng, y = self.rng, NEAREST_M
        while y < FARTHEST_M:
            width = rng.uniform(6, 18)
            x = side * (self.road_m / 2 + self.pavement_m + 0.16 + rng.choice([0.0, 0.0, 2.5]))
            yaw = side * math.pi / 2
            if rng.uniform() < 0.85:
                self.bodies += [body.at(x, y + width / 2, 0, yaw) for body in house(rng, width)]
            else:
                self.bodies.append(traffic.fence(rng, width).at(x, y + width / 2, KERB_M, yaw))
                self.bodies.append(traffic.tree(rng).at(x + side * 4, y + width / 2))
            y += width

    def _across(self) -> None:
        """What closes the view: a house across the road, or trees, or nothing."""
        if self.rng.uniform() < 0.6:
            self.bodies += [body.at(0, FARTHEST_M, 0, math.pi) for body in house(self.rng, 2 * self.road_m + 20)]

    def _kerb(self, side: int) -> None:
        line = self.road_m / 2 + 0.7
        for _ in range(self.rng.integers(4, 12)):
            make, radius, turn = AT_KERB[self.rng.integers(len(AT_KERB))]
            y = self._how_far(2.5)
            if self.plan.is_free(side * line, y, radius):
                self.plan.take(side * line, y, radius)
                yaw = turn if side > 0 or abs(turn) < 1 else -turn
                self.bodies.append(make(self.rng).at(side * line, y, KERB_M, yaw))

    def _parked(self, side: int) -> None:
        if self.rng.uniform() < 0.3:
            return
        x, y = side * (self.road_m / 2 - 1.1), NEAREST_M + self.rng.uniform(0, 6)
        heading = math.pi / 2 if self.rng.uniform() < 0.5 else -math.pi / 2
        while y < FARTHEST_M - 10:
            long = self.rng.uniform() < 0.08
            radius = 4.6 if long else 2.5
            if self.rng.uniform() < 0.6 and self._is_open(x, y, radius):
                self.plan.take(x, y, 1.1)
                vehicle = traffic.truck(self.rng) if long else traffic.car(self.rng)
                self.bodies.append(vehicle.at(x + self.rng.normal(0, 0.1), y, 0, heading + self.rng.normal(0, 0.03)))
            y += 2 * radius + self.rng.uniform(0.6, 3)

    def _is_open(self, x_m: float, y_m: float, radius_m: float) -> bool:
        """Whether a vehicle's length is free of the camera and its first metres."""
        return all(self.plan.is_free(x_m, y_m + step, 1.1) for step in np.linspace(-radius_m, radius_m, 5))

    def _driving(self) -> None:
        for _ in range(self.rng.integers(0, 4)):
            side = self.rng.choice([-1, 1])
            x, y = side * self.road_m / 6, self.rng.uniform(6, 55)
            if self._is_open(x, y, 3.0):
                self.plan.take(x, y, 3.0)
                self.bodies.append(traffic.car(self.rng).at(x, y, 0, side * math.pi / 2))

    def _people(self) -> None:
        for _ in range(self.rng.integers(2, 14)):
            walks = self.rng.uniform() < 0.8
            inner = self.road_m / 2 + 0.4 if walks else 0.0
            x = self.rng.choice([-1, 1]) * self.rng.uniform(inner, self.road_m / 2 + self.pavement_m - 0.4)
            y = self._how_far(2.5)
            if self.plan.is_free(x, y, 0.35):
                self.plan.take(x, y, 0.35)
                height = KERB_M if abs(x) > self.road_m / 2 else 0.0
                self.bodies.append(person(self.rng).at(x, y, height, self.rng.uniform(0, 2 * math.pi)))

    def _how_far(self, nearest_m: float) -> float:
        """A distance of which the logarithm is even: near ones are as large a share of a picture as far ones."""
        return float(np.exp(self.rng.uniform(math.log(nearest_m), math.log(FARTHEST_M - 15))))


def street(rng: np.random.Generator) -> World:
    """A street drawn by chance."""
    return StreetBuilder(rng).build()


def _daylight(rng: np.random.Generator) -> tuple[Light, Ambient]:
    """A sun that is high or low, bright or behind clouds, and the sky that goes with it."""
    overcast, height = rng.uniform() < 0.3, rng.uniform(0.25, 1.5)
    strength = rng.uniform(0.1, 0.5) if overcast else rng.uniform(1.2, 3.5)
    warm = min(1.0, 0.6 + 0.4 * height)
    angle = rng.uniform(0, 2 * math.pi)
    place = (1000 * math.cos(angle), 1000 * math.sin(angle), 1000 * height)
    sun = Light(place, (strength, strength * (0.5 + 0.5 * warm), strength * warm), sun=True)
    sky = rng.uniform(0.7, 1.2)
    blue = rng.uniform(0.0, 0.1) if overcast else rng.uniform(0.3, 0.7)
    zenith = (sky * (1 - blue), sky * (1 - 0.55 * blue), sky)
    above = (0.6 * zenith[0], 0.6 * zenith[1], 0.6 * zenith[2])
    ground = 0.25 * sky
    horizon = (1.05 * sky, 1.05 * sky, 1.05 * sky)
    return sun, Ambient(above, (ground, 0.97 * ground, 0.9 * ground), zenith, horizon)
