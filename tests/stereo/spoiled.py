"""Good pairs, and what can be done to them."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import numpy as np

Pair = tuple[np.ndarray, np.ndarray]
Spoil = Callable[[np.ndarray, np.ndarray], Pair]

WIDTH, HEIGHT = 560, 320
LAYERS_PX = (3.0, 8.0, 15.0, 26.0)
"""Disparities of the layers of `layers`, the farthest first."""


def view(shift: float = 1.0, forward: float = 0.0) -> np.ndarray:
    """H×W×3 uint8: textured sheets at several distances, from a camera that was moved.

    Args:
        shift: To the right, in baselines.
        forward: Towards the sheets, likewise, for a focal length as long as the picture is wide.
    """
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for layer, disparity_px in enumerate(LAYERS_PX):
        texture, mask = _sheet(layer)
        grown = 1 / (1 - forward * disparity_px / WIDTH)
        matrix = cv2.getRotationMatrix2D(((WIDTH - 1) / 2, (HEIGHT - 1) / 2), 0, grown)
        matrix[0, 2] -= shift * disparity_px * grown
        seen, there = (
            cv2.warpAffine(each, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
            for each in (texture, mask)
        )
        picture = np.where(there[..., None] > 127, seen, picture)
    return picture


@cache
def _sheet(layer: int) -> Pair:
    """The texture of a layer, and where it is: everywhere for the farthest one, else in rectangles."""
    rng = np.random.default_rng(layer)
    noise = np.zeros((HEIGHT, WIDTH, 3))
    for size in (2, 4, 10):
        coarse = rng.standard_normal((HEIGHT // size, WIDTH // size, 3))
        noise += size * cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    mask = np.full((HEIGHT, WIDTH), 255 if layer == 0 else 0, np.uint8)
    for _ in range(7 if layer else 0):
        x, y, w, h = rng.integers((0, 0, 50, 50), (WIDTH - 60, HEIGHT - 60, 130, 110))
        mask[y : y + h, x : x + w] = 255
    return np.clip(115 + 7 * noise, 0, 255).astype(np.uint8), mask


def layers() -> Pair:
    """A good pair."""
    return view(0.0), view(1.0)


def moved(down_px: float = 0.0, clockwise_deg: float = 0.0, grown: float = 1.0) -> Spoil:
    """The right-hand picture moved, turned or enlarged."""

    def spoil(left: np.ndarray, right: np.ndarray) -> Pair:
        height, width = right.shape[:2]
        matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -clockwise_deg, grown)
        matrix[1, 2] += down_px
        return left, cv2.warpAffine(right, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)

    return spoil


def turned_aside(yaw_deg: float, roll_deg: float = 0.0) -> Spoil:
    """The right-hand camera turned to the side, and about its axis."""

    def spoil(left: np.ndarray, right: np.ndarray) -> Pair:
        height, width = right.shape[:2]
        matrix = np.array([[0.8 * width, 0, (width - 1) / 2], [0, 0.8 * width, (height - 1) / 2], [0, 0, 1]])
        turn = cv2.Rodrigues(np.radians([0, yaw_deg, roll_deg]))[0]
        warp = matrix @ turn @ np.linalg.inv(matrix)
        return left, cv2.warpPerspective(right, warp, (width, height), borderMode=cv2.BORDER_REPLICATE)

    return spoil


def exposed(gain: float, offset: float = 0.0) -> Spoil:
    return lambda left, right: (left, np.clip(gain * right.astype(float) + offset, 0, 255).astype(np.uint8))


def swapped(left: np.ndarray, right: np.ndarray) -> Pair:
    return right, left


def twice(left: np.ndarray, _: np.ndarray) -> Pair:
    return left, left.copy()


def twice_with_noise(left: np.ndarray, _: np.ndarray) -> Pair:
    noisy = np.clip(left + np.random.default_rng(1).normal(0, 4, left.shape), 0, 255).astype(np.uint8)
    return left, cv2.imdecode(cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 70])[1], cv2.IMREAD_COLOR)


def with_noise(left: np.ndarray, right: np.ndarray) -> Pair:
    rng = np.random.default_rng(3)
    noisy = [np.clip(each + rng.normal(0, 5, each.shape), 0, 255).astype(np.uint8) for each in (left, right)]
    return noisy[0], noisy[1]


def half_as_large(left: np.ndarray, right: np.ndarray) -> Pair:
    return left, right[::2, ::2]


@cache
def real_pairs(shared: Path) -> list[tuple[str, np.ndarray, np.ndarray, float]]:
    """Name, both pictures and offset of the pairs that are known to be good: 26 streets, cones, teddy, motorcycle."""
    from skimage.data import stereo_motorcycle

    streets = shared / "data/streets/kitti_0009"
    pairs = [
        (left.stem, read(left), read(streets / "right" / left.name), 0.0)
        for left in sorted((streets / "left").iterdir())
        if (streets / "right" / left.name).exists()
    ]
    for name in ("cones", "teddy"):
        folder = shared / "data/middlebury" / name
        pairs.append((name, read(folder / "left.png"), read(folder / "right.png"), 0.0))
    left, right, _ = stereo_motorcycle()
    return [*pairs, ("motorcycle", left, right, 31.086)]


def read(path: Path) -> np.ndarray:
    return cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
