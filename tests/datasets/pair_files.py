"""Small stereo pairs with boxes in both pictures, made for tests."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

WIDTH_PX, HEIGHT_PX = 128, 64
FOCAL_PX, BASELINE_M = 100.0, 0.5
NAMES = ("car", "person")

Object = tuple[int, float, float, float, float, float]
"""Class, left, top, width, height, and disparity in pixels."""

PAIRS: tuple[tuple[Object, ...], ...] = (
    ((0, 40, 10, 40, 30, 10), (1, 90, 20, 16, 32, 4)),
    ((1, 30, 8, 20, 40, 8),),
    ((0, 60, 20, 48, 28, 12),),
    ((0, 20, 12, 44, 36, 6), (0, 80, 16, 36, 28, 16)),
)


def eye(objects: tuple[Object, ...], seed: int, *, right: bool) -> np.ndarray:
    """Dark noise in which cars are red and persons are blue."""
    image = np.random.default_rng(seed).integers(0, 80, (HEIGHT_PX, WIDTH_PX, 3), dtype=np.uint8)
    for label, x, y, width, height, disparity in objects:
        left = int(x - (disparity if right else 0))
        image[int(y) : int(y + height), max(left, 0) : int(left + width), 2 * label] = 220
    return image


def table(pairs: tuple[tuple[Object, ...], ...] = PAIRS) -> dict[str, Any]:
    """The annotations of the pairs."""
    camera = {"fx_px": FOCAL_PX, "fy_px": FOCAL_PX, "cx_px": WIDTH_PX / 2, "cy_px": HEIGHT_PX / 2}
    return {
        "images": [
            {
                "id": index,
                "file_name": f"left/{index}.png",
                "right_file_name": f"right/{index}.png",
                "baseline_m": BASELINE_M,
                "width": WIDTH_PX,
                "height": HEIGHT_PX,
                "camera": camera,
            }
            for index in range(len(pairs))
        ],
        "annotations": [
            {
                "id": 100 * index + number,
                "image_id": index,
                "category_id": label,
                "bbox": [x, y, width, height],
                "whole_bbox": [x, y, width, height],
                "right_bbox": [x - disparity, y, width, height],
                "depth_m": FOCAL_PX * BASELINE_M / disparity,
                "occlusion": number,
            }
            for index, objects in enumerate(pairs)
            for number, (label, x, y, width, height, disparity) in enumerate(objects)
        ],
        "categories": [{"id": number, "name": name} for number, name in enumerate(NAMES)],
    }


def write_pairs(root: Path, content: dict[str, Any] | None = None) -> Path:
    """Write the pairs, as the split `all`."""
    for folder, right in (("left", False), ("right", True)):
        (root / folder).mkdir(parents=True)
        for index, objects in enumerate(PAIRS):
            Image.fromarray(eye(objects, index, right=right)).save(root / folder / f"{index}.png")
    (root / "instances.json").write_text(json.dumps(table() if content is None else content))
    return root
