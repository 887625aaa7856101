"""Pairs of pictures with a texture that is the same nowhere, at known disparities."""

import cv2
import numpy as np
from numpy.typing import NDArray

HEIGHT, WIDTH = 96, 240
BOX = (100, 24, 160, 72)
"""Where the nearer thing is in the left-hand picture: x1, y1, x2, y2."""


def texture(seed: int, width: int = WIDTH + 200) -> NDArray[np.uint8]:
    """Smoothed noise in colour, as high as the pictures."""
    noise = np.random.default_rng(seed).uniform(0, 255, (HEIGHT, width, 3)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 1.2)
    spread = (smooth - smooth.mean()) / smooth.std() * 50 + 128
    return spread.clip(0, 255).astype(np.uint8)


def pair(far_px: int = 6, near_px: int = 20) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.float32]]:
    """A wall with a nearer thing before it: the left-hand picture, the right-hand one, and the disparities."""
    wall, thing = texture(1), texture(2)
    x1, y1, x2, y2 = BOX
    left, right = wall[:, :WIDTH].copy(), wall[:, far_px : far_px + WIDTH].copy()
    left[y1:y2, x1:x2] = thing[y1:y2, : x2 - x1]
    right[y1:y2, x1 - near_px : x2 - near_px] = thing[y1:y2, : x2 - x1]
    disparity = np.full((HEIGHT, WIDTH), far_px, dtype=np.float32)
    disparity[y1:y2, x1:x2] = near_px
    return left, right, disparity
