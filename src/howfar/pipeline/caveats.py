"""The caveats of a picture: what its result rests on that may not hold, and what it leaves out."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from howfar.drawing.tables import CAMERA_NOTES
from howfar.drawing.units import distance_text
from howfar.scene import Camera, DepthFacts, DepthMap, Distance, Frame, Perception
from howfar.scene.caveat import Caveat
from howfar.scene.own_depth import SIZES_FACTOR, doubt_of_factor

CONTRADICTION = 2.0
"""A depth map that is off by this factor from the distance of an object is not to be measured in there."""
LEAST_TOLD_SHARE = 0.01
"""Share of a pair's map from which on it is said that one eye tells it."""
NAMED = 3
"""Objects that a caveat names; of more it tells the number."""


def caveats_of(
    perception: Perception, distances: Sequence[Distance] = (), on_map_m: Sequence[float] = ()
) -> tuple[Caveat, ...]:
    """The caveats of a picture.

    Args:
        perception: The objects and the depth of the picture, after `to_metric`.
        distances: N distances, in the order of the detections.
        on_map_m: N depths of the same objects as the depth map alone gives them, NaN where unknown; empty where they
            were not measured on it.
    """
    labels = perception.detections.labels
    found = [Caveat("picture", note) for note in (*perception.frame.notes, *_of_turn(perception.frame))]
    found += _of_objects(labels, distances, on_map_m)
    found += [Caveat("objects", note) for note in perception.detections.notes]
    found += _of_one_eye(perception.depth)
    if perception.depth.is_metric:
        found = [*_of_scale(perception), *found]
    return (*found, *_of_unit(perception, distances))


def camera_caveats(camera: Camera) -> Iterator[Caveat]:
    """What speaks against metres whose scale rests on a camera."""
    if camera.doubt is not None:
        yield Caveat("camera", f"The camera is doubtful: {camera.doubt.reason}.")
    elif camera.origin == "assumed":
        yield Caveat("camera", CAMERA_NOTES["assumed"])


def scenes_text(facts: DepthFacts | None) -> str:
    """A warning if the metres come from a network that was trained on some kinds of scenes only; else empty."""
    if facts is None or not facts.is_metric or not facts.scenes:
        return ""
    return f"{facts.name} has seen {facts.scenes} and nothing else: anywhere else its metres are a guess."


def _of_turn(frame: Frame) -> Iterator[str]:
    """Of a picture that was turned and kept its shape, nothing tells whether depths of the user's own were, too."""
    if frame.orientation in (2, 3, 4) and not (frame.depth is None and frame.depth_points is None):
        yield (
            "The picture was turned as its EXIF data say: the depth map of your own is taken to lie as the picture is "
            "shown, not as it is stored."
        )


def _of_scale(perception: Perception) -> Iterator[Caveat]:
    alignment = perception.alignment
    measured = perception.depth_scale is not None or (alignment is not None and alignment.is_measured)
    if not measured:
        yield from camera_caveats(perception.camera)
    if text := scenes_text(perception.facts):
        yield Caveat("scenes", text)


def _of_objects(labels: Sequence[str], distances: Sequence[Distance], on_map_m: Sequence[float]) -> Iterator[Caveat]:
    off = [
        f"{label} {distance_text(map_m, 'm')} on the map and {_told(distance)}"
        for label, distance, map_m in zip(labels, distances, on_map_m, strict=False)
        if math.isfinite(map_m) and not _agrees(distance.depth_m, map_m)
    ]
    if off:
        yield Caveat("map", f"The depth map contradicts the distances of objects: {_list(off)}.")
    conflicts = [label for label, distance in zip(labels, distances, strict=False) if distance.conflict]
    if conflicts:
        yield Caveat("conflict", f"The cues contradict each other: {_list(conflicts)}.")


def _of_one_eye(depth: DepthMap) -> Iterator[Caveat]:
    """How much of a pair's map is told by one eye alone, in steps: many pictures then share one sentence."""
    if depth.log_sds is None or depth.stereo is None:
        return
    share = float(np.isnan(depth.log_sds).mean())
    tenths = round(10 * share)
    if share < LEAST_TOLD_SHARE:
        return
    part = f"about {tenths}0 %" if tenths else "less than 5 %"
    yield Caveat(
        "stereo",
        f"One eye alone tells {part} of the depth map: where nothing was matched, and beyond the "
        f"{depth.stereo.reach_m:.3g} m that this rig can tell.",
    )


def _agrees(depth_m: float, map_m: float) -> bool:
    """Whether a distance is known and not off by the factor `CONTRADICTION` from what the map gives."""
    return 1 / CONTRADICTION < depth_m / map_m < CONTRADICTION


def _told(distance: Distance) -> str:
    return f"{distance_text(distance.depth_m, 'm')} by all cues" if distance.is_known else "unknown by all cues"


def _list(texts: Sequence[str]) -> str:
    more = f", and {len(texts) - NAMED} more" if len(texts) > NAMED else ""
    return ", ".join(texts[:NAMED]) + more


def _of_unit(perception: Perception, distances: Sequence[Distance]) -> Iterator[Caveat]:
    """What the network, and the sizes of objects, have against the unit of depths of the user's own."""
    yield from (Caveat("unit", doubt) for doubt in perception.doubts)
    alignment = perception.alignment
    if not perception.depth.is_metric:
        return
    if not perception.facts.measured and (alignment is None or "points" not in alignment.evidence):
        return
    told = ({cue.name: cue.depth_m for cue in distance.cues if cue.is_known} for distance in distances)
    factors = [each["depth"] / each["size"] for each in told if "depth" in each and "size" in each]
    told_by = "the sizes of the things there say"
    doubt = doubt_of_factor(float(np.median(factors)), told_by, SIZES_FACTOR) if factors else ""
    if doubt:
        yield Caveat("unit", doubt)
