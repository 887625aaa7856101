"""Systems that tell the disparity of each object of a stereo pair, measured side by side.

The rows are those of Zhou et al., IEEE Access 2019: a detector with a map of disparities, read in each box by Eq. 8
(the mean of the central part) or Eq. 9 (the median of the box), and a detector of pairs of boxes. Beside them are ours:
each box looked for in the right-hand picture, and all that a `Rangefinder` knows. Detectors differ, so that errors are
over the objects that all systems found; each one's recall stands beside. A second table gives every system the true
boxes.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.datasets.coco_pairs import PairSample
from howfar.errors import RefusedPairError
from howfar.evaluation.objects.metrics import DisparityErrors, errors_of_disparities
from howfar.evaluation.objects.pairs import found_disparities_px
from howfar.pipeline.rangefinder import Rangefinder
from howfar.ranging.methods.statistics import parse_method
from howfar.scene import Camera, DepthEstimator, DepthMap, Detections, Detector, Frame, Query
from howfar.stereo import Matcher
from howfar.stereo.box_matching import match_boxes
from howfar.stereo.sgbm import checked_reach_px

EQUATIONS = ("median", "central-mean")
"""The ranging methods that are Eq. 9 and Eq. 8."""

LEVELS = (0, 1, 2)
"""KITTI's levels of occlusion: fully visible, partly and largely occluded."""


MapOfPair = Callable[[PairSample], NDArray[np.float32]]
"""Gives the disparity of each pixel of the left-hand picture, in pixels."""


class System(Protocol):
    """Whatever finds the objects of a pair and tells the disparity of each."""

    @property
    def name(self) -> str:
        """What the table calls it."""

    def look(self, pair: PairSample) -> Mapping[str, Detections]:
        """The objects of a pair with their disparities, by each of the system's settings."""

    def look_in(self, pair: PairSample, boxes: Detections) -> Mapping[str, NDArray[np.float64]]:
        """The disparity of each of these boxes, by each setting; empty where the system takes no boxes."""


@dataclass(frozen=True, slots=True)
class TakesBoxes(ABC):
    """A system that tells the disparities of any boxes, those of its detector among them.

    Attributes:
        name: What the table calls it.
        detector: Looks at the left-hand picture.
    """

    name: str
    detector: Detector

    def look(self, pair: PairSample) -> dict[str, Detections]:
        """See `System.look`."""
        found = self.detector.detect(Frame(pair.image, pair.name), Query())
        return {setting: _with_disparities(found, each) for setting, each in self.look_in(pair, found).items()}

    @abstractmethod
    def look_in(self, pair: PairSample, boxes: Detections) -> dict[str, NDArray[np.float64]]:
        """See `System.look_in`."""


@dataclass(frozen=True, slots=True)
class BoxesOnMap(TakesBoxes):
    """A detector, and a statistic of the disparities in each of its boxes.

    Attributes:
        disparities: Gives the map: `matched_by` a matcher, or `seen_by_one_eye`.
        methods: Names of the statistics (`ranging.methods.statistics`).
    """

    disparities: MapOfPair
    methods: tuple[str, ...] = EQUATIONS

    def look_in(self, pair: PairSample, boxes: Detections) -> dict[str, NDArray[np.float64]]:
        """See `System.look_in`."""
        depth = DepthMap(self.disparities(pair), "disparity_px", stereo=pair.rig)
        corners = boxes.boxes_xyxy_px.astype(np.float64)
        return {method: parse_method(method).read(depth, corners).values for method in self.methods}


def matched_by(matcher: Matcher) -> MapOfPair:
    """The disparities that a matcher finds."""
    return lambda pair: matcher.match(pair.image, pair.right).values_px


