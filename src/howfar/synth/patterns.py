"""The colour of a material at a point of its surface: patterns made by rule, and photographs."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from howfar.synth.materials import Material, Pattern
from howfar.synth.tiles import grey_tile, noise_tile, picture_tile
from howfar.synth.vectors import rows

TILE_M = 2.0
"""What the side of the tile of noise measures on a surface."""

Mix = Callable[[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]], NDArray[np.float32]]
"""From two coordinates in periods, and noise, to the share of the second colour."""


class Palette:
    """The materials of a scene as arrays, so that all points are coloured at once."""

    def __init__(self, materials: Sequence[Material]) -> None:
        """Take the materials, in the order of their numbers."""
        self._colour = np.array([material.colour for material in materials], dtype=np.float32)
        self._other = np.array([material.other for material in materials], dtype=np.float32)
        self._pattern = np.array([material.pattern for material in materials])
        self._scale_m = np.array([material.scale_m for material in materials], dtype=np.float32)
        self._grain = np.array([material.grain for material in materials], dtype=np.float32)
        self.gloss = np.array([material.gloss for material in materials], dtype=np.float32)
        self.glow = np.array([material.glow for material in materials], dtype=np.float32)
        self.surface = np.array([material.surface for material in materials])

    def tint(self, material: NDArray[np.int32]) -> NDArray[np.float32]:
        """N×3: the main colours, which panes of glass let through."""
        return rows(self._colour, material)

    def albedo(
        self, material: NDArray[np.int32], texture_m: NDArray[np.float32], footprint_m: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Colour the points.

        Args:
            material: N numbers of materials.
            texture_m: N×2 points in the pattern's plane.
            footprint_m: N, what a pixel covers there: a pattern finer than two pixels fades into its mean, as it would
                in a camera.

        Returns:
            N×3 float32 albedo.
        """
        noise = noise_at(texture_m, footprint_m)
        share = self._shares(material, texture_m, noise, footprint_m)[:, None]
        colour = rows(self._colour, material)
        colour += share * (rows(self._other, material) - colour)
        self._add_pictures(colour, material, texture_m, footprint_m)
        colour *= (1 + self._grain[material] * noise)[:, None]
        return np.clip(colour, 0, 1, out=colour)

    def _add_pictures(
        self,
        colour: NDArray[np.float32],
        material: NDArray[np.int32],
        texture_m: NDArray[np.float32],
        footprint_m: NDArray[np.float32],
    ) -> None:
        """Put photographs in the place of colours: a square in the middle, and its mirror image beyond."""
        patterns = self._pattern[material]
        for pattern, name in PICTURES.items():
            chosen = np.flatnonzero(patterns == pattern)
            if len(chosen):
                scale_m = np.float32(2) * self._scale_m[material[chosen]]
                places = rows(texture_m, chosen) / scale_m[:, None] + np.float32(0.25)
                colour[chosen] = picture_tile(name).at(places, footprint_m[chosen] / scale_m)

    def _shares(
        self,
        material: NDArray[np.int32],
        texture_m: NDArray[np.float32],
        noise: NDArray[np.float32],
        footprint_m: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        shares = np.zeros(len(material), dtype=np.float32)
        patterns = self._pattern[material]
        for pattern in (*MIXES, *PHOTOGRAPHS):
            chosen = np.flatnonzero(patterns == pattern)
            if not len(chosen):
                continue
            scale_m = self._scale_m[material[chosen]]
            if pattern in PHOTOGRAPHS:
                places = rows(texture_m, chosen) / scale_m[:, None]
                shares[chosen] = grey_tile(PHOTOGRAPHS[pattern]).at(places, footprint_m[chosen] / scale_m)
                continue
            first, second = (rows(texture_m, chosen) / scale_m[:, None] + np.float32(0.137)).T
            sharp = np.clip(2 - FINENESS[pattern] * footprint_m[chosen] / scale_m, 0, 1)
            shares[chosen] = MEANS[pattern] + sharp * (MIXES[pattern](first, second, noise[chosen]) - MEANS[pattern])
        return shares


def noise_at(places_m: NDArray[np.float32], footprint_m: NDArray[np.float32]) -> NDArray[np.float32]:
    """Irregular numbers about 0, mostly between -1 and 1, that change slowly over a surface.

    Args:
        places_m: N×2 points.
        footprint_m: N, what a pixel covers there: finer noise than that is left out.

    Returns:
        N float32.
    """
    return noise_tile().at(places_m / np.float32(TILE_M), footprint_m / np.float32(TILE_M))


def _checker(first: NDArray[np.float32], second: NDArray[np.float32], _: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray((np.floor(2 * first) + np.floor(2 * second)) % 2)


def _stripes(first: NDArray[np.float32], _: NDArray[np.float32], __: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.floor(2 * first) % 2)


def _blotches(_: NDArray[np.float32], __: NDArray[np.float32], noise: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.clip(0.5 + 2 * noise, 0, 1))


def _rings(first: NDArray[np.float32], second: NDArray[np.float32], noise: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(0.5 + 0.5 * np.sin(2 * np.pi * (first + 0.05 * second + 0.1 * noise)))


def _mortar(first: NDArray[np.float32], second: NDArray[np.float32], _: NDArray[np.float32]) -> NDArray[np.float32]:
    row = 3 * second
    along = first + 0.5 * (np.floor(row) % 2)
    return ((along % 1 < 0.06) | (row % 1 < 0.16)).astype(np.float32)


def _grout(first: NDArray[np.float32], second: NDArray[np.float32], _: NDArray[np.float32]) -> NDArray[np.float32]:
    return ((first % 1 < 0.04) | (second % 1 < 0.04)).astype(np.float32)


def _panes(first: NDArray[np.float32], second: NDArray[np.float32], _: NDArray[np.float32]) -> NDArray[np.float32]:
    inside = (np.abs(first % 1 - 0.5) < 0.27) & (np.abs(second % 1 - 0.5) < 0.27)
    return np.asarray(inside, dtype=np.float32)


MIXES: dict[Pattern, Mix] = {
    Pattern.checker: _checker,
    Pattern.stripes: _stripes,
    Pattern.noise: _blotches,
    Pattern.wood: _rings,
    Pattern.bricks: _mortar,
    Pattern.tiles: _grout,
    Pattern.windows: _panes,
}

PHOTOGRAPHS = {Pattern.old_bricks: "brick", Pattern.grass: "grass", Pattern.gravel: "gravel"}
"""Patterns of two colours from grey photographs: a period is a picture and its mirror image."""

PICTURES = {Pattern.cat: "chelsea", Pattern.coffee: "coffee", Pattern.rocket: "rocket"}
"""Photographs in their own colours; the scale is the width of what they hang on."""

MEANS = {
    Pattern.checker: 0.5,
    Pattern.stripes: 0.5,
    Pattern.noise: 0.5,
    Pattern.wood: 0.5,
    Pattern.bricks: 1 - 0.94 * 0.84,
    Pattern.tiles: 1 - 0.96**2,
    Pattern.windows: 0.54**2,
}
"""Share of the second colour over a whole period."""

FINENESS = {
    Pattern.checker: 4.0,
    Pattern.stripes: 4.0,
    Pattern.noise: 4.0,
    Pattern.wood: 4.0,
    Pattern.bricks: 14.0,
    Pattern.tiles: 8.0,
    Pattern.windows: 4.0,
}
"""Twice the least number of pixels that a period needs: more for a pattern of thin lines."""
