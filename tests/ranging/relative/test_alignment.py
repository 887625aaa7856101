"""Relative maps get their metres from evidence."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from howfar.ranging.relative.alignment import MAP_LOG_SD, NO_SHIFT_LOG_SD, Evidence, FitPoints, align, fit_line
from howfar.scene import DepthMap

KINDS = ["relative_inverse", "relative_depth"]


def target(kind: str, depths_m: np.ndarray) -> np.ndarray:
    return 1 / depths_m if kind == "relative_inverse" else depths_m


def evidence(kind: str, depths_m, scale=1.0, shift=0.0, source="points", log_sd=0.01, **more) -> Evidence:
    """Depths with the values that a map has whose numbers, times scale plus shift, are depth or inverse depth."""
    depths_m = np.asarray(depths_m, dtype=np.float64)
    values = (target(kind, depths_m) - shift) / scale
    return Evidence(source, values, depths_m, np.full(len(depths_m), log_sd), **more)


def relative(kind: str, depths_m, scale=1.0, shift=0.0) -> DepthMap:
    return DepthMap(((target(kind, np.asarray(depths_m, dtype=np.float64)) - shift) / scale), kind)


def noisy(count: int, spread: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Values, and targets scattered about twice the value plus 0.3."""
    rng = np.random.default_rng(seed)
    values = rng.uniform(0.1, 2.0, count)
    return values, (2 * values + 0.3) * np.exp(spread * rng.normal(size=count))


def line_through(x: np.ndarray, y: np.ndarray):
    return fit_line([FitPoints(x, y, np.full(len(x), 0.1))])


def test_clean_points_give_numpys_line() -> None:
    x, y = noisy(50, 0.0)
    scale, shift = np.linalg.lstsq(np.stack([x, np.ones_like(x)], axis=1), y, rcond=None)[0]
    line = line_through(x, y)
    assert (line.scale, line.shift) == pytest.approx((scale, shift), rel=1e-9)


def test_scattered_points_give_numpys_line_of_relative_errors() -> None:
    x, y = noisy(5000, 0.05)
    by_size = 1 / (2 * x + 0.3)
    columns = np.stack([x, np.ones_like(x)], axis=1) * by_size[:, None]
    scale, shift = np.linalg.lstsq(columns, y * by_size, rcond=None)[0]
    line = line_through(x, y)
    assert (line.scale, line.shift) == pytest.approx((scale, shift), rel=5e-3)


