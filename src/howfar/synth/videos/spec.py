"""What rendered videos are asked to be: the settings that decide every byte of them."""

from dataclasses import dataclass

import numpy as np

from howfar.errors import SettingError
from howfar.scene import Camera
from howfar.synth.spec import SynthSpec

SECONDS_RANGE = (0.2, 60.0)
RATES_HZ = (10.0, 12.5, 15.0, 20.0, 25.0, 30.0)
DROPPING, DROPPED = 0.5, 0.1
"""The share of the videos in which frames are missing, and the share of the frames that is missing there."""
TIMES_STREAM = 2
"""Parts the chance that draws a video's times from that which draws the scene, and the lens."""


@dataclass(frozen=True, slots=True)
class VideoSpec:
    """The settings of a folder of videos.

    Attributes:
        seed: What all chance is drawn from, together with a video's number.
        width_px: With the height, the area of the pictures, whose shapes differ.
        height_px: Likewise.
        seconds: How long each video is.

    Raises:
        SettingError: If one of them cannot be.
    """

    seed: int
    width_px: int = 320
    height_px: int = 240
    seconds: float = 4.0

    def __post_init__(self) -> None:
        self.scenes  # noqa: B018  refuses a seed and a size that cannot be
        least, most = SECONDS_RANGE
        if not least <= self.seconds <= most:
            raise SettingError(
                f"A rendered video takes from {least:g} to {most:g} seconds, not {self.seconds:g}: choose a number "
                "between.",
                setting="seconds",
            )

    @property
    def scenes(self) -> SynthSpec:
        """The settings that the scenes of the videos share with single pictures."""
        return SynthSpec(self.seed, "streets", self.width_px, self.height_px, 0.0)

    def camera(self, number: int) -> Camera:
        """The camera of a video, with its own shape and field of view."""
        return self.scenes.camera(number)

    def random(self, number: int) -> np.random.Generator:
        """The chance of one video's scene."""
        return self.scenes.random(number)

    def times_s(self, number: int) -> tuple[float, ...]:
        """The times of a video's frames, of 10 to 30 a second; in half of the videos some frames are missing."""
        rng = np.random.default_rng([self.seed, number, TIMES_STREAM])
        count = max(2, round(self.seconds * float(rate := rng.choice(RATES_HZ))))
        dropped = rng.uniform(size=count) < DROPPED * (rng.uniform() < DROPPING)
        return tuple(index / float(rate) for index in range(count) if index == 0 or not dropped[index])
