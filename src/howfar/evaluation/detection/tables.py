"""The figures of a detector's measurement beyond COCO's twelve numbers, row by row."""

import numpy as np

from howfar.evaluation.detection.curves import (
    OperatingPoint,
    average_precision,
    best_operating_point,
    mean_average_precision,
    operating_point,
    pooled,
)
from howfar.evaluation.detection.evaluation import DetectorResult

Row = dict[str, str | int | float]
"""One row of figures under plain column names; NaN where a figure is not known."""

THRESHOLDS = tuple(np.round(np.arange(0.1, 1.0, 0.1), 1).tolist())
"""The confidence thresholds of the table, besides the least confidence that was kept."""


def point_rows(result: DetectorResult) -> list[Row]:
    """Precision, recall and F1 at the stated threshold and at the threshold of the best F1; all classes pooled."""
    ranking = pooled(one.at50 for one in result.classes)
    points = {
        "as stated": operating_point(ranking, result.options.confidence),
        "best F1": best_operating_point(ranking),
    }
    return [{"threshold": name, "confidence": point.score, **_shares(point)} for name, point in points.items()]


def threshold_rows(result: DetectorResult) -> list[Row]:
    """What is left of mAP, precision and recall when detections below a confidence threshold are dropped."""
    at50, at75 = [one.at50 for one in result.classes], [one.at75 for one in result.classes]
    least, ranking = result.options.score, pooled(at50)
    return [
        {
            "confidence": score,
            "map50": mean_average_precision(at50, score),
            "map75": mean_average_precision(at75, score),
            **_shares(operating_point(ranking, score)),
        }
        for score in (least, *(threshold for threshold in THRESHOLDS if threshold > least))
    ]


def class_rows(result: DetectorResult) -> list[Row]:
    """The figures of each class that has a true object, in the data set's order."""
    return [
        {
            "class": one.name,
            "objects": one.at50.truths,
            "ap": one.ap,
            "ap50": average_precision(one.at50),
            "ap75": average_precision(one.at75),
            **_shares(operating_point(one.at50, result.options.confidence)),
        }
        for one in result.classes
        if one.at50.truths
    ]


def _shares(point: OperatingPoint) -> Row:
    return {"precision": point.precision, "recall": point.recall, "f1": point.f1}
