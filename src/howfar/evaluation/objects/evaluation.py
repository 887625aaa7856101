"""Measuring the distances of objects: boxes, depth and ranging method, each the real one or the truth in its place.

With the true boxes and the true depth what is left is the error of the ranging method; with the depth network, or the
detector, in their place the error grows by theirs.
"""

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from howfar.datasets import ObjectSample
from howfar.errors import SettingError
from howfar.evaluation.detection.matching import NONE, overlaps, taken_objects
from howfar.evaluation.objects.results import NO_BOX, Box, MeasuredObject, ObjectProcedure, ObjectResult
from howfar.io.depth_folder import DepthFolder
from howfar.ranging import measure
from howfar.ranging.cues.depth_cue import MEASURED, DepthTrust
from howfar.ranging.cues.joining import with_cues
from howfar.ranging.methods.masked import with_masks
from howfar.scene import DepthEstimator, DepthMap, Detections, Detector, Distance, Frame, Query

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
    network: DepthEstimator | DepthFolder | None = None,
    detector_names: Mapping[str, str] | None = None,
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

    Raises:
        SettingError: If a network is missing, the detector knows none of the classes, a picture has no true depth of
            its pixels where that is asked for, or no object has the truth that is asked for.
    """
    names = detector_names or {}
    run = _Run(procedure, detector, network, _class_map(procedure, detector, names), names)
    for place, sample in enumerate(samples):
        run.show(place, sample)
    if run.without_truth and not run.objects:
        other = "centre" if procedure.truth == "nearest" else "nearest"
        raise SettingError(
            f"The true distance of the {procedure.truth} is not known of any object here; compare with the {other}."
        )
    return run.result()


def depth_of(
    sample: ObjectSample, procedure: ObjectProcedure, network: DepthEstimator | DepthFolder | None
) -> DepthMap:
    """The depth map that the procedure measures on.

    Raises:
        SettingError: If it is the network's and there is none, or the true one and the sample has none.
        SourceError: If the map that a network gave is missing.
    """
    if procedure.depth == "network":
        if isinstance(network, DepthFolder):
            return network.read(sample.name)
        if network is None:
            raise SettingError("Measuring on a network's depth needs a depth network.")
        return network.estimate(Frame(sample.image, sample.name, sample.camera))
    if sample.depth_map_m is None:
        raise SettingError(
            f"The data set does not tell the true depth of every pixel of {sample.name}; measure on a network's depth."
        )
    return DepthMap(sample.depth_map_m, "metres")


@dataclass(eq=False)
class _Run:
    """What is kept of the pictures that were looked through."""

    procedure: ObjectProcedure
    detector: Detector | None
    network: DepthEstimator | DepthFolder | None
    class_map: Mapping[str, str]
    detector_names: Mapping[str, str]
    objects: list[MeasuredObject] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    images: int = 0
    without_truth: int = 0
    detector_s: float = 0.0
    depth_s: float = 0.0
    ranging_s: float = 0.0

    def show(self, place: int, sample: ObjectSample) -> None:
        """Measure the objects of one picture."""
        self.images += 1
        truth_m = _truth_m(sample, self.procedure)
        counted = self._counted(sample, truth_m)
        if not counted:
            return
        found = self._boxes(sample, counted)
        distances = self._distances(sample, found)
        for number in counted:
            self.objects.append(
                _measured(sample, place, number, float(truth_m[number]), found.get(number), distances[number])
            )

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
        """The places of the objects that count: of a class that can be found, and with a known truth."""
        known = list(range(len(sample.labels)))
        if self.procedure.boxes == "detector":
            self.left_out.update(label for label in sample.labels if label not in self.class_map)
            known = [number for number in known if sample.labels[number] in self.class_map]
        counted = [number for number in known if np.isfinite(truth_m[number]) and truth_m[number] > 0]
        self.without_truth += len(known) - len(counted)
        return counted

    def _boxes(self, sample: ObjectSample, counted: list[int]) -> dict[int, _Found]:
        """The boxes to measure in, by the object's place; an object that was not found is not among them."""
        if self.detector is None or self.procedure.boxes == "true":
            return {number: _Found(sample.boxes_xyxy_px[number], np.nan) for number in counted}
        start = time.perf_counter()
        query = Query(self.procedure.score, classes=tuple(self.class_map.values()))
        detections = self.detector.detect(Frame(sample.image, sample.name, sample.camera), query)
        self.detector_s += time.perf_counter() - start
        return _matched(sample, counted, detections, self.class_map, self.procedure.iou)

    def _distances(self, sample: ObjectSample, found: Mapping[int, _Found]) -> dict[int, tuple[Distance, ...]]:
        """What each method says of each object of the picture."""
        names = self.procedure.names
        unknown = tuple(Distance.unknown(name, NOT_FOUND) for name in names)
        distances = dict.fromkeys(range(len(sample.labels)), unknown)
        if not found:
            return distances
        boxes = np.array([one.box_xyxy_px for one in found.values()], dtype=np.float32)
        labels = [self._sized_as(sample.labels[number]) for number in found]
        start = time.perf_counter()
        depth = depth_of(sample, self.procedure, self.network)
        seen = time.perf_counter()
        cues, trust = self.procedure.cues, _trust(self.procedure, self.network)
        masks = _stacked([one.mask for one in found.values()])
        measured = (
            measure(depth, boxes, sample.camera, with_masks(method, masks)) for method in self.procedure.methods
        )
        by_method = [with_cues(each, labels, boxes, sample.camera, cues, trust) for each in measured]
        self.depth_s += seen - start
        self.ranging_s += time.perf_counter() - seen
        return distances | dict(zip(found, zip(*by_method, strict=True), strict=True))

    def _sized_as(self, label: str) -> str:
        """The name of a class in the table of sizes: its own, else the detector's."""
        return label if self.procedure.cues.sizes.find(label) else self.detector_names.get(label, label)


def _trust(procedure: ObjectProcedure, network: DepthEstimator | DepthFolder | None) -> DepthTrust:
    """How far the depth that is measured on is to be trusted beside other cues."""
    if procedure.depth == "true":
        return MEASURED
    if network is None or isinstance(network, DepthFolder):
        return DepthTrust()
    return DepthTrust(margins=network.facts.margins, reach_m=network.facts.reach_m)


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


def _stacked(masks: Sequence[NDArray[np.float32] | None]) -> NDArray[np.float32] | None:
    """All masks in one array; None from a detector that has none."""
    known = [mask for mask in masks if mask is not None]
    return np.stack(known) if known else None


def _matched(
    sample: ObjectSample, counted: list[int], detections: Detections, class_map: Mapping[str, str], iou: float
) -> dict[int, _Found]:
    """The detection that found each of the counted objects, by the object's place."""
    places, names = np.array(counted), np.array(detections.labels, dtype=object)
    wanted = np.array([class_map[sample.labels[number]] for number in counted], dtype=object)
    found: dict[int, _Found] = {}
    for name in dict.fromkeys(wanted.tolist()):
        objects, seen = places[wanted == name], np.flatnonzero(names == name)  # detections come best first
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
    place: int,
    number: int,
    truth_m: float,
    found: _Found | None,
    distances: tuple[Distance, ...],
) -> MeasuredObject:
    return MeasuredObject(
        picture=sample.name,
        place=place,
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
