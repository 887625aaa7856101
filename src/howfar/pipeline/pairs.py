"""Pairs of pictures: brought into rows, checked, matched, and laid over what one eye sees."""

import math
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.errors import RefusedPairError, SettingError
from howfar.pipeline.rectification import rectified_pair
from howfar.scene import Camera, Cue, DepthMap, Detections, Frame, Perception, StereoRig
from howfar.scene.depth_map import LARGE_ERROR
from howfar.scene.stereo_calibration import StereoCalibration
from howfar.stereo import Disparities, Matcher
from howfar.stereo.box_matching import match_boxes
from howfar.stereo.pair_check import check_pair, repaired_pair
from howfar.stereo.sgbm import LEAST_REACH_PX
from howfar.stereo.sgbm import NAME as SGBM

LEAST_ERROR_PX = 1.0
"""The error of disparity that decides how far a pair can tell."""
MOST_BOX_ERROR = 0.5
"""A relative standard deviation from which on the boxes of an object tell nothing. They are found to a fraction of a
pixel, and so tell farther than the map."""
SCALE_STEP_PX, SURE_TO_SCALE, LEAST_TO_SCALE = 4, 0.1, 0.02
"""How the scale of one eye is taken from the pair: from every so many pixels, of those that are as certain as this in
log depth, if they are more than this share."""
RIG_SD_PX = np.float32(0.3)
"""What the calibration of a rig is off by, in pixels of disparity, for all of a picture alike: in the published one of
a KITTI drive, the median difference of 2,900 patches from their LiDAR points is half a pixel."""
NOT_FOUND = "the box was not found in the right-hand picture"
TOO_FAR = "too uncertain in the right-hand picture to tell"


@dataclass(frozen=True, slots=True)
class Stereo:
    """How pairs of pictures are looked at.

    Attributes:
        method: What matches them: `sgbm`, `mc-cnn`, the name or file of a stereo network, or an open matcher.
        max_disparity_px: The largest disparity that is looked for; the matcher's own when None.
        repair: Whether a pair with a fault that can be repaired is repaired, rather than refused.
    """

    method: str | Path | Matcher = SGBM
    max_disparity_px: int | None = None
    repair: bool = False


@dataclass(frozen=True, slots=True)
class PairEyes:
    """Looks at pairs of pictures with a matcher.

    Attributes:
        matcher: Matches the pictures; None where the perceiver takes both pictures itself.
        rig: The calibration of the two cameras, or why what was given of the camera is none; None where nothing was.
        stereo: The settings.
    """

    matcher: Matcher | None = None
    rig: StereoCalibration | SettingError | None = None
    stereo: Stereo = field(default_factory=Stereo)

    def prepared(self, frame: Frame) -> Frame:
        """A frame with both pictures, as `rectified_frame` gives it; any rig of its own comes first.

        Raises:
            SettingError: As `rectified_frame`, or why what was given is no rig.
        """
        if frame.rig is not None:
            return rectified_frame(frame, None, repair=self.stereo.repair)
        if isinstance(self.rig, SettingError):
            raise self.rig
        return rectified_frame(frame, self.rig, repair=self.stereo.repair)

    def seen(self, perception: Perception) -> Perception:
        """What one eye sees, with what both see laid over it, as `with_both_eyes` does."""
        if self.matcher is None:
            return perception
        return with_both_eyes(perception, self.matcher, self.stereo.max_disparity_px)


DEFAULT_STEREO = Stereo()
NO_EYES = PairEyes()


def rectified_frame(frame: Frame, calibration: StereoCalibration | None, *, repair: bool = False) -> Frame:
    """A frame with both pictures as its matcher and its networks get it: in rows, with its camera and its rig.

    Args:
        frame: The pair as it was taken. A rig of its own says that it is rectified.
        calibration: That of the two cameras; None where the frame has a rig of its own.
        repair: Whether faults that can be repaired are.

    Raises:
        SettingError: If there is no rig, it does not fit the pictures, or they are no pair that gives metres.
    """
    if calibration is not None:
        frame = rectified_pair(frame, calibration)
    if frame.right is None or frame.rig is None:
        raise SettingError(
            "Two pictures give metres only with their rig, which says how far apart the cameras are: give its file "
            "(docs/stereo-rigs.md shows which are read).",
            setting="camera",
        )
    if frame.right.shape != frame.image.shape:
        raise SettingError(
            f"The left-hand picture has {frame.width_px}×{frame.height_px} pixels and the right-hand one "
            f"{frame.right.shape[1]}×{frame.right.shape[0]}: give both as the cameras took them, of one size.",
            setting="right",
        )
    rig = frame.rig
    frame = _good_pair(frame, frame.right, rig.offset_px, repair=repair)
    return frame if frame.camera else replace(frame, camera=_camera_of(rig, frame))


