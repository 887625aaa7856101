"""The errors of each cue, and of all together, on labelled objects; the steps are those of `howfar look`.

The depth map, the sizes and the ground are measured in the true boxes, each alone and without any margin; the map at
each of the quantiles at which the surface of an object may lie. What all give together is measured in the detector's
boxes, with the margins of the other places.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from howfar.datasets import DepthSample, ObjectSample
from howfar.evaluation.everywhere.matching import class_map, match_objects
from howfar.evaluation.margins.conformal import Errors, Of
from howfar.evaluation.margins.found import with_found_objects
from howfar.pipeline.rangefinder import Rangefinder
from howfar.pipeline.scenes import range_objects, scene_of
from howfar.ranging.methods.foreground import Foreground, Network
from howfar.ranging.methods.method import Method
from howfar.ranging.settings import Ranging
from howfar.scene import Cue, CueName, DepthFacts, Detections, Distance, Frame, Perception
from howfar.scene.domain import Domain, domain_of
from howfar.scene.margins import INTERVAL_SDS, MIDDLE, DomainMargin, Margins

Sample = ObjectSample | DepthSample
Key = tuple[Of, Domain]

IOU = 0.5
"""The overlap from which on an object is found."""
NO_FACTOR = 1 + 1e-9
"""The map's margin where the ranging method's own uncertainty is to be stated alone."""
QUANTILES = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, MIDDLE)
"""The quantiles of an object's depths at which the map is read."""
OTHERS: tuple[CueName, ...] = ("size", "ground")
"""The cues beside the map."""


@dataclass(frozen=True, eq=False)
class MarginPictures:
    """Pictures to measure margins on.

    Attributes:
        name: The name of the data set, with the part.
        detector_names: The detector's name for each class of the data set that has one.
        samples: The pictures: with labelled objects; or with depth alone, where the found objects are measured.
        learned: Whether the depth network has learned from them, so that they do not tell how far off its map is.
    """

    name: str
    detector_names: Mapping[str, str]
    samples: Sequence[Sample]
    learned: bool = False


class Measured(NamedTuple):
    """One distance of an object by one cue.

    Attributes:
        of: The cue.
        domain: The likelier domain of the picture, as it is judged when one looks at it.
        place: Where the picture was taken; the picture itself where that is not known.
        truth_m: The true distance.
        depth_m: The distance by the cue.
        log_sd: The standard deviation of its logarithm that is stated; for the map, the ranging method's own. Of an
            interval whose sides differ, that of the side on which the truth lies.
        quantile: The quantile of the object's depths that the map was read at.
        learned: Whether the depth network has learned from the picture.
    """

    of: Of
    domain: Domain
    place: str
    truth_m: float
    depth_m: float
    log_sd: float
    quantile: float = MIDDLE
    learned: bool = False


def measure_alone(pictures: MarginPictures, samples: Iterable[Sample], finder: Rangefinder) -> Iterator[Measured]:
    """Measure each cue alone in the true boxes.

    Args:
        pictures: The data set.
        samples: Its samples, as an iterator may count them for a progress bar.
        finder: The pipeline; its first ranging method counts.
    """
    ranging = replace(finder.ranging, methods=(_remembering(finder.ranging.methods[0]),))
    for sample in samples:
        perception = _perceived(sample, finder)
        labelled = _labelled(sample, perception)
        domain, place = domain_of(perception.facts_here.outdoors), _place(pictures, sample)
        sizes = finder.ranging.cues.sizes
        labels = [sizes.name_of(label, pictures.detector_names) for label in labelled.labels]
        boxes, truths_m = Detections.from_boxes(labelled.boxes_xyxy_px, labels), _truths_m(labelled)
        at_each = [(quantile, cues_alone(boxes, perception, ranging, ("depth",), quantile)) for quantile in QUANTILES]
        for quantile, each in (*at_each, (MIDDLE, cues_alone(boxes, perception, ranging, OTHERS))):
            for truth_m, cues in zip(truths_m, each, strict=True):
                for cue in cues:
                    if cue.name != "boxes":  # a pair has it alone, and no margin is measured on pairs
                        told = truth_m, cue.depth_m, cue.log_sd
                        yield Measured(cue.name, domain, place, *told, quantile, pictures.learned)


