"""The distance of an object that stands on the ground, from the row of its foot: the lower edge of its box.

A level camera at the height h above flat ground sees the ground at the distance Z at the row y = y_h + f_y·h/Z, where
y_h is the row of the horizon (Hoiem, Efros, Hebert: Putting Objects in Perspective, IJCV 2008). The foot of an object
is its nearest point, so that this is the distance of the surface that the camera sees. Only vehicles reach beyond their
wheels, which are the lowest that a detector's box shows of them: their overhang is taken off.

The result depends strongly on the horizon: one degree of pitch moves it by f_y/57 pixels. Objects of known size show
where it is: the size gives the same distance, and the distance gives how far the foot lies below the horizon.
For each object the horizon is estimated from the prior and from the *other* objects. Its own size is a cue of its own,
and must not count twice. In the graph of the unknowns every object is connected to the horizon alone, so this estimate
is the exact posterior of the joint least-squares problem (belief propagation on a tree), as far as the relation is
linear.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from howfar.ranging.cues.seen import Seen
from howfar.ranging.cues.size_cue import FOCAL_LOG_SD
from howfar.ranging.cues.whole import is_cut_below
from howfar.scene import Camera, Cue

PITCH_SD_DEG = 1.5
"""Standard deviation of the pitch of a camera whose horizon is not given."""
GIVEN_HORIZON_SD_DEG = 0.25
"""Standard deviation of a given horizon, as a pitch."""
GROUND_SLOPE_SD = 0.01
"""Standard deviation of the ground's unevenness, height over distance: roads fall by 2.5 % to the side, kerbs rise."""
CAMERA_HEIGHT_LOG_SD = 0.03
"""Uncertainty of the given height of the camera, as a standard deviation of its logarithm."""
MIN_DROP_SDS = 2.0
"""A foot must lie at least this many standard deviations below the horizon."""
OUTLIER_SDS = 2.0
"""From this residual on, in standard deviations, the weight of an object's horizon falls with the square of the
residual: the object may not stand on the ground."""
OVERHANG_SHARE, OVERHANG_LOG_SD = 0.8, 0.25
"""Share of the overhang that lies along the optical axis, between 0.64, the mean over all directions, and 1, for a
vehicle that is seen from ahead or behind; and its uncertainty in log."""
CUT_NOTE = "its foot is cut by the frame"


class Ground(NamedTuple):
    """The ground before the camera.

    Attributes:
        camera_height_m: Height of the camera above the ground.
        horizon_px: The row of the horizon, before any object has been used to correct it.
        horizon_sd_px: Standard deviation of that row.
    """

    camera_height_m: float
    horizon_px: float
    horizon_sd_px: float


def ground_of(camera: Camera, camera_height_m: float, horizon_px: float | None) -> Ground:
    """The ground of a picture, with a given horizon or that of a level camera.

    Args:
        camera: The picture's camera.
        camera_height_m: Its height above the ground.
        horizon_px: The row of the horizon; None for that of a level camera.
    """
    sd_deg = PITCH_SD_DEG if horizon_px is None else GIVEN_HORIZON_SD_DEG
    row = camera.cy_px if horizon_px is None else horizon_px
    return Ground(camera_height_m, row, camera.fy_px * math.radians(sd_deg))


