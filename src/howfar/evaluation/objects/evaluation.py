"""Measuring the distances of objects: boxes, depth and ranging method, each the real one or the truth instead.

With the true boxes and the true depth what is left is the error of the ranging method; with the depth network, or the
detector, instead of the truth the error grows by theirs. Depth becomes metres and boxes become distances as in
`howfar look`: by `pipeline.metric_scale.to_metric` and `pipeline.scenes.range_objects`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from howfar.datasets import ObjectSample
from howfar.errors import SettingError
from howfar.evaluation.detection.matching import NONE, overlaps, taken_objects
from howfar.evaluation.objects.results import NO_BOX, Box, MeasuredObject, ObjectProcedure, ObjectResult
from howfar.pipeline.metric_scale import MetricEvidence, to_metric
from howfar.pipeline.perceivers import DepthAlone, TwoNetworks
from howfar.pipeline.rangefinder import Rangefinder
from howfar.pipeline.scenes import range_objects
from howfar.ranging.settings import Ranging
from howfar.scene import DepthEstimator, DepthMap, Detections, Detector, Distance, Frame, Perception, Query
from howfar.scene.known_distance import KnownObject

NOT_FOUND = "the detector did not find it"


@dataclass(frozen=True, slots=True)
class _Found:
    """The box that an object is measured in, and its mask where the detector gives them."""

    box_xyxy_px: NDArray[np.float32]
    score: float
    mask: NDArray[np.float32] | None = None


def evaluate_objects(
    samples: Iterable[ObjectSample],
    procedure: ObjectProcedure,
    detector: Detector | None = None,
    network: DepthEstimator | None = None,
    detector_names: Mapping[str, str] | None = None,
    *,
    anchor: DepthEstimator | None = None,
) -> ObjectResult:
    """Measure the distances of objects.

    A picture without an object that counts is shown to no network.

    Args:
        samples: Pictures with objects of known distance.
        procedure: How to measure.
        detector: The detector, for its boxes. It finds an object when a box of its class overlaps it enough; each box
            finds one at most, as in `howfar.evaluation.detection.matching`.
        network: The depth network, or the maps that it gave, for its depth.
        detector_names: The detector's name for each class of the data set that may have one; with the detector's boxes,
            objects of other classes do not count. The table of sizes knows a class by its own name or by this one.
        anchor: A metric network that a relative one gets its metres from.

    Raises:
        SettingError: If a network is missing, the detector knows none of the classes, a picture has no true depth of
            its pixels where that is asked for, no object has the truth that is asked for, or the evidence of metres
            is of no use to the network.
    """
    names = detector_names or {}
    class_map = _class_map(procedure, detector, names)
    run = _Run(procedure, finder_for(procedure, network, detector, anchor, class_map), class_map, names)
    for index, sample in enumerate(samples):
        run.show(index, sample)
    if run.without_truth and not run.objects:
        other = "centre" if procedure.truth == "nearest" else "nearest"
        raise SettingError(
            f"The true distance of the {procedure.truth} is not known of any object here; compare with the {other}."
        )
    return run.result()


def finder_for(
    procedure: ObjectProcedure,
    network: DepthEstimator | None,
    detector: Detector | None = None,
    anchor: DepthEstimator | None = None,
    class_map: Mapping[str, str] | None = None,
) -> Rangefinder:
    """The product's own pipeline, with the truth in place of what is not measured.

    Args:
        procedure: How to measure.
        network: The depth network; not looked at where the true depth is measured on.
        detector: The detector, likewise.
        anchor: A metric network that a relative one gets its metres from.
        class_map: The classes to find, with the detector's names for them.

    Raises:
        SettingError: If the depth network is missing, or evidence of metres is of no use to it.
    """
    evidence = MetricEvidence(procedure.lens.scale, anchor)
    if procedure.lens.distortion is not None:
        raise SettingError(
            "True boxes belong to the pictures as they were taken, and the camera file has them undistorted: take "
            "[distortion] out of the camera file."
        )
    if procedure.depth == "network":
        if network is None:
            raise SettingError("Measuring on a network's depth needs a depth network.")
        evidence.check(network.facts, states_known=procedure.known is not None)
    elif anchor is not None or procedure.known is not None:
        raise SettingError("True depth has its metres: leave out the anchor and the known distances.")
    estimator = network if procedure.depth == "network" else None
    finds = None if procedure.boxes == "true" else detector
    perceiver = DepthAlone(estimator) if finds is None else TwoNetworks(finds, estimator)
    query = Query(procedure.score, classes=tuple((class_map or {}).values()) or None)
    return Rangefinder.of(perceiver, procedure.lens, evidence, Ranging(procedure.methods, procedure.cues), query)


def perceive_sample(sample: ObjectSample, procedure: ObjectProcedure, finder: Rangefinder) -> Perception:
    """What is seen in a picture, before metres: the detector's boxes, or none, and the depth that is measured on.

    Raises:
        SettingError: If the true depth is measured on and the sample has none.
        SourceError: If the map that a network gave is missing.
    """
    frame = Frame(sample.image, sample.name, sample.camera)
    if procedure.depth == "true":
        if sample.depth_map_m is None:
            raise SettingError(
                f"The data set does not tell the true depth of every pixel of {sample.name}; measure on a network's "
                "depth."
            )
        frame = replace(frame, depth=DepthMap(sample.depth_map_m, "metres"))
    return finder.perceiver.perceive(finder.prepared(frame), finder.query)


@dataclass(eq=False)
class _Run:
    """What is kept of the pictures that were looked through."""

    procedure: ObjectProcedure
    finder: Rangefinder
    class_map: Mapping[str, str]
    detector_names: Mapping[str, str]
    objects: list[MeasuredObject] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    images: int = 0
    without_truth: int = 0
    detector_s: float = 0.0
    depth_s: float = 0.0
    ranging_s: float = 0.0

    def show(self, index: int, sample: ObjectSample) -> None:
        """Measure the objects of one picture."""
        self.images += 1
        truth_m = _truth_m(sample, self.procedure)
        counted = self._counted(sample, truth_m)
        if not counted:
            return
        seen = perceive_sample(sample, self.procedure, self.finder)
        self.detector_s += seen.timing_ms.get("detect", 0.0) / 1e3
        self.depth_s += seen.timing_ms.get("depth", 0.0) / 1e3
        found = self._boxes(sample, counted, seen.detections)
        known = self._known(sample, truth_m, found)
        metric = self._metric(sample, seen, found, known)
        distances = self._distances(sample, metric, found)
        for number in counted:
            if known is None or number != list(found)[known.index]:
                at = index, number
                one = _measured(sample, at, float(truth_m[number]), found.get(number), distances[number])
                self.objects.append(replace(one, alignment=metric.alignment))

    def result(self) -> ObjectResult:
        """What was measured so far."""
        return ObjectResult(
            self.procedure,
            tuple(self.objects),
            self.images,
            self.class_map,
            dict(self.left_out),
            self.without_truth,
            self.detector_s,
            self.depth_s,
            self.ranging_s,
        )

    def _counted(self, sample: ObjectSample, truth_m: NDArray[np.float64]) -> list[int]:
        """The indices of the objects that count: of a class that can be found, and with a known truth."""
        known = list(range(len(sample.labels)))
        if self.procedure.boxes == "detector":
            self.left_out.update(label for label in sample.labels if label not in self.class_map)
            known = [number for number in known if sample.labels[number] in self.class_map]
        counted = [number for number in known if np.isfinite(truth_m[number]) and truth_m[number] > 0]
        self.without_truth += len(known) - len(counted)
        return counted

    def _boxes(self, sample: ObjectSample, counted: list[int], detections: Detections) -> dict[int, _Found]:
        """The boxes to measure in, by the object's index; an object that was not found is not among them."""
        if self.procedure.boxes == "true":
            return {number: _Found(sample.boxes_xyxy_px[number], np.nan) for number in counted}
        return _matched(sample, counted, detections, self.class_map, self.procedure.iou)

    def _detections(self, sample: ObjectSample, found: Mapping[int, _Found]) -> Detections:
        """What was found, under the names that the table of sizes knows."""
        boxes = np.array([one.box_xyxy_px for one in found.values()], dtype=np.float32)
        masks = [one.mask for one in found.values() if one.mask is not None]
        named = Detections.from_boxes(boxes, [self._sized_as(sample.labels[number]) for number in found])
        return replace(named, masks=np.stack(masks) if masks else None)

    def _known(
        self, sample: ObjectSample, truth_m: NDArray[np.float64], found: Mapping[int, _Found]
    ) -> KnownObject | None:
        """The object whose true distance is given: the nearest one that was found, or the nearest of a class."""
        wanted = self.procedure.known
        fitting = [number for number in found if wanted in ("nearest", sample.labels[number].lower())]
        if wanted is None or not fitting:
            return None
        number = min(fitting, key=lambda each: float(truth_m[each]))
        x1, y1, x2, y2 = found[number].box_xyxy_px.tolist()
        camera = self.procedure.lens.camera_for(sample.camera.width_px, sample.camera.height_px, sample.camera)
        ray = camera.ray((x1 + x2) / 2, (y1 + y2) / 2)
        return KnownObject(list(found).index(number), float(truth_m[number]) * float(np.linalg.norm(ray)))

    def _metric(
        self, sample: ObjectSample, seen: Perception, found: Mapping[int, _Found], known: KnownObject | None
    ) -> Perception:
        """What was seen, in metres as far as they are known, with the boxes that are measured in."""
        evidence = replace(self.finder.evidence, known=() if known is None else (known,))
        metric = to_metric(replace(seen, detections=self._detections(sample, found)), evidence, self.finder.ranging)
        self.ranging_s += metric.timing_ms.get("align", 0.0) / 1e3
        return metric

    def _distances(
        self, sample: ObjectSample, metric: Perception, found: Mapping[int, _Found]
    ) -> dict[int, tuple[Distance, ...]]:
        """What each method says of each object of the picture."""
        unknown = tuple(Distance.unknown(name, NOT_FOUND) for name in self.procedure.names)
        ranged = range_objects(metric, self.finder.ranging)
        self.ranging_s += sum(each.range_ms for each in ranged) / 1e3
        by_object = dict(zip(found, zip(*(each.distances for each in ranged), strict=True), strict=True))
        return {number: by_object.get(number, unknown) for number in range(len(sample.labels))}

    def _sized_as(self, label: str) -> str:
        """The name of a class in the table of sizes: its own, else the detector's."""
        return label if self.procedure.cues.sizes.find(label) else self.detector_names.get(label, label)


