"""Finding free places on the ground, so that no body stands in another or in the camera."""

import math
from dataclasses import dataclass, field

import numpy as np

Area = tuple[float, float, float, float]
"""Least x, least y, largest x, largest y in metres."""

TRIES = 12


@dataclass
class GroundPlan:
    """Circles that are taken.

    Attributes:
        taken: Position and radius of each.
    """

    taken: list[tuple[float, float, float]] = field(default_factory=list)

    def take(self, x_m: float, y_m: float, radius_m: float) -> None:
        """Note that a circle is taken."""
        self.taken.append((x_m, y_m, radius_m))

    def is_free(self, x_m: float, y_m: float, radius_m: float) -> bool:
        """Whether a circle meets no other."""
        return all(math.hypot(x_m - x, y_m - y) > radius_m + radius for x, y, radius in self.taken)

    def find(self, rng: np.random.Generator, area_m: Area, radius_m: float) -> tuple[float, float] | None:
        """Take a free circle within an area; None where a few tries find none."""
        x1, y1, x2, y2 = area_m
        if x2 - x1 < 2 * radius_m or y2 - y1 < 2 * radius_m:
            return None
        for _ in range(TRIES):
            x, y = rng.uniform(x1 + radius_m, x2 - radius_m), rng.uniform(y1 + radius_m, y2 - radius_m)
            if self.is_free(x, y, radius_m):
                self.take(x, y, radius_m)
                return float(x), float(y)
        return None
