"""Who sees: two networks side by side, or a depth network alone. Any other `Perceiver` can stand in for them."""

import math
import time
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from howfar.errors import SettingError
from howfar.scene import DepthEstimator, DepthFacts, DepthMap, Detections, Detector, Frame, Perception, Query
from howfar.scene.perception import DepthCrop

DepthOn = Literal["image", "crops"]

NOTHING_FOUND = Detections.from_boxes([], [])


@dataclass(frozen=True, slots=True)
class Unscaled:
    """A depth estimator that takes every picture for one of its training camera's.

    Attributes:
        estimator: The estimator.
    """

    estimator: DepthEstimator

    @property
    def facts(self) -> DepthFacts:
        """What is known of the estimator."""
        return self.estimator.facts

    def estimate(self, frame: Frame) -> DepthMap:
        """Estimate the depth without scaling it by the camera's focal length."""
        return self.estimator.estimate(replace(frame, camera=None))


@dataclass(frozen=True, slots=True)
class DepthAlone:
    """A perceiver that finds no objects.

    Attributes:
        depth: What gives the depth; a frame that brings its own needs nobody.
    """

    depth: DepthEstimator | None = None

    def perceive(self, frame: Frame, query: Query) -> Perception:
        """Estimate the depth of a picture; the query is not looked at.

        Raises:
            SettingError: If there is neither an estimator nor a depth map of the frame's own.
        """
        start = time.perf_counter()
        depth, facts = _depth_of(frame, self.depth)
        timing_ms = {"depth": _ms_since(start)}
        return Perception(frame, NOTHING_FOUND, depth, facts, {"depth": facts.name}, timing_ms=timing_ms)


@dataclass(frozen=True, slots=True)
class TwoNetworks:
    """A detector and a depth estimator, each shown the picture.

    Attributes:
        detector: What finds the objects.
        depth: What gives the depth, where the frame does not bring its own.
        depth_on: `image` for one depth pass a picture; `crops` shows each object to the estimator on its own, too.
    """

    detector: Detector
    depth: DepthEstimator | None
    depth_on: DepthOn = "image"

    def perceive(self, frame: Frame, query: Query) -> Perception:
        """Find the objects of a picture and estimate its depth.

        Raises:
            SettingError: If the detector does not know a class, there is neither an estimator nor a depth map of the
                frame's own, or that does not go with depth on crops.
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
        seen = Perception(
            frame, found, depth, facts, {"detector": self.detector.name, "depth": facts.name}, timing_ms=timing_ms
        )
        return seen if self.depth_on == "image" else self._with_crops(seen)

    def _with_crops(self, seen: Perception) -> Perception:
        """Each object cut out and its depth estimated on its own; a crop keeps the picture's focal length."""
        start = time.perf_counter()
        crops = tuple(self._crop(seen, box) for box in seen.detections.boxes_xyxy_px.tolist())
        return replace(seen, crops=crops, timing_ms={**seen.timing_ms, "crops": _ms_since(start)})

    def _crop(self, seen: Perception, box: list[float]) -> DepthCrop:
        left, top, right, bottom = math.floor(box[0]), math.floor(box[1]), math.ceil(box[2]), math.ceil(box[3])
        camera = seen.camera.cropped(left, top, right, bottom)
        image = np.ascontiguousarray(seen.frame.image[top:bottom, left:right])
        depth, _ = _depth_of(Frame(image, seen.frame.source, camera), self.depth)
        return DepthCrop(depth, camera, (left, top))


def _depth_of(frame: Frame, estimator: DepthEstimator | None) -> tuple[DepthMap, DepthFacts]:
    """The frame's own depth, else the estimator's, with what is known of it."""
    if frame.depth is not None:
        return frame.depth, DepthFacts.of_given(frame.depth)
    if estimator is None:
        raise SettingError(f"{frame.source} has no depth map of its own, and there is no depth network.")
    return estimator.estimate(frame), estimator.facts


def _ms_since(start: float) -> float:
    return 1e3 * (time.perf_counter() - start)