def _good_pair(frame: Frame, right: NDArray[np.uint8], offset_px: float, *, repair: bool) -> Frame:
    """The pair, if nothing speaks against it; repaired, where that is wanted, and nothing speaks against it then.

    What looks like one fault may be another: two pictures that are turned aside can look swapped.
    """
    verdict = check_pair(frame.image, right, offset_px)
    if verdict.is_good:
        return frame
    if not (repair and verdict.is_repairable):
        raise RefusedPairError(verdict.faults[0].text, setting="repair" if verdict.is_repairable else "")
    if verdict.swapped and frame.detections is not None:
        raise SettingError(
            "The two pictures are swapped, and the boxes of your own belong to the left-hand one: give the pictures "
            "the other way round.",
            setting="right",
        )
    repaired = repaired_pair(frame, verdict)
    if repaired.right is not None and not (again := check_pair(repaired.image, repaired.right, offset_px)).is_good:
        raise RefusedPairError(
            f"{verdict.faults[0].text} Once that was repaired, there is more: {again.faults[0].text}"
        )
    return repaired


def _camera_of(rig: StereoRig, frame: Frame) -> Camera:
    return Camera.from_focal(frame.width_px, frame.height_px, rig.focal_px)


def with_both_eyes(perception: Perception, matcher: Matcher, max_disparity_px: int | None = None) -> Perception:
    """What one eye sees, with the depth that both eyes see laid over it.

    Where nothing was matched, and beyond the distance at which a pixel of error is more than `LARGE_ERROR` of the
    depth, the depth of one eye stays; what the pair tells of the same places gives it its scale.

    Args:
        perception: The objects and the depth by the left-hand picture, whose frame has a right-hand one and a rig.
        matcher: Matches the pictures.
        max_disparity_px: The largest disparity that is looked for; the matcher's own when None.

    Raises:
        SettingError: If the pictures cannot be matched, or depth was estimated on crops.
    """
    frame = perception.frame
    if frame.right is None or frame.rig is None or frame.depth is not None:
        return perception
    if perception.crops is not None:
        raise SettingError("A pair is measured on its own depth map: leave out depth on crops.", setting="depth_on")
    start = time.perf_counter()
    pair = aligned_pair(frame.image, frame.right, frame.rig)
    found = matched_pair(pair, matcher, max_disparity_px)
    depth = joined_map(found, pair.rig, perception.depth)
    matched = time.perf_counter()
    boxes = box_cues(pair, perception.detections, _reach_px(found, pair))
    return replace(
        perception,
        depth=depth,
        facts=replace(perception.facts, name=matcher.name, kind="disparity_px", scenes="", sha256=""),
        models={**perception.models, "stereo": matcher.name},
        timing_ms={**perception.timing_ms, "match": 1e3 * (matched - start), "boxes": _ms_since(matched)},
        boxes=boxes,
    )


class AlignedPair(NamedTuple):
    """A rectified pair in which whatever is infinitely far has a disparity of about 0, or a little above.

    Attributes:
        left: H×W×3 uint8 RGB.
        right: The same of the right-hand camera, moved by whole pixels.
        rig: The rig of the pair as it was taken.
        moved_px: How far it was moved to the left.
    """

    left: NDArray[np.uint8]
    right: NDArray[np.uint8]
    rig: StereoRig
    moved_px: int


def aligned_pair(left: NDArray[np.uint8], right: NDArray[np.uint8], rig: StereoRig) -> AlignedPair:
    """Move the right-hand picture by the whole pixels that the principal points differ by."""
    shift_px = math.ceil(rig.offset_px)
    if shift_px == 0:
        return AlignedPair(left, right, rig, 0)
    columns = (np.arange(right.shape[1]) + shift_px).clip(0, right.shape[1] - 1)
    return AlignedPair(left, np.ascontiguousarray(right[:, columns]), rig, shift_px)


