"""Precision and recall of a detector, and what follows from them; pure functions of matched detections.

With the detections of a class ranked by their confidence, best first, the first n of them hold TP(n) that are right:

    precision P(n) = TP(n) / n          recall R(n) = TP(n) / true objects          F1 = 2·P·R / (P + R)

Average precision (AP) is the mean, over the recalls r = 0, 0.01, …, 1, of the best precision at a recall of r or more
(Lin et al.: Microsoft COCO, ECCV 2014); a recall that is never reached counts 0. mAP is its mean over the classes that
have a true object.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from howfar.evaluation.detection.matching import Ranking

RECALLS = np.linspace(0.0, 1.0, 101)
"""Where the precision is read to be averaged."""


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """How a detector does at one confidence threshold.

    Attributes:
        score: The threshold: detections of at least this confidence are kept.
        precision: Share of the kept detections that are right; NaN when none is kept.
        recall: Share of the true objects that are found; NaN when there is none.
        f1: Harmonic mean of the two; NaN when there is neither detection nor true object.
    """

    score: float
    precision: float
    recall: float
    f1: float


def pooled(rankings: Iterable[Ranking]) -> Ranking:
    """The detections of several classes in one ranking, so that each counts the same whatever its class."""
    several = list(rankings)
    scores = np.concatenate([np.zeros(0), *(ranking.scores for ranking in several)])
    right = np.concatenate([np.zeros(0, dtype=np.bool_), *(ranking.right for ranking in several)])
    order = np.argsort(-scores, kind="stable")
    return Ranking(scores[order], right[order], sum(ranking.truths for ranking in several))


def operating_point(ranking: Ranking, score: float) -> OperatingPoint:
    """Precision, recall and F1 of the detections of at least some confidence."""
    kept = _kept(ranking, score)
    found = int(np.count_nonzero(ranking.right[:kept]))
    f1 = _share(2 * found, kept + ranking.truths)
    return OperatingPoint(score, _share(found, kept), _share(found, ranking.truths), f1)


def best_operating_point(ranking: Ranking) -> OperatingPoint:
    """The confidence threshold of the highest F1, the highest such threshold where several reach it.

    Threshold and precision are NaN where nothing was detected or there is no true object.
    """
    # Detections of one confidence are kept or dropped together: only after the last of them can the ranking end.
    ends = np.flatnonzero(np.diff(ranking.scores, append=-np.inf))
    if not (len(ends) and ranking.truths):
        nothing = _share(0, ranking.truths)
        return OperatingPoint(float("nan"), float("nan"), nothing, nothing)
    found = np.cumsum(ranking.right)[ends]
    best = ends[np.argmax(2 * found / (ends + 1 + ranking.truths))]
    return operating_point(ranking, float(ranking.scores[best]))


def interpolated_precision(ranking: Ranking, score: float = 0.0) -> NDArray[np.float64]:
    """The best precision at each recall of `RECALLS` or more, of the detections of at least some confidence.

    Returns:
        101 values in 0 to 1, 0 where the recall is not reached; all NaN where there is no true object.
    """
    if not ranking.truths:
        return np.full(len(RECALLS), np.nan)
    found = np.cumsum(ranking.right[: _kept(ranking, score)])
    precision = found / np.arange(1, len(found) + 1)
    best_from_here = np.maximum.accumulate(precision[::-1])[::-1]
    indices = np.searchsorted(found / ranking.truths, RECALLS, side="left")
    values: NDArray[np.float64] = np.append(best_from_here, 0.0)[indices]
    return values


def mean_interpolated_precision(rankings: Iterable[Ranking], score: float = 0.0) -> NDArray[np.float64]:
    """The interpolated precision, mean over the classes that have a true object: the area below it is mAP.

    Returns:
        101 values in 0 to 1; all NaN where no class has a true object.
    """
    known = [interpolated_precision(ranking, score) for ranking in rankings if ranking.truths]
    return np.mean(known, axis=0) if known else np.full(len(RECALLS), np.nan)


def average_precision(ranking: Ranking, score: float = 0.0) -> float:
    """AP of the detections of at least some confidence; NaN where there is no true object."""
    return float(interpolated_precision(ranking, score).mean())


def mean_average_precision(rankings: Iterable[Ranking], score: float = 0.0) -> float:
    """The mAP of the detections of at least some confidence; NaN where no class has a true object.

    Args:
        rankings: One ranking for each class.
        score: Detections below this confidence are dropped first.
    """
    return float(mean_interpolated_precision(rankings, score).mean())


def map_by_confidence(rankings: Sequence[Ranking], scores: Sequence[float]) -> NDArray[np.float64]:
    """The mAP as a function of the confidence threshold, below which detections are dropped.

    It is what the detector would reach if it were run anew with each threshold: neither the matching nor a greedy
    non-maximum suppression lets a weaker detection change what becomes of a stronger one.

    Args:
        rankings: One ranking for each class.
        scores: N thresholds in 0 to 1.

    Returns:
        N values in 0 to 1; NaN where no class has a true object.
    """
    return np.array([mean_average_precision(rankings, score) for score in scores])


def _kept(ranking: Ranking, score: float) -> int:
    """How many detections reach a confidence; they come first."""
    return int(np.searchsorted(-ranking.scores, -score, side="right"))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
