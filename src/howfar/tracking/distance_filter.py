"""A Kalman filter of the logarithm of an object's depth and of its rate.

The state is (ln Z, d ln Z/dt, b, ln H, ln W). Between two frames an object of constant speed obeys, exactly,

    Z(t + dt) = Z·(1 + v·dt),    v(t + dt) = v / (1 + v·dt),    with v = d ln Z/dt.

Two things are measured. A frame's distance, whose interval gives its standard deviation σ: ln z = ln Z + b + noise.
Most of such an error is the same in the next frame, since it is the same network that sees nearly the same picture: b
is that common part, of the variance `COMMON_SHARE`·σ², which is forgotten with the time constant `COMMON_S`. It can
hardly be told from ln Z, so that the interval does not shrink as if each frame were new evidence. And the height of the
box in the picture, or its width where the height is cut, ln h = ln H − ln Z with an unknown H: the change of scale,
which knows nothing of the scale of the scene and is by far the better cue to the rate.
"""

import math

import numpy as np
from numpy.typing import NDArray

LOG_DEPTH, RATE, COMMON, LOG_HEIGHT, LOG_WIDTH = range(5)
SIZES = (LOG_HEIGHT, LOG_WIDTH)

COMMON_SHARE = 0.9
"""The share of the variance of a distance's error that is common to the frames of an object."""
COMMON_S = 5.0
"""Time in seconds after which a third of the common error is left."""
NARROWING_S = 1.0
"""Time constant in which a narrower interval is believed."""
ACCELERATION_M_S2 = 1.2
"""Standard deviation of the speed's change within a second."""
NEAREST_M, FARTHEST_M = 1.0, 60.0
"""Bounds of the depth by which an acceleration becomes one of the logarithm."""
USUAL_M = 10.0
"""The depth that is taken for an unknown one there."""
FIRST_SPEED_M_S, FIRST_RATE = 8.0, 0.4
"""Standard deviation of the speed of an object that is new, and of its rate whatever its distance is."""
UNKNOWN_LOG_SD = 4.0
SIZE_VARIANCE = (2 * UNKNOWN_LOG_SD) ** 2
"""Standard deviation of a logarithm of which nothing is known, and the variance of that of a size."""
SIZE_WALKS = (0.03, 0.08)
"""How much the logarithms of height and width of an object change in a second: it turns, or bends, or lifts an arm."""
SIZE_LOG_SD, EDGE_SD_PX = 0.03, 0.5
"""Noise of a box's height at first, as a share of it, and the least noise of each edge in pixels. The boxes of a
detector are noisier than those of people, those of a walker than those of a car: it is learned for each object."""
LEAST_SIZE_LOG_SD, MOST_SIZE_LOG_SD = 0.005, 0.3
LEARNED = 0.08
"""The weight of a new box in what is known of that noise."""
OUTLIER_SDS = 2.0
"""Beyond so many standard deviations a measurement counts less, the more the farther it is off."""
MOST_OFF_SDS = 0.7
RETURN_S = 0.5
"""A filtered distance that is more standard deviations off what frames say comes back to them within this time."""
STUBBORN = 3
"""So many sizes in turn that do not fit are no outliers: something is hidden now, or no longer is."""
LEAST_STEP, MOST_RATE = 0.5, 4.0
"""A frame brings an object no nearer than to this share of its depth, and nothing comes nearer by a higher rate: it is
here then."""

Matrix = NDArray[np.float64]

BY_DEPTH = np.array([1.0, 0.0, 1.0, 0.0, 0.0])
BY_SIZE = {LOG_HEIGHT: np.array([-1.0, 0.0, 0.0, 1.0, 0.0]), LOG_WIDTH: np.array([-1.0, 0.0, 0.0, 0.0, 1.0])}
"""How the logarithms of a distance, and of a height and a width in the picture, follow from the state."""


