"""What is told of an object's distance: the mean of its frames', each moved along with the object since.

The filter of distance and rate finds how fast an object comes, from its size above all. Its own distance is no better
than its rate: where a box grows since less of its object is hidden, it runs away. So the distance that is told goes by
what the frames say of it; the rate only tells how old ones are moved to the present, and nothing goes far from the last
frame.
"""

import math

MEAN_S = 0.5
"""Time constant of the mean."""
MOST_OFF_SDS = 0.4
"""The distance told is at most so many standard deviations off that of the frame. On 14 rendered videos flicker is 0.58
of that of single frames with it, 0.41 with twice as much; on a street at 5 frames a second the error grows from 0.24 to
0.27, with twice as much to 0.31, without any bound to 0.43."""


class SmoothedDistance:
    """The distance of one object.

    Attributes:
        log_depth: Its logarithm; NaN before the first frame.
        log_sd: Its standard deviation.
    """

    def __init__(self) -> None:
        """Nothing is known yet."""
        self.log_depth, self.log_sd = math.nan, math.nan
        self._seen_s = 0.0

    def move(self, log_change: float, dt_s: float) -> None:
        """Go on by some time, in which ln Z changes by so much."""
        self.log_depth += log_change
        self._seen_s += dt_s

    def see(self, depth_m: float, log_sd: float) -> None:
        """Take in the distance of a frame.

        A mean of frames is no surer than one of them: nearly all of their errors is the same, as the same network sees
        nearly the same picture.

        Args:
            depth_m: The distance; nothing happens where it is NaN.
            log_sd: Standard deviation of its natural logarithm.
        """
        if not (math.isfinite(depth_m) and depth_m > 0 and math.isfinite(log_sd)):
            return
        seen, weight = math.log(depth_m), -math.expm1(-self._seen_s / MEAN_S)
        if math.isnan(self.log_depth):
            self.log_depth, self.log_sd = seen, log_sd
        mean, reach = self.log_depth + weight * (seen - self.log_depth), MOST_OFF_SDS * log_sd
        self.log_depth = min(max(mean, seen - reach), seen + reach)
        self.log_sd += weight * (log_sd - self.log_sd)
        self._seen_s = 0.0
