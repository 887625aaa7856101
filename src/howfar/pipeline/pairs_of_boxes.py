"""A perceiver of stereo pairs whose detector finds each object in both pictures: no depth map is needed."""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.models import CardDetector
from howfar.scene import Camera, DepthFacts, DepthMap, Detections, Frame, Perception, Query
from howfar.scene.depth_map import StereoRig
from howfar.scene.perception import DepthCrop

CELL_PX = 4
"""Pixels along a side of a cell of the map that shows all objects."""


@dataclass(frozen=True, slots=True)
class PairsOfBoxes:
    """Objects with the distance that their own disparity tells.

    Every object has a depth map of its own, a single disparity, so that what stands before it does not count. The map
    of the whole picture shows them all, the nearest on top, and is unknown beside them.

    Attributes:
        detector: Gives a disparity for each object (layout `ssd-pair`).
    """

    detector: CardDetector

    def perceive(self, frame: Frame, query: Query) -> Perception:
        """Find the objects of a pair and how far each is.

        Raises:
            SettingError: If the frame has no right-hand picture or no rig, or the detector does not know a class.
            ModelError: If the network does not do what its card says.
        """
        if frame.right is None or frame.rig is None:
            raise SettingError(
                f"{self.detector.name} takes a stereo pair and its rig, and {frame.source} comes without: give both "
                "pictures, focal length and baseline.",
                setting="camera",
            )
        start = time.perf_counter()
        found = self.detector.detect(frame, query)
        disparities_px = found.disparities_px
        if disparities_px is None:
            raise SettingError(f"{self.detector.name} finds no pairs of boxes: take a detector that does.")
        camera = frame.camera or Camera.assumed(frame.width_px, frame.height_px)
        crops = tuple(
            _alone(box, disparity_px, camera, frame.rig)
            for box, disparity_px in zip(found.boxes_xyxy_px.tolist(), disparities_px.tolist(), strict=True)
        )
        depth = DepthMap(_together(found, disparities_px, frame), "disparity_px", stereo=frame.rig)
        log_sd = self.detector.spec.disparity_log_sd
        facts = DepthFacts(self.detector.name, "disparity_px", log_sd=log_sd, sha256=self.detector.session.digest())
        models = {"detector": self.detector.name, "depth": self.detector.name}
        timing_ms = {"perceive": 1e3 * (time.perf_counter() - start)}
        return Perception(frame, found, depth, facts, models, crops=crops, timing_ms=timing_ms)


def _alone(box: list[float], disparity_px: float, camera: Camera, rig: StereoRig) -> DepthCrop:
    """One object's box as a depth map of its own."""
    left, top = int(box[0]), int(box[1])
    right, bottom = max(left + 1, round(box[2])), max(top + 1, round(box[3]))
    depth = DepthMap(np.array([[disparity_px]], dtype=np.float32), "disparity_px", stereo=rig)
    return DepthCrop(depth, camera.cropped(left, top, right, bottom), (left, top))


def _together(found: Detections, disparities_px: NDArray[np.float32], frame: Frame) -> NDArray[np.float32]:
    """All objects in one map, the nearest on top."""
    shape = -(-frame.height_px // CELL_PX), -(-frame.width_px // CELL_PX)
    values = np.full(shape, np.nan, dtype=np.float32)
    for place in np.argsort(disparities_px, kind="stable").tolist():
        x1, y1, x2, y2 = (found.boxes_xyxy_px[place] / CELL_PX).tolist()
        values[int(y1) : max(int(y1) + 1, round(y2)), int(x1) : max(int(x1) + 1, round(x2))] = disparities_px[place]
    return values
