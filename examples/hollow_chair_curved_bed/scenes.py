"""Three rooms: a hollow chair, a bed that curves away, and a bed with an armchair before it."""

import math
from dataclasses import dataclass

from rendering import Block, Metres

from howfar import Camera

MAP_CAMERA = Camera.from_fov(320, 240, 58.0)
WOOD, STEEL, CLOTH, SHEET, GLASS = (176, 116, 66), (92, 98, 110), (96, 132, 158), (206, 198, 184), (54, 120, 78)
Parts = list[tuple[Metres, Metres, tuple[int, int, int]]]
"""Middles, sizes and colours of a thing's boxes, about the point of the floor on which it stands."""


@dataclass(frozen=True)
class Room:
    """What is rendered.

    Attributes:
        name: How its picture is called.
        blocks: All that stands in it, and its walls.
        height_m: Height of the camera.
        down_deg: How far it looks down.
    """

    name: str
    blocks: list[Block]
    height_m: float
    down_deg: float


def walls(far_m: float) -> Block:
    """Walls, floor and ceiling, 5 m wide and 2.5 m high, with the far wall at far_m."""
    return Block("", (0.0, -1.25, far_m / 2 - 1), (5.0, 2.5, far_m + 2), (226, 220, 208))


def placed(thing: str, parts: Parts, right_m: float, forward_m: float, turned_deg: float = 0.0) -> list[Block]:
    """The parts of a thing, turned about the vertical, where it stands."""
    cosine, sine = math.cos(math.radians(turned_deg)), math.sin(math.radians(turned_deg))
    return [
        Block(thing, (right_m + cosine * x + sine * z, y, forward_m - sine * x + cosine * z), size, colour, turned_deg)
        for (x, y, z), size, colour in parts
    ]


def hollow_chair() -> Parts:
    """Four legs, a seat, and a back that is a frame with a bar across."""
    legs: Parts = [((x, -0.22, z), (0.035, 0.44, 0.035), STEEL) for x in (-0.2, 0.2) for z in (-0.2, 0.2)]
    posts: Parts = [((x, -0.68, 0.2), (0.035, 0.48, 0.035), STEEL) for x in (-0.2, 0.2)]
    bars: Parts = [((0.0, y, 0.2), (0.4, 0.05, 0.03), WOOD) for y in (-0.9, -0.68)]
    return [*legs, *posts, *bars, ((0.0, -0.45, 0.0), (0.44, 0.03, 0.44), WOOD)]


def armchair() -> Parts:
    """A seat, a back and two arms, all solid."""
    arms: Parts = [((x, -0.3, 0.0), (0.14, 0.6, 0.7), CLOTH) for x in (-0.36, 0.36)]
    return [*arms, ((0.0, -0.21, 0.0), (0.6, 0.42, 0.7), CLOTH), ((0.0, -0.46, 0.3), (0.6, 0.92, 0.14), CLOTH)]


def curved_bed(slices: int = 24) -> Parts:
    """A mattress of 1.4 m by 2.1 m whose top arches and falls away to its far end, behind a board."""
    places = [(number + 0.5) / slices for number in range(slices)]
    heights = [0.58 - 0.34 * (place - 0.25) ** 2 for place in places]
    top: Parts = [
        ((0.0, -height / 2, 2.1 * (place - 0.5)), (1.4, height, 2.1 / slices), SHEET)
        for place, height in zip(places, heights, strict=True)
    ]
    return [*top, ((0.0, -0.2, -1.07), (1.44, 0.4, 0.04), WOOD)]


def bottle(foot_m: float) -> Parts:
    """A bottle whose foot is so high above the floor."""
    return [((0.0, -foot_m - 0.11, 0.0), (0.08, 0.22, 0.08), GLASS), ((0.0, -foot_m - 0.27, 0.0), (0.03,) * 3, GLASS)]


TABLE: Parts = [((0.0, -0.275, 0.0), (0.4, 0.55, 0.4), WOOD)]

CHAIRS = Room(
    "chair",
    [
        walls(5.0),
        *placed("near chair", hollow_chair(), -0.5, 2.05, 30.0),
        *placed("far chair", armchair(), 0.75, 3.1, -20.0),
    ],
    height_m=1.25,
    down_deg=15.0,
)
BED = Room(
    "bed",
    [
        walls(4.6),
        *placed("bed", curved_bed(), 0.45, 3.0, 50.0),
        *placed("", TABLE, -1.0, 2.3),
        *placed("bottle", bottle(0.55), -1.0, 2.3),
    ],
    height_m=1.5,
    down_deg=18.0,
)
HIDDEN = Room(
    "hidden",
    [
        walls(5.4),
        *placed("armchair", armchair(), 0.45, 2.2, 160.0),
        *placed("hidden bed", curved_bed(), 0.45, 3.8, 50.0),
    ],
    height_m=1.5,
    down_deg=15.0,
)
