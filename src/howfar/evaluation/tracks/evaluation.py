"""The pipeline of `howfar look --track` on videos with true tracks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from howfar.datasets.drives import Drive
from howfar.datasets.tracked_videos import TrackedVideo, TrueObject
from howfar.evaluation.margins.found import surfaces_m
from howfar.evaluation.tracks.comparing import Pair, compare_video, counts
from howfar.evaluation.tracks.figures import Measured
from howfar.evaluation.tracks.identities import IdCounts
from howfar.pipeline.rangefinder import Rangefinder
from howfar.pipeline.scenes import range_objects, scene_of
from howfar.pipeline.tracked_views import query_for_tracking
from howfar.pipeline.view import View
from howfar.scene import Perception, Scene, SceneObject
from howfar.tracking import Tracker

TRUE_BOX_LOG_SD = 0.02
"""Standard deviation of the natural logarithm of a true box's height: whole pixels."""


@dataclass(eq=False)
class TracksResult:
    """What was measured of all videos with one kind of boxes.

    Attributes:
        boxes: What they are from: `true` or the detector's name.
        identities: The counts of identities.
        measured: The distances, speeds and times to collision.
    """

    boxes: str
    identities: IdCounts = field(default_factory=IdCounts)
    measured: Measured = field(default_factory=Measured)

    def update(self, video: TrackedVideo, tracked: Sequence[Scene], classes: Sequence[str]) -> None:
        """Add a video."""
        compared = compare_video(video, tracked, classes)
        self.identities.update(compared.frames)
        self.measured.update(compared)


def evaluate_video(video: TrackedVideo, finder: Rangefinder, results: Sequence[TracksResult]) -> None:
    """Run the pipeline on a video twice from one pass of the networks, with true boxes and with the detector's.

    Args:
        video: The video.
        finder: The pipeline, made of a detector and a depth network; its first ranging method counts.
        results: Two results, with true boxes and with the detector's, which are added to.
    """
    query, sure_score = query_for_tracking(finder.query, finder.perceiver)
    trackers = Tracker(), Tracker(sure_score)
    scenes: tuple[list[Scene], list[Scene]] = ([], [])
    classes: tuple[str, ...] = ()
    for frame in video.frames():
        perception = finder.perceive(replace(frame, camera=video.camera), query=query)
        classes = perception.detections.class_names
        given = with_true_boxes(perception, video.objects.get(frame.index or 0, ()))
        for tracker, seen, kept in zip(trackers, (given, perception), scenes, strict=True):
            view = scene_of(seen, range_objects(seen, finder.ranging)[0])
            kept.append(_without_pictures(tracker.update(view, view.image)))
    for result, tracked in zip(results, scenes, strict=True):
        result.update(video, tracked, classes)


def evaluate_drive(drive: Drive, finder: Rangefinder, measured: Measured) -> None:
    """Run the pipeline on a drive, whose objects have true distances by LiDAR and no true identities.

    Args:
        drive: The drive.
        finder: The pipeline, made of a detector and a depth network; its first ranging method counts.
        measured: Is added to. An object is what has one number.
    """
    query, sure_score = query_for_tracking(finder.query, finder.perceiver)
    tracker = Tracker(sure_score)
    pairs = []
    for frame, sample in drive.frames():
        seen = finder.perceive(frame, query=query)
        view = scene_of(seen, range_objects(seen, finder.ranging)[0])
        objects = tracker.update(view, view.image).objects
        boxes = np.array([one.box_xyxy_px for one in objects], dtype=np.float32).reshape(-1, 4)
        for one, surface in zip(objects, surfaces_m(sample.depth_m, boxes).tolist(), strict=True):
            if one.track is not None and math.isfinite(surface):
                pairs.append(Pair(_told_by_lidar(one.track.track_id, one, surface), one, frame.time_s or 0.0))
    measured.update_pairs(pairs)


def _told_by_lidar(number: int, one: SceneObject, depth_m: float) -> TrueObject:
    """What LiDAR tells of a found object: its distance alone."""
    unknown = math.nan
    return TrueObject(number, one.label, one.box_xyxy_px, unknown, depth_m, depth_m, unknown, unknown, math.inf)


def with_true_boxes(perception: Perception, objects: Sequence[TrueObject]) -> Perception:
    """What was perceived, with the true boxes of the objects that count in the place of the detector's."""
    names = perception.detections.class_names
    wanted = [each for each in objects if counts(each, names)]
    found = replace(
        perception.detections,
        boxes_xyxy_px=np.array([each.box_xyxy_px for each in wanted], dtype=np.float32).reshape(-1, 4),
        scores=np.ones(len(wanted), dtype=np.float32),
        class_ids=np.array([names.index(each.label) for each in wanted], dtype=np.int64),
        masks=None,
        height_log_sds=np.full(len(wanted), TRUE_BOX_LOG_SD),
    )
    return replace(perception, detections=found)


def _without_pictures(view: View) -> Scene:
    """The scene of a view, which takes no room."""
    return Scene(
        view.source,
        view.width_px,
        view.height_px,
        view.camera,
        view.models,
        view.objects,
        view.beyond,
        frame=view.frame,
        time_s=view.time_s,
    )
