"""The distance that is told of an object."""

import math

import numpy as np
import pytest

from howfar.tracking.smoothed_distance import MEAN_S, MOST_OFF_SDS, SmoothedDistance

LOG_SD = 0.2


def told(depths_m, dt_s=0.1, log_change=0.0, log_sd=LOG_SD) -> list[float]:
    """What is told after each of these frames."""
    smoothed, depths = SmoothedDistance(), []
    for number, depth_m in enumerate(depths_m):
        if number:
            smoothed.move(log_change, dt_s)
        smoothed.see(depth_m, log_sd)
        depths.append(math.exp(smoothed.log_depth))
    return depths


@pytest.mark.parametrize(
    ("depths_m", "log_change", "expected_m"),
    [
        pytest.param([8.0], 0.0, [8.0], id="the first frame is taken as it is"),
        pytest.param([8.0] * 5, 0.0, [8.0] * 5, id="a thing at rest stays"),
        pytest.param([8.0, 7.2, 6.48], math.log(0.9), [8.0, 7.2, 6.48], id="one that comes as expected does not lag"),
        pytest.param([8.0, math.nan, -1.0, 8.0], 0.0, [8.0] * 4, id="what is no distance changes nothing"),
    ],
)
def test_what_is_told(depths_m, log_change, expected_m) -> None:
    assert told(depths_m, log_change=log_change) == pytest.approx(expected_m)


def test_flicker_is_less_and_the_mean_stays() -> None:
    noise = np.exp(np.random.default_rng(5).normal(0, 0.05, 400))
    depths = np.log(told(10.0 * noise, dt_s=1 / 30))
    assert np.std(np.diff(depths)) < 0.2 * np.std(np.diff(np.log(10.0 * noise)))
    assert math.exp(depths[30:].mean()) == pytest.approx(10.0, rel=0.01)


@pytest.mark.parametrize("jump", [0.5, 2.0, 20.0], ids=["nearer", "farther", "far off"])
def test_it_is_never_far_from_what_the_frame_says(jump) -> None:
    depths = told([10.0] * 20 + [10.0 * jump])
    assert abs(math.log(depths[-1] / (10.0 * jump))) == pytest.approx(MOST_OFF_SDS * LOG_SD)


def test_old_frames_count_less_after_a_longer_time() -> None:
    smoothed = SmoothedDistance()
    smoothed.see(10.0, 10.0)  # so unsure that the bound is no matter
    smoothed.move(0.0, MEAN_S)
    smoothed.see(20.0, 10.0)
    assert smoothed.log_depth == pytest.approx(math.log(10) + (1 - math.exp(-1)) * math.log(2))


def test_the_interval_is_as_wide_as_those_of_the_frames() -> None:
    smoothed = SmoothedDistance()
    for number in range(50):
        if number:
            smoothed.move(0.0, 0.1)
        smoothed.see(10.0, 0.3 if number < 10 else 0.1)
    assert smoothed.log_sd == pytest.approx(0.1, abs=0.005)
