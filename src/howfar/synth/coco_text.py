"""COCO's annotations with distances, as `howfar.datasets.coco_distances` reads them."""

from collections.abc import Sequence
from typing import Any

from howfar.scene import Camera
from howfar.synth.layout import LEFT, scene_name
from howfar.synth.objects import SeenObject

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


def record_of(number: int, camera: Camera, objects: Sequence[SeenObject]) -> dict[str, Any]:
    """What a scene adds to the annotations: its picture and its objects, which have no ids yet."""
    image = {
        "id": number,
        "file_name": f"{LEFT}/{scene_name(number)}.png",
        "width": camera.width_px,
        "height": camera.height_px,
        "camera": {"fx_px": camera.fx_px, "fy_px": camera.fy_px, "cx_px": camera.cx_px, "cy_px": camera.cy_px},
    }
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
    x1, y1, x2, y2 = seen.visible_box_px
    return {
        "image_id": number,
        "category_id": CATEGORIES.index(seen.name) + 1,
        "bbox": [x1, y1, x2 - x1, y2 - y1],
        "area": seen.pixels,
        "iscrowd": 0,
        "depth_m": round(seen.depth_m, 5),
        "nearest_m": round(seen.nearest_m, 5),
        "occlusion": seen.occlusion,
        "visible_share": round(seen.visible_share, 4),
        "instance": seen.instance,
    }
