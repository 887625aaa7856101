"""What all that stands in one street shares: its kind, its widths, the camera, and the places that are taken."""

import math

import numpy as np

from howfar.synth.backdrop import REACH_M
from howfar.synth.daylight import random_daylight
from howfar.synth.ground_plan import GroundPlan
from howfar.synth.street_styles import random_style
from howfar.synth.world import Eye

KERB_M = 0.12
NEAREST_M = -25.0
"""Where the road begins; the camera is near 0."""

FARTHEST_M = (100.0, 210.0)
"""Where the road ends."""

EYE_HEIGHT_M = (0.5, 3.0)
EYE_PITCH_DEG = (-12.0, 8.0)
SIDEWAYS = 0.35
"""How often the camera looks anywhere, as one at the side of a car, and not along the road."""

BEND_PER_M, RISE_PER_M = 1 / 1300, 1 / 4500
"""The most that a road bends to a side, and rises or falls: the pieces of the road are straight."""

LANE_M = 3.2


class StreetPlan:
    """A street before anything stands in it.

    Attributes:
        rng: The chance that all is drawn from, in turn.
        style: The kind of street.
        light: Hour and weather.
        road_m: Width of the road.
        pavement_m: Width of each pavement.
        end_m: Where the road ends.
        bend_per_m: How it bends.
        rise_per_m: How it rises.
        right: 1 where traffic keeps to the right, -1 where it keeps to the left.
        crossing: From where to where along the road another one crosses, in metres.
        taken: The places that are taken.
        eye: The camera.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        """Draw the street's kind and widths and the camera's position."""
        self.rng = rng
        self.style, self.light = random_style(rng), random_daylight(rng)
        self.road_m = rng.uniform(*self.style.road_m)
        self.pavement_m = rng.uniform(*self.style.pavement_m)
        self.end_m = rng.uniform(*FARTHEST_M)
        bend, rise = np.clip(rng.normal(0, 0.5, 2), -1, 1)
        self.bend_per_m, self.rise_per_m = float(bend * BEND_PER_M), float(rise * RISE_PER_M)
        self.right = 1 if rng.uniform() < 0.8 else -1
        self.crossing = self._crossing()
        self.taken = GroundPlan()
        self.eye = self._eye()

    @property
    def lanes(self) -> int:
        """How many lanes the road has."""
        return max(2, round(self.road_m / LANE_M))

    def crosses(self, y_m: float, slack_m: float = 0.0) -> bool:
        """Whether the other road crosses there, or within some way of it."""
        return self.crossing[0] - slack_m < y_m < self.crossing[1] + slack_m

    def how_far(self, nearest_m: float, farthest_m: float) -> float:
        """A distance of which the logarithm is even: near ones are as large a share of a picture as far ones.

        Some lie behind the camera's place, where it looks back or sideways.
        """
        far = float(np.exp(self.rng.uniform(math.log(nearest_m), math.log(farthest_m))))
        looks_ahead = abs(self.eye.yaw_rad) < 0.8
        return far if looks_ahead or self.rng.uniform() < 0.5 else max(-far, NEAREST_M)

    def _crossing(self) -> tuple[float, float]:
        """From where to where another road crosses; it may lie behind the end, where it is not seen."""
        middle = self.rng.uniform(14, 55) if self.rng.uniform() < 0.45 else 2 * REACH_M
        half = self.rng.uniform(3.5, 8)
        return middle - half, middle + half

    def _eye(self) -> Eye:
        """On the road as from a car, or on a pavement as from a walker; along the road, or to any side."""
        rng = self.rng
        reach = self.road_m / 2 + (self.pavement_m - 0.6 if rng.uniform() < 0.4 else -1.0)
        x, height = rng.uniform(-reach, reach), rng.uniform(*EYE_HEIGHT_M)
        if rng.uniform() < SIDEWAYS:
            yaw = rng.uniform(-math.pi, math.pi)
        else:
            yaw = rng.normal(0, 0.25) + 0.04 * min(max(x, -6), 6)
        self.taken.take(x, 0.0, 1.2)
        self.taken.take(x - 2.4 * math.sin(yaw), 2.4 * math.cos(yaw), 1.0)
        pitch = math.radians(rng.uniform(*EYE_PITCH_DEG))
        return Eye((float(x), 0.0, float(height)), float(yaw), pitch, float(rng.normal(0, 0.015)))