def _class_map(
    procedure: ObjectProcedure, detector: Detector | None, detector_names: Mapping[str, str]
) -> dict[str, str]:
    """The classes that the detector knows, with its names for them; empty with true boxes."""
    if procedure.boxes == "true":
        return {}
    if detector is None:
        raise SettingError("Measuring in a detector's boxes needs a detector.")
    own_names = {name.lower(): name for name in detector.class_names}
    known = {label: own_names[name.lower()] for label, name in detector_names.items() if name.lower() in own_names}
    if not known:
        raise SettingError(
            f"The detector {detector.name} knows none of the data set's classes by name; use the true boxes, or "
            "another detector."
        )
    return known


def _truth_m(sample: ObjectSample, procedure: ObjectProcedure) -> NDArray[np.float64]:
    return sample.nearest_m if procedure.truth == "nearest" else sample.depth_m


def _matched(
    sample: ObjectSample, counted: list[int], detections: Detections, class_map: Mapping[str, str], iou: float
) -> dict[int, _Found]:
    """The detection that found each of the counted objects, by the object's index."""
    indices, names = np.array(counted), np.array(detections.labels, dtype=object)
    wanted = np.array([class_map[sample.labels[number]] for number in counted], dtype=object)
    found: dict[int, _Found] = {}
    for name in dict.fromkeys(wanted.tolist()):
        objects, seen = indices[wanted == name], np.flatnonzero(names == name)  # detections come best first
        shared = overlaps(
            _corner_size(detections.boxes_xyxy_px[seen]),
            _corner_size(sample.boxes_xyxy_px[objects]),
            np.zeros(len(objects), dtype=np.bool_),
        )
        for detection, taken in zip(seen.tolist(), taken_objects(shared, iou).tolist(), strict=True):
            if taken != NONE:
                score = float(detections.scores[detection])
                mask = None if detections.masks is None else detections.masks[detection]
                found[int(objects[taken])] = _Found(detections.boxes_xyxy_px[detection], score, mask)
    return found


def _corner_size(boxes_xyxy_px: NDArray[np.float32]) -> NDArray[np.float64]:
    """Boxes as left, top, width and height."""
    boxes = boxes_xyxy_px.astype(np.float64)
    return np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)


def _measured(
    sample: ObjectSample,
    at: tuple[int, int],
    truth_m: float,
    found: _Found | None,
    distances: tuple[Distance, ...],
) -> MeasuredObject:
    index, number = at
    return MeasuredObject(
        picture=sample.name,
        sample_index=index,
        number=number,
        label=sample.labels[number],
        box_xyxy_px=_as_box(sample.boxes_xyxy_px[number]),
        found=found is not None,
        measured_xyxy_px=NO_BOX if found is None else _as_box(found.box_xyxy_px),
        score=np.nan if found is None else found.score,
        truth_m=truth_m,
        nearest_m=float(sample.nearest_m[number]),
        occlusion=int(sample.occlusions[number]),
        focal_px=sample.camera.fx_px,
        distances=distances,
    )


def _as_box(box_xyxy_px: NDArray[np.float32]) -> Box:
    x1, y1, x2, y2 = box_xyxy_px.tolist()
    return x1, y1, x2, y2
