"""The tracked scenes of a video beside its truth."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from howfar.datasets.tracked_videos import TrackedVideo, TrueObject
from howfar.evaluation.everywhere.matching import box_overlaps
from howfar.evaluation.tracks.identities import LEAST_IOU, IdFrame
from howfar.scene import Scene, SceneObject
from howfar.scene.look_alikes import group_of
from howfar.tracking.assignment import assign

LEAST_VISIBLE = 0.3
"""An object of which a smaller share is seen need not be found, and may be."""
LEAST_HEIGHT_PX = 12.0
"""Likewise one whose box is lower."""
LEAST_DEPTH_M = 0.5
"""Likewise one that is nearer: it is about to pass the camera."""


class Pair(NamedTuple):
    """A true object of a frame and what was reported of it.

    Attributes:
        true: The true object.
        seen: The reported one.
        time_s: The time of the frame.
    """

    true: TrueObject
    seen: SceneObject
    time_s: float


@dataclass(frozen=True, eq=False)
class ComparedVideo:
    """A video compared with its truth.

    Attributes:
        name: Its name.
        frames: The identities of each frame.
        pairs: What was matched in all frames, in order.
        truths: The true objects that count, frame by frame, each with the time of the frame.
    """

    name: str
    frames: tuple[IdFrame, ...]
    pairs: tuple[Pair, ...]
    truths: tuple[tuple[float, TrueObject], ...]


def counts(true: TrueObject, classes: Collection[str]) -> bool:
    """Whether a true object is to be found: of a class that the detector knows, large enough, and not hidden."""
    height_px = true.box_xyxy_px[3] - true.box_xyxy_px[1]
    large_enough = true.visible_share >= LEAST_VISIBLE and height_px >= LEAST_HEIGHT_PX
    return true.label in classes and large_enough and true.nearest_m >= LEAST_DEPTH_M


def compare_video(video: TrackedVideo, scenes: Sequence[Scene], classes: Collection[str]) -> ComparedVideo:
    """Match what was reported in the frames of a video with its true objects.

    Args:
        video: The video with its truth.
        scenes: The tracked scenes of its frames.
        classes: The classes that the detector knows.
    """
    frames, pairs, truths = [], [], []
    for scene in scenes:
        time_s = scene.time_s or 0.0
        everything = video.objects.get(scene.frame or 0, ())
        wanted = [each for each in everything if counts(each, classes)]
        seen = _without_others([each for each in scene if each.track is not None], everything, wanted)
        overlaps = _overlaps(wanted, seen)
        numbers = [each.track.track_id for each in seen if each.track is not None]
        frames.append(IdFrame([each.track_id for each in wanted], numbers, overlaps))
        truths += [(time_s, each) for each in wanted]
        for row, column in assign(np.where(overlaps >= LEAST_IOU, -overlaps, np.inf)) if overlaps.size else ():
            pairs.append(Pair(wanted[row], seen[column], time_s))
    return ComparedVideo(video.name, tuple(frames), tuple(pairs), tuple(truths))


def _without_others(
    seen: Sequence[SceneObject], everything: Sequence[TrueObject], wanted: Sequence[TrueObject]
) -> list[SceneObject]:
    """What was reported, without what lies on an object that need not be found and is no match of one that is."""
    ordered = [*wanted, *(each for each in everything if each not in wanted)]
    overlaps = _overlaps(ordered, seen, alike=False)
    if not overlaps.size:
        return list(seen)
    taken = assign(
        np.where(overlaps >= LEAST_IOU, -overlaps - (np.arange(len(ordered)) < len(wanted))[:, None], np.inf)
    )
    others = {column for row, column in taken if row >= len(wanted)}
    return [each for index, each in enumerate(seen) if index not in others]


def _overlaps(true: Sequence[TrueObject], seen: Sequence[SceneObject], *, alike: bool = True) -> NDArray[np.float64]:
    """T×N overlaps as IoU; 0, where only what is alike counts, between classes that are not."""
    boxes = [np.array([one.box_xyxy_px for one in some], dtype=np.float32).reshape(-1, 4) for some in (true, seen)]
    shared = box_overlaps(boxes[0], boxes[1], whole_region=False)
    kinds = [[group_of(one.label) for one in some] for some in (true, seen)]
    same = np.array([[one == other for other in kinds[1]] for one in kinds[0]], dtype=np.bool_).reshape(shared.shape)
    return np.where(same, shared, 0.0) if alike else shared
