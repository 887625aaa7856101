"""What a rendered data set is asked to be: the settings that decide every byte of it."""

import math
from dataclasses import dataclass
from typing import get_args

import numpy as np

from howfar.errors import SettingError
from howfar.scene import Camera
from howfar.synth.kind import Challenge, Kind, Place

SIZE_RANGE_PX = (32, 4096)
BASELINE_RANGE_M = (0.01, 2.0)
FOV_RANGE_DEG = (35.0, 90.0)
"""Across the longer side."""

PLACES: tuple[Place, ...] = get_args(Place)

ASPECTS = (4 / 3, 1.0, 16 / 9, 3.0, 3 / 4)
CENTRE_SD = 0.015
"""How far the principal point is off the middle, as a share of the side: as if the picture were cut a little."""

MOST_SCENES = 1_000_000
"""Scene numbers have six digits."""

LENS_STREAM, CHALLENGE_STREAM = 1, 3
"""Part the chance that draws a scene's lens, and its challenge, from that which draws the scene."""


@dataclass(frozen=True, slots=True)
class SynthSpec:
    """The settings of a data set: two folders of the same settings hold the same scenes under the same numbers.

    Attributes:
        seed: What all chance is drawn from, together with a scene's number.
        kind: Rooms, streets, open places, or all by turns.
        width_px: With the height, the area of the pictures, whose shapes differ.
        height_px: Likewise.
        baseline_m: Distance of the right-hand camera from the left-hand one; 0 if there is none.
        challenge: What makes the depth of streets hard, in streets that are the same for each; None for streets as they
            are drawn, which are seen from and to anywhere.

    Raises:
        SettingError: If one of them cannot be.
    """

    seed: int
    kind: Kind = "all"
    width_px: int = 320
    height_px: int = 240
    baseline_m: float = 0.1
    challenge: Challenge | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise SettingError(f"What is rendered is one of {', '.join(get_args(Kind))}, not {self.kind!r}.")
        if self.challenge is not None and self.kind != "streets":
            raise SettingError(
                f"A challenge is put into streets, and what is rendered is {self.kind}: render streets.", setting="kind"
            )
        if self.challenge is not None and self.challenge not in get_args(Challenge):
            raise SettingError(f"A challenge is one of {', '.join(get_args(Challenge))}, not {self.challenge!r}.")
        if not 0 <= self.seed < 2**63:
            raise SettingError(f"A seed is a whole number from 0 to 2^63 - 1, not {self.seed}: choose another.")
        low, high = SIZE_RANGE_PX
        if not (low <= self.width_px <= high and low <= self.height_px <= high):
            raise SettingError(
                f"Pictures can be rendered from {low}×{low} to {high}×{high} pixels, not {self.width_px}×"
                f"{self.height_px}: choose a size between, as 320x240."
            )
        nearest, widest = BASELINE_RANGE_M
        if self.baseline_m and not nearest <= self.baseline_m <= widest:
            raise SettingError(
                f"The baseline must lie between {nearest:g} and {widest:g} m, not at {self.baseline_m:g} m: choose one "
                "as of a stereo camera, as 0.1, or 0 for one camera."
            )

    def camera(self, number: int) -> Camera:
        """The left-hand camera of a scene, with its own shape and field of view."""
        rng = np.random.default_rng([self.seed, number, LENS_STREAM])
        aspect, area_px = ASPECTS[rng.integers(len(ASPECTS))], self.width_px * self.height_px
        width_px, height_px = round(math.sqrt(area_px * aspect)), round(math.sqrt(area_px / aspect))
        fov_deg = rng.uniform(*FOV_RANGE_DEG)
        focal_px = round(max(width_px, height_px) / 2 / math.tan(math.radians(fov_deg) / 2), 2)
        cx, cy = np.clip(rng.normal(0.5, CENTRE_SD, 2), 0.5 - 2 * CENTRE_SD, 0.5 + 2 * CENTRE_SD)
        centre_px = round(float(cx) * width_px, 2), round(float(cy) * height_px, 2)
        return Camera(width_px, height_px, focal_px, focal_px, *centre_px)

    def place(self, number: int) -> Place:
        """Whether the scene of this number is a room, a street or an open place."""
        return PLACES[number % len(PLACES)] if self.kind == "all" else self.kind

    def random(self, number: int) -> np.random.Generator:
        """The chance of one scene: a function of the seed and the number alone."""
        return np.random.default_rng([self.seed, number])

    def challenge_random(self, number: int) -> np.random.Generator:
        """The chance of a scene's challenge, apart from that of the scene."""
        return np.random.default_rng([self.seed, number, CHALLENGE_STREAM])


def parse_size(text: str) -> tuple[int, int]:
    """Read `320x240` as width and height in pixels.

    Raises:
        SettingError: If it has another form.
    """
    parts = text.lower().replace("×", "x").split("x")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() and len(part) < 6 for part in parts):
        raise SettingError(f"A size is written as WIDTHxHEIGHT in pixels, not {text!r}: give one as 320x240.")
    return int(parts[0]), int(parts[1])
