"""One object through the frames of a video: where it is in the picture, how far away, how fast."""

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from howfar.scene import Camera, Distance, SceneObject
from howfar.scene.box import Box
from howfar.scene.margins import INTERVAL_SDS
from howfar.scene.track import UNKNOWN_SPAN, Span, Track
from howfar.tracking.distance_filter import LOG_DEPTH, RATE, DistanceFilter
from howfar.tracking.position_filter import PositionFilter

BORDER_PX = 2.0
"""A box that comes so near to the frame's edge may be cut by it."""
KNOWN_AFTER_S = 0.25
"""A speed needs so long to be told."""
KNOWN_AFTER_FRAMES = 3
MOST_SAMPLES = 400
STANDING = 3.22
"""A velocity within so many squared standard deviations of none is none four times in five."""
TENTH, MIDDLE, NINE_TENTHS = 0.1, 0.5, 0.9

_SAMPLES = np.random.default_rng(17).standard_normal((MOST_SAMPLES // 2, 3))
NORMALS = np.concatenate([_SAMPLES, -_SAMPLES])
"""Fixed draws of three independent normal variables, for intervals of products: the same in every run."""


@dataclass(eq=False)
class TrackedObject:
    """An object that was seen at least once.

    Attributes:
        track_id: Its number.
        label: Its class when it was last seen.
        place: Its place in the picture.
        distance: Its distance and rate.
        first_s: When it was seen first.
        last_s: When it was last seen.
        frames: In how many frames it was seen.
    """

    track_id: int
    label: str
    place: PositionFilter
    first_s: float
    last_s: float
    distance: DistanceFilter = field(default_factory=DistanceFilter)
    frames: int = 0

    def predict(self, dt_s: float, shift_px: NDArray[np.float64]) -> None:
        """Go on by some time; see the two filters."""
        self.place.predict(dt_s, shift_px)
        self.distance.predict(dt_s)

    def see(self, one: SceneObject, camera: Camera, time_s: float) -> None:
        """Take in what a frame shows of it."""
        if self.frames:
            self.place.see(one.box_xyxy_px)
        self.distance.see_depth(one.depth_m, log_sd_of(one.distance))
        x1, y1, x2, y2 = one.box_xyxy_px
        if y1 > BORDER_PX and y2 < camera.height_px - BORDER_PX and y2 > y1:
            self.distance.see_height(y2 - y1)
        elif x1 > BORDER_PX and x2 < camera.width_px - BORDER_PX and x2 > x1:
            self.distance.see_width(x2 - x1)
        self.label, self.last_s = one.label, time_s
        self.frames += 1

    def shown(self, one: SceneObject, camera: Camera, *, stands_still: bool) -> SceneObject:
        """The object of a frame with the filtered distance and what else is known.

        Args:
            one: The object as the frame shows it; `see` has taken it in.
            camera: The frame's camera.
            stands_still: Whether the camera does.
        """
        measured = Span(one.depth_m, one.distance.low_m, one.distance.high_m)
        track = Track.of(self.track_id, measured, *self._speeds(camera, stands_still), self._time_to_collision())
        return replace(one, distance=self._filtered(one.distance), track=track)

    def _is_settled(self) -> bool:
        return self.frames >= KNOWN_AFTER_FRAMES and self.last_s - self.first_s >= KNOWN_AFTER_S

    def _filtered(self, distance: Distance) -> Distance:
        """The distance of a frame, moved along its ray to the depth that is told."""
        if not distance.is_known or not self.distance.depth_known:
            return distance
        depth_m = math.exp(self.distance.mean[LOG_DEPTH])
        share, reach = depth_m / distance.depth_m, math.exp(INTERVAL_SDS * self.distance.log_sd)
        x, y, z = distance.position_m
        return replace(
            distance,
            depth_m=depth_m,
            range_m=distance.range_m * share,
            position_m=(x * share, y * share, z * share),
            low_m=depth_m / reach,
            high_m=depth_m * reach,
        )

    def _speeds(self, camera: Camera, stands_still: bool) -> tuple[Span, Span]:
        """The speed towards the camera and that over the ground."""
        if not (self._is_settled() and self.distance.depth_known):
            return UNKNOWN_SPAN, UNKNOWN_SPAN
        log_depth, rate = self.distance.mean[[LOG_DEPTH, RATE]]
        log_depths = log_depth + NORMALS[:, 0] * self.distance.log_sd
        rates = rate + NORMALS[:, 1] * math.sqrt(self.distance.covariance[RATE, RATE])
        towards = _span(-rates * np.exp(log_depths))
        if not stands_still:
            return towards, UNKNOWN_SPAN
        slope = (self.place.place_px[0] - camera.cx_px) / camera.fx_px
        slope_rate, slope_sd = self.place.speed_px_s[0] / camera.fx_px, math.sqrt(self.place.covariance[1, 1])
        slope_rates = slope_rate + NORMALS[:, 2] * slope_sd / camera.fx_px
        velocities = np.exp(log_depths) * np.array([rates, slope * rates + slope_rates])
        return towards, _speed_span(velocities)

    def _time_to_collision(self) -> Span:
        rate = float(self.distance.mean[RATE])
        sd = math.sqrt(self.distance.covariance[RATE, RATE])
        if not self._is_settled() or rate + INTERVAL_SDS * sd >= 0:
            return UNKNOWN_SPAN
        return Span(-1 / rate, -1 / (rate - INTERVAL_SDS * sd), -1 / (rate + INTERVAL_SDS * sd))


def is_cut(box_xyxy_px: Box, camera: Camera) -> bool:
    """Whether a box may be cut by the frame's edge."""
    x1, y1, x2, y2 = box_xyxy_px
    return min(x1, y1, camera.width_px - x2, camera.height_px - y2) <= BORDER_PX


def log_sd_of(distance: Distance) -> float:
    """Standard deviation of the natural logarithm of a distance, by its interval; NaN without one."""
    if not (distance.low_m > 0 and distance.high_m > distance.low_m):
        return math.nan
    return math.log(distance.high_m / distance.low_m) / (2 * INTERVAL_SDS)


def _speed_span(velocities: NDArray[np.float64]) -> Span:
    """The speed of 2×N samples of a velocity; from 0 on where it may well stand still."""
    speed = _span(np.hypot(*velocities))
    mean = velocities.mean(axis=1)
    square = float(mean @ np.linalg.solve(np.cov(velocities) + 1e-12 * np.eye(2), mean))
    return speed if square > STANDING else speed._replace(low=0.0)


def _span(values: NDArray[np.float64]) -> Span:
    low, middle, high = np.quantile(values, (TENTH, MIDDLE, NINE_TENTHS)).tolist()
    return Span(middle, low, high)
