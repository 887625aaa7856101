"""The evaluation of distances of objects, with boxes and depth from networks or from the truth.

With true boxes and true depth the only error is that of the ranging method. With a depth network, or a detector, its
error is added. Depth is brought to metres and boxes are ranged as in `howfar look`: by
`pipeline.metric_scale.to_metric` and `pipeline.scenes.range_objects`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from howfar.datasets import ObjectSample
from howfar.errors import SettingError
from howfar.evaluation.detection.matching import NONE, overlaps, taken_objects
from howfar.evaluation.objects.results import MeasuredObject, ObjectOptions, ObjectResult
from howfar.pipeline.metric_scale import MetricEvidence, to_metric
from howfar.pipeline.perceivers import DepthAlone, TwoNetworks, perceiver_of
from howfar.pipeline.rangefinder import Rangefinder
from howfar.pipeline.scenes import range_objects
from howfar.ranging.settings import Ranging
from howfar.scene import DepthEstimator, DepthMap, Detections, Detector, Distance, Frame, Perceiver, Perception, Query
from howfar.scene.box import UNKNOWN_BOX, Box
from howfar.scene.known_distance import KnownObject

NOT_FOUND = "the detector did not find it"


@dataclass(frozen=True, slots=True)
class _MeasuredBox:
    """The box that an object is measured in, with the detector's score, and its mask and its error if it gives them."""

    box_xyxy_px: NDArray[np.float32]
    score: float
    mask: NDArray[np.float32] | None = None
    height_log_sd: float | None = None


def evaluate_objects(
    samples: Iterable[ObjectSample],
    options: ObjectOptions,
    detector: Detector | None = None,
    network: DepthEstimator | None = None,
    detector_names: Mapping[str, str] | None = None,
    *,
    anchor: DepthEstimator | None = None,
) -> ObjectResult:
    """Measure the distances of objects and keep them with the true ones.

    The networks are not run on a picture in which no object counts.

    Args:
        samples: Pictures with objects of known distance.
        options: How to measure.
        detector: The detector, for the boxes of a detector. An object is found if a box of its class overlaps it
            enough. Each box finds one object at most, as in `howfar.evaluation.detection.matching`.
        network: The depth network, or a folder of its maps, for the depth of a network.
        detector_names: The detector's name for each class of the data set that has one. With the boxes of a detector,
            objects of other classes do not count. The table of sizes may have a class under either name.
        anchor: A metric network that a relative one is aligned to.

    Raises:
        SettingError: If a network is missing, the detector knows none of the classes, a picture has no true depth map
            where one is needed, no object has the true distance that is needed, or the network cannot use the evidence
            for its metric scale.
    """
    names = detector_names or {}
    class_map = _class_map(options, detector, names)
    evaluation = _Evaluation(options, finder_for(options, network, detector, anchor, class_map), class_map, names)
    for index, sample in enumerate(samples):
        evaluation.add(index, sample)
    if evaluation.without_truth and not evaluation.objects:
        other = "centre" if options.truth == "nearest" else "nearest"
        what = options.truth or "object"
        raise SettingError(
            f"The true distance of the {what} is not known of any object here; compare with the {other}.",
            setting="truth",
        )
    return evaluation.result()


def finder_for(
    options: ObjectOptions,
    network: DepthEstimator | None,
    detector: Detector | None = None,
    anchor: DepthEstimator | None = None,
    class_map: Mapping[str, str] | None = None,
) -> Rangefinder:
    """The rangefinder of `howfar look`, with true depth and true boxes in place of the networks that are not measured.

    Args:
        options: How to measure.
        network: The depth network; not used with true depth.
        detector: The detector; not used with true boxes.
        anchor: A metric network that a relative one is aligned to.
        class_map: The classes to find, with the detector's names for them.

    Raises:
        SettingError: If the camera file has a distortion, the depth network is missing, or it cannot use the evidence
            for its metric scale.
    """
    evidence = MetricEvidence(options.lens.scale, anchor)
    if options.lens.distortion is not None:
        raise SettingError(
            "True boxes belong to the pictures as they were taken, and the camera file has them undistorted: take "
            "[distortion] out of the camera file.",
            setting="camera",
        )
    if options.depth == "network":
        if network is None:
            raise SettingError("Measuring on a network's depth needs a depth network.")
        evidence.check(network.facts, expects_known=options.known is not None)
    elif anchor is not None or options.known is not None:
        raise SettingError(
            "True depth has its metres: leave out the anchor and the known distances.",
            setting="known" if anchor is None else "anchor",
        )
    estimator = network if options.depth == "network" else None
    used_detector = None if options.boxes == "true" else detector
    perceiver: Perceiver
    if used_detector is None:
        perceiver = DepthAlone(estimator)
    elif estimator is None:
        perceiver = TwoNetworks(used_detector, None)
    else:
        perceiver = perceiver_of(used_detector, estimator)
    query = Query(options.score, classes=tuple((class_map or {}).values()) or None)
    return Rangefinder.of(perceiver, options.lens, evidence, Ranging(options.methods, options.cues), query)


