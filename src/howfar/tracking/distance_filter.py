"""A Kalman filter of the logarithm of an object's depth and of its rate.

The state is (ln Z, d ln Z/dt, ln H, ln W). Between two frames an object of constant speed obeys, exactly,

    Z(t + dt) = Z·(1 + v·dt),    v(t + dt) = v / (1 + v·dt),    with v = d ln Z/dt.

Two things are measured. The height of the box in the picture, or its width where the height is cut, ln h = ln H − ln Z
with an unknown H: the change of scale, which knows nothing of the scale of the scene and is by far the better cue to
the rate. And a frame's distance, whose interval gives its standard deviation σ. Its error is nearly the same in the
next frame, since it is the same network that sees nearly the same picture: it wanders. So Z is not the true depth but
the depth with that error, smoothed. A frame counts as much as the time since the last one is of `ERROR_S`, in which the
error becomes another; Z wanders likewise, and H and W with it, since boxes tell of the quotient alone. What the errors
of all frames have in common is not averaged away: the interval is as wide as theirs, and wider where they differ.
"""

import math

import numpy as np
from numpy.typing import NDArray

LOG_DEPTH, RATE, LOG_HEIGHT, LOG_WIDTH = range(4)
SIZES = (LOG_HEIGHT, LOG_WIDTH)

ERROR_S = 0.5
"""The time in which the error of a distance becomes another one."""
MOST_HASTE = 2.0
"""A frame that is surer than all before takes the distance with it, but by no larger a share of the way than this many
times the share of `ERROR_S` that has gone: a cue that joins is believed by and by, and nothing jumps."""
JITTER_SHARE = 0.1
"""The share of the variance of a distance's error that is new in each frame: what matching goes by."""
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
STUBBORN = 3
"""So many sizes in turn that do not fit are no outliers: something is hidden now, or no longer is."""
JUMP_AFTER_S, JUMP_LOG, JUMP_AGREES = 0.15, 0.2, 0.5
"""After so long a gap a box that changes by more than this may be another object's. It is where the distance says so
too: what both change by differs by less than this share of it. In a street at 5 frames a second a car stands where
another one stood."""
LEAST_STEP, MOST_RATE = 0.5, 4.0
"""A frame brings an object no nearer than to this share of its depth, and nothing comes nearer by a higher rate: it is
here then."""

Matrix = NDArray[np.float64]

BY_DEPTH = np.array([1.0, 0.0, 0.0, 0.0])
BY_SIZE = {LOG_HEIGHT: np.array([-1.0, 0.0, 1.0, 0.0]), LOG_WIDTH: np.array([-1.0, 0.0, 0.0, 1.0])}
"""How the logarithms of a distance, and of a height and a width in the picture, follow from the state."""
WANDERING = np.outer([1.0, 0.0, 1.0, 1.0], [1.0, 0.0, 1.0, 1.0])


