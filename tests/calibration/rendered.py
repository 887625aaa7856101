"""Photos of a chessboard through a known lens, exact: each pixel's ray is followed back to the board.

Nothing here is OpenCV's or howfar's: distortion is Brown's formula, taken back by Newton's method.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

WIDTH, HEIGHT = 480, 360
FX, FY, CX, CY = 400.0, 404.0, 246.0, 175.5
"""Pixel coordinates from the outer corner of the first pixel."""

BARREL = (-0.25, 0.08, 0.001, -0.0015, 0.0)
"""k1, k2, p1, p2, k3."""

COLUMNS, ROWS = 7, 5
"""Inner corners."""

SAMPLES = 4
"""Rays along each side of a pixel."""

BLACK, WHITE, WALL = 30, 225, 140


@dataclass(frozen=True)
class Pose:
    """Where a board is: its middle in squares, and its turns about X, Y and Z in degrees."""

    x: float
    y: float
    z: float
    turn_x: float
    turn_y: float
    turn_z: float


POSES = (
    Pose(0.0, 0.0, 10.0, 5, -5, 3),
    Pose(-3.2, -2.0, 11.0, 25, 20, 3),
    Pose(2.9, -1.6, 11.0, 28, -20, -4),
    Pose(-3.0, 1.8, 11.0, -25, 18, -3),
    Pose(2.9, 1.8, 11.0, -25, -20, 4),
    Pose(0.0, 0.3, 8.5, 25, 35, 0),
    Pose(0.3, -0.2, 8.5, -35, -20, 95),
    Pose(-0.5, 0.5, 12.0, 40, 5, 45),
    Pose(0.5, -0.3, 12.0, -5, 42, -45),
    Pose(-3.0, 0.0, 10.5, 10, 25, 95),
    Pose(2.9, 0.1, 10.5, -10, -25, -85),
)


HERE = (np.eye(3), np.zeros(3))
"""Where the camera is itself: R and T take points from its coordinates to those of another one."""


def photo(
    pose: Pose, distortion: Sequence[float] = BARREL, seen_from: tuple[np.ndarray, np.ndarray] = HERE
) -> np.ndarray:
    """H×W×3 uint8: the board in front of a grey wall, seen by this camera or by another one of its kind."""
    turn, place = _seen(pose, seen_from)
    to_board = np.linalg.inv(np.column_stack([turn[:, 0], turn[:, 1], place]))
    rays = sample_rays(tuple(distortion))
    u, v, w = (to_board @ np.stack([rays[0], rays[1], np.ones_like(rays[0])]).reshape(3, -1)).reshape(3, *rays[0].shape)
    u, v = u / w + (COLUMNS + 1) / 2, v / w + (ROWS + 1) / 2
    inside = (u > 0) & (u < COLUMNS + 1) & (v > 0) & (v < ROWS + 1)
    margin = (u > -0.7) & (u < COLUMNS + 1.7) & (v > -0.7) & (v < ROWS + 1.7)
    dark = (np.floor(u) + np.floor(v)) % 2 == 0
    shade = np.where(inside & dark, BLACK, np.where(margin, WHITE, WALL)).astype(np.float32)
    grey = shade.reshape(HEIGHT, SAMPLES, WIDTH, SAMPLES).mean(axis=(1, 3))
    return np.repeat(grey.round().astype(np.uint8)[..., None], 3, axis=2)


def _seen(pose: Pose, seen_from: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """How a board is turned, and where its middle is, in the coordinates of the camera that sees it."""
    turn, shift = seen_from
    return turn @ rotation(pose), turn @ np.array([pose.x, pose.y, pose.z]) + shift


def corners_px(
    pose: Pose, distortion: Sequence[float] = BARREL, seen_from: tuple[np.ndarray, np.ndarray] = HERE
) -> np.ndarray:
    """N×2: where the inner corners are seen."""
    turn, place = _seen(pose, seen_from)
    column, row = (places.ravel() for places in np.meshgrid(np.arange(COLUMNS), np.arange(ROWS)))
    on_board = np.stack([column - (COLUMNS - 1) / 2, row - (ROWS - 1) / 2, np.zeros(column.size)])
    x, y, z = turn @ on_board + place[:, None]
    return seen_px(np.stack([x / z, y / z]), distortion).T


def seen_px(points: np.ndarray, distortion: Sequence[float] = BARREL) -> np.ndarray:
    """2×…: where points X/Z, Y/Z are seen."""
    x, y = bent(points, distortion)
    return np.stack([FX * x + CX, FY * y + CY])


def bent(points: np.ndarray, distortion: Sequence[float]) -> np.ndarray:
    k1, k2, p1, p2, k3 = distortion
    x, y = points
    r2 = x**2 + y**2
    radial = 1 + r2 * (k1 + r2 * (k2 + r2 * k3))
    return np.stack(
        [x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x**2), y * radial + p1 * (r2 + 2 * y**2) + 2 * p2 * x * y]
    )


@cache
def sample_rays(distortion: tuple[float, ...]) -> np.ndarray:
    """2×(H·SAMPLES)×(W·SAMPLES): the points X/Z, Y/Z that the samples of all pixels see."""
    columns = (np.arange(WIDTH * SAMPLES) + 0.5) / SAMPLES
    rows = (np.arange(HEIGHT * SAMPLES) + 0.5) / SAMPLES
    target = np.stack(np.meshgrid((columns - CX) / FX, (rows - CY) / FY))
    points, step = target.copy(), 1e-5
    for _ in range(6):
        missing = bent(points, distortion) - target
        along_x = (bent(points + np.array([step, 0.0])[:, None, None], distortion) - missing - target) / step
        along_y = (bent(points + np.array([0.0, step])[:, None, None], distortion) - missing - target) / step
        determinant = along_x[0] * along_y[1] - along_y[0] * along_x[1]
        points[0] -= (along_y[1] * missing[0] - along_y[0] * missing[1]) / determinant
        points[1] -= (along_x[0] * missing[1] - along_x[1] * missing[0]) / determinant
    return points


def rotation(pose: Pose) -> np.ndarray:
    a, b, c = np.radians([pose.turn_x, pose.turn_y, pose.turn_z])
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return about_x @ about_y @ about_z
