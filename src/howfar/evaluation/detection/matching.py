"""Which detections are right: each is given to at most one true object, as COCO's evaluation does it.

Lin et al.: Microsoft COCO, ECCV 2014; the rules are those of its official code. Picture by picture and class by class,
the detections are taken best first, and each takes the free true object that it overlaps most, if their IoU reaches the
threshold. One that takes no object but covers a crowd well enough is neither right nor wrong, and is left out.

A detection never changes what became of a better one. So whoever drops all detections below some confidence before the
matching gets what dropping them after it gives, and one matching serves every confidence threshold.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LIMIT = 100
"""Detections of one class in one picture that COCO counts."""

CocoEntry = Mapping[str, Any]
"""A true box, or a detection, as COCO writes it."""

CocoEntries = Sequence[CocoEntry]

RIGHT, WRONG, LEFT_OUT = 1, 0, -1

NONE = -1
"""Stands for the index of a taken object where there is none."""


@dataclass(frozen=True, eq=False)
class Ranking:
    """The detections of one class in all pictures, right or wrong at one IoU.

    Attributes:
        scores: N float64, the confidence of each, best first.
        right: N bool: whether each has found an object of its own.
        truths: How many true objects there are to be found; crowds are not counted.
    """

    scores: NDArray[np.float64]
    right: NDArray[np.bool_]
    truths: int


def rank_detections(
    truth: Mapping[str, Any],
    results: Iterable[CocoEntry],
    image_ids: Sequence[int],
    ious: Sequence[float] = (0.5, 0.75),
) -> tuple[dict[int, Ranking], ...]:
    """Match detections to the true objects and rank them.

    Args:
        truth: A COCO table.
        results: Detections in COCO's result format.
        image_ids: The pictures of the table to count: those that the detector was shown.
        ious: The least IoU, in 0 to 1, at which a detection is right; each gives a matching of its own.

    Returns:
        For each IoU, the ranking of every category of the table under its number.
    """
    objects, found = _by_picture_and_class(truth["annotations"]), _by_picture_and_class(results)
    pictures = sorted(set(image_ids))  # the official order, which decides between equal scores
    of_category = {
        category: _rank_class(
            [(found.get((picture, category), []), objects.get((picture, category), [])) for picture in pictures], ious
        )
        for category in (int(entry["id"]) for entry in truth["categories"])
    }
    return tuple({category: ranks[index] for category, ranks in of_category.items()} for index in range(len(ious)))


def overlaps(
    found_xywh_px: NDArray[np.float64], true_xywh_px: NDArray[np.float64], crowd: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """How much N found boxes overlap M true ones: N×M, in 0 to 1.

    This is the intersection over the union; where the true box is drawn round a crowd, over the found box's area.

    Args:
        found_xywh_px: N×4: left, top, width and height in pixels.
        true_xywh_px: M×4, likewise.
        crowd: M bool.
    """
    found, true = found_xywh_px[:, None, :], true_xywh_px[None, :, :]
    ends = np.minimum(found[..., :2] + found[..., 2:], true[..., :2] + true[..., 2:])
    sides = np.maximum(ends - np.maximum(found[..., :2], true[..., :2]), 0.0)
    shared = sides[..., 0] * sides[..., 1]
    found_area, true_area = found[..., 2] * found[..., 3], true[..., 2] * true[..., 3]
    whole = np.where(crowd[None, :], found_area, found_area + true_area - shared)
    shares: NDArray[np.float64] = np.divide(shared, whole, out=np.zeros_like(shared), where=shared > 0)
    return shares


def taken_objects(
    shared: NDArray[np.float64], iou: float, takeable: NDArray[np.bool_] | None = None
) -> NDArray[np.int64]:
    """Which true object each of N detections of one picture and class takes: the free one that it overlaps most.

    Args:
        shared: N×M overlaps as `overlaps` gives them, the best detection first.
        iou: The least overlap at which an object is taken, above 0.
        takeable: M bool: the objects that can be taken, as crowds cannot; all when None.

    Returns:
        N indices of the M objects, `NONE` for a detection that takes none.
    """
    least = _least(iou)
    taken = np.full(shared.shape[0], NONE, dtype=np.int64)
    free = np.ones(shared.shape[1], dtype=np.bool_) if takeable is None else takeable.copy()
    for index in np.flatnonzero((shared >= least).any(axis=1)):
        reached = np.where(free, shared[index], 0.0)
        best = len(reached) - 1 - int(reached[::-1].argmax())  # the last of equals, as the official code takes it
        if reached[best] >= least:
            free[best] = False
            taken[index] = best
    return taken


def _rank_class(pictures: Sequence[tuple[CocoEntries, CocoEntries]], ious: Sequence[float]) -> list[Ranking]:
    """The ranking of one class at each threshold, from what was found and what is true in each picture."""
    scores: list[NDArray[np.float64]] = [np.zeros(0)]
    outcomes: list[NDArray[np.int8]] = [np.zeros((len(ious), 0), dtype=np.int8)]
    for found, true in pictures:
        if found:
            best = sorted(found, key=lambda entry: entry["score"], reverse=True)[:LIMIT]
            scores.append(np.array([entry["score"] for entry in best], dtype=np.float64))
            outcomes.append(_match(best, true, ious))
    truths = sum(not entry.get("iscrowd", 0) for _, true in pictures for entry in true)
    return [_ranked(np.concatenate(scores), row, truths) for row in np.concatenate(outcomes, axis=1)]


def _match(found: CocoEntries, true: CocoEntries, ious: Sequence[float]) -> NDArray[np.int8]:
    """What became of N detections of one picture and class, best first, at T thresholds: T×N."""
    outcomes = np.full((len(ious), len(found)), WRONG, dtype=np.int8)
    if not true:
        return outcomes
    crowd = np.array([bool(entry.get("iscrowd", 0)) for entry in true])
    shared = overlaps(_boxes(found), _boxes(true), crowd)
    for row, iou in enumerate(ious):
        outcomes[row, (shared[:, crowd] >= _least(iou)).any(axis=1)] = LEFT_OUT
        outcomes[row, taken_objects(shared, iou, ~crowd) != NONE] = RIGHT
    return outcomes


def _least(iou: float) -> float:
    return min(iou, 1 - 1e-10)  # an exact copy may miss 1 by rounding


def _ranked(scores: NDArray[np.float64], outcomes: NDArray[np.int8], truths: int) -> Ranking:
    order = np.argsort(-scores, kind="stable")
    order = order[outcomes[order] != LEFT_OUT]
    return Ranking(scores[order], outcomes[order] == RIGHT, truths)


def _by_picture_and_class(entries: Iterable[CocoEntry]) -> dict[tuple[int, int], list[CocoEntry]]:
    of_class: defaultdict[tuple[int, int], list[CocoEntry]] = defaultdict(list)
    for entry in entries:
        of_class[entry["image_id"], entry["category_id"]].append(entry)
    return dict(of_class)


def _boxes(entries: CocoEntries) -> NDArray[np.float64]:
    return np.array([entry["bbox"] for entry in entries], dtype=np.float64).reshape(-1, 4)
