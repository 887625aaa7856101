"""Pairs of pictures: brought into rows, checked, matched, and laid over what one eye sees."""

import math
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.pipeline.rectification import rectified_pair
from howfar.scene import Camera, DepthMap, Frame, Perception, StereoRig
from howfar.scene.depth_map import LARGE_ERROR
from howfar.scene.stereo_calibration import StereoCalibration
from howfar.stereo import Disparities, Matcher
from howfar.stereo.pair_check import check_pair, repaired_pair
from howfar.stereo.sgbm import NAME as SGBM

LEAST_ERROR_PX = 1.0
"""The error of disparity that decides how far a pair can tell."""


@dataclass(frozen=True, slots=True)
class Stereo:
    """How pairs of pictures are looked at.

    Attributes:
        method: What matches them: `sgbm`, `mc-cnn`, the name or file of a stereo network, or an open matcher.
        max_disparity_px: The largest disparity that is looked for; the matcher's own for the picture's width when None.
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
            "(docs/stereo.md shows which are read).",
            setting="camera",
        )
    if frame.right.shape != frame.image.shape:
        raise SettingError(
            f"The left-hand picture has {frame.width_px}×{frame.height_px} pixels and the right-hand one "
            f"{frame.right.shape[1]}×{frame.right.shape[0]}: give both as the cameras took them, of one size.",
            setting="right",
        )
    rig = frame.rig
    verdict = check_pair(frame.image, frame.right, rig.offset_px)
    if not verdict.is_good:
        if not (repair and verdict.is_repairable):
            fault = verdict.faults[0]
            raise SettingError(fault.text, setting="repair" if verdict.is_repairable else "")
        frame = repaired_pair(frame, verdict)
    return frame if frame.camera else replace(frame, camera=_camera_of(rig, frame))


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
    """
    frame = perception.frame
    if frame.right is None or frame.rig is None or frame.depth is not None:
        return perception
    start = time.perf_counter()
    found = matched_pair(frame, frame.right, frame.rig, matcher, max_disparity_px)
    depth = joined_map(found, frame.rig, perception.depth)
    facts = replace(perception.facts, name=matcher.name, kind="disparity_px", scenes="", sha256="")
    return replace(
        perception,
        depth=depth,
        facts=facts,
        models={**perception.models, "stereo": matcher.name},
        timing_ms={**perception.timing_ms, "match": 1e3 * (time.perf_counter() - start)},
    )


def matched_pair(
    frame: Frame, right: NDArray[np.uint8], rig: StereoRig, matcher: Matcher, max_disparity_px: int | None = None
) -> Disparities:
    """Match a pair whose principal points may differ.

    The right-hand picture is moved by whole pixels, so that whatever is infinitely far has a disparity of about 0.
    """
    shift_px = math.ceil(rig.offset_px)
    if shift_px == 0:
        return matcher.match(frame.image, right, max_disparity_px)
    found = matcher.match(frame.image, _moved(right, -shift_px), max_disparity_px)
    return replace(found, values_px=found.values_px - np.float32(shift_px))


def _moved(image: NDArray[np.uint8], right_px: int) -> NDArray[np.uint8]:
    """The picture moved to the right, or by less than 0 to the left; its edge goes on in what is free."""
    columns = np.arange(image.shape[1]) - right_px
    return np.ascontiguousarray(image[:, columns.clip(0, image.shape[1] - 1)])


def joined_map(found: Disparities, rig: StereoRig, one_eye: DepthMap) -> DepthMap:
    """One map of what both eyes see and, elsewhere, of what one eye sees.

    Args:
        found: What both see.
        rig: The rig, at the resolution of the disparities.
        one_eye: The depth by the left-hand picture alone; not used if it is relative.

    Returns:
        A map of disparities, at their resolution, whose `log_sds` are known where both eyes see.
    """
    true_px = found.values_px + np.float32(rig.offset_px)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_sds = found.sd_px / true_px
        told = (true_px > 0) & (np.maximum(found.sd_px, LEAST_ERROR_PX) <= LARGE_ERROR * true_px)
    values = found.values_px
    if one_eye.is_metric:
        values = np.where(told, values, _disparities_of(one_eye, values, rig))
    else:
        values = np.where(told, values, np.float32(np.nan))
    return DepthMap(values, "disparity_px", stereo=rig, log_sds=np.where(told, log_sds, np.float32(np.nan)))


def _disparities_of(one_eye: DepthMap, both_px: NDArray[np.float32], rig: StereoRig) -> NDArray[np.float32]:
    """The disparities that a map of one eye stands for, at the resolution of the pair's."""
    height, width = both_px.shape
    metres = np.asarray(cv2.resize(one_eye.metres(), (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.float32)
    return rig.disparity_px(metres)
