"""What was measured of the distances of objects, and how."""

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
from howfar.scene.depth_alignment import DepthAlignment
from howfar.scene.lens import Lens

Boxes = Literal["true", "detector"]
Depth = Literal["true", "network"]
Truth = Literal["centre", "nearest"]
Box = tuple[float, float, float, float]

NO_BOX: Box = (math.nan, math.nan, math.nan, math.nan)


@dataclass(frozen=True, slots=True)
class ObjectProcedure:
    """All that decides how distances of objects are measured.

    Attributes:
        boxes: Measure in the `true` boxes, or in those of a `detector`.
        depth: Measure on the `true` depth of every pixel, or on that of a `network`.
        methods: The ranging methods; the last one is looked at most closely.
        truth: Compare with the distance of the object (`centre`, as the data set defines it) or of its `nearest` face.
        score: Least confidence of a detection, 0 to 1.
        iou: Least overlap at which a detection is of an object, above 0 and at most 1.
        baseline_m: Show the errors as disparities of two cameras so far apart too; None for not.
        cues: What distances rest on; the depth map alone if not said otherwise.
        lens: What is said of the camera; each picture's own camera if not said otherwise.
        known: Give a relative network one object's true distance a picture, which is then not counted: that of the
            `nearest` object, or of the nearest one of a class; None for none.

    Raises:
        SettingError: If a setting cannot be.
    """

    boxes: Boxes
    depth: Depth
    methods: tuple[Method, ...]
    truth: Truth = "centre"
    score: float = 0.05
    iou: float = 0.5
    baseline_m: float | None = None
    cues: CueSettings = field(default_factory=CueSettings)
    lens: Lens = field(default_factory=Lens)
    known: str | None = None

    def __post_init__(self) -> None:
        if not self.methods:
            raise SettingError("At least one ranging method is needed.")
        if len(set(self.names)) < len(self.names):
            raise SettingError(f"Each ranging method is measured once; name none twice: {', '.join(self.names)}.")
        if not 0.0 <= self.score <= 1.0:
            raise SettingError(f"The score threshold must lie between 0 and 1, not {self.score}.")
        if not 0.0 < self.iou <= 1.0:
            raise SettingError(f"The least IoU must be above 0 and at most 1, not {self.iou}.")
        if self.baseline_m is not None and not (math.isfinite(self.baseline_m) and self.baseline_m > 0):
            raise SettingError(f"The baseline must be a number of metres above 0, not {self.baseline_m}.")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the methods."""
        return tuple(method.name for method in self.methods)


@dataclass(frozen=True, slots=True)
class MeasuredObject:
    """One true object and what was made of it.

    Attributes:
        picture: What the data set calls the picture.
        sample_index: The picture's index among the samples measured.
        number: The object's index among those of its picture.
        label: Its class in the data set.
        box_xyxy_px: Its true box.
        found: Whether there is a box to measure in: always with true boxes, else whether the detector found it.
        measured_xyxy_px: The box that was measured in; NaN where it was not found.
        score: Confidence of the detection; NaN with true boxes or where it was not found.
        truth_m: The true distance that estimates are compared with.
        nearest_m: The true distance of its nearest face; NaN where the data set does not tell.
        occlusion: 0 fully visible, 1 partly occluded, 2 largely occluded, -1 unknown.
        focal_px: Focal length of its picture.
        distances: One for each method, unknown where it was not found.
        alignment: What gave its picture's relative map its metres; None where nothing did, or nothing had to.
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


@dataclass(frozen=True, eq=False)
class ObjectResult:
    """What was measured.

    Attributes:
        procedure: How.
        objects: The objects, picture by picture.
        images: Pictures of the data set that were looked through.
        class_map: The data set's classes that the detector knows, each with the detector's name for it; empty with true
            boxes.
        left_out: How many objects of each class were not counted, as the detector does not know it.
        without_truth: Objects that were not counted, as the true distance asked for is unknown.
        detector_s: Time that the detector took, pre- and post-processing included.
        depth_s: Time that the depth network took, likewise.
        ranging_s: Time that all methods took together.
    """

    procedure: ObjectProcedure
    objects: tuple[MeasuredObject, ...]
    images: int
    class_map: Mapping[str, str]
    left_out: Mapping[str, int]
    without_truth: int
    detector_s: float
    depth_s: float
    ranging_s: float

    @property
    def truth_m(self) -> NDArray[np.float64]:
        """N true distances."""
        return np.array([each.truth_m for each in self.objects], dtype=np.float64)

    @property
    def images_measured(self) -> int:
        """Pictures with an object that was counted; the others were shown to no network."""
        return len({each.sample_index for each in self.objects})

    def distances(self, method: str) -> tuple[Distance, ...]:
        """What a method of the procedure said of each of the N objects."""
        index = self.procedure.names.index(method)
        return tuple(each.distances[index] for each in self.objects)

    def estimates_m(self, method: str) -> NDArray[np.float64]:
        """N distances by a method, NaN where it has none."""
        return np.array([distance.depth_m for distance in self.distances(method)], dtype=np.float64)

    def errors(self, method: str, members: NDArray[np.int64] | None = None) -> ObjectErrors:
        """The errors of a method over some of the objects, given by their indices, or over all."""
        chosen = slice(None) if members is None else members
        return object_errors(self.truth_m[chosen], self.estimates_m(method)[chosen])

    def disparity(self, method: str, baseline_m: float, members: NDArray[np.int64] | None = None) -> DisparityErrors:
        """The errors of a method as disparities, likewise."""
        chosen = slice(None) if members is None else members
        focal_px = np.array([each.focal_px for each in self.objects], dtype=np.float64)
        return disparity_errors(self.truth_m[chosen], self.estimates_m(method)[chosen], focal_px[chosen], baseline_m)

    def intervals(self, method: str) -> IntervalCoverage:
        """How many true distances lie in the intervals that a method gave."""
        ends = [(distance.low_m, distance.high_m) for distance in self.distances(method)]
        low_m, high_m = np.array(ends, dtype=np.float64).reshape(-1, 2).T
        pictures = np.array([each.sample_index for each in self.objects], dtype=np.int64)
        return interval_coverage(self.truth_m, low_m, high_m, pictures)

    def warnings(self, method: str) -> FlagQuality:
        """How well `mixed` tells the distances of a method that are off by more than 10 %; unknown ones aside."""
        errors = relative_errors(self.truth_m, self.estimates_m(method))
        known = np.isfinite(errors)
        mixed = np.array([distance.mixed for distance in self.distances(method)], dtype=np.bool_)
        return flag_quality(mixed[known], errors[known] > TOLERANCE)
