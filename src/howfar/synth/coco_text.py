"""COCO's annotations with distances, as `howfar.datasets.coco_distances` reads them, and those of pairs.

Beside COCO's own fields a picture has its camera and, of a pair, the right-hand picture's name and the baseline; an
object its distance, its occlusion and, in a pair, `whole_bbox`, the box round all of it, whatever stands before it and
wherever the picture ends, and `right_bbox`, the same in the right-hand picture (`howfar.datasets.coco_pairs`).
"""

import math
from collections.abc import Sequence
from typing import Any

from howfar.scene import Camera
from howfar.synth.layout import LEFT, RIGHT, scene_name
from howfar.synth.objects import Box, SeenObject

CATEGORIES = (
    "person",
    "bicycle",
    "car",
    "motorcycle",
    "bus",
    "truck",
    "traffic light",
    "bench",
    "cat",
    "dog",
    "horse",
    "sheep",
    "cow",
    "elephant",
    "zebra",
    "giraffe",
    "umbrella",
    "sports ball",
    "bottle",
    "cup",
    "bowl",
    "chair",
    "couch",
    "potted plant",
    "bed",
    "dining table",
    "tv",
    "laptop",
    "book",
    "clock",
    "vase",
    "bin",
    "box",
    "coat stand",
    "cupboard",
    "curtain",
    "door",
    "fence",
    "glass screen",
    "ladder",
    "lamp",
    "mirror",
    "picture",
    "pole",
    "radiator",
    "roll",
    "shelf",
    "shelter",
    "sign",
    "stool",
    "tree",
    "window",
)
"""All classes: those that COCO has by its names, then the others. A category's id is its number, counted from 1."""


def record_of(number: int, camera: Camera, baseline_m: float, objects: Sequence[SeenObject]) -> dict[str, Any]:
    """What a scene adds to the annotations: its picture, or pair, and its objects, which have no ids yet."""
    image: dict[str, Any] = {
        "id": number,
        "file_name": f"{LEFT}/{scene_name(number)}.png",
        "width": camera.width_px,
        "height": camera.height_px,
        "camera": {"fx_px": camera.fx_px, "fy_px": camera.fy_px, "cx_px": camera.cx_px, "cy_px": camera.cy_px},
    }
    if baseline_m:
        image |= {"right_file_name": f"{RIGHT}/{scene_name(number)}.png", "baseline_m": baseline_m}
    return {"image": image, "objects": [_annotation(number, each) for each in objects]}


def table_of(records: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The annotations of many scenes as one of COCO's tables."""
    annotations = [each for record in records for each in record["objects"]]
    return {
        "images": [record["image"] for record in records],
        "annotations": [{"id": number, **each} for number, each in enumerate(annotations, 1)],
        "categories": [{"id": number, "name": name} for number, name in enumerate(CATEGORIES, 1)],
    }


def _annotation(number: int, seen: SeenObject) -> dict[str, Any]:
    annotation = {
        "image_id": number,
        "category_id": CATEGORIES.index(seen.name) + 1,
        "bbox": _corner_and_sides(seen.visible_box_px),
        "area": seen.pixels,
        "iscrowd": 0,
        "depth_m": round(seen.depth_m, 5),
        "nearest_m": round(seen.nearest_m, 5),
        "occlusion": seen.occlusion,
        "visible_share": round(seen.visible_share, 4),
        "instance": seen.instance,
    }
    if seen.right_reach_px is not None and math.isfinite(seen.reach_px[0]) and math.isfinite(seen.right_reach_px[0]):
        annotation["whole_bbox"] = _corner_and_sides(seen.reach_px)
        annotation["right_bbox"] = _corner_and_sides(seen.right_reach_px)
    return annotation


def _corner_and_sides(box_px: Box) -> list[float]:
    """A box as COCO has it: left, top, width and height."""
    x1, y1, x2, y2 = box_px
    return [round(number, 3) for number in (x1, y1, x2 - x1, y2 - y1)]
