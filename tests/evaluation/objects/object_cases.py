"""Objects with known distances, and measurements of them, made for tests."""

import math
from collections.abc import Sequence

import numpy as np

from howfar.datasets import ObjectSample
from howfar.evaluation.objects.results import MeasuredObject, ObjectOptions, ObjectResult
from howfar.ranging import parse_method
from howfar.scene import Camera, Distance

CAMERA = Camera.from_focal(64, 48, 50.0)
LEFT, RIGHT = (4.0, 4.0, 24.0, 24.0), (36.0, 4.0, 60.0, 44.0)
"""Boxes of 20×20 and of 24×40 pixels."""


def object_sample(
    labels: Sequence[str] = ("chair", "sofa"),
    depth_m: Sequence[float] = (2.0, 4.0),
    boxes: Sequence[tuple[float, ...]] = (LEFT, RIGHT),
    *,
    name: str = "room",
    mapped: bool = True,
    nearest_m: Sequence[float] | None = None,
    occlusions: Sequence[int] | None = None,
) -> ObjectSample:
    """A picture of 64×48 pixels; its true depth is 2 m in the left half and 5 m in the right one, where it has one."""
    depth_map = np.full((48, 64), 2.0, dtype=np.float32)
    depth_map[:, 32:] = 5.0
    image = np.full((48, 64, 3), 30, dtype=np.uint8)
    image[:, 32:] = 60
    return ObjectSample(
        name=name,
        image=image,
        camera=CAMERA,
        labels=tuple(labels),
        boxes_xyxy_px=np.array(boxes, dtype=np.float32).reshape(-1, 4),
        depth_m=np.array(depth_m, dtype=np.float64),
        nearest_m=np.full(len(labels), np.nan) if nearest_m is None else np.array(nearest_m, dtype=np.float64),
        occlusions=np.array([-1] * len(labels) if occlusions is None else occlusions, dtype=np.int8),
        depth_map_m=depth_map if mapped else None,
    )


def object_options(*methods: str, **settings: object) -> ObjectOptions:
    """True boxes and true depth, if nothing else is said; the median, if no method is named."""
    named = {"boxes": "true", "depth": "true"} | settings
    return ObjectOptions(methods=tuple(map(parse_method, methods or ("median",))), **named)  # type: ignore[arg-type]


def distance(depth_m: float, method: str = "median", *, mixed: bool = False, margin_m: float = math.nan) -> Distance:
    """A distance straight ahead, with an interval of ± margin_m; unknown where depth_m is NaN."""
    if math.isnan(depth_m):
        return Distance.unknown(method, "made unknown")
    low_m, high_m = depth_m - margin_m, depth_m + margin_m
    return Distance(depth_m, depth_m, (0, 0, depth_m), method, 1.0, mixed, LEFT, low_m=low_m, high_m=high_m)


def measured(
    truth_m: float = 2.0,
    *distances: Distance,
    label: str = "chair",
    box: tuple[float, float, float, float] = LEFT,
    occlusion: int = -1,
    sample_index: int = 0,
) -> MeasuredObject:
    """An object measured in its true box, with a focal length of 100 pixels."""
    return MeasuredObject(
        picture=f"room {sample_index}",
        sample_index=sample_index,
        number=0,
        label=label,
        box_xyxy_px=box,
        found=True,
        measured_xyxy_px=box,
        score=math.nan,
        truth_m=truth_m,
        nearest_m=math.nan,
        occlusion=occlusion,
        focal_px=100.0,
        distances=distances or (distance(truth_m),),
    )


def object_result(*objects: MeasuredObject, made_by: ObjectOptions | None = None) -> ObjectResult:
    """The result of a measurement that found these objects."""
    return ObjectResult(
        options=made_by or object_options(),
        objects=objects,
        images=3,
        class_map={},
        left_out={},
        without_truth=0,
        detector_s=0.0,
        depth_s=0.0,
        ranging_s=0.1,
    )


def two_methods() -> ObjectResult:
    """Three objects at 2, 4 and 8 m by central-mean (one unknown) and by median (with intervals of ± 0.5 m)."""
    made_by = object_options("central-mean", "median", baseline_m=0.5)
    rows = [
        (2.0, distance(3.0, "central-mean", mixed=True), distance(2.1, mixed=True, margin_m=0.5), "chair", 0),
        (4.0, distance(math.nan, "central-mean"), distance(5.0, margin_m=0.5), "bed", 2),
        (8.0, distance(8.0, "central-mean"), distance(8.2, margin_m=0.5), "chair", 0),
    ]
    objects = [
        measured(truth_m, first, second, label=label, occlusion=occlusion, sample_index=index)
        for index, (truth_m, first, second, label, occlusion) in enumerate(rows)
    ]
    return object_result(*objects, made_by=made_by)
