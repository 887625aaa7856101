"""Figures of identities: IDF1 and HOTA, update and compute.

IDF1 (Ristani et al., Performance measures and a data set for multi-target, multi-camera tracking, 2016): each true
object is given at most one number of a tracker over all its frames, so that most pairs agree; IDF1 is
2·IDTP / (true + reported objects). HOTA (Luiten et al., IJCV 2021): with a threshold α on the overlap, pairs are
matched in each frame; DetA = TP / (TP + FN + FP), and AssA is the mean over the pairs of how much of the two objects'
lives is shared; HOTA_α = √(DetA·AssA), and HOTA is its mean over α = 0.05, 0.1, …, 0.95.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from howfar.tracking.assignment import assign

LEAST_IOU = 0.5
"""Of a pair that counts for IDF1, and for a switch."""
ALPHAS = np.arange(0.05, 0.99, 0.05)
EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class IdFrame:
    """The true and the reported objects of one frame.

    Attributes:
        true_ids: T numbers.
        ids: N numbers that a tracker gave.
        overlaps: T×N overlaps of their boxes, as IoU.
    """

    true_ids: Sequence[int]
    ids: Sequence[int]
    overlaps: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class IdFigures:
    """The figures of one or several videos.

    Attributes:
        idf1: IDF1, 0 to 1.
        hota: HOTA, 0 to 1.
        detection: DetA, its part on detection.
        association: AssA, its part on identities.
        switches: How often a true object got another number than the last time it was matched.
        objects: True objects, counted in each frame.
    """

    idf1: float
    hota: float
    detection: float
    association: float
    switches: int
    objects: int


@dataclass
class IdCounts:
    """What is counted over videos, each added by `update`."""

    id_true_positives: int = 0
    true: int = 0
    reported: int = 0
    switches: int = 0
    matched: NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(ALPHAS)))
    association: NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(ALPHAS)))

    def update(self, frames: Sequence[IdFrame]) -> None:
        """Add a video."""
        truths, given = Counter(i for f in frames for i in f.true_ids), Counter(i for f in frames for i in f.ids)
        self.true += truths.total()
        self.reported += given.total()
        self.id_true_positives += _id_true_positives(frames)
        self.switches += _switches(frames)
        favoured = _alignment(frames, truths, given)
        pairs = [pair for each in frames for pair in _pairs(each, favoured)]
        for index, alpha in enumerate(ALPHAS):
            counts = Counter((true, number) for true, number, overlap in pairs if overlap >= alpha - EPSILON)
            self.matched[index] += counts.total()
            self.association[index] += sum(
                count**2 / (truths[true] + given[number] - count) for (true, number), count in counts.items()
            )

    def compute(self) -> IdFigures:
        """The figures so far; NaN where there is nothing."""
        everything = self.true + self.reported
        with np.errstate(invalid="ignore", divide="ignore"):
            detection = self.matched / (everything - self.matched)
            association = self.association / np.maximum(self.matched, 1)
            hota = np.sqrt(detection * association)
        idf1 = 2 * self.id_true_positives / everything if everything else float("nan")
        parts = float(detection.mean()), float(association.mean())
        return IdFigures(idf1, float(hota.mean()), *parts, self.switches, self.true)


def _id_true_positives(frames: Sequence[IdFrame]) -> int:
    shared: Counter[tuple[int, int]] = Counter()
    for each in frames:
        overlap = each.overlaps
        for row, column in np.argwhere(overlap >= LEAST_IOU):
            shared[each.true_ids[row], each.ids[column]] += 1
    if not shared:
        return 0
    true, given = (sorted({pair[side] for pair in shared}) for side in (0, 1))
    counts = np.zeros((len(true), len(given)))
    for (one, other), count in shared.items():
        counts[true.index(one), given.index(other)] = count
    return int(sum(counts[pair] for pair in assign(-counts)))


def _switches(frames: Sequence[IdFrame]) -> int:
    last: dict[int, int] = {}
    switches = 0
    for each in frames:
        overlap = each.overlaps
        kept = np.array([[last.get(true) == number for number in each.ids] for true in each.true_ids])
        costs = np.where(overlap >= LEAST_IOU, -overlap - kept.reshape(overlap.shape), np.inf)
        for row, column in assign(costs) if overlap.size else ():
            true, number = each.true_ids[row], each.ids[column]
            switches += last.get(true, number) != number
            last[true] = number
    return switches


def _alignment(
    frames: Sequence[IdFrame], truths: "Counter[int]", given: "Counter[int]"
) -> dict[tuple[int, int], float]:
    """How much of their lives two objects might share, by the overlaps alone: the pairs that HOTA favours."""
    shared: dict[tuple[int, int], float] = {}
    for each in frames:
        overlap = each.overlaps
        if not overlap.size:
            continue
        rest = overlap.sum(axis=0)[None] + overlap.sum(axis=1)[:, None] - overlap
        shares = np.divide(overlap, rest, out=np.zeros_like(overlap), where=rest > 0)
        for row, column in np.argwhere(shares > 0):
            pair = each.true_ids[row], each.ids[column]
            shared[pair] = shared.get(pair, 0.0) + float(shares[row, column])
    return {pair: share / (truths[pair[0]] + given[pair[1]] - share) for pair, share in shared.items()}


def _pairs(frame: IdFrame, favoured: dict[tuple[int, int], float]) -> list[tuple[int, int, float]]:
    """The matched pairs of a frame, true number, given number and overlap."""
    overlap = frame.overlaps
    if not overlap.size:
        return []
    scores = np.array([[favoured.get((true, number), 0.0) for number in frame.ids] for true in frame.true_ids])
    return [
        (frame.true_ids[row], frame.ids[column], float(overlap[row, column]))
        for row, column in assign(-scores * overlap)
    ]
