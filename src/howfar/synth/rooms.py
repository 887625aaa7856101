"""Rooms: a shell, furniture along the walls and in the middle, lamps, and a camera near one end."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from howfar.synth import furniture, materials, seats, walls
from howfar.synth.ground_plan import GroundPlan
from howfar.synth.materials import GLASS
from howfar.synth.outdoors import outdoors
from howfar.synth.people import person
from howfar.synth.solids import box, standing_box
from howfar.synth.world import STRUCTURE, Ambient, Body, Eye, Light, World

Make = Callable[[np.random.Generator], Body]

ALONG_WALLS: tuple[tuple[Make, float, float], ...] = (
    (seats.bed, 2.3, 2.2),
    (seats.couch, 2.3, 1.0),
    (furniture.cupboard, 1.6, 0.6),
    (furniture.shelf, 1.4, 0.4),
    (furniture.television, 1.4, 0.5),
    (furniture.ladder, 0.5, 0.6),
    (walls.radiator, 1.0, 0.2),
)
"""What stands with its back to a wall, and the length and depth that are kept free for it."""

LOOSE: tuple[tuple[Make, float], ...] = (
    (seats.chair, 0.32),
    (seats.stool, 0.25),
    (furniture.plant, 0.35),
    (furniture.sports_ball, 0.25),
    (furniture.parcel, 0.4),
    (furniture.coat_stand, 0.25),
    (furniture.roll, 0.6),
    (person, 0.35),
)
"""What stands about, and the radius of the circle that is kept free for it."""

ON_TABLES: tuple[Make, ...] = (
    furniture.bottle,
    furniture.cup,
    furniture.parcel,
    furniture.plant,
    furniture.laptop,
    furniture.books,
    furniture.bowl,
    furniture.vase,
)
ON_WALLS: tuple[Make, ...] = (walls.picture, walls.picture, walls.mirror, walls.clock)


CLOSE_UP = 0.4
"""The share of tables that the camera may look down at from close by."""

WALL_OFF_M = 0.2


@dataclass(frozen=True, slots=True)
class Side:
    """One wall of the room: the middle of its foot, the turn that makes Y look into the room, and its length."""

    x_m: float
    y_m: float
    yaw_rad: float
    length_m: float

    def place(self, along_m: float, off_m: float) -> tuple[float, float]:
        """World x and y of a point at the wall."""
        sine, cosine = math.sin(self.yaw_rad), math.cos(self.yaw_rad)
        return self.x_m + along_m * cosine - off_m * sine, self.y_m + along_m * sine + off_m * cosine


class RoomBuilder:
    """Puts one room together."""

    def __init__(self, rng: np.random.Generator) -> None:
        """Draw the room's size and the camera's position."""
        self.rng = rng
        self.width_m, self.depth_m = rng.uniform(2.6, 7.0), rng.uniform(3.4, 9.0)
        self.height_m = rng.uniform(2.3, 3.4)
        self.bodies: list[Body] = []
        self.close_up: Eye | None = None
        self.lights: list[Light] = []
        self.plan = GroundPlan()
        self.eye = self._eye()
        self.sides = (
            Side(self.width_m / 2, self.depth_m, math.pi, self.width_m),
            Side(0, self.depth_m / 2, -math.pi / 2, self.depth_m),
            Side(self.width_m, self.depth_m / 2, math.pi / 2, self.depth_m),
            Side(self.width_m / 2, 0, 0, self.width_m),
        )

    def build(self) -> World:
        """All of it."""
        outside = self._shell()
        self._along_walls()
        for _ in range(self.rng.integers(0, 3)):
            self._table()
        self._loose()
        self._lamps()
        self._partition()
        if outside and self.rng.uniform() < 0.5:
            self.lights.append(_low_sun(self.rng))
        return World(
            tuple(self.bodies), tuple(self.lights), _indoor_light(self.rng, outside), self.close_up or self.eye
        )

    def _eye(self) -> Eye:
        rng = self.rng
        x, y = rng.uniform(0.25, 0.75) * self.width_m, rng.uniform(0.25, 0.22 * self.depth_m)
        towards = math.atan2(x - self.width_m / 2, 0.75 * self.depth_m - y)
        self.plan.take(x, y, 0.45)
        self.plan.take(x - math.sin(towards) * 0.8, y + math.cos(towards) * 0.8, 0.4)
        return Eye(
            (float(x), float(y), float(rng.uniform(0.7, 1.9))),
            towards + float(rng.normal(0, 0.24)),
            float(rng.uniform(-0.42, 0.08)),
            float(rng.normal(0, 0.025)),
        )

    def _shell(self) -> bool:
        """Floor, ceiling and walls; gives whether there is a view to the outside."""
        rng, width, depth, high = self.rng, self.width_m, self.depth_m, self.height_m
        floor = standing_box(materials.floor(rng), (width / 2, depth / 2, -0.1), (width + 0.3, depth + 0.3, 0.1))
        ceiling = box(
            materials.paint(rng, (0.6, 0.95)), (width / 2, depth / 2, high + 0.05), (width + 0.3, depth + 0.3, 0.1)
        )
        self.bodies.append(Body.of(STRUCTURE, [floor, ceiling]))
        paper, board = materials.wall(rng), materials.paint(rng, (0.2, 0.95))
        outside = False
        for side in self.sides:
            material = paper if rng.uniform() < 0.8 else materials.wall(rng)
            opening = None
            if rng.uniform() < 0.4 and side.length_m > 2:
                opening = walls.random_opening(rng, side.length_m, high)
                self._hang(side, walls.window(rng, opening), 0, 0, 0)
                if rng.uniform() < 0.5:
                    self._hang(side, walls.curtains(rng, opening), 0, 0, 0)
                outside = True
            # The thickness of the walls fills the corners.
            self._hang(side, walls.wall(material, side.length_m + 2 * walls.THICK_M, high, opening), 0, 0, 0)
            self._hang(side, walls.skirting(board, side.length_m, opening), 0, 0, 0)
            if opening is None:
                self._decorate(side)
        if outside:
            self.bodies += outdoors(rng, width, depth)
        return outside

    def _decorate(self, side: Side) -> None:
        """A door, pictures and mirrors on a wall without a window."""
        if self.rng.uniform() < 0.4:
            along = self.rng.uniform(-0.5, 0.5) * (side.length_m - 1.3)
            self._hang(side, walls.door(self.rng), along, 0, 0)
            self.plan.take(*side.place(along, 0.2), 0.5)
            return
        for share in np.linspace(-0.3, 0.3, int(self.rng.integers(0, 4))):
            make = ON_WALLS[self.rng.integers(len(ON_WALLS))]
            self._hang(side, make(self.rng), share * side.length_m, 0, self.rng.uniform(1.35, 1.65))

    def _hang(self, side: Side, body: Body, along_m: float, off_m: float, z_m: float) -> None:
        self.bodies.append(body.at(*side.place(along_m, off_m), z_m, side.yaw_rad))

    def _along_walls(self) -> None:
        for _ in range(self.rng.integers(4, 11)):
            make, length, depth = ALONG_WALLS[self.rng.integers(len(ALONG_WALLS))]
            side = self.sides[self.rng.choice(4, p=(0.4, 0.27, 0.27, 0.06))]
            along = self.rng.uniform(-0.5, 0.5) * max(side.length_m - length, 0)
            x, y = side.place(along, depth / 2)
            if length < side.length_m and self.plan.is_free(x, y, max(length, depth) / 2):
                self.plan.take(x, y, max(length, depth) / 2)
                self._hang(side, make(self.rng), along, depth / 2 + 0.04, 0)

    def _table(self) -> None:
        """A table with objects on it and chairs round it."""
        rng = self.rng
        table, (length, depth, height) = furniture.table(rng)
        found = self.plan.find(rng, (0.2, 0.2, self.width_m - 0.2, self.depth_m - 0.2), max(length, depth) / 2 + 0.35)
        if found is None:
            return
        x, y, yaw = *found, rng.uniform(0, math.pi)
        self.bodies.append(table.at(x, y, 0, yaw))
        if rng.uniform() < CLOSE_UP:
            self.close_up = self._above((x, y, height), max(length, depth) / 2)
        for _ in range(rng.integers(0, 12 if self.close_up else 5)):
            u, v = rng.uniform(-0.35, 0.35, 2) * (length, depth)
            item = ON_TABLES[rng.integers(len(ON_TABLES))](rng)
            self.bodies.append(item.at(*_around(x, y, yaw, u, v), height, rng.uniform(0, 6.3)))
        for angle in yaw + math.pi / 2 * np.arange(4):
            if rng.uniform() < 0.5:
                reach = (depth if round((angle - yaw) / (math.pi / 2)) % 2 else length) / 2 + rng.uniform(0.05, 0.3)
                place = _around(x, y, angle, reach, 0)
                self.bodies.append(seats.chair(rng).at(*place, 0, angle + math.pi / 2 + rng.normal(0, 0.2)))

    def _above(self, place_m: tuple[float, float, float], reach_m: float) -> Eye | None:
        """A camera that looks down at a table from its edge; None where a wall is in the way."""
        rng, (x, y, z) = self.rng, place_m
        angle, off, high = rng.uniform(0, 2 * math.pi), rng.uniform(0.4, 1.1) * reach_m, rng.uniform(0.3, 0.8)
        u, v = x + off * math.cos(angle), y + off * math.sin(angle)
        if not (WALL_OFF_M < u < self.width_m - WALL_OFF_M and WALL_OFF_M < v < self.depth_m - WALL_OFF_M):
            return None
        pitch = -math.atan2(high, off) + rng.uniform(0.0, 0.3)
        yaw = angle + math.pi / 2 + rng.normal(0, 0.15)
        return Eye((u, v, z + high), float(yaw), float(pitch), float(rng.normal(0, 0.06)))

    def _loose(self) -> None:
        for _ in range(self.rng.integers(3, 12)):
            make, radius = LOOSE[self.rng.integers(len(LOOSE))]
            found = self.plan.find(self.rng, (0.1, 0.1, self.width_m - 0.1, self.depth_m - 0.1), radius)
            if found is not None:
                self.bodies.append(make(self.rng).at(*found, 0, self.rng.uniform(0, 2 * math.pi)))

    def _lamps(self) -> None:
        """One or two lamps, some of them on a stand."""
        rng = self.rng
        for index in range(rng.integers(1, 3)):
            power = rng.uniform(0.8, 3.5)
            x, y = rng.uniform(0.25, 0.75) * self.width_m, rng.uniform(0.3, 0.85) * self.depth_m
            if index and rng.uniform() < 0.6:
                found = self.plan.find(rng, (0.1, 0.1, self.width_m - 0.1, self.depth_m - 0.1), 0.25)
                if found is None:
                    continue
                (x, y), (lamp, bulb_m) = found, furniture.floor_lamp(rng)
            else:
                lamp, bulb_m = furniture.hanging_lamp(rng, self.height_m)
            self.bodies.append(lamp.at(x, y))
            warm = rng.uniform(0.45, 1.0)
            self.lights.append(Light((x, y, bulb_m), (power, power * (0.5 + 0.5 * warm), power * warm)))

    def _partition(self) -> None:
        """A standing pane of glass, in one room of six."""
        if self.rng.uniform() > 1 / 6:
            return
        width = self.rng.uniform(0.8, 1.6)
        found = self.plan.find(self.rng, (0.1, 0.4 * self.depth_m, self.width_m - 0.1, self.depth_m - 0.1), width / 2)
        if found is not None:
            metal = materials.metal(self.rng)
            parts = [
                standing_box(GLASS, (0, 0, 0.05), (width, 0.012, 1.9)),
                box(metal, (0, 0, 1.96), (width, 0.04, 0.03)),
            ]
            parts += [standing_box(metal, (s * width / 2, 0, 0), (0.04, 0.04, 1.97)) for s in (-1, 1)]
            self.bodies.append(Body.of("glass screen", parts).at(*found, 0, self.rng.uniform(-0.6, 0.6)))


def room(rng: np.random.Generator) -> World:
    """A room drawn by chance."""
    return RoomBuilder(rng).build()


def _around(x_m: float, y_m: float, yaw_rad: float, along_m: float, across_m: float) -> tuple[float, float]:
    """A point given along and across a direction from a point."""
    sine, cosine = math.sin(yaw_rad), math.cos(yaw_rad)
    return x_m + along_m * cosine - across_m * sine, y_m + along_m * sine + across_m * cosine


def _low_sun(rng: np.random.Generator) -> Light:
    """A sun that shines through windows."""
    strength = rng.uniform(3.0, 9.0)
    angle, rise = rng.uniform(0, 2 * math.pi), rng.uniform(0.35, 0.9)
    place = (1000 * math.cos(angle), 1000 * math.sin(angle), 1000 * rise)
    return Light(place, (strength, 0.9 * strength, 0.75 * strength), sun=True)


def _indoor_light(rng: np.random.Generator, outside: bool) -> Ambient:
    """What walls send to and fro, and a sky that is brighter, if there is a window to see it through."""
    red, green, blue = rng.uniform(0.1, 0.45) * rng.uniform(0.85, 1.0, 3)
    below = rng.uniform(0.5, 0.9)
    sky = rng.uniform(2.0, 6.0) if outside else 0.0
    return Ambient(
        (red, green, blue),
        (below * red, below * green, below * blue),
        (0.4 * sky, 0.6 * sky, sky),
        (0.8 * sky, 0.85 * sky, 0.9 * sky),
    )
