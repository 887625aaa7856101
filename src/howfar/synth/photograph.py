"""From light to a picture as a camera takes it: exposure, noise, gamma, eight bits."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

GAMMA = 2.2
"""From linear light to what a picture keeps, and back."""
LEAST_METERED = 0.05
"""With a smaller share of the picture that is no sky, the sky is metered as well."""

BLOOM_SHARE, MOST_BLOOM = 0.03, 4.0
"""How far bright light spreads, as a share of the longer side, and the brightest that does."""


@dataclass(frozen=True, slots=True)
class Sensor:
    """How a camera takes a scene.

    Attributes:
        grey: The share of white that the scene's middle brightness is shown as, before gamma.
        shot: Noise in proportion to the root of the light.
        read: Noise that is there without any light.
        balance: Factors of red, green and blue.
        blur_px: Standard deviation of the lens's blur.
        bloom: Share of bright light that spreads over the picture.
        vignette: Share of the light that the corners lack.
    """

    grey: float
    shot: float
    read: float
    balance: tuple[float, float, float]
    blur_px: float = 0.0
    bloom: float = 0.0
    vignette: float = 0.0


def random_sensor(rng: np.random.Generator) -> Sensor:
    """A sensor with mild faults."""
    red, blue = rng.uniform(0.9, 1.12, 2)
    shot, read = rng.uniform(0.002, 0.02), rng.uniform(0.0005, 0.004)
    blur_px, bloom = max(rng.uniform(-0.5, 0.8), 0.0), max(rng.uniform(-0.05, 0.1), 0.0)
    return Sensor(rng.uniform(0.13, 0.28), shot, read, (red, 1.0, blue), blur_px, bloom, rng.uniform(0, 0.35))


def exposure(light: NDArray[np.float32], known: NDArray[np.bool_], grey: float) -> float:
    """The factor that makes the middle brightness of what is no sky grey.

    The middle is the geometric mean of the mean and the median. The sky counts only where there is hardly anything
    else: it is white in most photos.

    Args:
        light: H×W×3 linear light.
        known: H×W bool, where there is no sky.
        grey: The share of white that the middle is shown as.
    """
    brightness = light.mean(axis=2, dtype=np.float64)
    metered = brightness[known] if known.mean() > LEAST_METERED else brightness.ravel()
    clipped = np.minimum(metered, 4 * np.median(metered) + 1e-9)
    return grey / max(float(np.sqrt(np.median(clipped) * clipped.mean())), 1e-6)


def photograph(
    light: NDArray[np.float32], sensor: Sensor, factor: float, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Expose H×W×3 linear light by a factor, add noise, and give H×W×3 uint8 RGB."""
    seen = _through_lens(light * (np.float32(factor) * np.array(sensor.balance, dtype=np.float32)), sensor)
    # Bright light bends towards white and does not stop there at once, as film and today's cameras do.
    seen = seen * (1 + seen / 9) / (1 + seen / 1.5 * 0.5)
    noise = rng.standard_normal(light.shape, dtype=np.float32)
    seen += noise * np.sqrt(np.float32(sensor.read) ** 2 + np.float32(sensor.shot) ** 2 * np.maximum(seen, 0))
    shown = np.clip(seen, 0, 1) ** np.float32(1 / GAMMA)
    return np.asarray(np.rint(255 * shown), dtype=np.uint8)


def _through_lens(light: NDArray[np.float32], sensor: Sensor) -> NDArray[np.float32]:
    """Blur, bloom and vignette."""
    height, width = light.shape[:2]
    if sensor.bloom:
        spread: NDArray[np.float32] = np.asarray(
            cv2.GaussianBlur(np.minimum(light, MOST_BLOOM), (0, 0), BLOOM_SHARE * max(height, width)), dtype=np.float32
        )
        light = np.asarray(light + np.float32(sensor.bloom) * (spread - light))
    if sensor.blur_px:
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), sensor.blur_px), dtype=np.float32)
    rows, columns = np.linspace(-1, 1, height, dtype=np.float32), np.linspace(-1, 1, width, dtype=np.float32)
    corner = (rows[:, None] ** 2 + columns**2) / 2
    return np.asarray(light * (1 - np.float32(sensor.vignette) * corner)[:, :, None])
