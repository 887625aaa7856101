"""The light that comes back along a ray: Lambert's law, shadows, highlights, mirrors and glass.

Lambert: E = Σ I·cos θ / r² over the lights that a shadow ray reaches, and light from everywhere; highlights after
Blinn, Models of Light Reflection for Computer Synthesized Pictures, SIGGRAPH 1977; the share that glass reflects after
Schlick, An Inexpensive BRDF Model for Physically-based Rendering, Eurographics 1994.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from howfar.synth.assembly import Assembly, Lamp
from howfar.synth.casting import Hits
from howfar.synth.materials import Colour, Surface
from howfar.synth.patterns import Palette, noise_at
from howfar.synth.vectors import blended, dot, rows, unit

BLOCK = 1 << 16
"""Rays that are shaded at once: what fits a processor's cache, and bounds the memory of a large picture."""

OFFSET_M = np.float32(2e-4)
"""How far above a surface a secondary ray starts, as a share of 1 m plus the distance."""

STEEPEST = np.float32(0.15)
"""Cosine of the slant beyond which a pixel is not taken to cover more of a surface."""

CLOUD_SIZE = np.float32(0.35)
"""Of the noise's tile that a view straight up to the middle of the sky passes."""

_ACROSS = np.array([1, 0, 0], dtype=np.float32)

WATER_REFLECTANCE = np.float32(0.02)
RIPPLE = np.float32(0.03)
"""How far a wet surface's normals stray from the plane's."""

HAZE_HEIGHT_M = np.float32(150.0)
"""How high the haze is: a view straight upwards passes so much of it."""

DISC, HALO = np.float32(6000.0), np.float32(30.0)
"""How narrow the sun's disc and the bright sky round it are: exponents of the cosine."""

SHININESS = 40.0
MIRROR_REFLECTANCE = np.float32(0.88)
GLASS_REFLECTANCE = np.float32(0.06)
"""At a right angle; the two faces of a pane together."""


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """N points of surfaces: triangles, positions and normals turned to the viewer, and the unit directions of view."""

    triangle: NDArray[np.int32]
    weights: NDArray[np.float32]
    place_m: NDArray[np.float32]
    normal: NDArray[np.float32]
    view: NDArray[np.float32]
    distance_m: NDArray[np.float32]

    def above(self, direction: NDArray[np.float32]) -> NDArray[np.float32]:
        """Points just off the surface, on the side of a direction."""
        side = np.sign(dot(self.normal, direction))
        return self.place_m + self.normal * (side * OFFSET_M * (1 + self.distance_m))[:, None]


