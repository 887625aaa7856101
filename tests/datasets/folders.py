"""Small data sets made for tests."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image


def write_nyu(root: Path, *, train: tuple[str, ...] = ("0002",), test: tuple[str, ...] = ("0000", "0001")) -> Path:
    """NYU's layout: picture NNNN is of one colour, NNNN, and all its depths are step 10 · (NNNN + 1)."""
    for part in ("rgb", "depth8"):
        (root / part).mkdir(parents=True)
    for name in (*train, *test):
        grey = np.full((480, 640), int(name), dtype=np.uint8)
        Image.fromarray(np.stack([grey] * 3, axis=-1)).save(root / "rgb" / f"{name}.jpg", quality=100)
        Image.fromarray(10 * (grey + 1)).save(root / "depth8" / f"{name}.png")
    (root / "train.txt").write_text("".join(f"{name}\n" for name in train))
    (root / "test.txt").write_text("".join(f"{name} kitchen\n" for name in test))
    return root


def coco_table() -> dict[str, Any]:
    """Two pictures of 64×48 pixels, categories with a gap in their numbers, a crowd, a picture without any object."""
    return {
        "images": [
            {"id": 7, "file_name": "a.png", "width": 64, "height": 48},
            {"id": 3, "file_name": "deep/b.png", "width": 64, "height": 48},
        ],
        "annotations": [
            {"id": 0, "image_id": 7, "category_id": 90, "bbox": [10, 5, 20, 30], "area": 300.0, "iscrowd": 0},
            {
                "id": 4,
                "image_id": 7,
                "category_id": 1,
                "bbox": [0, 0, 8, 8],
                "area": 64.0,
                "iscrowd": 1,
                "segmentation": {"counts": [1, 2], "size": [48, 64]},
            },
        ],
        "categories": [{"id": 1, "name": "person"}, {"id": 90, "name": "toothbrush"}],
    }


def write_coco(root: Path, table: dict[str, Any] | None = None) -> tuple[Path, Path]:
    """The pictures' folder and the JSON file of a COCO data set; the pictures are grey noise."""
    images = root / "images"
    (images / "deep").mkdir(parents=True)
    random = np.random.default_rng(0)
    for name in ("a.png", "deep/b.png"):
        Image.fromarray(random.integers(0, 255, (48, 64), dtype=np.uint8)).save(images / name)
    annotations = root / "instances.json"
    annotations.write_text(json.dumps(coco_table() if table is None else table))
    return images, annotations
