"""The filter of distance and rate: exact where nothing is noisy, honest where errors go together."""

import math

import numpy as np
import pytest

from howfar.scene.margins import INTERVAL_SDS
from howfar.tracking.distance_filter import COMMON_S, COMMON_SHARE, LOG_DEPTH, RATE, DistanceFilter


def approached(times_s: np.ndarray, speed_m_s: float = 5.0, start_m: float = 25.0) -> DistanceFilter:
    """The filter of something that comes nearer, of exact distances and heights."""
    one, last_s = DistanceFilter(), 0.0
    for time_s in times_s:
        if time_s > last_s:
            one.predict(
                float(time_s - last_s),
            )
            last_s = float(time_s)
        depth_m = start_m - speed_m_s * float(time_s)
        one.see_depth(depth_m, 0.3)
        one.see_height(700 / depth_m)
    return one


@pytest.mark.parametrize(
    "times_s",
    [np.arange(0, 3, 1 / 30), np.arange(0, 3, 0.1), np.array([0, 0.1, 0.15, 0.9, 1.3, 1.35, 1.4, 2.0, 2.6, 2.9])],
    ids=["thirty frames a second", "ten", "a rate that varies, with frames missing"],
)
def test_the_rate_of_an_approach_is_told_at_any_frame_rate(times_s: np.ndarray) -> None:
    one = approached(times_s)
    true_m = 25.0 - 5.0 * float(times_s[-1])
    assert -1 / one.mean[RATE] == pytest.approx(true_m / 5.0, rel=0.05)
    assert math.exp(one.mean[LOG_DEPTH]) == pytest.approx(true_m, rel=0.05)


def test_the_rate_does_not_hang_on_the_scale() -> None:
    rates = [approached(np.arange(0, 3, 0.1), 5.0 * scale, 25.0 * scale).mean[RATE] for scale in (1.0, 2.0)]
    assert rates[1] == pytest.approx(rates[0], rel=0.05)


def test_sizes_alone_tell_the_rate() -> None:
    one = DistanceFilter()
    for index in range(40):
        if index:
            one.predict(0.05)
        one.see_depth(math.nan, 0.2)
        one.see_height(700 / (25.0 - 0.25 * index))
    assert not one.depth_known
    assert -1 / one.mean[RATE] == pytest.approx((25.0 - 0.25 * 39) / 5.0, rel=0.1)


def test_an_interval_does_not_shrink_as_if_frames_were_independent() -> None:
    one = DistanceFilter()
    for index in range(100):
        if index:
            one.predict(0.04)
        one.see_depth(10.0, 0.2)
        one.see_height(80.0)
    assert 0.12 < one.log_sd < 0.2


def test_intervals_hold_four_in_five_where_errors_are_as_they_are_modelled() -> None:
    rng = np.random.default_rng(5)
    sd, dt_s, inside = 0.25, 0.1, []
    kept = math.exp(-dt_s / COMMON_S)
    for _ in range(150):
        one, common = DistanceFilter(), rng.normal(0, sd * math.sqrt(COMMON_SHARE))
        speed, start_m = rng.normal(0, 3), rng.uniform(15, 40)
        for index in range(20):
            if index:
                one.predict(dt_s)
                common = kept * common + rng.normal(0, sd * math.sqrt(COMMON_SHARE * (1 - kept**2)))
            depth_m = start_m - speed * dt_s * index
            one.see_depth(depth_m * math.exp(common + rng.normal(0, sd * math.sqrt(1 - COMMON_SHARE))), sd)
            one.see_height(900 / depth_m * math.exp(rng.normal(0, 0.02)))
        inside.append(abs(one.mean[LOG_DEPTH] - math.log(depth_m)) < INTERVAL_SDS * one.log_sd)
    assert 0.73 <= np.mean(inside) <= 0.87


def test_one_odd_frame_hardly_moves_it() -> None:
    one = DistanceFilter()
    for index in range(30):
        if index:
            one.predict(0.04)
        one.see_depth(30.0 if index == 20 else 10.0, 0.3)
        one.see_height(240.0 if index == 20 else 80.0)
        assert math.exp(one.mean[LOG_DEPTH]) == pytest.approx(10.0, rel=0.35)
    assert abs(one.mean[RATE]) < 0.05


def test_something_that_is_hidden_by_and_by_does_not_seem_to_flee() -> None:
    one = DistanceFilter()
    for index in range(40):
        if index:
            one.predict(0.04)
        one.see_depth(10.0, 0.3)
        one.see_height(80.0 if index < 20 else 40.0)
    assert abs(one.mean[RATE]) < 0.1


def test_what_has_passed_the_camera_stays_finite() -> None:
    one = approached(np.arange(0, 4.7, 0.1))
    for _ in range(40):
        one.predict(0.05)
    assert np.isfinite(one.mean).all()
    assert np.linalg.eigvalsh(one.covariance).min() > -1e-6