class Shader:
    """Colours the rays of one assembled world."""

    def __init__(self, assembly: Assembly, pixel_rad: float) -> None:
        """Take the world, and the angle that a pixel covers, for patterns too fine to be seen."""
        self._world = assembly
        self._palette = Palette(assembly.materials)
        self._pixel_rad = np.float32(pixel_rad)

    def colours(self, origin_m: NDArray[np.float32], rays: NDArray[np.float32], hits: Hits) -> NDArray[np.float32]:
        """Light along N rays from one point: N×3 float32, linear, from 0 without an upper end.

        Args:
            origin_m: Where the rays start.
            rays: N×3 directions.
            hits: What they hit first, of all triangles.
        """
        result = np.empty((len(rays), 3), dtype=np.float32)
        for start in range(0, len(rays), BLOCK):
            block = slice(start, start + BLOCK)
            cut = Hits(hits.triangle[block], hits.weights[block], hits.distance[block])
            seen = self._seen(np.broadcast_to(origin_m, rays[block].shape), rays[block], cut)
            result[block] = self._through_air(seen, rays[block], cut)
        return result

    def _through_air(self, colours: NDArray[np.float32], rays: NDArray[np.float32], hits: Hits) -> NDArray[np.float32]:
        """What is left of the light of N×3 colours after its way through haze; Koschmieder's law, L·t + L∞·(1 − t)."""
        haze_per_m = self._world.ambient.haze_per_m
        if not haze_per_m:
            return colours
        length_m = np.where(hits.found, hits.distance * np.sqrt(dot(rays, rays)), 0)
        rise = np.clip(dot(unit(rays), self._world.up), 0, 1)
        length_m = np.where(hits.found, length_m, HAZE_HEIGHT_M / (rise + np.float32(0.1)))
        kept = np.exp(-np.float32(haze_per_m) * length_m)[:, None]
        return np.asarray(colours * kept + _colour(self._world.ambient.horizon) * (1 - kept))

    def _seen(self, origins_m: NDArray[np.float32], rays: NDArray[np.float32], hits: Hits) -> NDArray[np.float32]:
        """Light along rays, with what mirrors and glass show."""
        colours = self._sky(rays)
        found = np.flatnonzero(hits.found)
        points = self._points(rows(origins_m, found), rows(rays, found), hits, found)
        surface = self._palette.surface[self._world.material[points.triangle]]
        for kind, shown in (
            (Surface.matte, self._matte),
            (Surface.mirror, self._mirrored),
            (Surface.glass, self._through),
            (Surface.wet, self._wet),
        ):
            indices = np.flatnonzero(surface == kind)
            if len(indices):
                colours[found[indices]] = shown(points if len(indices) == len(found) else _taken(points, indices))
        return colours

    def _once(self, origins_m: NDArray[np.float32], rays: NDArray[np.float32]) -> NDArray[np.float32]:
        """Light along secondary rays, which see no glass, and mirrors as plain surfaces."""
        hits = self._world.opaque.first(origins_m, rays)
        found = np.flatnonzero(hits.found)
        colours = self._sky(rays)
        points = self._points(rows(origins_m, found), rows(rays, found), hits, found)
        colours[found] = self._matte(points)
        return colours

    def _mirrored(self, points: _Points) -> NDArray[np.float32]:
        return MIRROR_REFLECTANCE * self._once(*_reflection(points))

    def _wet(self, points: _Points) -> NDArray[np.float32]:
        """A film of water, rough by a little noise: it shows what is above more, the flatter it is looked at."""
        texture_m = blended(points.weights, self._world.texture_m, points.triangle)
        sharp = np.zeros(len(texture_m), dtype=np.float32)
        slopes = np.stack([noise_at(texture_m * s, sharp) for s in (1, -1)], axis=1) * RIPPLE
        across = unit(np.cross(self._world.up, _ACROSS)[None])[0]
        tilt = slopes[:, :1] * across + slopes[:, 1:] * np.cross(across, self._world.up)
        rough = replace(points, normal=unit(points.normal + tilt))
        share = (WATER_REFLECTANCE + (1 - WATER_REFLECTANCE) * (1 - np.abs(dot(points.view, points.normal))) ** 5)[
            :, None
        ]
        return (1 - share) * self._matte(points) + share * self._once(*_reflection(rough))

    def _through(self, points: _Points) -> NDArray[np.float32]:
        behind = self._once(points.above(points.view), points.view)
        reflected = self._once(*_reflection(points))
        share = _reflected_share(points, GLASS_REFLECTANCE)
        return (1 - share) * self._palette.tint(self._world.material[points.triangle]) * behind + share * reflected

    def _points(
        self, origins_m: NDArray[np.float32], rays: NDArray[np.float32], hits: Hits, found: NDArray[np.int64]
    ) -> _Points:
        triangle, weights, distance = hits.triangle[found], rows(hits.weights, found), hits.distance[found]
        view = unit(rays)
        normal = unit(blended(weights, self._world.normals, triangle))
        normal *= np.where(dot(normal, view) > 0, np.float32(-1), np.float32(1))[:, None]
        place_m = origins_m + rays * distance[:, None]
        length_m = distance * np.sqrt(dot(rays, rays))
        return _Points(triangle, weights, place_m, normal, view, length_m)

    def _matte(self, points: _Points) -> NDArray[np.float32]:
        """Light that the surfaces themselves send back."""
        material = self._world.material[points.triangle]
        texture_m = blended(points.weights, self._world.texture_m, points.triangle)
        slant = np.maximum(-dot(points.normal, points.view), STEEPEST)
        footprint_m = (self._pixel_rad * points.distance_m / slant).astype(np.float32)
        albedo = self._palette.albedo(material, texture_m, footprint_m)
        light = self._ambient(points.normal) + self._palette.glow[material][:, None]
        shine = np.zeros_like(light)
        gloss = self._palette.gloss[material]
        for lamp in self._world.lamps:
            self._add_lamp(lamp, points, gloss, light, shine)
        return albedo * light + shine

    def _add_lamp(
        self,
        lamp: Lamp,
        points: _Points,
        gloss: NDArray[np.float32],
        light: NDArray[np.float32],
        shine: NDArray[np.float32],
    ) -> None:
        """Add what one lamp sends to the points, where nothing stands between."""
        way = lamp.position_m - points.place_m
        squared = dot(way, way)
        cosine = dot(points.normal, way) / np.sqrt(squared)
        lit = np.flatnonzero(cosine > 0)
        off_m = OFFSET_M * (1 + points.distance_m[lit])
        start = rows(points.place_m, lit) + rows(points.normal, lit) * off_m[:, None]
        lit = lit[~self._world.opaque.blocked(start, lamp.position_m - start)]
        strength = (cosine[lit] if lamp.sun else cosine[lit] / (squared[lit] + np.float32(0.05)))[:, None]
        light[lit] += strength * lamp.colour
        glossy = gloss[lit] > 0
        lit, strength = lit[glossy], strength[glossy]
        half = unit(unit(rows(way, lit)) - rows(points.view, lit))
        highlight = np.maximum(dot(half, rows(points.normal, lit)), 0) ** np.float32(SHININESS)
        shine[lit] += (gloss[lit] * highlight)[:, None] * strength * lamp.colour

    def _ambient(self, normal: NDArray[np.float32]) -> NDArray[np.float32]:
        upward = (0.5 + 0.5 * dot(normal, self._world.up))[:, None]
        above, below = _colour(self._world.ambient.above), _colour(self._world.ambient.below)
        return below + upward * (above - below)

    def _sky(self, rays: NDArray[np.float32]) -> NDArray[np.float32]:
        """From the horizon's colour to the zenith's, with clouds in a plane above."""
        ambient, views = self._world.ambient, unit(rays)
        rise = np.clip(dot(views, self._world.up), 0, 1)
        horizon, zenith = _colour(ambient.horizon), _colour(ambient.zenith)
        sky: NDArray[np.float32] = horizon + rise[:, None] ** np.float32(0.6) * (zenith - horizon)
        if ambient.clouds:
            ahead = unit(np.cross(self._world.up, _ACROSS)[None])[0]
            plane = np.stack([dot(views, ahead), dot(views, np.cross(ahead, self._world.up))], axis=1)
            plane *= (CLOUD_SIZE / (rise + np.float32(0.12)))[:, None]
            fine = CLOUD_SIZE * self._pixel_rad / (rise + np.float32(0.12)) ** 2
            cover = np.clip((noise_at(plane, fine) + np.float32(3 * ambient.clouds - 1.5)) * 1.5 + 0.5, 0, 1)[:, None]
            white = np.float32(1.15) * _colour(ambient.horizon).max()
            sky += np.float32(0.85) * cover * (white * (1 - np.float32(0.25) * cover) - sky)
        for lamp in self._world.lamps:
            if lamp.sun:
                near = np.clip(dot(views, unit(lamp.position_m[None])[0]), 0, 1)[:, None]
                sky += lamp.colour * (np.float32(6) * near**DISC + np.float32(0.12) * near**HALO)
        return sky


def _reflected_share(points: _Points, straight: np.float32) -> NDArray[np.float32]:
    """N×1: what is reflected of light from the directions of view, from the share at a right angle; by Schlick."""
    facing = np.abs(dot(points.view, points.normal))
    return np.asarray((straight + (1 - straight) * (1 - facing) ** 5)[:, None])


def _reflection(points: _Points) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Start and direction of the reflected rays: d − 2 (d·n) n."""
    direction = points.view - 2 * dot(points.view, points.normal)[:, None] * points.normal
    return points.above(direction), direction


def _taken(points: _Points, indices: NDArray[np.int64]) -> _Points:
    return _Points(
        points.triangle[indices],
        rows(points.weights, indices),
        rows(points.place_m, indices),
        rows(points.normal, indices),
        rows(points.view, indices),
        points.distance_m[indices],
    )


def _colour(channels: Colour) -> NDArray[np.float32]:
    return np.array(channels, dtype=np.float32)
