"""Streets: a road along Y with pavements, houses, vehicles, people and what stands at the kerb."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from howfar.synth import street_styles, traffic, vehicles
from howfar.synth.backdrop import REACH_M, open_ground, skyline
from howfar.synth.daylight import random_daylight
from howfar.synth.ground_plan import GroundPlan
from howfar.synth.houses import far_house, house
from howfar.synth.materials import Material
from howfar.synth.people import person, rider
from howfar.synth.seats import bench
from howfar.synth.solids import box, rod, standing_box
from howfar.synth.world import STRUCTURE, Body, Eye, Light, Part, World

Make = Callable[[np.random.Generator], Body]

KERB_M = 0.12
NEAREST_M = -25.0
"""Where the road begins; the camera is near 0."""

DETAIL_M = 65.0
"""From here on houses have no detail."""

FARTHEST_M = (100.0, 210.0)
"""Where the road ends."""

EYE_HEIGHT_M = (0.5, 3.0)
EYE_PITCH_DEG = (-12.0, 8.0)
SIDEWAYS = 0.35
"""How often the camera looks anywhere, as one at the side of a car, and not along the road."""

LAMPS_ON_FROM, MOST_LAMPS = 0.1, 4
"""The share of lit windows from which on street lamps are lit, and how many of them throw light."""

PIECE_M = 16.0
LANE_M = 3.2

AT_KERB: tuple[tuple[Make, float, float], ...] = (
    (traffic.street_lamp, 0.2, -math.pi / 2),
    (traffic.bollard, 0.2, 0.0),
    (traffic.bollard, 0.2, 0.0),
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


class StreetBuilder:
    """Puts one street together."""

    def __init__(self, rng: np.random.Generator) -> None:
        """Draw the street's kind and widths and the camera's position."""
        self.rng = rng
        self.style, self.light = street_styles.random_style(rng), random_daylight(rng)
        self.road_m = rng.uniform(*self.style.road_m)
        self.pavement_m = rng.uniform(*self.style.pavement_m)
        self.end_m = rng.uniform(*FARTHEST_M)
        self.right = 1 if rng.uniform() < 0.8 else -1  # the side that traffic keeps to
        self.crossing = self._crossing()
        self.bodies: list[Body] = []
        self.lamps: list[Light] = []
        self.plan = GroundPlan()
        self.eye = self._eye()

    def build(self) -> World:
        """All of it."""
        self._ground()
        for side in (-1, 1):
            self._sides(side)
            self._kerb(side)
            if self.rng.uniform() < self.style.parked:
                self._parked(side)
        self._across()
        self._driving()
        self._cyclists()
        self._people()
        self.bodies += skyline(self.rng, self.style.most_floors)
        return World(tuple(self.bodies), (self.light.sun, *self.lamps), self.light.ambient, self.eye)

    def _crossing(self) -> tuple[float, float]:
        """From where to where another road crosses; it may lie behind the end, where it is not seen."""
        middle = self.rng.uniform(14, 55) if self.rng.uniform() < 0.45 else 2 * REACH_M
        half = self.rng.uniform(3.5, 8)
        return middle - half, middle + half

    def _crosses(self, y_m: float, slack_m: float = 0.0) -> bool:
        return self.crossing[0] - slack_m < y_m < self.crossing[1] + slack_m

    def _eye(self) -> Eye:
        """On the road as from a car, or on a pavement as from a walker; along the road, or to any side."""
        rng = self.rng
        reach = self.road_m / 2 + (self.pavement_m - 0.6 if rng.uniform() < 0.4 else -1.0)
        x, height = rng.uniform(-reach, reach), rng.uniform(*EYE_HEIGHT_M)
        if rng.uniform() < SIDEWAYS:
            yaw = rng.uniform(-math.pi, math.pi)
        else:
            yaw = rng.normal(0, 0.25) + 0.04 * min(max(x, -6), 6)
        self.plan.take(x, 0.0, 1.2)
        self.plan.take(x - 2.4 * math.sin(yaw), 2.4 * math.cos(yaw), 1.0)
        pitch = math.radians(rng.uniform(*EYE_PITCH_DEG))
        return Eye((float(x), 0.0, float(height)), float(yaw), pitch, float(rng.normal(0, 0.015)))

    def _ground(self) -> None:
        rng = self.rng
        tar = street_styles.asphalt(rng, self.light.wet)
        wild = street_styles.grass(rng) if rng.uniform() < self.style.green else street_styles.asphalt(rng, wet=False)
        slabs = wild if self.style.most_people < 8 else street_styles.pavement(rng)
        edge = Material((0.45, 0.45, 0.43), grain=0.3)
        parts = []
        # In pieces, as a box of 150 m lies in the way of nearly every ray.
        for start, stop in self._pieces():
            y, long = (start + stop) / 2, stop - start
            parts.append(box(tar, (0, y, -0.05), (self.road_m + 1, long, 0.1)))
            if self._crosses(y):
                parts += [box(tar, (s * (self.road_m / 2 + 40), y, -0.05), (80, long, 0.1)) for s in (-1, 1)]
                continue
            for side in (-1, 1):
                inner = side * self.road_m / 2
                parts.append(standing_box(edge, (inner + side * 0.08, y, 0), (0.16, long, KERB_M)))
                foot = (inner + side * (0.16 + self.pavement_m / 2), y, 0)
                parts.append(standing_box(slabs, foot, (self.pavement_m, long, KERB_M)))
        self.bodies.append(Body.of(STRUCTURE, parts + self._marks()))
        self.bodies.append(open_ground(wild))

    def _pieces(self) -> list[tuple[float, float]]:
        """The road in pieces along Y, of which one is the crossing."""
        cuts = {*np.arange(NEAREST_M, self.end_m, PIECE_M).tolist(), self.end_m}
        inside = [cut for cut in self.crossing if NEAREST_M < cut < self.end_m]
        ordered = sorted({cut for cut in cuts if not self._crosses(cut)} | set(inside))
        return [(start, stop) for start, stop in pairwise(ordered) if stop - start > 0.01]

    def _marks(self) -> list[Part]:
        rng = self.rng
        paint, parts = Material((0.75, 0.75, 0.7), grain=0.4), []
        lanes = max(2, round(self.road_m / LANE_M))
        step, solid = rng.uniform(4, 12), rng.uniform() < 0.3
        for line in range(1, lanes):
            x = self.road_m * (line / lanes - 0.5)
            for y in np.arange(NEAREST_M, self.end_m, step):
                if not self._crosses(y, 0.5 * step):
                    long = step if solid and line == lanes // 2 else 0.4 * step
                    parts.append(box(paint, (x, y, 0.002), (0.13, long, 0.005)))
        if rng.uniform() < 0.45:
            y = self.crossing[0] - 2.5 if rng.uniform() < 0.6 and self.crossing[0] < 60 else rng.uniform(5, 30)
            stripes = np.arange(-self.road_m / 2 + 0.4, self.road_m / 2 - 0.3, 1.0)
            parts += [box(paint, (x, y, 0.003), (0.5, 3.0, 0.006)) for x in stripes]
        return parts

    def _sides(self, side: int) -> None:
        """A row of houses with gaps, where hedges, fences or trees stand; wires overhead."""
        rng, y, style = self.rng, NEAREST_M, self.style
        inner = self.road_m / 2 + self.pavement_m + 0.16
        yaw = side * math.pi / 2
        setback = rng.uniform(*style.setback_m)
        while y < self.end_m:
            width = rng.uniform(6, 18)
            middle, x = y + width / 2, side * (inner + setback + rng.choice([0.0, 0.0, 2.0]))
            y += width
            if self._crosses(middle, width / 2 + 1):
                continue
            if rng.uniform() < style.built:
                if middle < DETAIL_M:
                    self.bodies += [
                        body.at(x, middle, 0, yaw) for body in house(rng, width, style.most_floors, self.light.lit)
                    ]
                else:
                    self.bodies.append(far_house(rng, width, style.most_floors).at(x, middle, 0, yaw))
            else:
                self._gap(side, inner, middle, width)
            if setback > 3 and middle < DETAIL_M and rng.uniform() < 0.4:
                self.bodies.append(traffic.hedge(rng, width - 2).at(side * (inner + 0.4), middle, 0, yaw))
        if rng.uniform() < 0.2:
            self._wires(side * (inner - 0.3))

    def _gap(self, side: int, inner_m: float, middle_m: float, width_m: float) -> None:
        rng, yaw = self.rng, side * math.pi / 2
        drawn = rng.uniform()
        if self.style is street_styles.MOTORWAY:
            self.bodies.append(traffic.guard_rail(width_m).at(side * inner_m, middle_m, 0, yaw))
        elif drawn < 0.3 and middle_m < DETAIL_M:
            self.bodies.append(traffic.fence(rng, width_m).at(side * inner_m, middle_m, KERB_M, yaw))
        for _ in range(rng.integers(0, 4)):
            make = traffic.tree if rng.uniform() < 0.7 else traffic.conifer
            place = side * (inner_m + rng.uniform(2, 22)), middle_m + rng.uniform(-0.5, 0.5) * width_m
            self.bodies.append(make(rng).at(*place))

    def _wires(self, x_m: float) -> None:
        """Poles with wires from one to the next."""
        rng, metal = self.rng, Material((0.03, 0.03, 0.03))
        height, step, count = rng.uniform(5.5, 9), rng.uniform(18, 32), int(rng.integers(1, 4))
        places = np.arange(NEAREST_M, self.end_m, step)
        for y in places:
            self.bodies.append(Body.of("pole", [rod(metal, (0, 0, 0), (0, 0, height), 0.2)]).at(x_m, y))
        heights = height - 0.4 * np.arange(count) - 0.1
        wires = [rod(metal, (x_m, y, z), (x_m, y + step, z), 0.025) for y in places[:-1] for z in heights]
        self.bodies.append(Body.of(STRUCTURE, wires))

    def _across(self) -> None:
        """What closes the view: a house across the road, or nothing."""
        if self.rng.uniform() < 0.4 and self.style.built > 0.5:
            wall = far_house(self.rng, 2 * self.road_m + 20, self.style.most_floors)
            self.bodies.append(wall.at(0, self.end_m, 0, math.pi))

    def _kerb(self, side: int) -> None:
        line = self.road_m / 2 + 0.7
        for _ in range(self.rng.integers(3, 16)):
            make, radius, turn = AT_KERB[self.rng.integers(len(AT_KERB))]
            y = self._how_far(2.5, 70)
            if self.plan.is_free(side * line, y, radius) and not self._crosses(y, radius):
                self.plan.take(side * line, y, radius)
                yaw = turn if side > 0 or abs(turn) < 1 else -turn
                self.bodies.append(make(self.rng).at(side * line, y, KERB_M, yaw))
                if make is traffic.street_lamp:
                    self._shine((side * (line - 1.0), y, 6.0))

    def _shine(self, place_m: tuple[float, float, float]) -> None:
        """Switch a lamp on at night, if it is one of the first few."""
        if self.light.lit > LAMPS_ON_FROM and len(self.lamps) < MOST_LAMPS:
            power, warm = self.rng.uniform(4, 16), self.rng.uniform(0.4, 1.0)
            self.lamps.append(Light(place_m, (power, power * (0.5 + 0.5 * warm), power * warm)))

    def _parked(self, side: int) -> None:
        rng = self.rng
        x, y = side * (self.road_m / 2 - 1.1), NEAREST_M + rng.uniform(0, 6)
        heading = math.pi / 2 if rng.uniform() < 0.5 else -math.pi / 2
        full, last = rng.uniform(0.3, 0.95), min(self.end_m, 110)
        while y < last:
            make, half = VEHICLES[rng.choice(len(VEHICLES), p=PARKED_SHARES)]
            if rng.uniform() < full and self._is_open(x, y, half) and not self._crosses(y, half):
                self.plan.take(x, y, 1.1)
                self.bodies.append(make(rng).at(x + rng.normal(0, 0.1), y, 0, heading + rng.normal(0, 0.03)))
            y += 2 * half + rng.uniform(0.5, 2.5)

    def _is_open(self, x_m: float, y_m: float, half_m: float) -> bool:
        """Whether a vehicle's length is free of the camera and its first metres."""
        return all(self.plan.is_free(x_m, y_m + step, 1.1) for step in np.linspace(-half_m, half_m, 5))

    def _driving(self) -> None:
        """Vehicles in their lanes, and some that cross or turn."""
        rng = self.rng
        lanes = max(2, round(self.road_m / LANE_M))
        for _ in range(rng.integers(0, self.style.most_driving + 1)):
            make, half = VEHICLES[rng.choice(len(VEHICLES), p=DRIVING_SHARES)]
            x = float(self.road_m * ((rng.integers(lanes) + 0.5) / lanes - 0.5))
            y = self._how_far(5, 0.8 * self.end_m)
            heading = math.copysign(math.pi / 2, x * self.right)
            if y > 0 and self.crossing[0] < 60 and rng.uniform() < 0.2:
                x, y = rng.uniform(-18, 18), float(rng.uniform(*self.crossing))
                heading = math.pi * int(rng.integers(2)) + float(rng.normal(0, 0.2))
            self._drive(make, half, (x, y), heading)

    def _drive(self, make: Make, half_m: float, place_m: tuple[float, float], heading_rad: float) -> None:
        steps = np.arange(-half_m, half_m + 0.1, max(half_m / 3, 0.5))
        spine = [
            (place_m[0] + math.cos(heading_rad) * step, place_m[1] + math.sin(heading_rad) * step) for step in steps
        ]
        if all(self.plan.is_free(x, y, 1.2) for x, y in spine):
            for x, y in spine:
                self.plan.take(x, y, 1.2)
            self.bodies.append(make(self.rng).at(*place_m, 0, heading_rad + float(self.rng.normal(0, 0.03))))

    def _cyclists(self) -> None:
        rng = self.rng
        for _ in range(rng.integers(0, 2 + self.style.most_people // 5)):
            side, motor = rng.choice([-1, 1]), rng.uniform() < 0.2
            x = side * (self.road_m / 2 - rng.choice([0.6, 2.6, 3.4]))
            y, turn = self._how_far(3, 60), float(side * self.right * math.pi / 2 + rng.normal(0, 0.12))
            if self.plan.is_free(x, y, 0.8):
                self.plan.take(x, y, 0.8)
                ridden = vehicles.motorcycle(rng) if motor else vehicles.bicycle(rng)
                self.bodies += [ridden.at(x, y, 0, turn), rider(rng).at(x, y, 0, turn)]

    def _people(self) -> None:
        """Walkers, alone and in groups, most of them on the pavements."""
        rng, left = self.rng, int(self.rng.integers(0, self.style.most_people + 1))
        while left > 0:
            group = min(left, int(rng.choice([1, 1, 1, 2, 2, 3, 5])))
            left -= group
            walks = rng.uniform() < 0.8
            inner = self.road_m / 2 + 0.4 if walks else 0.0
            x = rng.choice([-1, 1]) * rng.uniform(inner, self.road_m / 2 + self.pavement_m - 0.4)
            y, turn = self._how_far(2.0, 75), rng.choice([-1, 1]) * math.pi / 2 + rng.normal(0, 0.5)
            for _ in range(group):
                self._walker(x + rng.normal(0, 0.7) * (group > 1), y + rng.normal(0, 0.7) * (group > 1), turn)

    def _walker(self, x_m: float, y_m: float, turn_rad: float) -> None:
        if abs(x_m) < self.road_m / 2 + self.pavement_m - 0.3 and self.plan.is_free(x_m, y_m, 0.35):
            self.plan.take(x_m, y_m, 0.35)
            height = KERB_M if abs(x_m) > self.road_m / 2 and not self._crosses(y_m) else 0.0
            turn = turn_rad + self.rng.normal(0, 0.3)
            self.bodies.append(person(self.rng).at(x_m, y_m, height, turn))

    def _how_far(self, nearest_m: float, farthest_m: float) -> float:
        """A distance of which the logarithm is even: near ones are as large a share of a picture as far ones.

        Some lie behind the camera's place, where it looks back or sideways.
        """
        far = float(np.exp(self.rng.uniform(math.log(nearest_m), math.log(farthest_m))))
        looks_ahead = abs(self.eye.yaw_rad) < 0.8
        return far if looks_ahead or self.rng.uniform() < 0.5 else max(-far, NEAREST_M)


def street(rng: np.random.Generator) -> World:
    """A street drawn by chance."""
    return StreetBuilder(rng).build()