def seen_by_one_eye(estimator: DepthEstimator) -> MapOfPair:
    """The disparities of what a network of one picture sees, such as Monodepth of the report's table."""

    def disparities(pair: PairSample) -> NDArray[np.float32]:
        height, width = pair.image.shape[:2]
        depth = estimator.estimate(Frame(pair.image, pair.name, camera=_camera(pair)))
        seen_px = pair.rig.disparity_px(depth.metres())
        return np.asarray(cv2.resize(seen_px, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.float32)

    return disparities


@dataclass(frozen=True, slots=True)
class BoxesMatched(TakesBoxes):
    """A detector, each of whose boxes is looked for in the right-hand picture; there is no map.

    Attributes:
        setting: What the table says beside the name.
    """

    setting: str = "boxes matched"

    def look_in(self, pair: PairSample, boxes: Detections) -> dict[str, NDArray[np.float64]]:
        """See `System.look_in`."""
        greys = [np.asarray(cv2.cvtColor(eye, cv2.COLOR_RGB2GRAY), np.uint8) for eye in (pair.image, pair.right)]
        reach_px = checked_reach_px(pair.image, pair.right, None)
        return {self.setting: match_boxes(greys[0], greys[1], boxes.boxes_xyxy_px, reach_px).values_px}


@dataclass(frozen=True, slots=True)
class Ranged(TakesBoxes):
    """All of howfar: what it says of an object's distance, as the disparity of that distance.

    Of a pair that it refuses it says nothing.

    Attributes:
        finder: Tells the distances.
        setting: What the table says beside the name.
        eyes: 2, or 1 to show it the left-hand picture alone, with its camera.
    """

    finder: Rangefinder
    setting: str
    eyes: int = 2

    def look_in(self, pair: PairSample, boxes: Detections) -> dict[str, NDArray[np.float64]]:
        """See `System.look_in`."""
        disparities = np.full(len(boxes), np.nan)
        if not len(boxes):
            return {self.setting: disparities}
        frame = Frame(pair.image, pair.name, camera=_camera(pair))
        if self.eyes == 2:
            frame = replace(frame, right=pair.right, rig=pair.rig)
        numbered = replace(boxes, track_ids=np.arange(len(boxes)))
        try:
            looked = self.finder.look(frame, detections=numbered)
        except RefusedPairError:
            return {self.setting: disparities}
        for each in looked.objects:
            if each.track is not None:
                disparities[each.track.track_id] = pair.rig.focal_px * pair.rig.baseline_m / each.depth_m
        return {self.setting: disparities}


@dataclass(frozen=True, slots=True)
class BoxesInBoth:
    """A detector of pairs of boxes.

    Attributes:
        name: What the table calls it.
        detector: Gives a disparity for each object.
        setting: What the table says beside the name.
    """

    name: str
    detector: Detector
    setting: str = "pairs of boxes"

    def look(self, pair: PairSample) -> dict[str, Detections]:
        """See `System.look`."""
        frame = Frame(pair.image, pair.name, right=pair.right, rig=pair.rig)
        return {self.setting: self.detector.detect(frame, Query())}

    def look_in(self, pair: PairSample, boxes: Detections) -> dict[str, NDArray[np.float64]]:
        """It takes no boxes."""
        return {}


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured of one system with one setting at one level of occlusion.

    Attributes:
        system: Its name.
        setting: Its setting.
        occlusion: The level.
        recall: Share of all objects of that level whose disparity it told.
        errors: Over the objects that every system found.
        seconds: Its mean time for a pair.
    """

    system: str
    setting: str
    occlusion: int
    recall: float
    errors: DisparityErrors
    seconds: float


@dataclass(eq=False)
class _Told:
    """The disparities that one system with one setting told, object by object, NaN where none; and its time."""

    disparities_px: list[NDArray[np.float64]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


Key = tuple[str, str]


def measure_found(
    pairs: Iterable[PairSample], systems: Sequence[System], step: Callable[[str], None] = lambda _: None
) -> list[Row]:
    """Measure systems on the objects that they find themselves.

    Args:
        pairs: With their truth.
        systems: Of different names.
        step: Called with the name of each pair that is done.
    """

    def told(system: System, pair: PairSample) -> dict[str, NDArray[np.float64]]:
        return {setting: found_disparities_px(pair, found) for setting, found in system.look(pair).items()}

    return _measure(pairs, systems, told, step)


def measure_true(
    pairs: Iterable[PairSample], systems: Sequence[System], step: Callable[[str], None] = lambda _: None
) -> list[Row]:
    """Measure systems in the true boxes, cut to the picture; arguments as of `measure_found`."""

    def told(system: System, pair: PairSample) -> Mapping[str, NDArray[np.float64]]:
        return system.look_in(pair, _truth(pair))

    return _measure(pairs, systems, told, step)


def _measure(
    pairs: Iterable[PairSample],
    systems: Sequence[System],
    tell: Callable[[System, PairSample], Mapping[str, NDArray[np.float64]]],
    step: Callable[[str], None],
) -> list[Row]:
    told: dict[Key, _Told] = {}
    truth, levels = [], []
    for pair in pairs:
        truth.append(pair.disparities_px)
        levels.append(pair.occlusions)
        for system in systems:
            start = time.perf_counter()
            given = tell(system, pair)
            taken_s = time.perf_counter() - start
            for setting, disparities in given.items():
                row = told.setdefault((system.name, setting), _Told())
                row.disparities_px.append(disparities)
                row.seconds.append(taken_s)
        step(pair.name)
    return _rows(told, np.concatenate(truth), np.concatenate(levels)) if truth else []


def _rows(told: Mapping[Key, _Told], truth_px: NDArray[np.float64], levels: NDArray[np.int8]) -> list[Row]:
    values = {key: np.concatenate(each.disparities_px) for key, each in told.items()}
    common = np.isfinite(truth_px)
    for each in values.values():
        common &= np.isfinite(each) & (each > 0)
    rows = []
    for (system, setting), each in values.items():
        for level in LEVELS:
            at_level = levels == level
            every = errors_of_disparities(truth_px[at_level], each[at_level])
            shared = errors_of_disparities(truth_px[at_level & common], each[at_level & common])
            seconds = float(np.mean(told[system, setting].seconds))
            rows.append(Row(system, setting, level, every.coverage, shared, seconds))
    return rows


def _truth(pair: PairSample) -> Detections:
    height, width = pair.image.shape[:2]
    boxes = np.clip(pair.boxes_xyxy_px, 0, np.array([width, height] * 2, dtype=np.float32))
    scores = np.ones(len(boxes), dtype=np.float32)
    return Detections(boxes, scores, pair.class_ids, pair.class_names)


def _camera(pair: PairSample) -> Camera:
    height, width = pair.image.shape[:2]
    return Camera.from_focal(width, height, pair.rig.focal_px)


def _with_disparities(found: Detections, disparities_px: NDArray[np.float64]) -> Detections:
    return Detections(
        found.boxes_xyxy_px,
        found.scores,
        found.class_ids,
        found.class_names,
        disparities_px=disparities_px.astype(np.float32),
    )