def ground_cues(objects: Sequence[Seen], by_size: Sequence[Cue], camera: Camera, ground: Ground) -> tuple[Cue, ...]:
    """The distances of the objects of a picture, from the rows of their feet.

    Args:
        objects: The boxes of the N objects, with the sizes of their classes.
        by_size: The N distances by size.
        camera: The picture's camera.
        ground: The ground that the objects stand on.

    Returns:
        N cues. A cue gives no distance if the object does not stand on the ground, or if its foot does not lie clearly
        below the horizon. If the frame cuts the foot off, it gives a bound: the object is nearer than the ground at the
        lower edge of its box.
    """
    reasons = [_why_unknown(each) for each in objects]
    are_cut = [is_cut_below(each, camera) for each in objects]
    feet = [
        math.nan if reason or cut else each.box_xyxy_px[3]
        for each, reason, cut in zip(objects, reasons, are_cut, strict=True)
    ]
    foot_sds = [_foot_sd_px(each, camera) for each in objects]
    overhangs_m = [OVERHANG_SHARE * each.overhang_m for each in objects]
    feet_by_size = [_shifted(*each) for each in zip(by_size, overhangs_m, strict=True)]
    rows, variances = _horizons(feet, foot_sds, feet_by_size, camera, ground)
    cues = []
    for index, (seen, reason) in enumerate(zip(objects, reasons, strict=True)):
        if reason:
            cues.append(Cue.unknown("ground", reason))
            continue
        others = np.arange(len(feet)) != index
        row, variance = _combined(rows[others], variances[others], ground)
        drop_px, sd_px = seen.box_xyxy_px[3] - row, math.sqrt(variance + foot_sds[index] ** 2)
        cue = _shifted(_cue(drop_px, sd_px, camera, ground), -overhangs_m[index])
        if are_cut[index]:
            cue = Cue.bound("ground", cue.depth_m, cue.log_sd, CUT_NOTE) if cue.is_known else cue
        cues.append(cue)
    return tuple(cues)


def _why_unknown(seen: Seen) -> str:
    """Why the ground says nothing; empty if it can say something."""
    return "" if seen.size is not None and seen.size.on_ground else "not known to stand on the ground"


def _horizons(
    feet: Sequence[float], foot_sds_px: Sequence[float], by_size: Sequence[Cue], camera: Camera, ground: Ground
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The row of the horizon by each object of known size, and its variance; NaN where the object gives none."""
    nearest = np.array([each.depth_m for each in by_size])
    # The distance by size is proportional to the focal length, so an error of it cancels in the drop.
    log_sds = np.sqrt(np.array([each.log_sd for each in by_size]) ** 2 - FOCAL_LOG_SD[camera.origin] ** 2)
    drop_px = camera.fy_px * ground.camera_height_m / nearest
    return np.array(feet) - drop_px, (drop_px * log_sds) ** 2 + np.array(foot_sds_px) ** 2


def _combined(rows: NDArray[np.float64], variances: NDArray[np.float64], ground: Ground) -> tuple[float, float]:
    """The row of the horizon by iteratively reweighted least squares, and its variance."""
    known = np.isfinite(rows)
    rows = np.append(rows[known], ground.horizon_px)
    variances = np.append(variances[known], ground.horizon_sd_px**2)
    robust = np.ones_like(rows)
    for _ in range(5):
        weights = robust / variances
        row = float((weights * rows).sum() / weights.sum())
        squares = (rows - row) ** 2 / variances
        robust = np.where(squares > OUTLIER_SDS**2, OUTLIER_SDS**2 / np.maximum(squares, OUTLIER_SDS**2), 1.0)
    return row, float(1 / weights.sum())


def _cue(drop_px: float, sd_px: float, camera: Camera, ground: Ground) -> Cue:
    """The cue of one object, from how far its foot lies below the horizon in pixels, and the uncertainty of that."""
    if drop_px <= 0:
        return Cue.unknown("ground", "its foot lies above the horizon")
    if drop_px < MIN_DROP_SDS * sd_px:
        return Cue.unknown("ground", "its foot lies too near the horizon")
    log_sd = math.hypot(sd_px / drop_px, CAMERA_HEIGHT_LOG_SD, FOCAL_LOG_SD[camera.origin])
    return Cue("ground", camera.fy_px * ground.camera_height_m / drop_px, log_sd)


def _shifted(cue: Cue, by_m: float) -> Cue:
    """A cue farther by some metres, or nearer by at most a half."""
    if not (by_m and cue.is_known):
        return cue
    depth_m = max(cue.depth_m + by_m, cue.depth_m / 2)
    return replace(cue, depth_m=depth_m, log_sd=math.hypot(cue.log_sd * cue.depth_m, OVERHANG_LOG_SD * by_m) / depth_m)


def _foot_sd_px(seen: Seen, camera: Camera) -> float:
    """Standard deviation of the row of a foot, because the ground is uneven and the box is not exact."""
    return math.hypot(GROUND_SLOPE_SD * camera.fy_px, seen.edge_sd_px)
