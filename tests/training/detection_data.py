"""Small pictures with boxes, made for tests of training."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from howfar.datasets import DetectionSample

NAMES = ("cup", "dog")
WIDTH_PX, HEIGHT_PX = 128, 64

Box = tuple[int, float, float, float, float]
"""Class, left, top, width and height."""

FOUR: Sequence[Sequence[Box]] = (
    [(0, 8, 8, 40, 44), (1, 56, 10, 30, 22)],
    [(1, 4, 20, 24, 40), (0, 40, 6, 50, 50)],
    [(0, 30, 12, 26, 30), (1, 60, 30, 32, 28), (1, 2, 40, 20, 18)],
    [(1, 20, 4, 60, 56), (0, 84, 40, 12, 14)],
)
"""The boxes of four pictures."""


def picture(boxes: Sequence[Box], seed: int) -> np.ndarray:
    """A dark noise in which cups are red and dogs are blue."""
    image = np.random.default_rng(seed).integers(0, 80, (HEIGHT_PX, WIDTH_PX, 3), dtype=np.uint8)
    for label, *xywh in boxes:
        left, top, width, height = np.nan_to_num(xywh).astype(int)
        image[top : top + height, left : left + width, 2 * (label % 2)] = 220
    return image


def sample(boxes: Sequence[Box], index: int = 0) -> DetectionSample:
    """A picture with its boxes."""
    xywh = np.array([box[1:] for box in boxes], dtype=np.float32).reshape(-1, 4)
    return DetectionSample(
        name=f"{index}.png",
        image_id=index,
        image=picture(boxes, index),
        boxes_xyxy_px=np.hstack([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]]),
        class_ids=np.array([box[0] for box in boxes], dtype=np.int64),
        crowd=np.zeros(len(boxes), dtype=np.bool_),
        class_names=NAMES,
    )


def write_coco(root: Path, pictures: Sequence[Sequence[Box]] = FOUR) -> Path:
    """The same on disk in COCO's form, as the split `all`."""
    (root / "images").mkdir(parents=True)
    for index, boxes in enumerate(pictures):
        Image.fromarray(picture(boxes, index)).save(root / "images" / f"{index}.png")
    table = {
        "images": [
            {"id": index, "file_name": f"{index}.png", "width": WIDTH_PX, "height": HEIGHT_PX}
            for index in range(len(pictures))
        ],
        "annotations": [
            {"id": 100 * index + number, "image_id": index, "category_id": label, "bbox": box, "iscrowd": 0}
            for index, boxes in enumerate(pictures)
            for number, (label, *box) in enumerate(boxes)
        ],
        "categories": [{"id": number, "name": name} for number, name in enumerate(NAMES)],
    }
    (root / "instances.json").write_text(json.dumps(table))
    return root
