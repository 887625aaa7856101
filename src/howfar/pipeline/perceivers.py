"""The built-in perceivers: a detector with a depth estimator, or a depth estimator alone."""

import math
import time
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from howfar.errors import SettingError
from howfar.models import CardDepth, CardDetector, CardJoint
from howfar.pipeline.own_detections import OwnBoxes, WithOwnBoxes
from howfar.pipeline.pairs_of_boxes import PairsOfBoxes
from howfar.scene import (
    DepthEstimator,
    DepthFacts,
    DepthMap,
    Detections,
    Detector,
    Frame,
    Perceiver,
    Perception,
    Query,
)
from howfar.scene.own_depth import unit_doubt
from howfar.scene.perception import DepthCrop

DepthOn = Literal["image", "crops"]

NOTHING_FOUND = Detections.from_boxes([], [])


@dataclass(frozen=True, slots=True)
class Unscaled:
    """A depth estimator without scaling by the focal length: it treats each picture as one of its training camera.

    Attributes:
        estimator: The estimator.
    """

    estimator: DepthEstimator

    @property
    def facts(self) -> DepthFacts:
        """Facts about the estimator."""
        return self.estimator.facts

    def estimate(self, frame: Frame) -> DepthMap:
        """Estimate the depth of a picture without scaling it by the focal length."""
        return self.estimator.estimate(replace(frame, camera=None))


@dataclass(frozen=True, slots=True)
class DepthAlone:
    """A perceiver that finds no objects.

    Attributes:
        depth: The depth estimator; None if each frame has a depth map of its own.
    """

    depth: DepthEstimator | None = None

    def perceive(self, frame: Frame, query: Query) -> Perception:
        """Estimate the depth of a picture; the query is not used.

        Raises:
            SettingError: If there is no estimator and the frame has no depth map of its own.
        """
        start = time.perf_counter()
        depth, facts = _depth_of(frame, self.depth)
        timing_ms = {"depth": _ms_since(start)}
        doubts = _doubts_of(frame, self.depth)
        return Perception(frame, NOTHING_FOUND, depth, facts, {"depth": facts.name}, timing_ms=timing_ms, doubts=doubts)


@dataclass(frozen=True, slots=True)
class TwoNetworks:
    """A detector and a depth estimator, which both get the whole picture.

    Attributes:
        detector: The detector.
        depth: The depth estimator; None if each frame has a depth map of its own.
        depth_on: `image` for one pass of the estimator over the picture; `crops` for a pass over each object, too.
    """

    detector: Detector
    depth: DepthEstimator | None
    depth_on: DepthOn = "image"

    def perceive(self, frame: Frame, query: Query) -> Perception:
        """Find the objects of a picture and estimate its depth.

        Raises:
            SettingError: If the detector does not know a class, if there is no estimator and the frame has no depth map
                of its own, or if it has one and depth is to be estimated on crops.
        """
        if self.depth_on == "crops" and (frame.depth is not None or frame.depth_points is not None):
            raise SettingError(
                "A depth map of your own covers the whole picture and does not go with depth on crops.",
                setting="depth_on",
            )
        start = time.perf_counter()
        found = self.detector.detect(frame, query)
        detected = time.perf_counter()
        depth, facts = _depth_of(frame, self.depth)
        timing_ms = {"detect": 1e3 * (detected - start), "depth": _ms_since(detected)}
        models = {"detector": self.detector.name, "depth": facts.name}
        doubts = _doubts_of(frame, self.depth)
        perception = Perception(frame, found, depth, facts, models, timing_ms=timing_ms, doubts=doubts)
        return perception if self.depth_on == "image" else self._with_crops(perception)

    def _with_crops(self, perception: Perception) -> Perception:
        """Estimate depth on a crop of each object, too; a crop keeps the picture's focal length."""
        start = time.perf_counter()
        crops = tuple(self._crop(perception, box) for box in perception.detections.boxes_xyxy_px.tolist())
        return replace(perception, crops=crops, timing_ms={**perception.timing_ms, "crops": _ms_since(start)})

    def _crop(self, perception: Perception, box: list[float]) -> DepthCrop:
        left, top, right, bottom = math.floor(box[0]), math.floor(box[1]), math.ceil(box[2]), math.ceil(box[3])
        camera = perception.camera.cropped(left, top, right, bottom)
        image = np.ascontiguousarray(perception.frame.image[top:bottom, left:right])
        depth, _ = _depth_of(Frame(image, perception.frame.source, camera), self.depth)
        return DepthCrop(depth, camera, (left, top))


def perceiver_of(detector: Detector, depth: DepthEstimator, depth_on: DepthOn = "image") -> Perceiver:
    """A detector and a depth estimator as one perceiver.

    The two heads of one joint network see a picture in one run of it, unless depth is estimated on crops as well. A
    detector of pairs of boxes tells distances itself.
    """
    if isinstance(detector, CardDetector) and detector.finds_pairs:
        return PairsOfBoxes(detector)
    if (
        isinstance(detector, CardDetector)
        and isinstance(depth, CardDepth)
        and detector.session is depth.session
        and depth_on == "image"
    ):
        return CardJoint(detector.card, detector.session)
    return TwoNetworks(detector, depth, depth_on)


def perceiver_for(perceiver: Perceiver, frame: Frame) -> Perceiver:
    """The perceiver; for a frame with boxes of the user's own, one that takes these, and runs no detector."""
    if frame.detections is None:
        return perceiver
    if isinstance(perceiver, TwoNetworks):
        return perceiver if isinstance(perceiver.detector, OwnBoxes) else replace(perceiver, detector=OwnBoxes())
    return TwoNetworks(OwnBoxes(), perceiver.depth) if isinstance(perceiver, CardJoint) else WithOwnBoxes(perceiver)


def _depth_of(frame: Frame, estimator: DepthEstimator | None) -> tuple[DepthMap, DepthFacts]:
    """The frame's own depth map, else the estimator's, with the facts about it."""
    if frame.depth is not None:
        return frame.depth, DepthFacts.of_given(frame.depth)
    if estimator is None:
        raise SettingError(f"{frame.source} has no depth map of its own, and there is no depth network.")
    return estimator.estimate(frame), estimator.facts


def _doubts_of(frame: Frame, estimator: DepthEstimator | None) -> tuple[str, ...]:
    """What the estimator has against the unit that the frame's own depth map was taken for."""
    if frame.depth is None or not frame.depth_taken_as or estimator is None or not estimator.facts.is_metric:
        return ()
    doubt = unit_doubt(frame.depth, estimator.estimate(frame), estimator.facts.name)
    return (doubt,) if doubt else ()


def _ms_since(start: float) -> float:
    return 1e3 * (time.perf_counter() - start)
