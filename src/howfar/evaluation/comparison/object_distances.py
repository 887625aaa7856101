"""How far each object is by one eye and by two, beside the truth."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from howfar.datasets import DepthSample
from howfar.evaluation.margins.found import MOST_COVERED, surface_m
from howfar.pipeline.metric_scale import to_metric
from howfar.pipeline.pairs import with_both_eyes
from howfar.pipeline.rangefinder import Rangefinder
from howfar.pipeline.scenes import range_objects, scene_of
from howfar.pipeline.view import View
from howfar.ranging.cues.whole import are_covered
from howfar.scene import Distance, Frame, Perception
from howfar.scene.box import Box
from howfar.stereo import Matcher


@dataclass(frozen=True, slots=True)
class ComparedObject:
    """One object that was found.

    Attributes:
        picture: Where.
        label: Its class.
        box_xyxy_px: Its box in pixels.
        true_m: Its true distance, as `howfar.evaluation.margins.found` reads it in the true depth map; NaN where it is
            not known.
        distances: What each says of it, by name.
    """

    picture: str
    label: str
    box_xyxy_px: Box
    true_m: float
    distances: Mapping[str, Distance]

    @property
    def told_last_m(self) -> float:
        """The distance by the last of them; infinite where it is not known."""
        last = tuple(self.distances.values())[-1]
        return last.depth_m if last.is_known else math.inf


@dataclass(frozen=True, eq=False)
class ObjectFigures:
    """What the distances of objects by one or two eyes are worth.

    Attributes:
        objects: Objects of known distance that it told one for.
        missed: Objects of known distance that it told none for.
        median_error: Median of the relative error, a share.
        held: Share of the intervals of 80 % that hold the truth.
    """

    objects: int
    missed: int
    median_error: float
    held: float


@dataclass(frozen=True, eq=False)
class ComparedObjects:
    """The objects of one picture.

    Attributes:
        objects: All that were found, nearest first by the last of them.
        views: By name, the picture with its objects and distances.
    """

    objects: tuple[ComparedObject, ...]
    views: Mapping[str, View]


@dataclass(frozen=True, slots=True)
class ObjectEyes:
    """What tells the distances of the objects of a pair, the same objects in the same boxes.

    Attributes:
        finder: Sees with one eye.
        one_eye: What to call that.
        matchers: What matches the pair for both eyes, by the name of what they see together.
        max_disparity_px: The largest disparity that is looked for; each matcher's own when None.
    """

    finder: Rangefinder
    one_eye: str
    matchers: Mapping[str, Matcher]
    max_disparity_px: int | None = None

    def look(self, sample: DepthSample) -> ComparedObjects:
        """Range the objects of a pair with one eye and with two.

        Raises:
            SettingError: If the pictures cannot be matched.
        """
        seen = self._perceived(sample.frame)
        ranged = {name: _ranged(perception, self.finder) for name, perception in seen.items()}
        found = seen[self.one_eye].detections
        free = ~are_covered(found.boxes_xyxy_px, MOST_COVERED)
        objects = []
        for index, (label, corners) in enumerate(zip(found.labels, found.boxes_xyxy_px.tolist(), strict=True)):
            box: Box = (corners[0], corners[1], corners[2], corners[3])
            true_m = surface_m(sample.depth_m, box) if free[index] else math.nan
            told = {name: distances[index] for name, (distances, _) in ranged.items()}
            objects.append(ComparedObject(sample.name, label, box, true_m, told))
        objects.sort(key=lambda each: each.told_last_m)
        return ComparedObjects(tuple(objects), {name: view for name, (_, view) in ranged.items()})

    def _perceived(self, frame: Frame) -> dict[str, Perception]:
        """The objects with the depth by one eye, and by two in its place."""
        alone = replace(frame, right=None, rig=None)
        seen = self.finder.perceiver.perceive(self.finder.prepared(alone), self.finder.query)
        both = {
            name: with_both_eyes(replace(seen, frame=frame), matcher, self.max_disparity_px)
            for name, matcher in self.matchers.items()
        }
        return {self.one_eye: seen, **both}


def object_figures(objects: Sequence[ComparedObject], name: str) -> ObjectFigures:
    """What the distances by one of them are worth, over the objects whose distance is known.

    Args:
        objects: The objects of all pictures.
        name: Whose distances.
    """
    judged = [(each.true_m, each.distances[name]) for each in objects if math.isfinite(each.true_m)]
    known = [(true_m, told) for true_m, told in judged if told.is_known]
    if not known:
        return ObjectFigures(0, len(judged), math.nan, math.nan)
    errors = [abs(told.depth_m / true_m - 1) for true_m, told in known]
    held = [told.low_m <= true_m <= told.high_m for true_m, told in known]
    return ObjectFigures(len(known), len(judged) - len(known), float(np.median(errors)), float(np.mean(held)))


def _ranged(perception: Perception, finder: Rangefinder) -> tuple[Sequence[Distance], View]:
    """The distances in the order of the detections, and the view."""
    metric = to_metric(perception, finder.evidence, finder.ranging)
    ranged = range_objects(metric, finder.ranging)[0]
    return ranged.distances, scene_of(metric, ranged)
