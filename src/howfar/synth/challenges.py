"""Streets with one thing that makes depth hard: the same streets as without it, so that what it costs can be told.

Each challenge changes a world after it was drawn, by a chance of its own. All streets are dry, without haze, and seen
along the road, as by a driver or a walker; `none` leaves them so.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from howfar.synth.daylight import noon
from howfar.synth.kind import Challenge
from howfar.synth.materials import GLASS, MIRROR, Material, Pattern, Surface, metal
from howfar.synth.photograph import Sensor
from howfar.synth.solids import box, rod, standing_box
from howfar.synth.street_plan import KERB_M
from howfar.synth.world import STRUCTURE, Body, Eye, Light, Part, World

MARK_M = 0.02
"""What lies on the ground and is no thicker is painted on it."""

WALL_M = (3.0, 2.0)
"""Least length and height of a wall."""

ASIDE_RAD, PITCH_DEG = 0.5, (-7.0, 2.0)
"""A camera that looks farther aside looks along the road instead; none looks farther up or down."""

SHINY = 0.5
"""The gloss from which on a surface becomes a mirror,"""

MIRRORED = 0.5
"""and the share of the walls that do."""

PERIOD_M = (0.25, 0.7)
"""Of patterns that repeat: seen from 10 m with 500 pixels of focal length 12 to 35 pixels."""

SUN_COLOUR = (6.0, 5.4, 4.4)
SUN_ABOVE_RAD, LEAST_RISE_RAD = (0.02, 0.12), 0.05
"""How far the sun is above the middle of the view, and above the horizon at least."""

GLARE = 0.35
"""Share of the bright light that spreads over a picture that is taken towards the sun."""

PANES, PANES_AHEAD_M = 4, (4.0, 16.0)
THIN_THINGS, THIN_AHEAD_M = 6, (2.5, 14.0)
WITHIN_VIEW = 0.45
"""How far to the side things are put, as a share of the way ahead."""

Change = Callable[[World, np.random.Generator], World]


def challenged(world: World, challenge: Challenge, rng: np.random.Generator) -> World:
    """The world with a challenge put into it.

    Args:
        world: A street.
        challenge: Which one.
        rng: The chance that it is drawn from.
    """
    fair = _fair(world)
    return fair if challenge == "none" else CHANGES[challenge](fair, rng)


def challenged_sensor(sensor: Sensor, challenge: Challenge) -> Sensor:
    """The sensor with what a challenge does to it: towards the sun, light spreads in the lens."""
    return replace(sensor, bloom=GLARE) if challenge == "sun" else sensor


def _fair(world: World) -> World:
    """The world seen along the road, dry and without haze."""
    eye = world.eye
    yaw_rad = eye.yaw_rad if abs(eye.yaw_rad) < ASIDE_RAD else 0.0
    pitch_rad = float(np.clip(eye.pitch_rad, *np.radians(PITCH_DEG)))

    def dry(_: Body, part: Part) -> Material:
        wet = part.material.surface is Surface.wet
        return replace(part.material, surface=Surface.matte) if wet else part.material

    return replace(
        _with_materials(world, dry),
        eye=replace(eye, yaw_rad=yaw_rad, pitch_rad=pitch_rad),
        ambient=replace(world.ambient, haze_per_m=0.0),
    )


def _plain_road(world: World, rng: np.random.Generator) -> World:
    """Road, pavements and ground of one grey without any texture, and without marks."""
    tone = rng.uniform(0.12, 0.4)
    plain = Material((tone, tone, 1.02 * tone), grain=0.0)
    bodies = [
        replace(body, parts=tuple(replace(part, material=plain) if _is_ground(body, part) else part for part in kept))
        for body in world.bodies
        if (kept := tuple(part for part in body.parts if not _is_mark(body, part)))
    ]
    return replace(world, bodies=tuple(bodies))


def _reflections(world: World, rng: np.random.Generator) -> World:
    """A wet road; what shines, and half of the walls, are mirrors."""

    def reflecting(body: Body, part: Part) -> Material:
        if _is_ground(body, part):
            return replace(part.material, surface=Surface.wet)
        mirrors = part.material.gloss >= SHINY or (_is_wall(body, part) and rng.uniform() < MIRRORED)
        return MIRROR if mirrors else part.material

    return _with_materials(world, reflecting)


def _repetition(world: World, rng: np.random.Generator) -> World:
    """Walls and ground of patterns that repeat, and railings along the way."""

    def repeating(body: Body, part: Part) -> Material:
        is_ground = _is_ground(body, part)
        if not is_ground and not _is_wall(body, part):
            return part.material
        patterns = (Pattern.tiles, Pattern.checker) if is_ground else (Pattern.stripes, Pattern.windows, Pattern.tiles)
        red, green, blue = part.material.colour
        pattern, period_m = patterns[rng.integers(len(patterns))], rng.uniform(*PERIOD_M)
        return Material((red, green, blue), (0.35 * red, 0.35 * green, 0.35 * blue), pattern, period_m, 0.0)

    patterned = _with_materials(world, repeating)
    railings = [
        _placed(_railing(rng, 16.0, 0.16), world.eye, 10.5, side * rng.uniform(1.8, 3.2), math.pi / 2)
        for side in (-1, 1)
    ]
    return replace(patterned, bodies=(*patterned.bodies, *railings))


def _sun(world: World, rng: np.random.Generator) -> World:
    """A low sun in the view, in a clear sky: long shadows, patches of light, white sky."""
    yaw = world.eye.yaw_rad + rng.uniform(-0.2, 0.2)
    rise = max(LEAST_RISE_RAD, world.eye.pitch_rad + rng.uniform(*SUN_ABOVE_RAD))
    place_m = (-1000 * math.sin(yaw), 1000 * math.cos(yaw), 1000 * math.tan(rise))
    return replace(world, lights=(Light(place_m, SUN_COLOUR, sun=True),), ambient=noon())


def _glass(world: World, rng: np.random.Generator) -> World:
    """Panes of glass in thin frames, which stand in the view."""
    return replace(world, bodies=(*world.bodies, *_scattered(world.eye, rng, PANES, PANES_AHEAD_M, _pane)))


def _thin(world: World, rng: np.random.Generator) -> World:
    """Railings, poles, wires and bare trees in the view."""
    makers = (_bare_tree, _wires, lambda chance: _railing(chance, chance.uniform(1.5, 4.0), chance.uniform(0.15, 0.4)))
    things: list[Body] = []
    for make in makers:
        things += _scattered(world.eye, rng, THIN_THINGS // len(makers), THIN_AHEAD_M, make)
    return replace(world, bodies=(*world.bodies, *things))


CHANGES: dict[Challenge, Change] = {
    "plain-road": _plain_road,
    "reflections": _reflections,
    "repetition": _repetition,
    "sun": _sun,
    "glass": _glass,
    "thin": _thin,
}


def _with_materials(world: World, of: Callable[[Body, Part], Material]) -> World:
    bodies = tuple(
        replace(body, parts=tuple(replace(part, material=of(body, part)) for part in body.parts))
        for body in world.bodies
    )
    return replace(world, bodies=bodies)


def _is_ground(body: Body, part: Part) -> bool:
    """Whether a part is road, pavement or open ground, or painted on them."""
    top_m = body.matrix[2, 3] + part.matrix[2, 3] + abs(part.matrix[2, 2]) / 2
    return body.name == STRUCTURE and part.mesh == "box" and bool(top_m < KERB_M + MARK_M)


def _is_mark(body: Body, part: Part) -> bool:
    return _is_ground(body, part) and bool(abs(part.matrix[2, 2]) < MARK_M)


def _is_wall(body: Body, part: Part) -> bool:
    length_m, height_m = WALL_M
    longest_m = float(np.abs(part.matrix[:2, :2]).max())
    return body.name == STRUCTURE and part.mesh == "box" and longest_m > length_m and bool(part.matrix[2, 2] > height_m)


def _scattered(
    eye: Eye,
    rng: np.random.Generator,
    count: int,
    ahead_m: tuple[float, float],
    make: Callable[[np.random.Generator], Body],
) -> Iterator[Body]:
    """Things that stand at even distances before the camera, a little to one side, turned a little."""
    for far in np.linspace(*ahead_m, count):
        side = rng.uniform(-WITHIN_VIEW, WITHIN_VIEW) * far
        yield _placed(make(rng), eye, float(far), side, rng.uniform(-0.6, 0.6))


def _placed(body: Body, eye: Eye, ahead_m: float, right_m: float, turn_rad: float) -> Body:
    """A body before a camera; not turned, it stands across its view."""
    (x, y, _), yaw = eye.position_m, eye.yaw_rad
    ahead, right = np.array([-math.sin(yaw), math.cos(yaw)]), np.array([math.cos(yaw), math.sin(yaw)])
    east, north = (np.array([x, y]) + ahead_m * ahead + right_m * right).tolist()
    return body.at(east, north, 0.0, yaw + turn_rad)


def _pane(rng: np.random.Generator) -> Body:
    width, height, frame = rng.uniform(1.2, 3.0), rng.uniform(1.9, 2.6), metal(rng)
    parts = [standing_box(GLASS, (0, 0, 0.05), (width, 0.012, height))]
    parts += [box(frame, (0, 0, z), (width, 0.04, 0.03)) for z in (0.05, height + 0.05)]
    parts += [standing_box(frame, (s * width / 2, 0, 0), (0.04, 0.04, height + 0.05)) for s in (-1, 1)]
    return Body.of("glass screen", parts)


def _railing(rng: np.random.Generator, length_m: float, step_m: float) -> Body:
    """Thin bars on end along X, between two rails."""
    steel, height = metal(rng), rng.uniform(0.9, 1.3)
    ends = (-length_m / 2, length_m / 2)
    parts = [rod(steel, (ends[0], 0, z), (ends[1], 0, z), 0.03) for z in (0.1, height)]
    parts += [rod(steel, (x, 0, 0.1), (x, 0, height), 0.02) for x in np.arange(ends[0], ends[1], step_m)]
    return Body.of("fence", parts)


def _wires(rng: np.random.Generator) -> Body:
    """Two poles with wires between them along X."""
    dark, span, height = Material((0.04, 0.04, 0.04)), rng.uniform(2.0, 5.0), rng.uniform(1.6, 3.0)
    parts = [rod(dark, (s * span / 2, 0, 0), (s * span / 2, 0, height + 0.1), 0.05) for s in (-1, 1)]
    parts += [rod(dark, (-span / 2, 0, z), (span / 2, 0, z), 0.012) for z in np.linspace(0.5, height, 4)]
    return Body.of("pole", parts)


def _bare_tree(rng: np.random.Generator) -> Body:
    """A young tree without leaves."""
    bark, height = Material((0.12, 0.09, 0.07), grain=0.3), rng.uniform(2.2, 4.0)
    parts = [rod(bark, (0, 0, 0), (0, 0, height), 0.06)]
    for _ in range(14):
        foot, angle, long = rng.uniform(0.35, 0.95) * height, rng.uniform(0, 2 * math.pi), rng.uniform(0.4, 1.2)
        tip = (long * math.cos(angle), long * math.sin(angle), foot + rng.uniform(0.3, 0.8) * long)
        parts.append(rod(bark, (0, 0, foot), tip, 0.022))
    return Body.of("pole", parts)
