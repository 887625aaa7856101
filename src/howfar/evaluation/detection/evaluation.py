"""Measuring a detector on pictures with known objects."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from howfar.datasets import CocoDetection, DetectionSample
from howfar.errors import SettingError
from howfar.evaluation.detection.coco import (
    CocoNumbers,
    categories_by_name,
    coco_results,
    coco_scores,
    coco_table,
    ground_truth,
    require_coco_eval,
    sample_boxes,
)
from howfar.evaluation.detection.matching import Ranking, rank_detections
from howfar.scene import Detector, Frame, Query


@dataclass(frozen=True, slots=True)
class DetectionOptions:
    """How a detector is measured.

    Attributes:
        score: Least confidence of a detection; low, since the precision–recall curve needs its tail.
        nms: IoU of the non-maximum suppression, which is class by class: look-alikes stay beside each other.
        confidence: Threshold at which precision, recall and F1 are stated.
    """

    score: float = 0.02
    nms: float = 0.6
    confidence: float = 0.25

    def __post_init__(self) -> None:
        for name, value in (("score", self.score), ("nms", self.nms), ("confidence", self.confidence)):
            if not 0.0 <= value <= 1.0:
                raise SettingError(f"The {name} threshold must lie between 0 and 1, not {value}.", setting=name)
        if self.confidence < self.score:
            raise SettingError(
                f"Precision and recall at a confidence of {self.confidence:g} are not known when detections below "
                f"{self.score:g} are dropped: raise the confidence, or lower the score threshold.",
                setting="confidence",
            )


@dataclass(frozen=True, eq=False)
class ClassResult:
    """What was measured of one class of the data set.

    Attributes:
        name: The class.
        known: Whether the detector knows it by name; it cannot find it otherwise.
        ap: AP over IoU 0.50, 0.55, …, 0.95; NaN where the class has no true object.
        at50: Its detections, right or wrong at IoU 0.50.
        at75: Likewise at IoU 0.75.
    """

    name: str
    known: bool
    ap: float
    at50: Ranking
    at75: Ranking


@dataclass(frozen=True, eq=False)
class DetectorResult:
    """What was measured.

    Attributes:
        options: How.
        numbers: COCO's twelve.
        classes: Each class of the data set, in its order.
        outlined: Whether an object's size is the area of its outline, as COCO's data state it, rather than of its box.
        images: Pictures shown to the detector.
        detector_s: Time that the detector took for all pictures, pre- and post-processing included.
    """

    options: DetectionOptions
    numbers: CocoNumbers
    classes: tuple[ClassResult, ...]
    outlined: bool
    images: int
    detector_s: float

    @property
    def classes_known(self) -> int:
        """Classes of the data set that the detector knows by name."""
        return sum(one.known for one in self.classes)


def evaluate_detector(
    dataset: CocoDetection | Sequence[DetectionSample],
    detector: Detector,
    options: DetectionOptions | None = None,
    samples: Iterable[DetectionSample] | None = None,
) -> DetectorResult:
    """Measure a detector.

    Args:
        dataset: The pictures and their true boxes.
        detector: The detector; its classes are matched to the data set's by name.
        options: How to measure; `DetectionOptions()` when None.
        samples: The samples of the data set to measure on; all of them when None.

    Raises:
        SettingError: If detector and data set have no class name in common.
        MissingExtraError: If faster-coco-eval is not installed.
    """
    require_coco_eval()
    options = options or DetectionOptions()
    names = _class_names(dataset)
    categories = categories_by_name(detector.class_names, names)
    run = _Run()
    for sample in dataset if samples is None else samples:
        run.show(sample, detector, options, categories)
    outlined = isinstance(dataset, CocoDetection)
    truth = ground_truth(dataset) if isinstance(dataset, CocoDetection) else coco_table(run.images, run.true, names)
    numbers, classes = _count(truth, run, names, set(categories.values()))
    return DetectorResult(options, numbers, classes, outlined, len(run.images), run.detector_s)


@dataclass(eq=False)
class _Run:
    """What is kept of the pictures that were shown to a detector."""

    images: list[dict[str, int]] = field(default_factory=list)
    true: list[dict[str, Any]] = field(default_factory=list)
    found: list[dict[str, Any]] = field(default_factory=list)
    detector_s: float = 0.0

    def show(
        self, sample: DetectionSample, detector: Detector, options: DetectionOptions, categories: Mapping[int, int]
    ) -> None:
        """Show one picture to the detector."""
        frame, query = Frame(sample.image, sample.name), Query(options.score, options.nms, class_wise=True)
        start = time.perf_counter()
        detections = detector.detect(frame, query)
        self.detector_s += time.perf_counter() - start
        height, width = sample.image.shape[:2]
        self.images.append({"id": sample.image_id, "width": width, "height": height})
        self.true += sample_boxes(sample)
        self.found += coco_results(sample.image_id, detections, categories)


def _class_names(dataset: CocoDetection | Sequence[DetectionSample]) -> dict[int, str]:
    """The name of each category, under COCO's number of it, or under its index among the samples' class names."""
    if isinstance(dataset, CocoDetection):
        return dict(zip(dataset.category_ids, dataset.class_names, strict=True))
    return dict(enumerate(dataset[0].class_names))


def _count(
    truth: dict[str, Any], run: _Run, names: Mapping[int, str], known: set[int]
) -> tuple[CocoNumbers, tuple[ClassResult, ...]]:
    image_ids = [image["id"] for image in run.images]
    scores = coco_scores(truth, run.found, image_ids)
    at50, at75 = rank_detections(truth, run.found, image_ids, (0.5, 0.75))
    classes = tuple(
        ClassResult(name, number in known, scores.ap_of[number], at50[number], at75[number])
        for number, name in names.items()
    )
    return scores.numbers, classes
