"""Measuring a stereo matcher on pairs with true disparity."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

import numpy as np

from howfar.datasets.samples import StereoSample
from howfar.evaluation.stereo.metrics import StereoFigures, StereoMetric
from howfar.stereo import Disparities, Matcher

ALL, UNOCCLUDED, MATCHED = "all", "unoccluded", "matched"
"""The pixels that figures are of: all of known truth; those of them that the right-hand camera sees too; all, by the
estimates that were matched and not filled in."""


@dataclass(frozen=True, slots=True)
class PairResult:
    """What was measured on one pair.

    Attributes:
        name: What the data set calls it.
        figures: By the pixels they are of.
        seconds: What the matching took.
    """

    name: str
    figures: dict[str, StereoFigures]
    seconds: float


@dataclass(frozen=True, slots=True)
class StereoResult:
    """What was measured of one matcher on one data set.

    Attributes:
        matcher: The matcher's name.
        data: The data set's name.
        figures: Of the pixels of all pairs together, by the pixels they are of.
        pairs: Those of each pair.
    """

    matcher: str
    data: str
    figures: dict[str, StereoFigures]
    pairs: tuple[PairResult, ...]

    @property
    def ms_a_pair(self) -> float:
        """The median time of a pair in milliseconds."""
        return 1e3 * median(pair.seconds for pair in self.pairs)


def evaluate_stereo(
    matcher: Matcher, data: str, samples: Iterable[StereoSample], max_disparity_px: int | None = None
) -> StereoResult:
    """Match every pair and compare it with its truth.

    Args:
        matcher: What is measured.
        data: The name of the data set.
        samples: At least one.
        max_disparity_px: The largest disparity that is looked for; as the matcher chooses when None.

    Raises:
        SettingError: If the largest disparity does not fit the pictures.
        SourceError: If a pair cannot be read.
    """
    totals = {name: StereoMetric() for name in (ALL, UNOCCLUDED, MATCHED)}
    pairs = []
    for sample in samples:
        start = time.perf_counter()
        found = matcher.match(sample.left, sample.right, max_disparity_px)
        seconds = time.perf_counter() - start
        own = {name: StereoMetric() for name in totals}
        for metrics in (totals, own):
            _update(metrics, found, sample)
        pairs.append(PairResult(sample.name, {name: each.compute() for name, each in own.items()}, seconds))
    return StereoResult(matcher.name, data, {name: each.compute() for name, each in totals.items()}, tuple(pairs))


def _update(metrics: dict[str, StereoMetric], found: Disparities, sample: StereoSample) -> None:
    truth, nothing = sample.disparity_px, np.float32(np.nan)
    metrics[ALL].update(found.values_px, found.sd_px, truth)
    metrics[MATCHED].update(np.where(found.matched, found.values_px, nothing), found.sd_px, truth)
    if sample.unoccluded is not None:
        metrics[UNOCCLUDED].update(found.values_px, found.sd_px, np.where(sample.unoccluded, truth, nothing))
