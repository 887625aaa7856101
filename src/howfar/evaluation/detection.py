"""COCO's twelve numbers for a detector.

Lin et al.: Microsoft COCO, ECCV 2014; the numbers are defined on cocodataset.org/#detection-eval and counted by
faster-coco-eval, a faster build of the official code.
"""

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from howfar.datasets import CocoDetection, DetectionSample
from howfar.errors import MissingExtraError, SettingError
from howfar.models import Detector
from howfar.scene import Detections

LIMIT = 100
"""Detections of one picture that COCO counts."""


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
class DetectorProtocol:
    """How a detector is measured.

    Attributes:
        score: Least confidence of a detection; low, since the precision–recall curve needs its tail.
        nms: IoU of the non-maximum suppression.
        limit: Detections a picture at most.
    """

    score: float = 0.02
    nms: float = 0.6
    limit: int = LIMIT

    def __post_init__(self) -> None:
        for name, value in (("score", self.score), ("nms", self.nms)):
            if not 0.0 <= value <= 1.0:
                raise SettingError(f"The {name} threshold must lie between 0 and 1, not {value}.")


@dataclass(frozen=True, slots=True)
class DetectorResult:
    """What was measured.

    Attributes:
        protocol: How.
        numbers: COCO's twelve.
        images: Pictures shown to the detector.
        classes_known: Classes of the data set that the detector knows by name; it cannot find the others.
        classes: Classes of the data set.
        detector_s: Time that the detector took for all pictures, pre- and post-processing included.
    """

    protocol: DetectorProtocol
    numbers: CocoNumbers
    images: int
    classes_known: int
    classes: int
    detector_s: float


def evaluate_detector(
    dataset: CocoDetection,
    detector: Detector,
    protocol: DetectorProtocol | None = None,
    samples: Iterable[DetectionSample] | None = None,
) -> DetectorResult:
    """Measure a detector.

    Args:
        dataset: The pictures and their true boxes.
        detector: The detector; its classes are matched to the data set's by name.
        protocol: How to measure; `DetectorProtocol()` when None.
        samples: The samples of the data set to measure on; all of them when None.

    Raises:
        SettingError: If detector and data set have no class name in common.
        MissingExtraError: If faster-coco-eval is not installed.
    """
    require_coco_eval()
    protocol = protocol or DetectorProtocol()
    categories = categories_by_name(detector.spec.classes, dataset)
    found: list[dict[str, Any]] = []
    seen: list[int] = []
    detector_s = 0.0
    for sample in dataset if samples is None else samples:
        start = time.perf_counter()
        detections = detector.detect(sample.image, score=protocol.score, nms=protocol.nms, limit=protocol.limit)
        detector_s += time.perf_counter() - start
        found += coco_results(sample.image_id, detections, categories)
        seen.append(sample.image_id)
    numbers = coco_numbers(ground_truth(dataset), found, seen)
    known = len(set(categories.values()))
    return DetectorResult(protocol, numbers, len(seen), known, len(dataset.category_ids), detector_s)


def require_coco_eval() -> None:
    """Raise MissingExtraError when faster-coco-eval is not installed, before the long part of a run."""
    try:
        import faster_coco_eval  # noqa: F401
    except ImportError:
        raise MissingExtraError("COCO's average precision", "eval") from None


def categories_by_name(classes: tuple[str, ...], dataset: CocoDetection) -> dict[int, int]:
    """COCO's category number of each of a detector's classes that the data set names too.

    Raises:
        SettingError: If there is none.
    """
    of_name = {_plain(name): number for name, number in zip(dataset.class_names, dataset.category_ids, strict=True)}
    shared = {place: of_name[_plain(name)] for place, name in enumerate(classes) if _plain(name) in of_name}
    if not shared:
        raise SettingError(
            f"The detector knows none of the classes of {dataset.annotations_json} "
            f"({', '.join(dataset.class_names[:3])}, …): choose a detector for these classes."
        )
    return shared


def coco_results(image_id: int, detections: Detections, categories: Mapping[int, int]) -> list[dict[str, Any]]:
    """One picture's detections in COCO's result format; classes without a category are left out."""
    results = []
    for box, score, place in zip(
        detections.boxes_xyxy_px.tolist(), detections.scores.tolist(), detections.class_ids.tolist(), strict=True
    ):
        if place in categories:
            x1, y1, x2, y2 = box
            results.append(
                {
                    "image_id": image_id,
                    "category_id": categories[place],
                    "bbox": [x1, y1, x2 - x1, y2 - y1],
                    "score": score,
                }
            )
    return results


def ground_truth(dataset: CocoDetection) -> dict[str, Any]:
    """The true boxes as a COCO table, numbered from 1: the official code takes a box numbered 0 for a miss."""
    return {
        "images": [{"id": p.image_id, "width": p.width_px, "height": p.height_px} for p in dataset.pictures],
        "annotations": [
            {
                "id": number,
                "image_id": box.image_id,
                "category_id": box.category_id,
                "bbox": list(box.box_xywh_px),
                "area": box.area_px2,
                "iscrowd": int(box.crowd),
            }
            for number, box in enumerate(dataset.boxes, start=1)
        ],
        "categories": [
            {"id": number, "name": name} for number, name in zip(dataset.category_ids, dataset.class_names, strict=True)
        ],
    }


def coco_numbers(truth: dict[str, Any], results: list[dict[str, Any]], image_ids: Sequence[int]) -> CocoNumbers:
    """The twelve numbers.

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
    return CocoNumbers(*(float(value) if value >= 0 else math.nan for value in evaluation.stats))


def _say_nothing(*_: object) -> None:
    """The counting code describes its progress; the report says it all."""


def _plain(name: str) -> str:
    return name.strip().casefold()
