"""What bodies are made of: materials drawn by chance."""

import colorsys
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

Colour = tuple[float, float, float]
"""Red, green and blue albedo in linear light, 0 to 1."""


class Pattern(IntEnum):
    """How the two colours of a material alternate."""

    solid = 0
    checker = 1
    stripes = 2
    noise = 3
    wood = 4
    bricks = 5
    tiles = 6
    windows = 7
    old_bricks = 8
    grass = 9
    gravel = 10
    cat = 11
    coffee = 12
    rocket = 13


class Surface(IntEnum):
    """What a surface does with light."""

    matte = 0
    mirror = 1
    glass = 2
    wet = 3


@dataclass(frozen=True, slots=True)
class Material:
    """What a part is made of.

    Attributes:
        colour: The main colour.
        other: The second colour of the pattern.
        pattern: How they alternate, in the part's own coordinates.
        scale_m: Size of one period of the pattern.
        grain: Depth of irregular bright and dark, as a share of the colour.
        gloss: Strength of highlights, 0 to 1.
        glow: Light of its own, as a multiple of its colour.
        surface: Matte, mirror, glass or wet.
    """

    colour: Colour
    other: Colour = (0.0, 0.0, 0.0)
    pattern: Pattern = Pattern.solid
    scale_m: float = 1.0
    grain: float = 0.1
    gloss: float = 0.0
    glow: float = 0.0
    surface: Surface = Surface.matte


MIRROR = Material((0.86, 0.88, 0.88), surface=Surface.mirror, grain=0.02)
GLASS = Material((0.9, 0.96, 0.94), surface=Surface.glass, grain=0.02)
BLACK = Material((0.02, 0.02, 0.025), gloss=0.5, grain=0.02)
CHROME = Material((0.45, 0.46, 0.48), gloss=0.9, grain=0.05)


def colour(rng: np.random.Generator, value: tuple[float, float] = (0.08, 0.8), most_saturation: float = 0.9) -> Colour:
    """A random colour: any hue, mostly pale, of a value in the range."""
    hue, saturation = rng.uniform(), most_saturation * rng.beta(1.2, 2.0)
    return colorsys.hsv_to_rgb(hue, saturation, rng.uniform(*value))


def paint(rng: np.random.Generator, value: tuple[float, float] = (0.1, 0.85), gloss: float = 0.0) -> Material:
    """One plain colour."""
    return Material(colour(rng, value), grain=rng.uniform(0.02, 0.15), gloss=gloss)


def wood(rng: np.random.Generator) -> Material:
    """Boards from pale birch to dark walnut."""
    tone = rng.uniform(0.08, 0.6)
    base = (tone, tone * rng.uniform(0.55, 0.8), tone * rng.uniform(0.2, 0.55))
    dark = tuple(channel * rng.uniform(0.5, 0.8) for channel in base)
    grain, gloss = rng.uniform(0.1, 0.3), rng.uniform(0, 0.35)
    return Material(base, (dark[0], dark[1], dark[2]), Pattern.wood, rng.uniform(0.03, 0.15), grain, gloss)


def fabric(rng: np.random.Generator) -> Material:
    """Cloth: plain, striped, checked or blotched."""
    choices = (Pattern.solid, Pattern.solid, Pattern.stripes, Pattern.checker, Pattern.noise)
    pattern = choices[rng.integers(len(choices))]
    return Material(colour(rng), colour(rng), pattern, rng.uniform(0.03, 0.3), rng.uniform(0.1, 0.3))


def metal(rng: np.random.Generator) -> Material:
    """Painted or bare metal."""
    tone = rng.uniform(0.05, 0.6)
    bare = Material((tone, tone, tone * 1.03), gloss=0.8, grain=0.05)
    return bare if rng.uniform() < 0.6 else paint(rng, gloss=0.5)


def furniture(rng: np.random.Generator) -> Material:
    """What chairs, tables and cupboards are made of."""
    drawn = rng.uniform()
    if drawn < 0.6:
        return wood(rng)
    return paint(rng, gloss=rng.uniform(0, 0.4)) if drawn < 0.85 else metal(rng)