@pytest.mark.parametrize("factor", [0.02, 5.0, 1e4], ids=["fifty times too low", "five times", "ten thousand times"])
def test_gross_errors_in_three_of_ten_points_hardly_move_the_line(factor: float) -> None:
    x, y = noisy(400, 0.03)
    y[::10] *= factor
    y[1::10] *= factor
    y[2::10] *= factor
    line = line_through(x, y)
    assert (line.scale, line.shift) == pytest.approx((2.0, 0.3), rel=0.05)


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None)
@given(
    depths_m=st.lists(st.floats(0.5, 50), min_size=2, max_size=12, unique_by=lambda depth_m: round(depth_m, 1)),
    scale=st.floats(0.01, 100),
    shift=st.floats(-5, 5),
)
def test_any_scale_and_shift_are_undone(kind: str, depths_m: list[float], scale: float, shift: float) -> None:
    said = evidence(kind, depths_m, scale, shift)
    aligned = align(relative(kind, [depths_m], scale, shift), [said])
    assert aligned.reason == ""
    assert aligned.alignment is not None
    assert aligned.alignment.points == len(depths_m)
    assert aligned.alignment.line.scale == pytest.approx(scale, rel=1e-6)
    assert aligned.alignment.line.shift == pytest.approx(shift, rel=1e-6, abs=1e-6 * (1 + scale))


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None)
@given(times=st.floats(0.1, 10), seed=st.integers(0, 20), count=st.integers(1, 30))
def test_depths_times_k_give_a_map_times_k_and_the_same_margin(kind: str, times: float, seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    values, depths_m = rng.uniform(0.5, 3.0, count), rng.uniform(1.0, 8.0, count)
    depth = DepthMap(rng.uniform(0.5, 3.0, (4, 5)), kind)
    spreads = np.full(count, 0.1)
    once = align(depth, [Evidence("known", values, depths_m, spreads)])
    scaled = align(depth, [Evidence("known", values, depths_m * times, spreads)])
    assert (once.alignment is None) == (scaled.alignment is None)
    if once.alignment is not None and scaled.alignment is not None:
        np.testing.assert_allclose(scaled.depth.metres(), times * once.depth.metres(), rtol=1e-3)
        assert scaled.alignment.log_sd == pytest.approx(once.alignment.log_sd, rel=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_one_depth_gives_a_scale_alone_and_a_wide_margin(kind: str) -> None:
    depth = relative(kind, [[1.0, 2.0, 4.0]], scale=0.1)
    aligned = align(depth, [evidence(kind, [2.0], scale=0.1)])
    assert aligned.alignment is not None
    assert aligned.alignment.line.shift == 0.0
    assert aligned.depth.values == pytest.approx(np.array([[1.0, 2.0, 4.0]]))
    assert aligned.alignment.log_sd > NO_SHIFT_LOG_SD


@pytest.mark.parametrize(
    ("values", "depths_m", "says"),
    [
        pytest.param([], [], "no metres: name a metric network", id="no point"),
        pytest.param([math.nan], [2.0], "no metres: name a metric network", id="no point with a value"),
        pytest.param([1.0], [math.nan], "no metres: name a metric network", id="no point with a depth"),
        pytest.param([1.0, 2.0], [1.0, 2.0], "contradicts the depth map", id="near and far exchanged"),
        pytest.param([1.0, 2.0, 3.0], [2.0, 2.0, 2.0], "contradicts the depth map", id="all at one distance"),
        pytest.param([-1.0], [2.0], "above zero", id="one point below the map's zero"),
        pytest.param([0.0, 0.0], [2.0, 2.1], "above zero", id="two points at the map's zero"),
    ],
)
def test_evidence_that_gives_no_metres_leaves_the_map_as_it_is(values, depths_m, says: str) -> None:
    depth = DepthMap(np.array([[0.5, 1.0]]), "relative_inverse")
    said = Evidence("known", np.array(values), np.array(depths_m), np.full(len(values), 0.03))
    aligned = align(depth, [said])
    assert aligned.depth is depth
    assert aligned.alignment is None
    assert says in aligned.reason


def test_a_known_distance_is_no_outlier_because_a_networks_map_has_it_otherwise() -> None:
    depths_m = np.linspace(1, 8, 500)
    network = evidence("relative_inverse", depths_m, 0.5, 0.1, "anchor", 0.2, correlation=0.5)
    known = Evidence("known", network.values[[50]], depths_m[[50]] * 1.5, np.array([0.03]))
    aligned = align(relative("relative_inverse", [depths_m], 0.5, 0.1), [network, known])
    assert aligned.alignment is not None
    assert aligned.alignment.evidence == ("known", "anchor"), "the strongest first"
    assert aligned.depth.values[0, 50] == pytest.approx(1.5 * depths_m[50], rel=0.05)


def margin(count: int, scatter: float, **more) -> float:
    rng = np.random.default_rng(3)
    depths_m = np.linspace(1, 8, count)
    said = evidence("relative_inverse", depths_m, **more)
    said = Evidence(
        said.kind, said.values, depths_m * np.exp(scatter * rng.normal(size=count)), said.log_sds, said.correlation
    )
    aligned = align(relative("relative_inverse", [np.linspace(1, 8, 50)]), [said])
    assert aligned.alignment is not None
    return aligned.alignment.log_sd


def test_many_points_have_the_margin_of_their_scatter() -> None:
    assert margin(2000, 0.05) == pytest.approx(0.05, rel=0.1)
    assert margin(2000, 0.25) == pytest.approx(0.25, rel=0.1)


def test_two_points_that_fit_exactly_do_not_make_a_map_exact() -> None:
    assert margin(2, 0.0) > MAP_LOG_SD > margin(200, 0.0)


def test_a_networks_map_hands_its_own_error_on_however_many_points_it_has() -> None:
    assert margin(5000, 0.0, source="anchor", log_sd=0.2, correlation=0.5) > 0.13


def test_the_margin_does_not_hang_on_where_the_maps_zero_is() -> None:
    depths_m = np.linspace(1, 8, 40)
    by_shift = [
        align(
            relative("relative_depth", [depths_m], 1.0, shift), [evidence("relative_depth", depths_m[::9], 1.0, shift)]
        )
        for shift in (0.0, -1e5)
    ]
    margins = [each.alignment.log_sd for each in by_shift if each.alignment is not None]
    assert margins == pytest.approx([margins[0]] * 2, rel=0.02)


def test_the_margin_grows_where_the_points_are_close_together_on_the_map() -> None:
    depth = relative("relative_inverse", [np.linspace(1, 8, 50)])
    apart, close = (align(depth, [evidence("relative_inverse", pair)]).alignment for pair in ([1.5, 6.0], [2.0, 2.1]))
    assert apart is not None
    assert close is not None
    assert close.log_sd > 3 * apart.log_sd


@pytest.mark.filterwarnings("error")
def test_a_line_that_is_not_above_zero_at_most_points_is_none() -> None:
    assert not line_through(np.array([6.0, 7.0, 1.0]), np.array([0.7, 37.9, 1.0])).scale > 0
