"""Tracking: the objects of a frame are matched with those of the frames before.

Sure detections are matched first, doubtful ones only with what is left of the objects that were there a moment ago, as
in ByteTrack (Zhang et al., ECCV 2022): a doubtful box begins no object. What is matched by is the place that each
object is expected at (of constant speed, as in OC-SORT, Cao et al., CVPR 2023), the height of its box and its distance,
which tells apart who passes before whom. All is by time, not by frame: rates may vary and frames be missing.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from howfar.scene import Camera, Scene, SceneObject
from howfar.scene.look_alikes import group_of
from howfar.tracking.assignment import FORBIDDEN, assign
from howfar.tracking.camera_motion import UNKNOWN_MOTION, CameraMotion, CameraWatch
from howfar.tracking.position_filter import PositionFilter
from howfar.tracking.tracked_object import TrackedObject, is_cut, log_sd_of

LOST_S = 1.2
"""An object that is not seen for so long is given up."""
USUAL_DT_S = 1 / 25
"""Between frames that have no time, and the least time that passes where clocks stand."""
GATE = 20.0
"""A detection that fits worse, in squared standard deviations of four numbers, is another object."""
OTHER_LABEL = 3.0
"""What a detection of another class, which looks alike, costs more."""
RECENT_S = 0.5
"""Doubtful detections are matched only with what was seen within this time."""

SceneT = TypeVar("SceneT", bound=Scene)


class Tracker:
    """Gives the objects of the frames of one video their numbers, and filters their distances.

    The frames are handed over one after the other. A tracker belongs to one video: a new one begins the numbers anew.
    Objects that come with a number of the user's own keep it.

    Attributes:
        sure_score: From this score on a detection may begin an object; below it is only matched with one that is
            known, and else left out. All may if None.
    """

    def __init__(self, sure_score: float | None = None) -> None:
        """Begin a video."""
        self.sure_score = sure_score
        self._known: list[TrackedObject] = []
        self._count = 0
        self._time_s: float | None = None
        self._watch = CameraWatch()

    def update(self, scene: SceneT, image: NDArray[np.uint8] | None = None) -> SceneT:
        """Take in the next frame.

        Args:
            scene: What was found in it. Without a time it follows the last one by a 25th of a second.
            image: H×W×3 uint8 RGB, its picture, by which the camera's motion is told; None if it is not at hand: then
                no speed over the ground is known.

        Returns:
            The same scene, or view, with a track for each object, and filtered distances.
        """
        objects = [*scene.objects, *scene.beyond]
        time_s = self._next_time_s(scene.time_s)
        boxes = [one.box_xyxy_px for one in objects]
        motion = UNKNOWN_MOTION if image is None else self._watch.see(image, boxes, time_s)
        self._predict(time_s, motion)
        found = self._matched(objects, scene.camera, time_s)
        taken = [self._taken_in(*each, time_s) for each in zip(objects, found, strict=True)]
        still, camera = motion.stands_still, scene.camera
        for one, known in zip(objects, taken, strict=True):
            if known is not None:
                known.see(one, camera, time_s)
        tracked = [
            known.shown(one, camera, stands_still=still)
            for one, known in zip(objects, taken, strict=True)
            if known is not None
        ]
        tracked.sort(key=lambda one: one.nearness)
        within = tuple(each for each in tracked if each.is_within(scene.max_depth_m))
        beyond = tuple(each for each in tracked if not each.is_within(scene.max_depth_m))
        return replace(scene, objects=within, beyond=beyond)

    def _next_time_s(self, time_s: float | None) -> float:
        if self._time_s is None:
            return time_s or 0.0
        return max(self._time_s + USUAL_DT_S if time_s is None else time_s, self._time_s + 1e-3)

    def _predict(self, time_s: float, motion: CameraMotion) -> None:
        self._known = [each for each in self._known if time_s - each.last_s <= LOST_S]
        if self._time_s is not None:
            for each in self._known:
                each.predict(time_s - self._time_s, motion.shift_px)
        self._time_s = time_s

    def _matched(self, objects: Sequence[SceneObject], camera: Camera, time_s: float) -> list[TrackedObject | None]:
        """The known object of each detection; None for what is new.

        What has a number of the user's own goes by that alone.
        """
        by_number = {each.track_id: each for each in self._known}
        found = [None if one.track is None else by_number.get(one.track.track_id) for one in objects]
        unnumbered = [index for index, one in enumerate(objects) if one.track is None]
        sure = [index for index in unnumbered if self._is_sure(objects[index])]
        doubtful = [index for index in unnumbered if not self._is_sure(objects[index])]
        taken = {id(each) for each in found if each is not None}
        free = [each for each in self._known if id(each) not in taken]
        for indices in (sure, doubtful):
            if indices is doubtful:
                free = [each for each in free if time_s - each.last_s <= RECENT_S]
            costs = _costs([objects[index] for index in indices], free, camera)
            for row, column in assign(costs):
                found[indices[column]] = free[row]
            taken = {id(each) for each in found if each is not None}
            free = [each for each in free if id(each) not in taken]
        return found

    def _is_sure(self, one: SceneObject) -> bool:
        return self.sure_score is None or one.score >= self.sure_score

    def _taken_in(self, one: SceneObject, known: TrackedObject | None, time_s: float) -> TrackedObject | None:
        """The known object of a detection; a new one if none is known, and the detection is sure."""
        if known is None and (one.track is not None or self._is_sure(one)):
            number = self._count + 1 if one.track is None else one.track.track_id
            self._count = max(self._count, number)
            known = TrackedObject(number, one.label, PositionFilter(one.box_xyxy_px), time_s, time_s)
            self._known.append(known)
        return known


def _costs(objects: Sequence[SceneObject], known: Sequence[TrackedObject], camera: Camera) -> NDArray[np.float64]:
    """What each known object (rows) costs with each detection (columns)."""
    costs = np.full((len(known), len(objects)), 2 * FORBIDDEN)
    if not costs.size:
        return costs
    boxes = np.array([one.box_xyxy_px for one in objects], dtype=np.float64)
    cut = np.array([is_cut(one.box_xyxy_px, camera) for one in objects])
    kinds = [group_of(one.label) for one in objects]
    for row, each in enumerate(known):
        squares, by_edges, volume = each.place.misfits(boxes, cut)
        kind = group_of(each.label)
        for column, one in enumerate(objects):
            if kinds[column] != kind or min(squares[column], by_edges[column]) > GATE:
                continue
            # A box that shows another part of the object has another distance, too.
            cost = min(squares[column] + _depth_misfit(one, each), by_edges[column])
            cost += OTHER_LABEL * (one.label != each.label)
            if cost <= GATE:
                costs[row, column] = cost + volume
    return costs


def _depth_misfit(one: SceneObject, known: TrackedObject) -> float:
    log_sd = log_sd_of(one.distance)
    if not (known.distance.depth_known and math.isfinite(log_sd)):
        return 0.0
    off, variance = known.distance.misfit(one.depth_m, log_sd)
    return off**2 / variance + math.log(variance / log_sd**2)
