"""COCO's twelve numbers, and boxes in the form that the program which computes them reads.

Lin et al.: Microsoft COCO, ECCV 2014; the numbers are defined on cocodataset.org/#detection-eval and computed by
faster-coco-eval, a faster build of the official code.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from howfar.datasets import CocoDetection, DetectionSample
from howfar.errors import MissingExtraError, SettingError
from howfar.scene import Detections


@dataclass(frozen=True, slots=True)
class CocoNumbers:
    """COCO's twelve numbers, each in 0 to 1, NaN where no true object is of that size.

    Attributes:
        ap: Average precision, mean over the classes and over IoU 0.50, 0.55, …, 0.95.
        ap50: Average precision at IoU 0.50.
        ap75: Average precision at IoU 0.75.
        ap_small: As `ap`, objects below 32² pixels of area.
        ap_medium: As `ap`, 32² to 96² pixels.
        ap_large: As `ap`, above 96² pixels.
        ar1: Average recall with the best detection of each picture and class.
        ar10: With the best ten.
        ar100: With the best hundred.
        ar_small: As `ar100`, small objects.
        ar_medium: As `ar100`, medium objects.
        ar_large: As `ar100`, large objects.
    """

    ap: float
    ap50: float
    ap75: float
    ap_small: float
    ap_medium: float
    ap_large: float
    ar1: float
    ar10: float
    ar100: float
    ar_small: float
    ar_medium: float
    ar_large: float


@dataclass(frozen=True, slots=True)
class CocoScores:
    """What COCO's evaluation gives.

    Attributes:
        numbers: The twelve numbers over all classes.
        ap_of: AP over IoU 0.50, 0.55, …, 0.95 of each category, under its number; NaN where it has no true object.
    """

    numbers: CocoNumbers
    ap_of: Mapping[int, float]


def require_coco_eval() -> None:
    """Raise MissingExtraError when faster-coco-eval is not installed, before the long part of a run."""
    try:
        import faster_coco_eval  # noqa: F401
    except ImportError:
        raise MissingExtraError("COCO's average precision", "eval") from None


def categories_by_name(classes: tuple[str, ...], names: Mapping[int, str]) -> dict[int, int]:
    """The data set's category number of each of a detector's classes that the data set names too.

    Args:
        classes: The detector's classes.
        names: The name of each category, under its number.

    Raises:
        SettingError: If there is none.
    """
    of_name = {_plain(name): number for number, name in names.items()}
    shared = {index: of_name[_plain(name)] for index, name in enumerate(classes) if _plain(name) in of_name}
    if not shared:
        raise SettingError(
            f"The detector knows none of the data's classes ({', '.join(list(names.values())[:3])}, …): "
            "choose a detector for these classes."
        )
    return shared


def coco_results(image_id: int, detections: Detections, categories: Mapping[int, int]) -> list[dict[str, Any]]:
    """One picture's detections in COCO's result format; classes without a category are left out."""
    results = []
    for box, score, class_id in zip(
        detections.boxes_xyxy_px.tolist(), detections.scores.tolist(), detections.class_ids.tolist(), strict=True
    ):
        if class_id in categories:
            x1, y1, x2, y2 = box
            results.append(
                {
                    "image_id": image_id,
                    "category_id": categories[class_id],
                    "bbox": [x1, y1, x2 - x1, y2 - y1],
                    "score": score,
                }
            )
    return results


def ground_truth(dataset: CocoDetection) -> dict[str, Any]:
    """The true boxes of COCO data as a COCO table, each with the area that the data state: its outline's."""
    boxes = [
        {
            "image_id": box.image_id,
            "category_id": box.category_id,
            "bbox": list(box.box_xywh_px),
            "area": box.area_px2,
            "iscrowd": int(box.crowd),
        }
        for box in dataset.boxes
    ]
    images = [{"id": p.image_id, "width": p.width_px, "height": p.height_px} for p in dataset.pictures]
    return coco_table(images, boxes, dict(zip(dataset.category_ids, dataset.class_names, strict=True)))


def sample_boxes(sample: DetectionSample) -> list[dict[str, Any]]:
    """The true boxes of one picture in COCO's format, with the area of the box; a category is a class's index."""
    boxes = sample.boxes_xyxy_px.astype(np.float64)
    boxes[:, 2:] -= boxes[:, :2]
    return [
        {
            "image_id": sample.image_id,
            "category_id": category,
            "bbox": box,
            "area": box[2] * box[3],
            "iscrowd": int(crowd),
        }
        for box, category, crowd in zip(boxes.tolist(), sample.class_ids.tolist(), sample.crowd.tolist(), strict=True)
    ]


def coco_table(
    images: list[dict[str, int]], boxes: Iterable[dict[str, Any]], names: Mapping[int, str]
) -> dict[str, Any]:
    """A COCO table; its boxes are numbered from 1, as the official code takes a box numbered 0 for a miss.

    Args:
        images: Each picture's id, width and height.
        boxes: Each true box without its number.
        names: The name of each category, under its number.
    """
    return {
        "images": images,
        "annotations": [{"id": number} | box for number, box in enumerate(boxes, start=1)],
        "categories": [{"id": number, "name": name} for number, name in names.items()],
    }


def coco_numbers(truth: dict[str, Any], results: list[dict[str, Any]], image_ids: Sequence[int]) -> CocoNumbers:
    """The twelve numbers; see `coco_scores`."""
    return coco_scores(truth, results, image_ids).numbers


def coco_scores(truth: dict[str, Any], results: list[dict[str, Any]], image_ids: Sequence[int]) -> CocoScores:
    """The twelve numbers, and AP by class.

    Args:
        truth: A COCO table.
        results: Detections in COCO's result format.
        image_ids: The pictures of the table to count: those that the detector was shown.

    Raises:
        MissingExtraError: If faster-coco-eval is not installed.
    """
    require_coco_eval()
    from faster_coco_eval import COCO, COCOeval_faster

    coco = COCO(truth)
    evaluation = COCOeval_faster(coco, coco.loadRes(results), "bbox", print_function=_say_nothing)
    evaluation.params.imgIds = list(image_ids)
    evaluation.run()
    numbers = CocoNumbers(*(float(value) if value >= 0 else math.nan for value in evaluation.stats))
    # IoU × recall × class × area × detections; the first area is all areas, the last limit the largest.
    precision = evaluation.eval["precision"][:, :, :, 0, -1]
    ap_of = {
        int(category): _mean_of_known(precision[:, :, index]) for index, category in enumerate(evaluation.params.catIds)
    }
    return CocoScores(numbers, ap_of)


def _mean_of_known(precision: NDArray[np.float64]) -> float:
    known = precision[precision > -1]
    return float(known.mean()) if known.size else math.nan


def _say_nothing(*_: object) -> None:
    """Takes the place of the program's own messages about its progress."""


def _plain(name: str) -> str:
    return name.strip().casefold()
