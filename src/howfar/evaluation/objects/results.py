"""The options and the results of an evaluation of distances of objects."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.evaluation.objects.metrics import (
    TOLERANCE,
    DisparityErrors,
    FlagQuality,
    IntervalCoverage,
    ObjectErrors,
    disparity_errors,
    flag_quality,
    interval_coverage,
    object_errors,
    relative_errors,
)
from howfar.ranging import Method
from howfar.ranging.cues.joining import CueSettings
from howfar.scene import Distance
from howfar.scene.box import Box
from howfar.scene.depth_alignment import DepthAlignment
from howfar.scene.lens import Lens

Boxes = Literal["true", "detector"]
Depth = Literal["true", "network"]
Truth = Literal["centre", "nearest"]


@dataclass(frozen=True, slots=True)
class ObjectOptions:
    """How distances of objects are measured, and what they are compared with.

    Attributes:
        boxes: Measure in the `true` boxes, or in those of a `detector`.
        depth: Measure on the `true` depth of every pixel, or on that of a `network`.
        methods: The ranging methods; pictures and margins are made for the last one.
        truth: Compare with the distance of the object (`centre`, as the data set defines it) or of its `nearest` face;
            None for the nearest face, which the camera sees, in each picture where the data set knows one, and the
            distance as the data set defines it elsewhere.
        score: Minimum confidence of a detection, 0 to 1.
        iou: Minimum overlap at which a detection belongs to an object, above 0 and at most 1.
        baseline_m: Report the errors also as disparities of two cameras at this distance in metres; None for not.
        cues: The cues that distances are computed from; by default the depth map alone.
        lens: The information about the camera; by default each picture's own camera.
        known: Give a relative network the true distance of one object of each picture, which then does not count: the
            `nearest` object, or the nearest one of a class; None for none.

    Raises:
        SettingError: If a setting is wrong, or a method is named twice.
    """

    boxes: Boxes
    depth: Depth
    methods: tuple[Method, ...]
    truth: Truth | None = None
    score: float = 0.05
    iou: float = 0.5
    baseline_m: float | None = None
    cues: CueSettings = field(default_factory=CueSettings)
    lens: Lens = field(default_factory=Lens)
    known: str | None = None

    def __post_init__(self) -> None:
        if not self.methods:
            raise SettingError("At least one ranging method is needed.", setting="method")
        if len(set(self.names)) < len(self.names):
            raise SettingError(
                f"Each ranging method is measured once; name none twice: {', '.join(self.names)}.", setting="method"
            )
        if not 0.0 <= self.score <= 1.0:
            raise SettingError(f"The score threshold must lie between 0 and 1, not {self.score}.", setting="score")
        if not 0.0 < self.iou <= 1.0:
            raise SettingError(f"The least IoU must be above 0 and at most 1, not {self.iou}.", setting="iou")
        if self.baseline_m is not None and not (math.isfinite(self.baseline_m) and self.baseline_m > 0):
            raise SettingError(
                f"The baseline must be a number of metres above 0, not {self.baseline_m}.", setting="baseline_m"
            )

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the methods."""
        return tuple(method.name for method in self.methods)


@dataclass(frozen=True, slots=True)
class MeasuredObject:
    """One true object and its measured distances.

    Attributes:
        picture: The data set's name of the picture.
        sample_index: Index of the picture among the samples measured.
        number: Index of the object among those of its picture, from 0.
        label: Its class in the data set.
        box_xyxy_px: Its true box.
        found: Whether there is a box to measure in: always with true boxes, else if the detector found the object.
        measured_xyxy_px: The box that was measured in; NaN where the object was not found.
        score: Confidence of the detection; NaN with true boxes or where the object was not found.
        truth_m: The true distance that estimates are compared with, in metres.
        nearest_m: The true distance of its nearest face in metres; NaN where the data set does not contain it.
        occlusion: 0 fully visible, 1 partly occluded, 2 largely occluded, -1 unknown.
        focal_px: Focal length of its picture in pixels.
        distances: One distance for each method; unknown where the object was not found.
        alignment: How the relative map of its picture was brought to metres; None where the map is metric by itself, or
            relative.
        centre_m: The true distance as the data set defines it, in metres; for boxes in space that of their middle.
        place: Where its picture was taken; empty where that is not known.
        outdoors: The probability that its picture was taken outdoors, as it is judged when one looks; NaN where it was
            not judged.
    """

    picture: str
    sample_index: int
    number: int
    label: str
    box_xyxy_px: Box
    found: bool
    measured_xyxy_px: Box
    score: float
    truth_m: float
    nearest_m: float
    occlusion: int
    focal_px: float
    distances: tuple[Distance, ...]
    alignment: DepthAlignment | None = None
    centre_m: float = math.nan
    place: str = ""
    outdoors: float = math.nan


