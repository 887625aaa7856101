"""Pairs of noise whose every disparity is known, as data to learn from."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from howfar.datasets.samples import StereoSample

DISPARITY_PX = 9


def noise_pair(seed: int, height: int = 48, width: int = 80) -> StereoSample:
    """A wall of blurred noise at `DISPARITY_PX`; of its first columns nothing is in the right-hand picture."""
    rng = np.random.default_rng(seed)
    wide = cv2.GaussianBlur(rng.uniform(0, 255, (height, width + DISPARITY_PX, 3)), (0, 0), 0.8)
    wide = np.clip((wide - 127) * 2.5 + 127, 0, 255).astype(np.uint8)
    left, right = wide[:, :width], wide[:, DISPARITY_PX:]
    seen = np.tile(np.arange(width) >= DISPARITY_PX, (height, 1))
    truth = np.full((height, width), DISPARITY_PX, dtype=np.float32)
    truth[0] = np.nan
    return StereoSample(f"wall {seed}", left, right, truth, seen)


def write_pairs(root: Path, count: int, height: int = 48, width: int = 80) -> Path:
    """Write such pairs in the layout of `howfar synth`."""
    for number in range(count):
        sample = noise_pair(number, height, width)
        assert sample.unoccluded is not None
        files = {
            "image_2": sample.left,
            "image_3": sample.right,
            "disparity": (np.nan_to_num(sample.disparity_px) * 256).astype(np.uint16),
            "hidden": np.where(sample.unoccluded, 0, 255).astype(np.uint8),
        }
        for folder, pixels in files.items():
            (root / folder).mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.ascontiguousarray(pixels)).save(root / folder / f"{number:06d}.png")
    return root
