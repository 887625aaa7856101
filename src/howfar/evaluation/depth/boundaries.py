"""How well a depth map follows the outlines of objects: the boundary F1 of Depth Pro.

Between the neighbouring pixels i and j an occluding contour lies, with i before j, where

    c(i, j) = d(j) / d(i) > 1 + t / 100

for a threshold of t per cent. With c of the true and ĉ of the predicted depth, summed over all i and their up to four
neighbours j,

    P(t) = Σ (c ∧ ĉ) / Σ ĉ,    R(t) = Σ (c ∧ ĉ) / Σ c,    F1(t) = 2 P R / (P + R)

so that a step has to lie between the same two pixels and go the same way. Bochkovskii et al.: Depth Pro: Sharp
Monocular Metric Depth in Less Than a Second, ICLR 2025, section 3, "Evaluation metrics for sharp boundaries". Ten
thresholds lie evenly from 5 to 25 %; the mean over them is weighted by 1 + t / 100, as the authors' program weights it.
Like theirs, it thins no edge: a blurred step is many small ones, of which few pass a threshold.

It differs from that program in three ways: the four directions are pooled, as in the formula above, where the program
takes the mean of four precisions and of four recalls, and so gives less than 1 to a perfect map of a picture without a
step in one direction; a threshold at which neither map has a contour is left out, where the program
counts it as 0; and so is a picture without any true contour.

Only ratios count, so a factor for the whole map changes nothing. A shift does: a relative output has to be turned into
depth by an alignment first, and its figure is that of network and alignment together.

Three pure functions: `boundary_update` gives the sums of one picture, `boundary_compute` the scores from sums, and
`boundary_scores` does both. Sums add over pictures and machines.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.evaluation.depth.metrics import Average, is_depth

THRESHOLDS_PERCENT = tuple(np.linspace(5, 25, 10).tolist())

Along: TypeAlias = tuple[slice, slice]

NEIGHBOURS: tuple[tuple[Along, Along], ...] = (
    ((slice(None), slice(None, -1)), (slice(None), slice(1, None))),
    ((slice(None, -1), slice(None)), (slice(1, None), slice(None))),
)
"""Where the first and the second pixel of each pair lie: beside each other, and below each other."""

HITS, PREDICTED, TRUE = range(3)
"""What is counted at each threshold: contours of both maps, of the prediction, and of the truth."""


@dataclass(frozen=True, slots=True)
class BoundaryScores:
    """How well outlines are followed, each a weighted mean over the thresholds; NaN where there is no true contour.

    Attributes:
        f1: Harmonic mean of precision and recall, 1 for a map whose contours are all where the true ones are.
        precision: Share of the predicted contours that are true.
        recall: Share of the true contours that are predicted.
    """

    f1: float
    precision: float
    recall: float


@dataclass(frozen=True, eq=False)
class BoundarySums:
    """What has to be kept of some pictures to know their scores; two of them add up.

    Attributes:
        images: Pictures with at least one true contour.
        counts: 3×T counts of contours at each threshold: of both maps, of the prediction, of the truth.
        image_sums: Sums over the pictures of each one's F1, precision and recall.
    """

    images: int
    counts: NDArray[np.int64]
    image_sums: NDArray[np.float64]

    @classmethod
    def none(cls) -> "BoundarySums":
        """The sums of no picture, to begin adding from."""
        return cls(0, np.zeros((3, len(THRESHOLDS_PERCENT)), dtype=np.int64), np.zeros(3))

    def __add__(self, other: "BoundarySums") -> "BoundarySums":
        return BoundarySums(self.images + other.images, self.counts + other.counts, self.image_sums + other.image_sums)


def boundary_update(
    predicted_m: NDArray[np.float32], truth_m: NDArray[np.float32], valid: NDArray[np.bool_] | None = None
) -> BoundarySums:
    """Count the contours of one picture.

    Args:
        predicted_m: H×W predicted depth; beside a pixel that is not finite and above zero no contour is predicted.
        truth_m: H×W true depth; a pair is looked at where it is finite and above zero in both pixels.
        valid: H×W bool: the pixels to look at; all when None.

    Raises:
        SettingError: If the shapes differ.
    """
    if {array.shape for array in (predicted_m, truth_m, valid) if array is not None} != {truth_m.shape}:
        raise SettingError(
            f"Contours are compared at one size: the prediction is {predicted_m.shape} and the truth {truth_m.shape}"
            + ("." if valid is None else f", with a mask of {valid.shape}.")
        )
    known = is_depth(truth_m) if valid is None else is_depth(truth_m) & valid
    true_steps = _steps(truth_m, known)
    predicted_steps = _steps(predicted_m, known & is_depth(predicted_m))
    limits = np.log1p(np.array(THRESHOLDS_PERCENT) / 100)
    counts = np.stack([_counts(predicted_steps, true_steps, limit) for limit in limits], axis=1)
    if not counts[TRUE].any():
        return BoundarySums(0, counts, np.zeros(3))
    return BoundarySums(1, counts, _weighted(counts))


def boundary_compute(sums: BoundarySums, average: Average = "images") -> BoundaryScores:
    """The scores from sums.

    Args:
        sums: Sums of one or more pictures.
        average: Mean over `images` of each one's scores, as the paper's program prints them, or of the contours of all
            pictures pooled (`pixels`).
    """
    if not sums.images:
        return BoundaryScores(*[float("nan")] * 3)
    means = sums.image_sums / sums.images if average == "images" else _weighted(sums.counts)
    return BoundaryScores(*means.tolist())


def boundary_scores(
    predicted_m: NDArray[np.float32], truth_m: NDArray[np.float32], valid: NDArray[np.bool_] | None = None
) -> BoundaryScores:
    """The scores of one picture, H×W metres each; see `boundary_update` for what is looked at."""
    return boundary_compute(boundary_update(predicted_m, truth_m, valid))


def _steps(depth_m: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Logarithms of d(j) / d(i) of all pairs of neighbours, j right of i or below it; 0 where one is unknown."""
    log = np.log(np.where(known, depth_m, np.float32(1)), dtype=np.float64)
    parts = [
        np.where(known[first] & known[second], log[second] - log[first], 0.0).ravel() for first, second in NEIGHBOURS
    ]
    return np.concatenate(parts)


def _counts(predicted: NDArray[np.float64], true: NDArray[np.float64], limit: float) -> tuple[int, int, int]:
    """The counts at one threshold, given as the least step of the logarithms.

    A pair of neighbours can be a contour in two directions, of which it is one at most.
    """
    there, back = (predicted > limit, true > limit), (predicted < -limit, true < -limit)
    hits = sum(int(np.count_nonzero(found & existing)) for found, existing in (there, back))
    return hits, int(np.count_nonzero(np.abs(predicted) > limit)), int(np.count_nonzero(np.abs(true) > limit))


def _weighted(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """F1, precision and recall from 3×T counts: the mean over the thresholds at which there is a contour."""
    contoured = (counts[PREDICTED] + counts[TRUE]) > 0
    hits, predicted, true = counts[:, contoured].astype(np.float64)
    weights = 1 + np.array(THRESHOLDS_PERCENT)[contoured] / 100
    scores = 2 * hits / (predicted + true), hits / np.maximum(predicted, 1), hits / np.maximum(true, 1)
    return np.average(np.stack(scores), axis=1, weights=weights)
