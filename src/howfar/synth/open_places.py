"""Open places without a street: meadows, beaches, car parks, courts and squares, with people and animals."""

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from howfar.synth import furniture, materials, street_styles, traffic, vehicles
from howfar.synth.animals import SPECIES, animal
from howfar.synth.backdrop import REACH_M, SINK_M, open_ground, skyline
from howfar.synth.daylight import random_daylight
from howfar.synth.ground_plan import GroundPlan
from howfar.synth.houses import far_house, house
from howfar.synth.materials import Material, Surface
from howfar.synth.people import person, rider
from howfar.synth.seats import bench
from howfar.synth.solids import box, rod, standing_box, upright
from howfar.synth.world import STRUCTURE, Body, Eye, World

Make = Callable[[np.random.Generator], Body]

EYE_HEIGHT_M = (0.4, 2.2)
EYE_PITCH_DEG = (-18.0, 10.0)
DETAIL_M = 45.0
PAINT = Material((0.75, 0.75, 0.7), grain=0.3)

STANDING: tuple[tuple[Make, float], ...] = (
    (bench, 1.0),
    (traffic.bin_, 0.5),
    (traffic.street_lamp, 0.3),
    (traffic.sign, 0.5),
    (traffic.billboard, 1.4),
    (traffic.bollard, 0.2),
    (vehicles.bicycle, 0.9),
    (furniture.sports_ball, 0.3),
    (furniture.parcel, 0.6),
)


