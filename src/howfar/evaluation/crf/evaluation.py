"""Measuring what the field gains: on the network's own depth and classes, and on what the field makes of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from howfar.datasets import DepthSample
from howfar.errors import SettingError
from howfar.evaluation.crf.class_geometry import ClassGeometry, GeometrySums
from howfar.evaluation.crf.class_metrics import ClassFigures, ClassMetric
from howfar.evaluation.crf.pictures import Refined, Seen, refine, see
from howfar.evaluation.crf.weights import CHOICES, OF_CLASSES, CrfWeights
from howfar.evaluation.depth.evaluation import DepthOptions, compare_depth
from howfar.evaluation.depth.metrics import DepthErrors, DepthSums, depth_compute
from howfar.models.depth import CardDepth
from howfar.scene import DepthFacts, DepthMap, Frame

Done = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Stage:
    """One row of the measurement.

    Attributes:
        name: What it is called in print.
        weights: Of the field; None for the network alone.
        geometry: What classes tell of depth; None where it is left out.
        with_classes: Whether the classes take part.
    """

    name: str
    weights: CrfWeights | None = None
    geometry: ClassGeometry | None = None
    with_classes: bool = False

    def of(self, seen: Seen) -> Seen | Refined:
        """What it makes of a picture."""
        if self.weights is None:
            return seen
        return refine(seen, self.weights, self.geometry, with_classes=self.with_classes)


NETWORK = Stage("the network", with_classes=True)
DEPTH_FIELD = "field over depth"
JOINT_FIELD = "field over depth and classes"


@dataclass(frozen=True, eq=False)
class StageResult:
    """What was measured of a row.

    Attributes:
        stage: The row.
        sums: Of its depth.
        classes: Of its classes; None where it gives none, or nobody labelled them.
    """

    stage: Stage
    sums: DepthSums
    classes: ClassFigures | None

    @property
    def depth(self) -> DepthErrors:
        """The errors of its depth, mean over images."""
        return depth_compute(self.sums, "images")


@dataclass(frozen=True, eq=False)
class Labelled:
    """A picture with its truth, seen by a network."""

    sample: DepthSample
    seen: Seen


class _Given:
    """A depth map that is at hand, in place of a network."""

    def __init__(self, depth: DepthMap) -> None:
        self.depth, self.facts = depth, DepthFacts("at hand")

    def estimate(self, frame: Frame) -> DepthMap:
        """The map."""
        return self.depth


def learn_geometry(samples: Iterable[DepthSample], classes: int) -> ClassGeometry:
    """Learn what classes tell of depth from true depth and labels.

    Raises:
        SettingError: If the pictures have no semantic labels.
    """
    sums = GeometrySums(classes)
    for sample in samples:
        if sample.classes is None:
            raise SettingError(
                "The network gives classes, and the pictures have no semantic labels: name a data set that has them, "
                "such as NYU Depth v2 with its folder labels40."
            )
        sums.update(sample.depth_m, sample.classes)
    return sums.compute()


def look_at(samples: Iterable[DepthSample], network: CardDepth) -> list[Labelled]:
    """Show pictures to a network, once, for all that is tried on them; raises as `see` does."""
    return [Labelled(sample, see(network, sample.frame)) for sample in samples]


def choose_weights(pictures: Sequence[Labelled], stage: Stage, done: Done = lambda _: None) -> Stage:
    """Choose the weights of a field, one after the other, by pictures that neither it nor the network has learned from.

    What counts is REL over the network's, and where classes take part the share of wrong pixels over the network's.

    Args:
        pictures: Pictures with their truth.
        stage: The field, with the weights to begin with.
        done: Called after each trial with what was tried.
    """
    weights = stage.weights or CrfWeights()
    usual = _scores(pictures, NETWORK)
    best = _judged(pictures, replace(stage, weights=weights), usual)
    for name, values in choices(stage).items():
        for value in values:
            tried = replace(weights, **{name: value})
            if tried == weights:
                done(name)
                continue
            score = _judged(pictures, replace(stage, weights=tried), usual)
            if score < best:
                best, weights = score, tried
            done(name)
    return replace(stage, weights=weights)


def choices(stage: Stage) -> dict[str, tuple[float, ...]]:
    """The weights that are chosen for a field, and what is tried of each."""
    return {name: values for name, values in CHOICES.items() if stage.with_classes or name not in OF_CLASSES}


def measure(samples: Iterable[DepthSample], network: CardDepth, stages: Sequence[Stage]) -> list[StageResult]:
    """Measure rows on pictures with known depth, by the protocol nyu-eigen; raises as `see` and `compare_depth` do."""
    tallies = [_Tally(stage) for stage in stages]
    for sample in samples:
        seen = see(network, sample.frame)
        for tally in tallies:
            tally.update(sample, seen)
    return [tally.result() for tally in tallies]


class _Tally:
    """The sums of one row."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.sums = stage, DepthSums.none()
        self.metric: ClassMetric | None = None

    def update(self, sample: DepthSample, seen: Seen) -> None:
        given = self.stage.of(seen)
        self.sums += compare_depth(sample, _Given(given.depth), DepthOptions()).sums
        if self.stage.with_classes and seen.classes and sample.classes is not None:
            self.metric = self.metric or ClassMetric(seen.classes)
            self.metric.update(_at_size_of(sample.classes, given), sample.classes)

    def result(self) -> StageResult:
        classes = None if self.metric is None else self.metric.compute()
        return StageResult(self.stage, self.sums, classes)


def _at_size_of(truth: NDArray[np.uint8], given: Seen | Refined) -> NDArray[np.intp]:
    return given.labels(truth.shape[1], truth.shape[0])


def _scores(pictures: Sequence[Labelled], stage: Stage) -> tuple[float, float]:
    """REL and the share of wrong pixels; 0 where there are no classes."""
    tally = _Tally(stage)
    for picture in pictures:
        tally.update(picture.sample, picture.seen)
    result = tally.result()
    return result.depth.rel, 0.0 if result.classes is None else 1 - result.classes.pixel_accuracy


def _judged(pictures: Sequence[Labelled], stage: Stage, usual: tuple[float, float]) -> float:
    """The errors of a field over those of the network alone, added."""
    errors = _scores(pictures, stage)
    return sum(error / before for error, before in zip(errors, usual, strict=True) if before)
