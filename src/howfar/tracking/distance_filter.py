"""A Kalman filter of the logarithm of an object's depth and of its rate.

The state is (ln Z, d ln Z/dt, b, ln S). Between two frames an object of constant speed obeys, exactly,

    Z(t + dt) = Z·(1 + v·dt),    v(t + dt) = v / (1 + v·dt),    with v = d ln Z/dt.

Two things are measured. A frame's distance, whose interval gives its standard deviation σ: ln z = ln Z + b + noise.
Most of such an error is the same in the next frame, since it is the same network that sees nearly the same picture: b
is that common part, of the variance `COMMON_SHARE`·σ², which is forgotten with the time constant `COMMON_S`. It can
hardly be told from ln Z, so that the interval does not shrink as if each frame were new evidence. And the size of the
box in the picture, whose logarithm is ln h = ln S − ln Z with an unknown S: the change of scale, which knows nothing of
the scale of the scene and is by far the better cue to the rate.
"""

import math

import numpy as np
from numpy.typing import NDArray

LOG_DEPTH, RATE, COMMON, LOG_SIZE = range(4)

COMMON_SHARE = 0.97
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
"""Standard deviation of a logarithm of which nothing is known."""
SIZE_WALK = 0.03
"""How much the logarithm of the size S of an object changes in a second: it turns, or bends, or lifts an arm."""
SIZE_LOG_SD, EDGE_SD_PX = 0.03, 0.5
"""Noise of a box's height at first, as a share of it, and the least noise of each edge in pixels. The boxes of a
detector are noisier than those of people, those of a walker than those of a car: it is learned for each object."""
LEAST_SIZE_LOG_SD, MOST_SIZE_LOG_SD = 0.005, 0.15
LEARNED = 0.08
"""The weight of a new box in what is known of that noise."""
OUTLIER_SDS = 3.0
"""Beyond so many standard deviations a measurement counts less, the more the farther it is off."""
STUBBORN = 3
"""So many sizes in turn that do not fit are no outliers: something is hidden now, or no longer is."""
LEAST_STEP = 0.3
"""A frame brings an object no nearer than to this share of its depth."""

Matrix = NDArray[np.float64]

BY_DEPTH, BY_SIZE = np.array([1.0, 0.0, 1.0, 0.0]), np.array([-1.0, 0.0, 0.0, 1.0])
"""How the logarithms of a distance and of a height follow from the state."""


class DistanceFilter:
    """The filter of one object.

    Attributes:
        mean: The state: ln Z, d ln Z/dt, b, ln S.
        covariance: 4×4, of the state.
    """

    def __init__(self) -> None:
        """Nothing is known yet."""
        self.mean = np.zeros(4)
        self.covariance = np.diag([UNKNOWN_LOG_SD**2, 0.0, 0.0, (2 * UNKNOWN_LOG_SD) ** 2])
        self._common, self._since_s = 0.0, 0.0
        self._new = True
        self._misfits = 0
        self._size_noise = SIZE_LOG_SD**2

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
        stretch = max(1 + self.mean[RATE] * dt_s, LEAST_STEP)
        step = np.eye(4)
        step[LOG_DEPTH, RATE] = dt_s / stretch
        step[RATE, RATE] = 1 / stretch**2
        step[COMMON, COMMON] = kept = math.exp(-dt_s / COMMON_S)
        self.mean = np.array(
            [
                self.mean[LOG_DEPTH] + math.log(stretch),
                self.mean[RATE] / stretch,
                kept * self.mean[COMMON],
                self.mean[LOG_SIZE],
            ]
        )
        noise = np.zeros((4, 4))
        density = (ACCELERATION_M_S2 / self._reference_m()) ** 2
        noise[:2, :2] = density * np.array([[dt_s**3 / 3, dt_s**2 / 2], [dt_s**2 / 2, dt_s]])
        noise[COMMON, COMMON] = (1 - kept**2) * self._common
        noise[LOG_SIZE, LOG_SIZE] = SIZE_WALK**2 * dt_s
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
        self._begin_rate()

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
        """Take in the height of a box that shows the whole object."""
        noise = self._size_noise + 2 * (EDGE_SD_PX / height_px) ** 2
        measured = math.log(height_px)
        expected = float(BY_SIZE @ self.mean)
        spread = float(BY_SIZE @ self.covariance @ BY_SIZE) + noise
        if (measured - expected) ** 2 > OUTLIER_SDS**2 * spread:
            self._misfits += 1
            if self._misfits < STUBBORN:
                return
            self.forget_size()
        self._misfits = 0
        self._learn_size_noise((measured - expected) ** 2 - spread + self._size_noise)
        self._update(measured, BY_SIZE, noise)
        self._begin_rate()

    def _begin_rate(self) -> None:
        """Let the rate be unknown from the first measurement on."""
        if self._new:
            self._new = False
            self.covariance[RATE, RATE] += (FIRST_SPEED_M_S / self._reference_m()) ** 2 + FIRST_RATE**2

    def _learn_size_noise(self, seen: float) -> None:
        learned = (1 - LEARNED) * self._size_noise + LEARNED * seen
        self._size_noise = min(max(learned, LEAST_SIZE_LOG_SD**2), MOST_SIZE_LOG_SD**2)

    def forget_size(self) -> None:
        """Begin the sizes anew; what they told of the rate stays."""
        self.covariance[LOG_SIZE, :] = self.covariance[:, LOG_SIZE] = 0.0
        self.covariance[LOG_SIZE, LOG_SIZE] = (2 * UNKNOWN_LOG_SD) ** 2

    def misfit(self, depth_m: float, log_sd: float) -> tuple[float, float]:
        """How far a distance is from what is expected, in ln Z, and the variance that this has by chance."""
        surplus = max(COMMON_SHARE * log_sd**2 - self.covariance[COMMON, COMMON], 0.0)
        variance = float(BY_DEPTH @ self.covariance @ BY_DEPTH) + (1 - COMMON_SHARE) * log_sd**2 + surplus
        return math.log(depth_m) - float(BY_DEPTH @ self.mean), variance

    def _update(self, measured: float, observes: Matrix, noise: float) -> None:
        innovation = measured - float(observes @ self.mean)
        gains = self.covariance @ observes
        spread = float(observes @ gains) + noise
        off = abs(innovation) / math.sqrt(spread)
        if off > OUTLIER_SDS:
            spread *= off / OUTLIER_SDS
        self.mean = self.mean + gains * (innovation / spread)
        self.covariance = self.covariance - np.outer(gains, gains) / spread