class OpenPlaceBuilder:
    """Puts one open place together; all kinds share the far view and what stands about."""

    def __init__(self, rng: np.random.Generator) -> None:
        """Draw the light and the camera's position."""
        self.rng = rng
        self.light = random_daylight(rng)
        self.bodies: list[Body] = []
        self.plan = GroundPlan()
        self.yaw_rad = float(rng.uniform(-math.pi, math.pi))
        pitch = math.radians(rng.uniform(*EYE_PITCH_DEG))
        self.eye = Eye((0.0, 0.0, float(rng.uniform(*EYE_HEIGHT_M))), self.yaw_rad, pitch, float(rng.normal(0, 0.03)))
        self.plan.take(0.0, 0.0, 1.0)

    def build(self) -> World:
        """One of the kinds."""
        kinds = (self._meadow, self._meadow, self._beach, self._car_park, self._court, self._square)
        kinds[self.rng.integers(len(kinds))]()
        return World(tuple(self.bodies), (self.light.sun,), self.light.ambient, self.eye)

    def _meadow(self) -> None:
        """Grass or earth, with trees, animals and people."""
        rng = self.rng
        self.bodies.append(open_ground(street_styles.grass(rng) if rng.uniform() < 0.8 else materials.gravel(rng)))
        self.bodies += skyline(rng, 2)
        self._scatter([traffic.tree, traffic.tree, traffic.conifer], int(rng.integers(0, 25)), 1.0, (4.0, 150.0))
        species = [SPECIES[rng.integers(len(SPECIES))] for _ in range(2)]
        for _ in range(rng.integers(0, 14)):
            kind = species[rng.integers(2)]
            self._put(partial(animal, species=kind), 0.6 * kind.shoulder_m[1] + 0.3, (2.0, 70.0))
        if rng.uniform() < 0.5:
            self._round_fence()
        self._people(int(rng.integers(0, 14)))
        self._things(int(rng.integers(0, 5)))

    def _beach(self) -> None:
        """Sand, and the sea on one side."""
        rng = self.rng
        self.bodies.append(open_ground(materials.gravel(rng)))
        blue = rng.uniform(0.05, 0.3)
        sea = Material((0.2 * blue, 0.7 * blue, blue), grain=0.4, surface=Surface.wet)
        angle, near = self.yaw_rad + rng.normal(0, 0.6), rng.uniform(6, 60)
        half = math.sqrt(REACH_M**2 - near**2) * 0.7
        length = 0.7 * REACH_M - near
        water = box(sea, (0, near + length / 2, -SINK_M), (1.4 * half, length, 0.02))
        self.bodies.append(Body.of(STRUCTURE, [water]).at(0, 0, 0, float(angle)))
        for _ in range(rng.integers(0, 12)):
            self._put(_parasol, 1.2, (3.0, 60.0))
        if rng.uniform() < 0.5:
            self.bodies += skyline(rng, int(rng.integers(2, 8)))
        self._people(int(rng.integers(2, 30)))
        self._things(int(rng.integers(0, 5)))

    def _car_park(self) -> None:
        """Rows of parked cars between lines."""
        rng = self.rng
        self.bodies.append(open_ground(street_styles.asphalt(rng, self.light.wet)))
        pitch_m, deep, lane = rng.uniform(2.5, 3.0), 5.2, rng.uniform(6, 9)
        shift, full, parts = rng.uniform(0, lane), rng.uniform(0.2, 0.95), []
        turn, columns = rng.uniform(-0.5, 0.5), int(rng.integers(6, 20))
        sine, cosine = math.sin(turn), math.cos(turn)
        for row in range(-3, 6):
            y = row * (deep + 0.5 * lane) + shift
            for column in range(-columns, columns + 1):
                x = column * pitch_m
                parts.append(box(PAINT, (x - pitch_m / 2, y, -SINK_M + 0.004), (0.1, deep, 0.005)))
                u, v = x * cosine - y * sine, x * sine + y * cosine
                if rng.uniform() < full and self.plan.is_free(u, v, 2.2):
                    heading = turn + rng.choice([-1, 1]) * math.pi / 2 + rng.normal(0, 0.04)
                    make = vehicles.car if rng.uniform() < 0.85 else vehicles.van
                    self.bodies.append(make(rng).at(u, v, -SINK_M, float(heading)))
                    self.plan.take(u, v, 1.2)
        self.bodies.append(Body.of(STRUCTURE, parts).at(0, 0, 0, turn))
        self._houses(6, (35.0, 110.0))
        self.bodies += skyline(rng, 6)
        self._scatter([traffic.street_lamp, traffic.tree], int(rng.integers(2, 12)), 0.5, (4.0, 70.0))
        self._people(int(rng.integers(0, 12)))

    def _court(self) -> None:
        """A ground for games with lines, and a net or goals, within a fence."""
        rng = self.rng
        self.bodies.append(open_ground(street_styles.grass(rng)))
        length, width = rng.uniform(18, 60), rng.uniform(9, 35)
        surface = materials.paint(rng, (0.1, 0.5)) if rng.uniform() < 0.6 else street_styles.grass(rng)
        x, y = rng.uniform(-0.4, 0.4) * width, rng.uniform(-0.1, 0.5) * length
        parts = [box(surface, (0, 0, -0.05), (width + 4, length + 4, 0.1))]
        for share in (-0.5, 0, 0.5):
            parts.append(box(PAINT, (0, share * length, 0.002), (width, 0.08, 0.005)))
            parts.append(box(PAINT, (share * width, 0, 0.002), (0.08, length, 0.005)))
        parts.append(upright("cylinder", PAINT, (0, 0, -0.0495), 0.35 * width, 0.0525))
        parts.append(upright("cylinder", surface, (0, 0, -0.0495), 0.35 * width - 0.16, 0.0535))
        self.bodies.append(Body.of(STRUCTURE, parts).at(x, y))
        frame, net = materials.metal(rng), rng.uniform() < 0.5
        for end in (0.0,) if net else (-0.5, 0.5):
            half, high = (width / 2 + 0.5, 1.0) if net else (rng.uniform(1.5, 3.6), rng.uniform(2.0, 2.5))
            bars = [rod(frame, (s * half, 0, 0), (s * half, 0, high), 0.1) for s in (-1, 1)]
            bars.append(rod(frame, (-half, 0, high), (half, 0, high), 0.08))
            bars += [rod(frame, (-half, 0, z), (half, 0, z), 0.015) for z in np.arange(0.15, high, 0.25)] if net else []
            self.bodies.append(Body.of("fence", bars).at(x, y + end * length))
        for side in (-1, 1):
            if rng.uniform() < 0.6:
                self.bodies.append(traffic.fence(rng, length).at(x + side * (width / 2 + 2), y, 0, math.pi / 2))
        self._houses(8, (50.0, 120.0))
        self.bodies += skyline(rng, 4)
        self._people(int(rng.integers(3, 24)))
        self._things(int(rng.integers(1, 6)))

    def _square(self) -> None:
        """A paved square with houses round it and many people."""
        rng = self.rng
        self.bodies.append(open_ground(street_styles.pavement(rng)))
        self._houses(int(rng.integers(8, 26)), (18.0, 70.0))
        self.bodies += skyline(rng, 8)
        self._scatter([traffic.tree, traffic.street_lamp], int(rng.integers(0, 14)), 0.6, (4.0, 50.0))
        self._people(int(rng.integers(5, 45)))
        self._things(int(rng.integers(2, 14)))

    def _houses(self, count: int, span_m: tuple[float, float]) -> None:
        """Houses round the place, which look at its middle."""
        rng = self.rng
        for _ in range(count):
            angle, far, width = rng.uniform(0, 2 * math.pi), rng.uniform(*span_m), rng.uniform(8, 20)
            x, y = far * math.cos(angle), far * math.sin(angle)
            if not self.plan.is_free(x + 5 * math.cos(angle), y + 5 * math.sin(angle), 0.6 * width):
                continue
            self.plan.take(x + 5 * math.cos(angle), y + 5 * math.sin(angle), 0.6 * width)
            floors, yaw = int(rng.integers(1, 7)), angle + math.pi / 2
            made = house(rng, width, floors, self.light.lit) if far < DETAIL_M else [far_house(rng, width, floors)]
            self.bodies += [body.at(x, y, -SINK_M, yaw) for body in made]

    def _round_fence(self) -> None:
        """A fence across, at some distance."""
        y = self.rng.uniform(3, 30)
        self.bodies.append(
            traffic.fence(self.rng, 60.0).at(-y * math.sin(self.yaw_rad), y * math.cos(self.yaw_rad), 0, self.yaw_rad)
        )

    def _people(self, count: int) -> None:
        for _ in range(count):
            self._put(person, 0.35, (1.2, 60.0))
        if count and self.rng.uniform() < 0.4:
            place = self._place(1.0, (3.0, 30.0))
            if place is not None:
                turn = float(self.rng.uniform(0, 2 * math.pi))
                self.bodies += [make(self.rng).at(*place, -SINK_M, turn) for make in (vehicles.bicycle, rider)]

    def _things(self, count: int) -> None:
        for _ in range(count):
            make, radius = STANDING[self.rng.integers(len(STANDING))]
            self._put(make, radius, (1.5, 40.0))

    def _scatter(self, makes: list[Make], count: int, radius_m: float, span_m: tuple[float, float]) -> None:
        for _ in range(count):
            self._put(makes[self.rng.integers(len(makes))], radius_m, span_m)

    def _put(self, make: Make, radius_m: float, span_m: tuple[float, float]) -> None:
        place = self._place(radius_m, span_m)
        if place is not None:
            self.bodies.append(make(self.rng).at(*place, -SINK_M, float(self.rng.uniform(0, 2 * math.pi))))

    def _place(self, radius_m: float, span_m: tuple[float, float]) -> tuple[float, float] | None:
        """Take a free place, mostly where the camera looks; None where it is taken."""
        far = math.exp(self.rng.uniform(math.log(span_m[0] + radius_m), math.log(span_m[1] + radius_m)))
        angle = self.yaw_rad + self.rng.normal(0, 0.6)
        x, y = -far * math.sin(angle), far * math.cos(angle)
        if not self.plan.is_free(x, y, radius_m):
            return None
        self.plan.take(x, y, radius_m)
        return x, y


def open_place(rng: np.random.Generator) -> World:
    """An open place drawn by chance."""
    return OpenPlaceBuilder(rng).build()


def _parasol(rng: np.random.Generator) -> Body:
    """A parasol with a towel beside."""
    height, width, cloth = rng.uniform(1.8, 2.4), rng.uniform(1.6, 2.6), materials.fabric(rng)
    parts = [upright("cylinder", materials.metal(rng), (0, 0, 0), 0.05, height)]
    parts.append(upright("cone", cloth, (0, 0, height - 0.3), width, 0.4))
    parts.append(standing_box(materials.fabric(rng), (0.9, 0.3, 0), (0.8, 1.8, 0.03)))
    return Body.of("umbrella", parts)
