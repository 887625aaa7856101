"""The light and the weather outdoors: sun and clouds, haze and fog, dusk and night, wet roads."""

import math
from dataclasses import dataclass

import numpy as np

from howfar.synth.world import Ambient, Light

DAY, DUSK = 0.78, 0.93
"""Up to which share of all scenes it is day, and dusk; then it is night."""

WET, HAZY = 0.18, 0.4
"""Share of the scenes whose roads are wet, and that have haze or fog."""
HAZE_PER_M = (0.001, 0.03)
"""What a metre of air takes of the light: visibility from 3 km to 100 m."""


@dataclass(frozen=True, slots=True)
class Daylight:
    """Light and weather of one scene.

    Attributes:
        sun: The sun, or the moon.
        ambient: The light from everywhere, and the sky.
        wet: Whether the roads are wet.
        lit: Share of the windows that are lit, and of the lamps that are on.
    """

    sun: Light
    ambient: Ambient
    wet: bool
    lit: float


def random_daylight(rng: np.random.Generator) -> Daylight:
    """Any hour and weather, day and dry weather most often."""
    hour = rng.uniform()
    if hour < DAY:
        sun, ambient, lit = *_day(rng), 0.05
    elif hour < DUSK:
        sun, ambient, lit = *_dusk(rng), rng.uniform(0.15, 0.6)
    else:
        sun, ambient, lit = *_night(rng), rng.uniform(0.2, 0.6)
    return Daylight(sun, ambient, bool(rng.uniform() < WET), lit)


def noon() -> Ambient:
    """The light from everywhere of a clear day."""
    return Ambient((0.45, 0.5, 0.6), (0.25, 0.24, 0.22), (0.35, 0.5, 0.75), (0.8, 0.8, 0.8))


def _day(rng: np.random.Generator) -> tuple[Light, Ambient]:
    """A sun that is high or low, bright or behind clouds, and the sky that goes with it."""
    overcast, height = rng.uniform() < 0.3, rng.uniform(0.12, 1.5)
    strength = rng.uniform(0.1, 0.5) if overcast else rng.uniform(1.2, 3.5)
    warm = min(1.0, 0.6 + 0.4 * height)
    sky = rng.uniform(0.7, 1.2)
    blue = rng.uniform(0.0, 0.1) if overcast else rng.uniform(0.3, 0.7)
    zenith = (sky * (1 - blue), sky * (1 - 0.55 * blue), sky)
    ground = 0.25 * sky
    # A clear sky looks about as bright as a pale stone in the sun, a covered one is the brightest that is seen.
    shown = rng.uniform(0.8, 1.3) if overcast else rng.uniform(0.4, 0.9)
    return _sun(rng, height, (strength, strength * (0.5 + 0.5 * warm), strength * warm)), Ambient(
        (0.6 * zenith[0], 0.6 * zenith[1], 0.6 * zenith[2]),
        (ground, 0.97 * ground, 0.9 * ground),
        (shown * zenith[0], shown * zenith[1], shown * zenith[2]),
        (1.05 * shown * sky, 1.05 * shown * sky, 1.05 * shown * sky),
        _clouds(rng),
        _haze(rng),
    )


def _dusk(rng: np.random.Generator) -> tuple[Light, Ambient]:
    """A red or no sun at the horizon and a sky from orange to dark blue."""
    strength, glow = rng.uniform(0.0, 0.25), rng.uniform(0.15, 0.5)
    red = rng.uniform(0.5, 1.0)
    zenith = (0.25 * glow, 0.35 * glow, rng.uniform(0.5, 0.8) * glow)
    horizon = (glow, glow * (1 - 0.45 * red), glow * (1 - 0.7 * red))
    above = (0.35 * glow, 0.35 * glow, 0.45 * glow)
    below = (0.12 * glow, 0.11 * glow, 0.1 * glow)
    sun = _sun(rng, rng.uniform(0.03, 0.15), (strength, 0.55 * strength, 0.25 * strength))
    return sun, Ambient(above, below, zenith, horizon, _clouds(rng), _haze(rng))


def _night(rng: np.random.Generator) -> tuple[Light, Ambient]:
    """The moon, and a sky that a town lights."""
    glow = rng.uniform(0.005, 0.04)
    sky = (0.8 * glow, 0.8 * glow, glow)
    above, below = (1.5 * glow, 1.4 * glow, 1.5 * glow), (0.5 * glow, 0.45 * glow, 0.4 * glow)
    sun = _sun(rng, rng.uniform(0.5, 1.5), (0.5 * glow, 0.5 * glow, 0.6 * glow))
    return sun, Ambient(above, below, (0.5 * glow, 0.5 * glow, 0.7 * glow), sky, 0.0, _haze(rng))


def _sun(rng: np.random.Generator, height: float, colour: tuple[float, float, float]) -> Light:
    angle = rng.uniform(0, 2 * math.pi)
    return Light((1000 * math.cos(angle), 1000 * math.sin(angle), 1000 * height), colour, sun=True)


def _clouds(rng: np.random.Generator) -> float:
    return 0.0 if rng.uniform() < 0.25 else float(rng.uniform(0.1, 0.9))


def _haze(rng: np.random.Generator) -> float:
    if rng.uniform() > HAZY:
        return 0.0
    return float(np.exp(rng.uniform(math.log(HAZE_PER_M[0]), math.log(HAZE_PER_M[1]))))
