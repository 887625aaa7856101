"""Cues made into one distance."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.ranging.cues.fusion import fuse
from howfar.scene import Cue

SAID = st.tuples(st.floats(0.5, 80.0), st.floats(0.01, 2.0))
TWO_OR_THREE = st.lists(SAID, min_size=2, max_size=3)
NAMES = ("depth", "size", "ground")


def cues(said: list[tuple[float, float]]) -> list[Cue]:
    return [Cue(name, depth_m, log_sd) for name, (depth_m, log_sd) in zip(NAMES, said, strict=False)]


def test_two_cues_alike_meet_at_the_geometric_mean() -> None:
    fused = fuse(cues([(4.0, 0.2), (9.0, 0.2)]))
    assert fused.depth_m == pytest.approx(6.0)
    assert [cue.weight for cue in fused.cues] == pytest.approx([0.5, 0.5])


def test_the_result_is_that_of_weighted_least_squares() -> None:
    said = [(4.0, 0.3), (5.0, 0.2), (4.5, 0.4)]
    logs, sds = np.log([depth for depth, _ in said]), np.array([sd for _, sd in said])
    best, covariance = np.polyfit(np.zeros(3), logs, 0, w=1 / sds, cov="unscaled")
    fused = fuse(cues(said))
    assert (math.log(fused.depth_m), fused.log_sd**2) == pytest.approx((best[0], covariance[0, 0]))


@pytest.mark.parametrize(
    ("said", "conflict"),
    [
        pytest.param([(4.0, 0.2), (4.2, 0.1)], False, id="two that agree"),
        pytest.param([(4.0, 0.1), (8.0, 0.1)], True, id="two that do not"),
        pytest.param([(4.0, 0.1), (8.0, 1.0)], False, id="one that is not sure"),
        pytest.param([(4.0, 0.1), (4.1, 0.1), (9.0, 0.1)], True, id="one of three that does not agree"),
        pytest.param([(4.0, 0.1)], False, id="one alone"),
    ],
)
def test_only_a_contradiction_sets_the_flag(said, conflict) -> None:
    assert fuse(cues(said)).conflict is conflict


def test_disagreement_widens_the_margin_by_the_birge_ratio() -> None:
    fused = fuse(cues([(4.0, 0.1), (8.0, 0.1)]))
    assert fused.log_sd == pytest.approx(math.log(2) / 2)  # 0.1/√2 · √χ², χ² = 2·(log 2 / 2 / 0.1)²


def test_silent_cues_are_kept_without_weight() -> None:
    fused = fuse([Cue.unknown("size", "no known size"), Cue("ground", 7.0, 0.3)])
    assert (fused.depth_m, fused.log_sd) == (7.0, 0.3)
    assert [(cue.weight, cue.note) for cue in fused.cues] == [(0.0, "no known size"), (1.0, "")]


def test_where_all_are_silent_nothing_is_known() -> None:
    fused = fuse([Cue.unknown("size", "no known size")])
    assert math.isnan(fused.depth_m)
    assert not fused.conflict


@given(TWO_OR_THREE)
def test_the_result_lies_between_the_cues(said) -> None:
    depths = [depth for depth, _ in said]
    assert min(depths) * (1 - 1e-9) <= fuse(cues(said)).depth_m <= max(depths) * (1 + 1e-9)


@given(TWO_OR_THREE, st.floats(0.01, 100.0))
def test_everything_times_k_gives_the_distance_times_k(said, k) -> None:
    once, scaled = fuse(cues(said)), fuse(cues([(depth * k, sd) for depth, sd in said]))
    assert scaled.depth_m == pytest.approx(once.depth_m * k)
    assert scaled.log_sd == pytest.approx(once.log_sd, rel=1e-6)


@given(st.floats(0.5, 80.0), st.lists(st.floats(0.01, 2.0), min_size=2, max_size=3))
def test_cues_that_agree_are_surer_together_than_the_best_alone(depth_m, log_sds) -> None:
    assert fuse(cues([(depth_m, sd) for sd in log_sds])).log_sd < min(log_sds)


CUT = "the box is cut by the frame"


@pytest.mark.parametrize(
    ("at_most_m", "low", "high", "conflict"),
    [
        pytest.param(40.0, 3.99, 4.01, False, id="a bound far beyond changes nothing"),
        pytest.param(4.0, 3.3, 3.8, False, id="a bound at the estimate takes the farther half away"),
        pytest.param(2.0, 1.9, 2.6, True, id="a bound far before it contradicts"),
    ],
)
def test_a_bound_takes_away_what_lies_beyond_it(at_most_m, low, high, conflict) -> None:
    fused = fuse([Cue("depth", 4.0, 0.2), Cue.bound("size", at_most_m, 0.05, CUT)])
    assert low < fused.depth_m < high
    assert fused.log_sd <= 0.2001
    assert fused.conflict is conflict
    assert [cue.weight for cue in fused.cues] == [1.0, 0.0]


def test_a_bound_alone_is_no_distance() -> None:
    fused = fuse([Cue.bound("size", 4.0, 0.1, CUT)])
    assert not fused.is_known
    assert fused.cues[0].at_most_m == 4.0


def test_a_sharp_bound_gives_the_moments_of_the_truncated_normal_distribution() -> None:
    fused = fuse([Cue("depth", math.e, 0.5), Cue.bound("size", math.e, 1e-3, CUT)])
    assert math.log(fused.depth_m) == pytest.approx(1 - 0.5 * math.sqrt(2 / math.pi), abs=0.005)
    assert fused.log_sd == pytest.approx(0.5 * math.sqrt(1 - 2 / math.pi), abs=0.005)


def integrated(depth_m: float, log_sd: float, bounds: list[tuple[float, float]]) -> tuple[float, float]:
    """Mean and standard deviation of log depth within bounds, by a sum over many values."""
    low = min(math.log(depth_m) - 9 * log_sd, *(math.log(at_most_m) - 9 * log_sd for at_most_m, _ in bounds))
    logs = np.linspace(low, math.log(depth_m) + 9 * log_sd, 40_001)
    weights = -(((logs - math.log(depth_m)) / log_sd) ** 2) / 2
    for at_most_m, sd in bounds:
        inside = [math.erfc((x - math.log(at_most_m)) / sd / math.sqrt(2)) / 2 for x in logs.tolist()]
        weights += np.log(np.maximum(inside, 1e-300))
    weights = np.exp(weights - weights.max())
    mean = float(np.average(logs, weights=weights))
    return mean, math.sqrt(float(np.average((logs - mean) ** 2, weights=weights)))


REACHED = [
    (at_most_m, bound_sd, log_sd)
    for at_most_m in (1.5, 3.0, 4.0, 4.4, 9.0)
    for bound_sd in (0.02, 0.3)
    for log_sd in (0.05, 0.4)
    if math.log(4.0 / at_most_m) < 8 * math.hypot(log_sd, bound_sd)  # beyond, the sum knows nothing
]


@pytest.mark.parametrize(("at_most_m", "bound_sd", "log_sd"), REACHED)
def test_a_bound_gives_the_moments_of_the_product(at_most_m: float, bound_sd: float, log_sd: float) -> None:
    fused = fuse([Cue("depth", 4.0, log_sd), Cue.bound("size", at_most_m, bound_sd, CUT)])
    expected = integrated(4.0, log_sd, [(at_most_m, bound_sd)])
    assert (math.log(fused.depth_m), fused.log_sd) == pytest.approx(expected, rel=1e-4, abs=1e-5)


def test_far_below_the_estimate_a_bound_goes_on_as_before() -> None:
    """On both sides of the place from which on the series is used, 25 deviations away."""
    both = math.hypot(0.3, 0.1)
    one, other = (
        fuse([Cue("depth", 4.0, 0.3), Cue.bound("size", 4.0 * math.exp(-away * both), 0.1, CUT)])
        for away in (25 - 1e-6, 25 + 1e-6)
    )
    assert (one.depth_m, one.log_sd) == pytest.approx((other.depth_m, other.log_sd), rel=1e-5)


def test_two_bounds_come_near_the_moments_of_the_product_in_any_order() -> None:
    bounds = [Cue.bound("size", 3.8, 0.1, CUT), Cue.bound("ground", 4.2, 0.2, CUT)]
    one, other = (fuse([Cue("depth", 4.0, 0.2), *each]) for each in (bounds, bounds[::-1]))
    assert (one.depth_m, one.log_sd) == (other.depth_m, other.log_sd)
    expected = integrated(4.0, 0.2, [(3.8, 0.1), (4.2, 0.2)])
    assert (math.log(one.depth_m), one.log_sd) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("at_most_m", [1e-300, 1e-3, 1e3, 1e300])
def test_a_bound_however_far_away_gives_an_estimate(at_most_m: float) -> None:
    fused = fuse([Cue("depth", 4.0, 0.3), Cue.bound("size", at_most_m, 0.05, CUT)])
    assert 0 < fused.depth_m <= 4.0
    assert 0 < fused.log_sd < 0.3001