def wall(rng: np.random.Generator) -> Material:
    """Paint or wallpaper."""
    base = colour(rng, (0.35, 0.9), 0.5)
    if rng.uniform() < 0.65:
        return Material(base, grain=rng.uniform(0.03, 0.12))
    patterns = (Pattern.stripes, Pattern.noise, Pattern.bricks, Pattern.tiles, Pattern.checker)
    pattern = patterns[rng.integers(len(patterns))]
    share = rng.uniform(0.6, 0.95)
    other = (base[0] * share, base[1] * share, base[2] * rng.uniform(0.6, 0.95))
    return Material(base, other, pattern, rng.uniform(0.1, 0.5), rng.uniform(0.03, 0.12))


def floor(rng: np.random.Generator) -> Material:
    """Boards, tiles, carpet or a chessboard of stone."""
    drawn = rng.uniform()
    if drawn < 0.45:
        return wood(rng)
    if drawn < 0.7:
        tile = colour(rng, (0.15, 0.75), 0.4)
        grout = tuple(0.5 * channel for channel in tile)
        return Material(tile, (grout[0], grout[1], grout[2]), Pattern.tiles, rng.uniform(0.2, 0.7), 0.12, 0.3)
    if drawn < 0.8:
        return Material(colour(rng), colour(rng), Pattern.checker, rng.uniform(0.2, 0.5), 0.1, 0.2)
    return Material(colour(rng, (0.1, 0.6)), colour(rng, (0.1, 0.6)), Pattern.noise, rng.uniform(0.2, 1.0), 0.3)


def _plaster(rng: np.random.Generator) -> Colour:
    """White, grey, sand or brown; any pale colour now and then."""
    if rng.uniform() < 0.2:
        return colour(rng, (0.25, 0.8), 0.6)
    tone, warm = rng.uniform(0.12, 0.8), rng.uniform(0.6, 1.0)
    return tone, tone * (0.35 + 0.65 * warm), tone * warm


def far_facade(rng: np.random.Generator) -> Material:
    """A house so far away that its windows are a pattern."""
    dark, storey = rng.uniform(0.03, 0.12), rng.uniform(2.6, 3.6)
    return Material(_plaster(rng), (dark, dark, 1.2 * dark), Pattern.windows, storey, 0.15)


def photo(rng: np.random.Generator, width_m: float) -> Material:
    """A photograph on paper, as a poster of a width."""
    patterns = (Pattern.cat, Pattern.coffee, Pattern.rocket)
    return Material((0.5, 0.5, 0.5), pattern=patterns[rng.integers(3)], scale_m=width_m, grain=0.02, gloss=0.2)


def gravel(rng: np.random.Generator) -> Material:
    """Stones and sand."""
    tone, warm, dark = rng.uniform(0.15, 0.6), rng.uniform(0.6, 1.0), rng.uniform(0.2, 0.7)
    stone = (tone, tone * (0.4 + 0.6 * warm), tone * warm)
    shade = (dark * stone[0], dark * stone[1], dark * stone[2])
    return Material(stone, shade, Pattern.gravel, rng.uniform(0.6, 3.0), 0.3)


def facade(rng: np.random.Generator) -> Material:
    """Brick, plaster or slabs."""
    drawn = rng.uniform()
    if drawn < 0.4:
        red = rng.uniform(0.2, 0.55)
        brick = (red, red * rng.uniform(0.4, 0.7), red * rng.uniform(0.3, 0.6))
        if rng.uniform() < 0.5:
            dark = rng.uniform(0.15, 0.45)
            joint = (dark * brick[0], dark * brick[1], dark * brick[2])
            return Material(brick, joint, Pattern.old_bricks, rng.uniform(2.5, 5.0), 0.15)
        return Material(brick, (0.5, 0.48, 0.45), Pattern.bricks, rng.uniform(0.2, 0.4), 0.3)
    plaster = _plaster(rng)
    if drawn < 0.75:
        return Material(plaster, grain=rng.uniform(0.1, 0.3))
    return Material(plaster, colour(rng, (0.2, 0.6), 0.3), Pattern.tiles, rng.uniform(0.8, 2.5), 0.2)
