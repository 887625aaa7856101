"""A data set of slopes, and the recipe of a teacher–student training on it that takes a moment."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from howfar.training.recipe import parse_recipe
from howfar.training.semi.recipe import SemiRecipe
from tests.training.run_folders import OPTIMISER

NAMES = ("0002", "0003", "0004", "0005", "0006", "0007")


def write_slopes(root: Path, names: tuple[str, ...] = NAMES) -> Path:
    """NYU's layout: floors that get brighter and farther upwards, each picture another way."""
    for part in ("rgb", "depth8"):
        (root / part).mkdir(parents=True)
    for name in names:
        slope = np.linspace(200, 20 + 10 * int(name), 480)[:, None] + np.linspace(0, 3 * int(name), 640)
        depth = slope.astype(np.uint8)
        Image.fromarray(np.stack([depth, 255 - depth, depth // 2], axis=-1)).save(root / "rgb" / f"{name}.jpg")
        Image.fromarray(depth).save(root / "depth8" / f"{name}.png")
    for split in ("train", "test"):
        (root / f"{split}.txt").write_text("".join(f"{name}\n" for name in names))
    return root


def semi_table(data: Path, **tables: Any) -> dict[str, Any]:
    """A U-Net of one level whose labelled pairs are two of the pictures."""
    table = {
        "task": "semi",
        "output": "relative_inverse",
        "network": {"name": "unet", "options": {"filters": [4]}},
        "data": {"root": str(data), "sizes_px": [[64, 64]], "count": 2, "held_out": 0},
        "unlabelled": {"root": str(data)},
        "augmentation": {"base_px": [80, 64]},
        "loss": {"affine_invariant": 1.0},
        "optimiser": OPTIMISER,
        "training": {"epochs": 1, "batch": 3, "precision": "32-true"},
    }
    return table | tables


def semi_recipe(data: Path, **tables: Any) -> SemiRecipe:
    """The same as a recipe."""
    return parse_recipe(semi_table(data, **tables), SemiRecipe, "test")
