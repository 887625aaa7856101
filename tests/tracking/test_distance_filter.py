"""The filter of distance and rate: exact where nothing is noisy, honest where errors go together."""

import math
from copy import deepcopy

import numpy as np
import pytest

from howfar.scene.margins import INTERVAL_SDS
from howfar.tracking.distance_filter import ERROR_S, JUMP_AFTER_S, LOG_DEPTH, RATE, DistanceFilter


def approached(times_s: np.ndarray, speed_m_s: float = 5.0, start_m: float = 25.0) -> DistanceFilter:
    """The filter of something that comes nearer, of exact distances and heights."""
    one, last_s = DistanceFilter(), 0.0
    for time_s in times_s:
        if time_s > last_s:
            one.predict(float(time_s - last_s))
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


def seen(depths_m, dt_s: float = 0.04, log_sd: float = 0.2, heights_px=None) -> list[DistanceFilter]:
    """The filter after each frame, of things that do not move unless their heights say so."""
    one, states = DistanceFilter(), []
    for index, depth_m in enumerate(depths_m):
        if index:
            one.predict(dt_s)
        one.see_depth(depth_m, log_sd)
        one.see_height(80.0 if heights_px is None else heights_px[index])
        states.append(deepcopy(one))
    return states


def told(states) -> np.ndarray:
    """The logarithms of the distances that are told."""
    return np.array([one.mean[LOG_DEPTH] for one in states])


def test_an_interval_does_not_shrink_with_frames_that_agree() -> None:
    assert seen([10.0] * 100)[-1].log_sd == pytest.approx(0.2, rel=0.01)


def test_an_interval_grows_where_frames_differ() -> None:
    assert seen([10.0, 15.0] * 50)[-1].log_sd > 0.25


def test_what_is_no_distance_changes_nothing() -> None:
    assert told(seen([8.0, math.nan, -1.0, 8.0])) == pytest.approx(math.log(8.0), abs=0.01)


def test_intervals_hold_four_in_five_where_errors_wander_as_they_are_modelled() -> None:
    rng = np.random.default_rng(5)
    sd, dt_s, inside = 0.25, 0.1, []
    kept = math.exp(-dt_s / 5.0)
    for _ in range(150):
        one, error = DistanceFilter(), rng.normal(0, sd)
        speed, start_m = rng.normal(0, 3), rng.uniform(15, 40)
        for index in range(20):
            if index:
                one.predict(dt_s)
                error = kept * error + rng.normal(0, sd * math.sqrt(1 - kept**2))
            depth_m = start_m - speed * dt_s * index
            one.see_depth(depth_m * math.exp(error), sd)
            one.see_height(900 / depth_m * math.exp(rng.normal(0, 0.02)))
        inside.append(abs(one.mean[LOG_DEPTH] - math.log(depth_m)) < INTERVAL_SDS * one.log_sd)
    assert 0.73 <= np.mean(inside) <= 0.9


@pytest.mark.parametrize("rate_hz", [10, 30])
def test_flicker_is_less_than_a_third_and_the_mean_stays(rate_hz: int) -> None:
    noise = np.random.default_rng(5).normal(0, 0.05, 400)
    depths = told(seen(10.0 * np.exp(noise), 1 / rate_hz))
    assert np.std(np.diff(depths)) < np.std(np.diff(noise)) / 3
    assert math.exp(depths[30:].mean()) == pytest.approx(10.0, rel=0.01)


def test_a_jump_that_stays_is_believed_within_some_times_of_the_error() -> None:
    states = seen([10.0] * 50 + [14.0] * round(4 * ERROR_S / 0.04))
    assert told(states)[50] < math.log(11.0)
    assert told(states)[-1] == pytest.approx(math.log(14.0), abs=0.05)


@pytest.mark.parametrize(
    ("gap_s", "height_px", "believed"),
    [
        pytest.param(JUMP_AFTER_S + 0.05, 40.0, True, id="after a gap, with a box that says so"),
        pytest.param(JUMP_AFTER_S + 0.05, 80.0, False, id="after a gap, with a box that says otherwise"),
        pytest.param(0.04, 40.0, False, id="in the next frame"),
    ],
)
def test_another_object_in_the_same_place_is_believed_at_once(gap_s: float, height_px: float, believed: bool) -> None:
    one = seen([10.0] * 50)[-1]
    one.predict(gap_s)
    one.see_depth(20.0, 0.2)
    one.see_height(height_px)
    assert (math.exp(one.mean[LOG_DEPTH]) == pytest.approx(20.0, rel=0.02)) is believed


def test_another_object_in_the_same_place_does_not_come_as_fast_as_the_one_before() -> None:
    """In a street at 5 frames a second the rate grew from car to car, to 200 m/s."""
    state = DistanceFilter()
    for index in range(18):
        depth_m = 50.0 - 2.2 * (index % 6)  # a car comes nearer, and then one stands where that began
        if index:
            state.predict(0.2)
        state.see_depth(depth_m, 0.2)
        state.see_height(1200.0 / depth_m)
        speed_m_s = -float(state.mean[RATE]) * math.exp(state.mean[LOG_DEPTH])
        assert 0 <= speed_m_s < 12 if index % 6 else speed_m_s == pytest.approx(0, abs=0.1)


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