class DistanceFilter:
    """The filter of one object.

    Attributes:
        mean: The state: ln Z, d ln Z/dt, ln H, ln W.
        covariance: 4×4, of the state.
        log_sd: Standard deviation of ln Z against the true depth; NaN as long as no distance was measured.
    """

    def __init__(self) -> None:
        """Nothing is known yet."""
        self.mean = np.zeros(4)
        self.covariance = np.diag([UNKNOWN_LOG_SD**2, 0.0, SIZE_VARIANCE, SIZE_VARIANCE])
        self.log_sd = math.nan
        self._since_s = 0.0
        self._new = True
        self._jump: tuple[float, float] | None = None
        self._misfits = dict.fromkeys(SIZES, 0)
        self._size_noise = dict.fromkeys(SIZES, SIZE_LOG_SD**2)

    @property
    def depth_known(self) -> bool:
        """Whether any distance was measured."""
        return not math.isnan(self.log_sd)

    def _reference_m(self) -> float:
        """The depth by which metres become logarithms."""
        depth_m = math.exp(self.mean[LOG_DEPTH]) if self.depth_known else USUAL_M
        return min(max(depth_m, NEAREST_M), FARTHEST_M)

    def predict(self, dt_s: float) -> None:
        """Go on by some time.

        Args:
            dt_s: Seconds since the last call, above 0.
        """
        rate = float(self.mean[RATE])
        # So near to its contact it is not known how it goes on; the rate stays.
        stretch = 1 + rate * dt_s if rate > -MOST_RATE and rate * dt_s > LEAST_STEP - 1 else 1.0
        step = np.eye(4)
        step[LOG_DEPTH, RATE] = dt_s / stretch
        step[RATE, RATE] = 1 / stretch**2
        self.mean = self.mean.copy()
        self.mean[LOG_DEPTH] += math.log(stretch) if stretch != 1.0 else max(rate, -MOST_RATE) * dt_s
        self.mean[RATE] /= stretch
        noise = np.zeros((4, 4))
        density = (ACCELERATION_M_S2 / self._reference_m()) ** 2
        noise[:2, :2] = density * np.array([[dt_s**3 / 3, dt_s**2 / 2], [dt_s**2 / 2, dt_s]])
        for size, walk in zip(SIZES, SIZE_WALKS, strict=True):
            noise[size, size] = walk**2 * dt_s
        if self.depth_known:
            noise += WANDERING * self.log_sd**2 * dt_s / ERROR_S
        self.covariance = step @ self.covariance @ step.T + noise
        self._since_s += dt_s

    def see_depth(self, depth_m: float, log_sd: float) -> None:
        """Take in the distance of a frame.

        Args:
            depth_m: The distance; nothing happens where it is NaN.
            log_sd: Standard deviation of its natural logarithm.
        """
        if not (math.isfinite(depth_m) and depth_m > 0 and math.isfinite(log_sd)):
            return
        log_depth = math.log(depth_m)
        if not self.depth_known:
            self.log_sd = log_sd
            self._update(log_depth, BY_DEPTH, log_sd**2)
        else:
            off = log_depth - float(self.mean[LOG_DEPTH])
            self._jump = (log_depth, off) if self._since_s > JUMP_AFTER_S else None
            gain = self._update(log_depth, BY_DEPTH, self._noise(log_sd))
            # A frame that says something else makes less sure, however sure it is itself.
            self.log_sd = math.sqrt((1 - gain) * self.log_sd**2 + gain * (log_sd**2 + off**2))
        self._since_s = 0.0
        self._begin_rate()

    def _noise(self, log_sd: float) -> float:
        """The variance by which the distance of a frame counts."""
        gone = self._since_s / ERROR_S
        at_most = min(MOST_HASTE * gone, 1.0)
        hasty = float(self.covariance[LOG_DEPTH, LOG_DEPTH]) * (1 / at_most - 1)
        return max(log_sd**2 * max(1 / gone, 1.0), hasty)

    def see_height(self, height_px: float) -> None:
        """Take in the height of a box that is cut neither above nor below."""
        self._see_size(LOG_HEIGHT, height_px)

    def see_width(self, width_px: float) -> None:
        """Take in the width of a box that is cut at no side."""
        self._see_size(LOG_WIDTH, width_px)

    def _see_size(self, size: int, size_px: float) -> None:
        observes, noise = BY_SIZE[size], self._size_noise[size] + 2 * (EDGE_SD_PX / size_px) ** 2
        off, spread = self._surprise(size, size_px, noise)
        if off**2 > OUTLIER_SDS**2 * spread and self._has_jumped(off):
            off, spread = self._surprise(size, size_px, noise)
        if off**2 > OUTLIER_SDS**2 * spread:
            self._misfits[size] += 1
            if self._misfits[size] < STUBBORN:
                return
            self._forget(size, SIZE_VARIANCE)
        self._misfits[size] = 0
        learned = (1 - LEARNED) * self._size_noise[size] + LEARNED * (off**2 - spread + self._size_noise[size])
        self._size_noise[size] = min(max(learned, LEAST_SIZE_LOG_SD**2), MOST_SIZE_LOG_SD**2)
        self._update(math.log(size_px), observes, noise)
        self._begin_rate()

    def _surprise(self, size: int, size_px: float, noise: float) -> tuple[float, float]:
        """How far the logarithm of a size is from what is expected, and the variance that this has by chance."""
        observes = BY_SIZE[size]
        return math.log(size_px) - float(observes @ self.mean), float(observes @ self.covariance @ observes) + noise

    def _has_jumped(self, off: float) -> bool:
        """Begin anew where the box and the distance of a frame tell of another object."""
        if self._jump is None or abs(off) < JUMP_LOG or abs(off + self._jump[1]) > JUMP_AGREES * abs(off):
            return False
        self.mean[LOG_DEPTH] = self._jump[0]
        for size in SIZES:
            self._forget(size, SIZE_VARIANCE)
        self.mean[RATE] = 0.0  # it was the other object's: kept, it grew from jump to jump
        self._forget(RATE, 0.0)
        self._new = True
        self._begin_rate()
        return True

    def _begin_rate(self) -> None:
        """Let the rate be unknown from the first measurement on."""
        if self._new:
            self._new = False
            self.covariance[RATE, RATE] += (FIRST_SPEED_M_S / self._reference_m()) ** 2 + FIRST_RATE**2

    def _forget(self, index: int, variance: float) -> None:
        """Begin a number of the state anew; what it told of the others stays."""
        self.covariance[index, :] = self.covariance[:, index] = 0.0
        self.covariance[index, index] = variance

    def misfit(self, depth_m: float, log_sd: float) -> tuple[float, float]:
        """How far a distance is from what is expected, in ln Z, and the variance that this has by chance."""
        variance = float(self.covariance[LOG_DEPTH, LOG_DEPTH]) + JITTER_SHARE * log_sd**2
        return math.log(depth_m) - float(self.mean[LOG_DEPTH]), variance

    def _update(self, measured: float, observes: Matrix, noise: float) -> float:
        """Take in a measurement; gives the share of its surprise by which ln Z moves."""
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
        return float(gains[LOG_DEPTH])
