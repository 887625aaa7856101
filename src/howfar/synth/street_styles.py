"""Kinds of streets: how wide, how built up, how green and how busy."""

from dataclasses import dataclass

import numpy as np

from howfar.synth.materials import Material, Pattern, Surface

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Style:
    """What a street is drawn from.

    Attributes:
        road_m: Width of the road, from and to.
        pavement_m: Width of each pavement or verge.
        built: Share of its sides that has houses.
        setback_m: From the pavement to the houses.
        most_floors: Of the houses.
        green: Share of the ground that is grass, and of gaps where trees stand.
        most_people: Who walk there.
        most_driving: Vehicles that drive.
        parked: Share of the sides where vehicles are parked.
    """

    road_m: Span
    pavement_m: Span
    built: float
    setback_m: Span
    most_floors: int
    green: float
    most_people: int
    most_driving: int
    parked: float


TOWN = Style((5.5, 10.0), (1.6, 4.5), 0.9, (0.0, 1.5), 6, 0.2, 26, 6, 0.75)
AVENUE = Style((11.0, 21.0), (2.5, 8.0), 0.9, (0.0, 4.0), 10, 0.3, 40, 14, 0.6)
SUBURB = Style((5.5, 8.5), (1.2, 2.6), 0.6, (4.0, 9.0), 2, 0.8, 10, 4, 0.6)
COUNTRY = Style((6.0, 9.0), (1.0, 3.0), 0.06, (6.0, 25.0), 2, 0.95, 4, 6, 0.1)
MOTORWAY = Style((15.0, 24.0), (1.5, 4.0), 0.1, (10.0, 30.0), 8, 0.7, 0, 20, 0.0)
STYLES = (TOWN, AVENUE, SUBURB, COUNTRY, MOTORWAY)
SHARES = (0.34, 0.24, 0.2, 0.12, 0.1)


def random_style(rng: np.random.Generator) -> Style:
    """One of them, the towns' more often."""
    return STYLES[rng.choice(len(STYLES), p=SHARES)]


def asphalt(rng: np.random.Generator, wet: bool) -> Material:
    """A road's surface, new and dark or old and pale; a wet one is darker and shows what is above it."""
    grey, grain, dark = rng.uniform(0.05, 0.25), rng.uniform(0.15, 0.4), rng.uniform(0.3, 0.9)
    if wet:
        return Material((0.5 * grey, 0.5 * grey, 0.52 * grey), grain=grain, surface=Surface.wet)
    stone, gap = (grey, grey, 1.05 * grey), (dark * grey, dark * grey, dark * grey)
    return Material(stone, gap, Pattern.gravel, rng.uniform(0.5, 2.0), grain)


def grass(rng: np.random.Generator) -> Material:
    """A lawn, a meadow or a dry field."""
    red, green, dark = rng.uniform(0.05, 0.28), rng.uniform(0.12, 0.3), rng.uniform(0.25, 0.8)
    if rng.uniform() < 0.6:
        return Material((red, green, 0.05), (dark * red, dark * green, 0.02), Pattern.grass, rng.uniform(1, 4), 0.5)
    return Material((red, green, 0.05), (dark * red, dark * green, 0.04), Pattern.noise, rng.uniform(0.5, 3.0), 0.6)


def pavement(rng: np.random.Generator) -> Material:
    """Slabs, cobbles or asphalt."""
    grey, warm = rng.uniform(0.12, 0.5), rng.uniform(0.8, 1.0)
    stone, joint = (grey, grey * (0.5 + 0.5 * warm), grey * warm), (0.5 * grey, 0.5 * grey, 0.5 * grey)
    pattern = (Pattern.tiles, Pattern.tiles, Pattern.bricks, Pattern.solid)[rng.integers(4)]
    return Material(stone, joint, pattern, rng.uniform(0.25, 1.0), 0.2)
