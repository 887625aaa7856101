"""A detector's measurement made for tests."""

import math

import numpy as np

from howfar.evaluation.detection.coco import CocoNumbers
from howfar.evaluation.detection.evaluation import ClassResult, DetectionOptions, DetectorResult
from howfar.evaluation.detection.matching import Ranking

NUMBERS = CocoNumbers(*(place / 16 for place in range(11)), ar_large=math.nan)


def ranking(scores: list[float], right: list[int], truths: int) -> Ranking:
    return Ranking(np.array(scores, dtype=np.float64), np.array(right, dtype=np.bool_), truths)


def detector_result() -> DetectorResult:
    """Three classes: one that is found more or less, one that the detector does not know, one without an object."""
    cat = ClassResult("cat", True, 0.4, ranking([0.9, 0.6, 0.3], [1, 0, 1], 4), ranking([0.9, 0.6, 0.3], [1, 0, 0], 4))
    yak = ClassResult("yak", False, 0.0, ranking([], [], 1), ranking([], [], 1))
    owl = ClassResult("owl", True, math.nan, ranking([0.5], [0], 0), ranking([0.5], [0], 0))
    return DetectorResult(
        options=DetectionOptions(confidence=0.5),
        numbers=NUMBERS,
        classes=(cat, yak, owl),
        outlined=True,
        images=4,
        detector_s=0.2,
    )