def perceive_sample(sample: ObjectSample, options: ObjectOptions, finder: Rangefinder) -> Perception:
    """Find the objects of a sample, if boxes are a detector's, and its depth, before it is brought to metres.

    Raises:
        SettingError: If true depth is needed and the sample has none.
        SourceError: If the map of a network is needed from a folder and is missing.
    """
    frame = Frame(sample.image, sample.name, sample.camera)
    if options.depth == "true":
        if sample.depth_map_m is None:
            raise SettingError(
                f"The data set does not tell the true depth of every pixel of {sample.name}; measure on a network's "
                "depth.",
                setting="depth",
            )
        frame = replace(frame, depth=DepthMap(sample.depth_map_m, "metres"))
    return finder.perceiver.perceive(finder.prepared(frame), finder.query)


@dataclass(eq=False)
class _Evaluation:
    """An evaluation in progress: its settings, and what was measured so far."""

    options: ObjectOptions
    finder: Rangefinder
    class_map: Mapping[str, str]
    detector_names: Mapping[str, str]
    objects: list[MeasuredObject] = field(default_factory=list, init=False)
    left_out: Counter[str] = field(default_factory=Counter, init=False)
    images: int = field(default=0, init=False)
    without_truth: int = field(default=0, init=False)
    detector_s: float = field(default=0.0, init=False)
    depth_s: float = field(default=0.0, init=False)
    ranging_s: float = field(default=0.0, init=False)

    def add(self, sample_index: int, sample: ObjectSample) -> None:
        """Measure the objects of one picture."""
        self.images += 1
        truth_m = _truth_m(sample, self.options)
        counted = self._counted(sample, truth_m)
        if not counted:
            return
        perception = perceive_sample(sample, self.options, self.finder)
        self.detector_s += perception.timing_ms.get("detect", 0.0) / 1e3
        self.depth_s += (perception.timing_ms.get("depth", 0.0) + perception.timing_ms.get("perceive", 0.0)) / 1e3
        boxes = self._boxes(sample, counted, perception.detections)
        known = self._known(sample, truth_m, boxes)
        metric = self._metric(sample, perception, boxes, known)
        distances = self._distances(sample, metric, boxes)
        for index in counted:
            if known is None or index != list(boxes)[known.index]:
                at = sample_index, index
                measured = _measured(sample, at, float(truth_m[index]), boxes.get(index), distances[index])
                outdoors = metric.facts_here.outdoors
                self.objects.append(
                    replace(measured, alignment=metric.alignment, place=sample.place, outdoors=outdoors)
                )

    def result(self) -> ObjectResult:
        """The result so far."""
        return ObjectResult(
            self.options,
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
        """The indices of the objects that count: of a class that can be found, and of known true distance."""
        found_classes = list(range(len(sample.labels)))
        if self.options.boxes == "detector":
            self.left_out.update(label for label in sample.labels if label not in self.class_map)
            found_classes = [index for index in found_classes if sample.labels[index] in self.class_map]
        counted = [index for index in found_classes if np.isfinite(truth_m[index]) and truth_m[index] > 0]
        self.without_truth += len(found_classes) - len(counted)
        return counted

    def _boxes(self, sample: ObjectSample, counted: list[int], detections: Detections) -> dict[int, _MeasuredBox]:
        """The boxes to measure in, by the index of the object; objects that were not found have none."""
        if self.options.boxes == "true":
            return {index: _MeasuredBox(sample.boxes_xyxy_px[index], np.nan) for index in counted}
        return _matched(sample, counted, detections, self.class_map, self.options.iou)

    def _detections(self, sample: ObjectSample, boxes: Mapping[int, _MeasuredBox]) -> Detections:
        """The boxes to measure in as detections, with the class names of the table of sizes."""
        corners = np.array([box.box_xyxy_px for box in boxes.values()], dtype=np.float32)
        masks = [box.mask for box in boxes.values() if box.mask is not None]
        sizes = self.options.cues.sizes
        labels = [sizes.name_of(sample.labels[index], self.detector_names) for index in boxes]
        detections = Detections.from_boxes(corners, labels)
        log_sds = [box.height_log_sd for box in boxes.values() if box.height_log_sd is not None]
        return replace(
            detections,
            masks=np.stack(masks) if masks else None,
            height_log_sds=np.array(log_sds, dtype=np.float64) if log_sds else None,
        )

    def _known(
        self, sample: ObjectSample, truth_m: NDArray[np.float64], boxes: Mapping[int, _MeasuredBox]
    ) -> KnownObject | None:
        """The object whose true distance is given: the nearest one that was found, or the nearest of a class."""
        wanted = self.options.known
        fitting = [index for index in boxes if wanted in ("nearest", sample.labels[index].lower())]
        if wanted is None or not fitting:
            return None
        nearest = min(fitting, key=lambda index: float(truth_m[index]))
        x1, y1, x2, y2 = boxes[nearest].box_xyxy_px.tolist()
        camera = self.options.lens.camera_for(sample.camera.width_px, sample.camera.height_px, sample.camera)
        ray = camera.ray((x1 + x2) / 2, (y1 + y2) / 2)
        return KnownObject(list(boxes).index(nearest), float(truth_m[nearest]) * float(np.linalg.norm(ray)))

    def _metric(
        self,
        sample: ObjectSample,
        perception: Perception,
        boxes: Mapping[int, _MeasuredBox],
        known: KnownObject | None,
    ) -> Perception:
        """The perception, with the boxes to measure in, brought to metres as far as the evidence allows."""
        evidence = replace(self.finder.evidence, known=() if known is None else (known,))
        with_boxes = replace(perception, detections=self._detections(sample, boxes))
        metric = to_metric(with_boxes, evidence, self.finder.ranging)
        self.ranging_s += metric.timing_ms.get("align", 0.0) / 1e3
        return metric

    def _distances(
        self, sample: ObjectSample, metric: Perception, boxes: Mapping[int, _MeasuredBox]
    ) -> dict[int, tuple[Distance, ...]]:
        """The distances of each object of the picture, one by each method."""
        unknown = tuple(Distance.unknown(name, NOT_FOUND) for name in self.options.names)
        ranged = range_objects(metric, self.finder.ranging)
        self.ranging_s += sum(each.range_ms for each in ranged) / 1e3
        by_object = dict(zip(boxes, zip(*(each.distances for each in ranged), strict=True), strict=True))
        return {index: by_object.get(index, unknown) for index in range(len(sample.labels))}


def _class_map(options: ObjectOptions, detector: Detector | None, detector_names: Mapping[str, str]) -> dict[str, str]:
    """The classes that the detector knows, with its names for them; empty with true boxes."""
    if options.boxes == "true":
        return {}
    if detector is None:
        raise SettingError("Measuring in a detector's boxes needs a detector.")
    own_names = {name.lower(): name for name in detector.class_names}
    class_map = {label: own_names[name.lower()] for label, name in detector_names.items() if name.lower() in own_names}
    if not class_map:
        raise SettingError(
            f"The detector {detector.name} knows none of the data set's classes by name; use the true boxes, or "
            "another detector.",
            setting="boxes",
        )
    return class_map


def _truth_m(sample: ObjectSample, options: ObjectOptions) -> NDArray[np.float64]:
    """N true distances in metres, of the objects' centres or of their nearest faces."""
    knows_faces = bool(np.isfinite(sample.nearest_m).any())
    nearest = knows_faces if options.truth is None else options.truth == "nearest"
    return sample.nearest_m if nearest else sample.depth_m


def _matched(
    sample: ObjectSample, counted: list[int], detections: Detections, class_map: Mapping[str, str], iou: float
) -> dict[int, _MeasuredBox]:
    """The detection that found each of the counted objects, by the index of the object."""
    indices, names = np.array(counted), np.array(detections.labels, dtype=object)
    wanted = np.array([class_map[sample.labels[index]] for index in counted], dtype=object)
    boxes: dict[int, _MeasuredBox] = {}
    for name in dict.fromkeys(wanted.tolist()):
        objects, detected = indices[wanted == name], np.flatnonzero(names == name)  # the best detections come first
        ious = overlaps(
            _corner_size(detections.boxes_xyxy_px[detected]),
            _corner_size(sample.boxes_xyxy_px[objects]),
            np.zeros(len(objects), dtype=np.bool_),
        )
        for detection, taken in zip(detected.tolist(), taken_objects(ious, iou).tolist(), strict=True):
            if taken != NONE:
                score = float(detections.scores[detection])
                mask = None if detections.masks is None else detections.masks[detection]
                log_sd = None if detections.height_log_sds is None else float(detections.height_log_sds[detection])
                boxes[int(objects[taken])] = _MeasuredBox(detections.boxes_xyxy_px[detection], score, mask, log_sd)
    return boxes


def _corner_size(boxes_xyxy_px: NDArray[np.float32]) -> NDArray[np.float64]:
    """Boxes as left, top, width and height."""
    boxes = boxes_xyxy_px.astype(np.float64)
    return np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)


def _measured(
    sample: ObjectSample,
    at: tuple[int, int],
    truth_m: float,
    box: _MeasuredBox | None,
    distances: tuple[Distance, ...],
) -> MeasuredObject:
    """One measured object; `at` is the index of its sample and its own index in it."""
    sample_index, index = at
    return MeasuredObject(
        picture=sample.name,
        sample_index=sample_index,
        number=index,
        label=sample.labels[index],
        box_xyxy_px=_as_box(sample.boxes_xyxy_px[index]),
        found=box is not None,
        measured_xyxy_px=UNKNOWN_BOX if box is None else _as_box(box.box_xyxy_px),
        score=np.nan if box is None else box.score,
        truth_m=truth_m,
        nearest_m=float(sample.nearest_m[index]),
        occlusion=int(sample.occlusions[index]),
        focal_px=sample.camera.fx_px,
        distances=distances,
        centre_m=float(sample.depth_m[index]),
    )


def _as_box(box_xyxy_px: NDArray[np.float32]) -> Box:
    x1, y1, x2, y2 = box_xyxy_px.tolist()
    return x1, y1, x2, y2