@dataclass(frozen=True, eq=False)
class ObjectResult:
    """The result of an evaluation.

    Attributes:
        options: How distances were measured.
        objects: The objects that count, picture by picture.
        images: Number of pictures of the data set.
        class_map: The data set's classes that the detector knows, each with the detector's name for it; empty with true
            boxes.
        left_out: Number of objects of each class that do not count because the detector does not know the class.
        without_truth: Number of objects that do not count because their true distance is unknown.
        detector_s: Time of the detector in seconds, with pre- and post-processing; 0 where a joint network is both.
        depth_s: Time of the depth network, or of the joint one, in seconds, with pre- and post-processing.
        ranging_s: Time of all methods together in seconds.
    """

    options: ObjectOptions
    objects: tuple[MeasuredObject, ...]
    images: int
    class_map: Mapping[str, str]
    left_out: Mapping[str, int]
    without_truth: int
    detector_s: float
    depth_s: float
    ranging_s: float

    @property
    def truth(self) -> Truth:
        """The truth that distances are compared with; without a setting, `nearest` if it is known of any object."""
        if self.options.truth is not None:
            return self.options.truth
        return "nearest" if np.isfinite([each.nearest_m for each in self.objects]).any() else "centre"

    @property
    def truth_m(self) -> NDArray[np.float64]:
        """N true distances in metres."""
        return np.array([each.truth_m for each in self.objects], dtype=np.float64)

    @property
    def images_measured(self) -> int:
        """Number of pictures with an object that counts; the networks were not run on the others."""
        return len({each.sample_index for each in self.objects})

    def distances(self, method: str) -> tuple[Distance, ...]:
        """The distances of the N objects by one of the methods."""
        index = self.options.names.index(method)
        return tuple(each.distances[index] for each in self.objects)

    def estimates_m(self, method: str) -> NDArray[np.float64]:
        """N distances by a method in metres, NaN where unknown."""
        return np.array([distance.depth_m for distance in self.distances(method)], dtype=np.float64)

    def errors(self, method: str, members: NDArray[np.int64] | None = None) -> ObjectErrors:
        """The errors of a method over some of the objects, given by their indices, or over all objects."""
        chosen = slice(None) if members is None else members
        return object_errors(self.truth_m[chosen], self.estimates_m(method)[chosen])

    def errors_to(self, truth: Truth, method: str) -> ObjectErrors:
        """The errors of a method against one kind of truth; objects without a truth of this kind do not count."""
        true_m = [each.nearest_m if truth == "nearest" else each.centre_m for each in self.objects]
        return object_errors(np.array(true_m, dtype=np.float64), self.estimates_m(method))

    def disparity(self, method: str, baseline_m: float, members: NDArray[np.int64] | None = None) -> DisparityErrors:
        """The errors of a method as disparities, over some of the objects or over all objects."""
        chosen = slice(None) if members is None else members
        focal_px = np.array([each.focal_px for each in self.objects], dtype=np.float64)
        return disparity_errors(self.truth_m[chosen], self.estimates_m(method)[chosen], focal_px[chosen], baseline_m)

    def intervals(self, method: str) -> IntervalCoverage:
        """The share of true distances that lie in the intervals of a method."""
        ends = [(distance.low_m, distance.high_m) for distance in self.distances(method)]
        low_m, high_m = np.array(ends, dtype=np.float64).reshape(-1, 2).T
        pictures = np.array([each.sample_index for each in self.objects], dtype=np.int64)
        return interval_coverage(self.truth_m, low_m, high_m, pictures)

    def warnings(self, method: str) -> FlagQuality:
        """The quality of `mixed` as a flag for errors above 10 %, over the known distances of a method."""
        errors = relative_errors(self.truth_m, self.estimates_m(method))
        known = np.isfinite(errors)
        mixed = np.array([distance.mixed for distance in self.distances(method)], dtype=np.bool_)
        return flag_quality(mixed[known], errors[known] > TOLERANCE)
