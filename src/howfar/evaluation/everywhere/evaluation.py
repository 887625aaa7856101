"""The benchmark on one data set: the pipeline of `howfar look` on every picture, compared with the labels."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from howfar.datasets import ObjectSample
from howfar.errors import SettingError
from howfar.evaluation.everywhere.matching import class_map, match_objects
from howfar.evaluation.everywhere.metrics import Answers, update
from howfar.evaluation.everywhere.results import DataSetResult, EverywhereOptions, LabelledPictures
from howfar.evaluation.objects.results import MeasuredObject
from howfar.pipeline.rangefinder import Rangefinder
from howfar.scene import Distance, Frame, SceneObject
from howfar.scene.box import UNKNOWN_BOX

NOT_FOUND = "it was not found"


def evaluate_data_set(
    data: LabelledPictures,
    finder: Rangefinder,
    class_names: Sequence[str],
    options: EverywhereOptions | None = None,
    samples: Iterable[ObjectSample] | None = None,
) -> DataSetResult:
    """Run the pipeline on all pictures of a data set and compare its objects with the labelled ones.

    Args:
        data: The data set.
        finder: The pipeline; the distances of its first ranging method count.
        class_names: All classes of its detector.
        options: How to compare; `EverywhereOptions()` when None.
        samples: The samples to use, if an iterator counts them for a progress bar; the data set's own when None.

    Raises:
        SettingError: If the detector knows none of the classes.
    """
    classes = class_map(class_names, data.detector_names)
    if not classes:
        raise SettingError(f"The detector knows none of the classes of {data.name} by name: choose another detector.")
    run = _Run(data, finder, options or EverywhereOptions(), classes)
    for index, sample in enumerate(data.samples if samples is None else samples):
        run.show(index, sample)
    return run.result()


@dataclass(eq=False)
class _Run:
    """The results collected so far from one data set."""

    data: LabelledPictures
    finder: Rangefinder
    options: EverywhereOptions
    classes: dict[str, str]
    answers: Answers = field(default_factory=Answers.none)
    objects: list[MeasuredObject] = field(default_factory=list)
    others: list[SceneObject] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    places: dict[str, int] = field(default_factory=dict)
    images: int = 0
    seconds: float = 0.0

    def show(self, index: int, sample: ObjectSample) -> None:
        """Run the pipeline on one picture and compare."""
        view = self.finder.look_each(Frame(sample.image, sample.name, sample.camera))[0]
        matching = match_objects(sample, view.objects, self.classes, self.options.iou)
        method = self.finder.method_names[0]
        outdoors = math.nan if view.facts is None else view.facts.outdoors
        measured = [
            replace(_measured(sample, index, number, matching.found.get(number), method), outdoors=outdoors)
            for number, label in enumerate(sample.labels)
            if label in self.classes
        ]
        cluster = self.places.setdefault(sample.place or sample.name, len(self.places))
        self.answers = update(self.answers, _answers(measured, cluster))
        self.objects += measured
        self.others += matching.others
        self.left_out.update(label for label in sample.labels if label not in self.classes)
        self.images += 1
        self.seconds += sum(view.timing_ms.values()) / 1e3

    def result(self) -> DataSetResult:
        """The result of the pictures so far."""
        return DataSetResult(
            self.data,
            tuple(self.objects),
            self.answers,
            tuple(self.others) if self.data.exhaustive else None,
            self.classes,
            dict(self.left_out),
            self.images,
            self.seconds,
        )


def _measured(sample: ObjectSample, index: int, number: int, seen: SceneObject | None, method: str) -> MeasuredObject:
    x1, y1, x2, y2 = sample.boxes_xyxy_px[number].tolist()
    return MeasuredObject(
        picture=sample.name,
        sample_index=index,
        number=number,
        label=sample.labels[number],
        box_xyxy_px=(x1, y1, x2, y2),
        found=seen is not None,
        measured_xyxy_px=UNKNOWN_BOX if seen is None else seen.box_xyxy_px,
        score=math.nan if seen is None else seen.score,
        truth_m=float(sample.depth_m[number]),
        nearest_m=float(sample.nearest_m[number]),
        occlusion=int(sample.occlusions[number]),
        focal_px=sample.camera.fx_px,
        distances=(Distance.unknown(method, NOT_FOUND) if seen is None else seen.distance,),
        centre_m=float(sample.depth_m[number]),
        place=sample.place,
    )


def _answers(objects: Sequence[MeasuredObject], place: int) -> Answers:
    told = [one.distances[0] for one in objects]
    return Answers(
        nearest_m=np.array([one.nearest_m for one in objects], dtype=np.float64),
        centre_m=np.array([one.truth_m for one in objects], dtype=np.float64),
        found=np.array([one.found for one in objects], dtype=np.bool_),
        estimate_m=np.array([distance.depth_m for distance in told], dtype=np.float64),
        low_m=np.array([distance.low_m for distance in told], dtype=np.float64),
        high_m=np.array([distance.high_m for distance in told], dtype=np.float64),
        places=np.full(len(objects), place, dtype=np.int64),
    )