def matched_pair(pair: AlignedPair, matcher: Matcher, max_disparity_px: int | None = None) -> Disparities:
    """Match a pair; the disparities are those of the pictures as they were taken."""
    found = matcher.match(pair.left, pair.right, max_disparity_px)
    return replace(found, values_px=found.values_px - np.float32(pair.moved_px)) if pair.moved_px else found


def _reach_px(found: Disparities, pair: AlignedPair) -> int:
    """The largest disparity of an aligned pair, as its matcher found it."""
    known = found.values_px[np.isfinite(found.values_px)]
    nearest = float(known.max()) + pair.moved_px if known.size else 0.0
    return min(max(LEAST_REACH_PX, math.ceil(nearest)), int(pair.left.shape[1]) - 1)


def box_cues(pair: AlignedPair, found: Detections, reach_px: int) -> tuple[Cue, ...]:
    """What the boxes of the objects in both pictures say of their distances, one cue for each object.

    Args:
        pair: The pair.
        found: The objects in its left-hand picture.
        reach_px: The largest disparity that is looked for.
    """
    greys = [np.asarray(cv2.cvtColor(each, cv2.COLOR_RGB2GRAY), dtype=np.uint8) for each in pair[:2]]
    boxes = match_boxes(greys[0], greys[1], found.boxes_xyxy_px, reach_px)
    true_px = boxes.values_px + (pair.rig.offset_px - pair.moved_px)
    return tuple(_box_cue(*each, pair.rig) for each in zip(true_px.tolist(), boxes.sds_px.tolist(), strict=True))


def _box_cue(true_px: float, sd_px: float, rig: StereoRig) -> Cue:
    if math.isnan(true_px):
        return Cue.unknown("boxes", NOT_FOUND)
    with_rig_px = math.hypot(sd_px, RIG_SD_PX)
    if not with_rig_px <= MOST_BOX_ERROR * true_px:
        return Cue.unknown("boxes", TOO_FAR)
    return Cue("boxes", rig.focal_px * rig.baseline_m / true_px, with_rig_px / true_px)


def joined_map(found: Disparities, rig: StereoRig, one_eye: DepthMap) -> DepthMap:
    """One map of what both eyes see and, elsewhere, of what one eye sees, to the scale of the former.

    Args:
        found: What both see.
        rig: The rig, at the resolution of the disparities.
        one_eye: The depth by the left-hand picture alone; not used if it is relative.

    Returns:
        A map of disparities, at their resolution, whose `log_sds` are known where both eyes see.
    """
    true_px = found.values_px + np.float32(rig.offset_px)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_sds = np.hypot(found.sd_px, RIG_SD_PX) / true_px
        told = (true_px > 0) & (np.maximum(found.sd_px, LEAST_ERROR_PX) <= LARGE_ERROR * true_px)
    log_sds = np.where(told, log_sds, np.float32(np.nan))
    others = np.full_like(true_px, np.nan)
    if one_eye.is_metric:
        height, width = true_px.shape
        resized = cv2.resize(one_eye.metres(), (width, height), interpolation=cv2.INTER_LINEAR)
        metres = np.asarray(resized, dtype=np.float32)
        others = rig.disparity_px(metres * _scale_of(metres, rig.depth_m(found.values_px), log_sds))
    return DepthMap(np.where(told, found.values_px, others), "disparity_px", stereo=rig, log_sds=log_sds)


def _scale_of(one_eye_m: NDArray[np.float32], both_m: NDArray[np.float32], log_sds: NDArray[np.float32]) -> np.float32:
    """What the depth of one eye is multiplied by to agree with that of both, in the median; 1 where too little tells.

    A network errs by one factor over a whole picture of a kind that it does not know. On rendered streets, which it
    has not seen, its error where the pair does not tell falls from a factor of 2.9 to 1.2; on 13 real ones of a kind
    that it knows it stays, at 1.2. A line in log depth, or the far half alone, did not do better.
    """
    every = np.s_[::SCALE_STEP_PX, ::SCALE_STEP_PX]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = both_m[every] / one_eye_m[every]
    told = np.isfinite(ratios) & (ratios > 0) & (log_sds[every] <= SURE_TO_SCALE)
    return np.float32(np.median(ratios[told]) if told.mean() > LEAST_TO_SCALE else 1.0)


def _ms_since(start: float) -> float:
    return 1e3 * (time.perf_counter() - start)