class DistanceFilter:
    """The filter of one object.

    Attributes:
        mean: The state: ln Z, d ln Z/dt, b, ln H, ln W.
        covariance: 5×5, of the state.
    """

    def __init__(self) -> None:
        """Nothing is known yet."""
        self.mean = np.zeros(5)
        self.covariance = np.diag([UNKNOWN_LOG_SD**2, 0.0, 0.0, SIZE_VARIANCE, SIZE_VARIANCE])
        self._common, self._since_s = 0.0, 0.0
        self._new = True
        self._misfits = dict.fromkeys(SIZES, 0)
        self._size_noise = dict.fromkeys(SIZES, SIZE_LOG_SD**2)

    @property
    def depth_known(self) -> bool:
        """Whether any distance was measured."""
        return bool(self.covariance[LOG_DEPTH, LOG_DEPTH] < (UNKNOWN_LOG_SD / 2) ** 2)

    @property
    def log_sd(self) -> float:
        """Standard deviation of ln Z."""
        return math.sqrt(self.covariance[LOG_DEPTH, LOG_DEPTH])

    def _reference_m(self) -> float:
        """The depth by which metres become logarithms."""
        depth_m = math.exp(self.mean[LOG_DEPTH]) if self.depth_known else USUAL_M
        return min(max(depth_m, NEAREST_M), FARTHEST_M)

    def predict(self, dt_s: float) -> None:
        """Go on by some time.

        Args:
            dt_s: Seconds since the last call, above 0.
        """
        self._since_s = dt_s
        rate = float(self.mean[RATE])
        # So near to its contact it is not known how it goes on; the rate stays.
        stretch = 1 + rate * dt_s if rate > -MOST_RATE and rate * dt_s > LEAST_STEP - 1 else 1.0
        step = np.eye(5)
        step[LOG_DEPTH, RATE] = dt_s / stretch
        step[RATE, RATE] = 1 / stretch**2
        step[COMMON, COMMON] = kept = math.exp(-dt_s / COMMON_S)
        self.mean = self.mean.copy()
        self.mean[LOG_DEPTH] += math.log(stretch) if stretch != 1.0 else max(rate, -MOST_RATE) * dt_s
        self.mean[RATE] /= stretch
        self.mean[COMMON] *= kept
        noise = np.zeros((5, 5))
        density = (ACCELERATION_M_S2 / self._reference_m()) ** 2
        noise[:2, :2] = density * np.array([[dt_s**3 / 3, dt_s**2 / 2], [dt_s**2 / 2, dt_s]])
        noise[COMMON, COMMON] = (1 - kept**2) * self._common
        for size, walk in zip(SIZES, SIZE_WALKS, strict=True):
            noise[size, size] = walk**2 * dt_s
        self.covariance = step @ self.covariance @ step.T + noise

    def see_depth(self, depth_m: float, log_sd: float) -> None:
        """Take in the distance of a frame.

        Args:
            depth_m: The distance; nothing happens where it is NaN.
            log_sd: Standard deviation of its natural logarithm.
        """
        if not (math.isfinite(depth_m) and depth_m > 0 and math.isfinite(log_sd)):
            return
        noise = (1 - COMMON_SHARE) * log_sd**2 + self._agree_on_common(COMMON_SHARE * log_sd**2)
        self._update(math.log(depth_m), BY_DEPTH, noise)
        self._stay_near(math.log(depth_m), MOST_OFF_SDS * log_sd)
        self._begin_rate()

    def _stay_near(self, log_depth: float, reach: float) -> None:
        """Bring ln Z by and by back to within a reach of what frames say; what was too much was the common error's.

        A rate that is wrong, as where a box grows since less of its object is hidden, must not carry the distance off.
        """
        off = float(self.mean[LOG_DEPTH]) - log_depth
        too_far = (off - min(max(off, -reach), reach)) * -math.expm1(-self._since_s / RETURN_S)
        self.mean[LOG_DEPTH] -= too_far
        self.mean[COMMON] += too_far

    def _agree_on_common(self, variance: float) -> float:
        """Fit the common error to the interval of a frame; what that has of noise of its own.

        A frame of a narrower interval knows better than those before: its common error is a smaller one, which has only
        a part in common with theirs. It is believed by and by, as the intervals of a few frames may be too narrow. Of a
        wider one the rest is noise, for otherwise what was known would be lost.
        """
        known = float(self.covariance[COMMON, COMMON])
        self._common = variance
        if not self.depth_known:
            self.covariance[COMMON, COMMON] = variance
            return 0.0
        if variance >= known:
            return variance - known
        kept = max(variance / known, math.exp(-self._since_s / NARROWING_S))
        self.mean[COMMON] *= kept
        self.covariance[COMMON, :] *= kept
        self.covariance[:, COMMON] *= kept
        self.covariance[COMMON, COMMON] = kept * known
        return kept * known - variance

    def see_height(self, height_px: float) -> None:
        """Take in the height of a box that is cut neither above nor below."""
        self._see_size(LOG_HEIGHT, height_px)

    def see_width(self, width_px: float) -> None:
        """Take in the width of a box that is cut at no side."""
        self._see_size(LOG_WIDTH, width_px)

    def _see_size(self, size: int, size_px: float) -> None:
        observes, noise = BY_SIZE[size], self._size_noise[size] + 2 * (EDGE_SD_PX / size_px) ** 2
        off = math.log(size_px) - float(observes @ self.mean)
        spread = float(observes @ self.covariance @ observes) + noise
        if off**2 > OUTLIER_SDS**2 * spread:
            self._misfits[size] += 1
            if self._misfits[size] < STUBBORN:
                return
            self._forget(size)
        self._misfits[size] = 0
        learned = (1 - LEARNED) * self._size_noise[size] + LEARNED * (off**2 - spread + self._size_noise[size])
        self._size_noise[size] = min(max(learned, LEAST_SIZE_LOG_SD**2), MOST_SIZE_LOG_SD**2)
        self._update(math.log(size_px), observes, noise)
        self._begin_rate()

    def _begin_rate(self) -> None:
        """Let the rate be unknown from the first measurement on."""
        if self._new:
            self._new = False
            self.covariance[RATE, RATE] += (FIRST_SPEED_M_S / self._reference_m()) ** 2 + FIRST_RATE**2

    def _forget(self, size: int) -> None:
        """Begin a size anew; what it told of the rate stays."""
        self.covariance[size, :] = self.covariance[:, size] = 0.0
        self.covariance[size, size] = SIZE_VARIANCE

    def misfit(self, depth_m: float, log_sd: float) -> tuple[float, float]:
        """How far a distance is from what is expected, in ln Z, and the variance that this has by chance."""
        surplus = max(COMMON_SHARE * log_sd**2 - self.covariance[COMMON, COMMON], 0.0)
        variance = float(BY_DEPTH @ self.covariance @ BY_DEPTH) + (1 - COMMON_SHARE) * log_sd**2 + surplus
        return math.log(depth_m) - float(BY_DEPTH @ self.mean), variance

    def _update(self, measured: float, observes: Matrix, noise: float) -> None:
        innovation = measured - float(observes @ self.mean)
        expected = float(observes @ self.covariance @ observes)
        spread = expected + noise
        off = abs(innovation) / math.sqrt(spread)
        if off > OUTLIER_SDS:
            spread *= off / OUTLIER_SDS
        gains = self.covariance @ observes / spread
        self.mean = self.mean + gains * innovation
        # In Joseph's form, which stays positive where very much and very little are known at once.
        rest = np.eye(len(self.mean)) - np.outer(gains, observes)
        self.covariance = rest @ self.covariance @ rest.T + np.outer(gains, gains) * (spread - expected)
