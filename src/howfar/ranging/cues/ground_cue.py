"""The distance of a thing that stands on the ground, from the row of its foot.

A level camera at the height h above flat ground sees the ground at the distance Z at the row y = y_h + f_y·h/Z, with
y_h the row of the horizon (Hoiem, Efros, Hebert: Putting Objects in Perspective, IJCV 2008). The foot of
a thing is its nearest point, so that half its extent along the optical axis is added for its centre.

The horizon is the weak point: one degree of pitch is f_y/57 pixels. Things of known size show where it is, for each
says how far its foot is and so how far below the horizon. The horizon for one thing is estimated from the prior and
from the *other* things: its own size is a cue of its own and shall not count twice. The unknowns form a star with the
horizon in its middle, so that this is the exact posterior of the joint least-squares problem (belief propagation on a
tree), as far as the relation is linear.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from howfar.ranging.cues.size_cue import EDGE_SD_PX, FOCAL_LOG_SD, FRAME_MARGIN, Box, Sized
from howfar.ranging.cues.sizes import ClassSize
from howfar.scene import Camera, Cue

PITCH_SD_DEG = 1.5
"""How far from level a camera is held of which nothing is said, as a standard deviation."""
GIVEN_HORIZON_SD_DEG = 0.25
"""How precisely a given horizon is known."""
GROUND_SLOPE_SD = 0.01
"""How uneven the ground is, height over distance, from thing to thing: roads fall by 2.5 % to the side, kerbs rise."""
CAMERA_HEIGHT_LOG_SD = 0.03
"""How precisely the height of the camera is given."""
LEAST_CERTAINTY = 2.0
"""A foot must lie at least this many standard deviations below the horizon."""
OUTLIER_SDS = 2.0
"""A thing that is farther off the others' horizon than this counts less and less (it may not stand on the ground)."""


class Ground(NamedTuple):
    """The ground before the camera.

    Attributes:
        camera_height_m: Height of the camera above it.
        horizon_px: The row of the horizon, as far as known before looking at things.
        horizon_sd_px: How precisely that is known, as a standard deviation.
    """

    camera_height_m: float
    horizon_px: float
    horizon_sd_px: float


def ground_of(camera: Camera, camera_height_m: float, horizon_px: float | None) -> Ground:
    """What is known of the ground of a picture: its horizon is given, or that of a camera held level.

    Args:
        camera: The picture's camera.
        camera_height_m: Its height above the ground.
        horizon_px: The row of the horizon, if it is given.
    """
    sd_deg = PITCH_SD_DEG if horizon_px is None else GIVEN_HORIZON_SD_DEG
    row = camera.cy_px if horizon_px is None else horizon_px
    return Ground(camera_height_m, row, camera.fy_px * math.radians(sd_deg))


def ground_cues(
    boxes_xyxy_px: Sequence[Box],
    sizes: Sequence[ClassSize | None],
    sized: Sequence[Sized],
    camera: Camera,
    ground: Ground,
) -> tuple[Cue, ...]:
    """The distances of the things of a picture from the rows of their feet.

    Args:
        boxes_xyxy_px: The box of each of N things.
        sizes: The size of the class of each; None where nothing is known of it.
        sized: What the size of each says.
        camera: The picture's camera.
        ground: The ground that they stand on.

    Returns:
        N cues, silent for a thing that does not stand on the ground, whose foot is cut off, or whose foot lies at the
        horizon or above.
    """
    reasons = [_silence(box, size, camera) for box, size in zip(boxes_xyxy_px, sizes, strict=True)]
    feet = [math.nan if reason else box[3] for box, reason in zip(boxes_xyxy_px, reasons, strict=True)]
    rows, variances = _horizons_shown(feet, sized, camera, ground)
    cues = []
    for place, (reason, foot) in enumerate(zip(reasons, feet, strict=True)):
        if reason:
            cues.append(Cue.silent("ground", reason))
            continue
        others = np.arange(len(feet)) != place
        row, variance = _combined(rows[others], variances[others], ground)
        cues.append(_cue(foot, row, variance, sized[place], camera, ground))
    return tuple(cues)


def _silence(box: Box, size: ClassSize | None, camera: Camera) -> str:
    """Why the ground says nothing; empty if it does."""
    if size is None or not size.on_ground:
        return "not known to stand on the ground"
    return "its foot is cut by the frame" if box[3] >= (1 - FRAME_MARGIN) * camera.height_px else ""


def _horizons_shown(
    feet: Sequence[float], sized: Sequence[Sized], camera: Camera, ground: Ground
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where each thing of known size shows the horizon to be, and the variance of that; NaN where it does not."""
    nearest = np.array([each.cue.depth_m - each.half_extent_m for each in sized])
    # An error of the focal length cancels in the drop, for the distance by size goes with it.
    log_sds = np.sqrt(np.array([each.cue.log_sd for each in sized]) ** 2 - FOCAL_LOG_SD[camera.origin] ** 2)
    relative = log_sds * np.array([each.cue.depth_m for each in sized]) / nearest
    drop = camera.fy_px * ground.camera_height_m / nearest
    return np.array(feet) - drop, (drop * relative) ** 2 + _unevenness_px(camera) ** 2


def _combined(rows: NDArray[np.float64], variances: NDArray[np.float64], ground: Ground) -> tuple[float, float]:
    """The horizon by weighted least squares, made robust by reweighting, and its variance."""
    known = np.isfinite(rows)
    rows = np.append(rows[known], ground.horizon_px)
    variances = np.append(variances[known], ground.horizon_sd_px**2)
    trust = np.ones_like(rows)
    for _ in range(5):
        weights = trust / variances
        row = float((weights * rows).sum() / weights.sum())
        off = (rows - row) ** 2 / variances
        trust = np.where(off > OUTLIER_SDS**2, OUTLIER_SDS**2 / np.maximum(off, OUTLIER_SDS**2), 1.0)
    return row, float(1 / weights.sum())


def _cue(foot: float, row: float, variance: float, sized: Sized, camera: Camera, ground: Ground) -> Cue:
    drop = foot - row
    sd_px = math.sqrt(variance + _unevenness_px(camera) ** 2)
    if drop <= 0:
        return Cue.silent("ground", "its foot lies above the horizon")
    if drop < LEAST_CERTAINTY * sd_px:
        return Cue.silent("ground", "its foot lies too near the horizon")
    nearest = camera.fy_px * ground.camera_height_m / drop
    depth_m = nearest + sized.half_extent_m
    log_sd = math.hypot(sd_px / drop, CAMERA_HEIGHT_LOG_SD, FOCAL_LOG_SD[camera.origin])
    return Cue("ground", depth_m, math.hypot(log_sd * nearest, sized.half_extent_sd_m) / depth_m)


def _unevenness_px(camera: Camera) -> float:
    """How far the row of a foot is off for reasons of its own: the ground is uneven, the box imprecise."""
    return math.hypot(GROUND_SLOPE_SD * camera.fy_px, EDGE_SD_PX)