def measure_joined(
    pictures: MarginPictures, samples: Iterable[Sample], finder: Rangefinder, without: Callable[[str], Margins]
) -> Iterator[Measured]:
    """Measure what all cues give together in the detector's boxes.

    Args:
        pictures: The data set.
        samples: Its samples, as above.
        finder: The pipeline; its first ranging method counts.
        without: The margins that all places but one tell, by the name of that one.
    """
    for sample in samples:
        place, perception = _place(pictures, sample), _perceived(sample, finder)
        labelled = _labelled(sample, perception)
        domain, truths_m = domain_of(perception.facts_here.outdoors), _truths_m(labelled)
        with_margins = replace(perception, facts=replace(perception.facts, margins=without(place)))
        view = scene_of(with_margins, range_objects(with_margins, finder.ranging)[0])
        own = {label: label for label in labelled.labels}  # the detector's
        names = pictures.detector_names if isinstance(sample, ObjectSample) else own
        classes = class_map(perception.detections.class_names, names)
        for number, seen in match_objects(labelled, view.objects, classes, IOU).found.items():
            yield Measured(
                "joined",
                domain,
                place,
                truths_m[number],
                seen.distance.depth_m,
                _log_sd_towards(truths_m[number], seen.distance),
            )


class _Remembered:
    """A ranging network that does not run again on the crops that it saw last; for one thread."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.crops = self.weights = np.empty(0, dtype=np.float32)

    def __call__(self, crops: NDArray[np.float32]) -> NDArray[np.float32]:
        if not np.array_equal(crops, self.crops):
            self.crops, self.weights = crops, self.network(crops)
        return self.weights


def _remembering(method: Method) -> Method:
    """The method, whose network runs once on boxes that are read at several quantiles."""
    return replace(method, network=_Remembered(method.network)) if isinstance(method, Foreground) else method


def cues_alone(
    boxes: Detections, perception: Perception, ranging: Ranging, names: tuple[CueName, ...], quantile: float = MIDDLE
) -> list[tuple[Cue, ...]]:
    """What cues say of each object in given boxes, without margins.

    Args:
        boxes: The boxes, with the class names of the table of sizes.
        perception: The picture's depth map.
        ranging: How distances are computed; its first method counts.
        names: The cues: the depth map by itself, or others.
        quantile: The quantile of an object's depths that the map is read at.
    """
    facts, cues = perception.facts, replace(ranging.cues, names=names, auto=False)
    domains = tuple(DomainMargin(each, (1.0,), (NO_FACTOR,), surface_quantile=quantile) for each in get_args(Domain))
    bare = DepthFacts(facts.name, facts.kind, facts.scenes, margins=Margins(domains=domains))
    there = replace(perception, facts=bare, detections=boxes)
    (ranged,) = range_objects(there, Ranging(ranging.methods[:1], cues))
    return [each.cues for each in ranged.distances]


def errors_of(
    measured: Iterable[Measured], surface_quantiles: Mapping[Domain, float] | None = None, *, learned: bool = False
) -> dict[Key, Errors]:
    """The errors of each cue in each domain, without those whose distance or truth is unknown.

    Args:
        measured: The distances.
        surface_quantiles: The quantile in each domain that counts of the map; the median where none is named.
        learned: Whether those of the map count too in pictures that its network has learned from.
    """
    read_at = surface_quantiles or {}
    by_key: dict[Key, list[Measured]] = {}
    for one in measured:
        is_read = one.quantile == read_at.get(one.domain, MIDDLE) and (learned or not one.learned)
        counts = one.of != "depth" or is_read
        if counts and one.truth_m > 0 and math.isfinite(one.depth_m) and math.isfinite(one.log_sd):
            by_key.setdefault((one.of, one.domain), []).append(one)
    return {
        key: Errors(
            np.array([math.log(one.depth_m / one.truth_m) for one in ones], dtype=np.float64),
            np.array([one.log_sd for one in ones], dtype=np.float64),
            np.array([one.depth_m for one in ones], dtype=np.float64),
            np.array([one.place for one in ones]),
        )
        for key, ones in sorted(by_key.items())
    }


def _log_sd_towards(truth_m: float, given: Distance) -> float:
    """The standard deviation that the interval states on the side of the truth; NaN where there is no interval."""
    end_m = given.low_m if truth_m < given.depth_m else given.high_m
    return abs(math.log(end_m / given.depth_m)) / INTERVAL_SDS if given.is_known else math.nan


def _perceived(sample: Sample, finder: Rangefinder) -> Perception:
    return finder.perceive(Frame(sample.image, sample.name, sample.camera))


def _place(pictures: MarginPictures, sample: Sample) -> str:
    return f"{pictures.name}, {sample.place or sample.name}"


def _labelled(sample: Sample, perception: Perception) -> ObjectSample:
    return sample if isinstance(sample, ObjectSample) else with_found_objects(sample, perception.detections)


def _truths_m(labelled: ObjectSample) -> list[float]:
    """The true distances: of the nearest face if it is known."""
    truths: list[float] = np.where(np.isfinite(labelled.nearest_m), labelled.nearest_m, labelled.depth_m).tolist()
    return truths
