"""The options and the result of the benchmark on one data set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from howfar.datasets import ObjectSample
from howfar.errors import SettingError
from howfar.evaluation.everywhere.metrics import Answers, Figures, OtherBoxes, Truth, compute
from howfar.evaluation.objects.coverage import cues_of
from howfar.evaluation.objects.groups import BAND_EDGES_M, binned
from howfar.evaluation.objects.results import MeasuredObject
from howfar.scene import SceneObject
from howfar.scene.domain import domain_of


@dataclass(frozen=True, slots=True)
class EverywhereOptions:
    """How reported objects are compared with labelled ones.

    Attributes:
        iou: Least overlap at which an object is found, above 0 and at most 1.

    Raises:
        SettingError: If it cannot be.
    """

    iou: float = 0.5

    def __post_init__(self) -> None:
        if not 0.0 < self.iou <= 1.0:
            raise SettingError(f"The least IoU must be above 0 and at most 1, not {self.iou}.", setting="iou")


@dataclass(frozen=True, eq=False)
class LabelledPictures:
    """Pictures with objects of known distance, for the benchmark.

    Attributes:
        name: The name in tables, with the part.
        definition: What their objects and distances are, in words.
        detector_names: The COCO name of each class that has one.
        exhaustive: Whether all objects of the classes are labelled.
        samples: The pictures.
    """

    name: str
    definition: str
    detector_names: Mapping[str, str]
    exhaustive: bool
    samples: Sequence[ObjectSample]


@dataclass(frozen=True, eq=False)
class DataSetResult:
    """The result on one data set.

    Attributes:
        data: The data set.
        objects: Its labelled objects of classes that the detector knows, picture by picture, each with one distance;
            their `truth_m` is the distance as the data set defines it.
        answers: The same as arrays, in the same order.
        others: The reported objects that match none; None if they cannot be counted.
        class_map: The data set's classes that the detector knows, each with the detector's name.
        left_out: The number of objects of each class that the detector does not know.
        images: Number of pictures.
        seconds: Time of the pipeline for all pictures.
    """

    data: LabelledPictures
    objects: tuple[MeasuredObject, ...]
    answers: Answers
    others: tuple[SceneObject, ...] | None
    class_map: Mapping[str, str]
    left_out: Mapping[str, int]
    images: int
    seconds: float

    @property
    def truth(self) -> Truth:
        """The truth that the figures compare with."""
        return self.answers.truth

    @property
    def truth_m(self) -> NDArray[np.float64]:
        """N true distances that the figures compare with; NaN where not known."""
        return self.answers.truth_m(self.truth)

    @property
    def without_truth(self) -> int:
        """Number of objects that do not count, because that distance is not known."""
        return int((~(np.isfinite(self.truth_m) & (self.truth_m > 0))).sum())

    def figures(self) -> Figures:
        """The figures over all objects."""
        return compute(self.answers, self.truth, None if self.others is None else _counted(self.others))

    def by_class(self) -> dict[str, Figures]:
        """The figures of each of the detector's classes with an object or an unmatched box, by name."""
        names = np.array([self.class_map[one.label] for one in self.objects], dtype=object)
        shown = sorted({*names.tolist(), *(one.label for one in self.others or ())})
        return {name: self._of_class(name, names == name) for name in shown}

    def by_distance(self) -> dict[str, Figures]:
        """The figures by true distance, near to far, without unmatched boxes: these have no true distance."""
        known = np.flatnonzero(np.isfinite(self.truth_m) & (self.truth_m > 0))
        groups = binned(self.truth_m[known].tolist(), BAND_EDGES_M, "m")
        return {group.name: compute(self.answers.select(known[group.members]), self.truth) for group in groups}

    def by_domain(self) -> dict[str, Figures]:
        """The figures by domain, as it is judged when one looks, without unmatched boxes."""
        return self._by([domain_of(one.outdoors) for one in self.objects])

    def by_cues(self) -> dict[str, Figures]:
        """The figures by the cues that distances rest on, without unmatched boxes, and without what has no distance."""
        return self._by([cues_of(one.distances[0]) for one in self.objects])

    def _by(self, names: Sequence[str]) -> dict[str, Figures]:
        each = np.array(names, dtype=object)
        return {name: compute(self.answers.select(each == name), self.truth) for name in sorted({*names}) if name}

    def _of_class(self, name: str, members: NDArray[np.bool_]) -> Figures:
        others = None if self.others is None else _counted([one for one in self.others if one.label == name])
        return compute(self.answers.select(members), self.truth, others)


def _counted(others: Sequence[SceneObject]) -> OtherBoxes:
    return OtherBoxes(len(others), sum(one.distance.is_known for one in others))
