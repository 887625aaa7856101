"""Fitting predictions to the truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.errors import SettingError
from howfar.evaluation.depth.alignment import align_depth, fit
from howfar.scene.line import Line

RANDOM = np.random.default_rng(0)
TRUTH_M = RANDOM.uniform(1, 9, (6, 7)).astype(np.float32)
EVERYWHERE = np.ones(TRUTH_M.shape, dtype=bool)

OUTPUTS = {
    "metres": TRUTH_M,
    "relative_depth": TRUTH_M,
    "relative_inverse": 1 / TRUTH_M,
}


@pytest.mark.parametrize("kind", OUTPUTS)
@given(scale=st.floats(0.1, 10), shift=st.floats(-2, 2))
def test_least_squares_undoes_any_scale_and_shift_of_the_kinds_own_numbers(kind, scale: float, shift: float) -> None:
    output = (OUTPUTS[kind] * scale + shift).astype(np.float32)
    assert align_depth(output, kind, TRUTH_M, EVERYWHERE, "least-squares") == pytest.approx(TRUTH_M, rel=1e-2)


@pytest.mark.parametrize("kind", OUTPUTS)
@given(scale=st.floats(0.1, 10))
def test_the_median_undoes_any_scale(kind, scale: float) -> None:
    output = (OUTPUTS[kind] * scale).astype(np.float32)
    assert align_depth(output, kind, TRUTH_M, EVERYWHERE, "median") == pytest.approx(TRUTH_M, rel=1e-4)


def test_least_squares_is_numpys_own_line() -> None:
    values, truth = RANDOM.normal(size=50).astype(np.float32), RANDOM.normal(size=50).astype(np.float32)
    scale, shift = np.polyfit(values.astype(np.float64), truth.astype(np.float64), 1)
    line = fit(values, truth, "least-squares")
    assert (line.scale, line.shift) == pytest.approx((scale, shift))


def test_only_the_chosen_pixels_with_an_output_are_fitted_to() -> None:
    output, truth = 3 * TRUTH_M, TRUTH_M.copy()
    truth[0, 0] = 900.0
    output[1, 1] = np.nan
    valid = EVERYWHERE.copy()
    valid[0, 0] = False
    aligned = align_depth(output, "metres", truth, valid, "least-squares")
    assert np.isnan(aligned[1, 1])
    expected = TRUTH_M.copy()
    expected[1, 1] = np.nan
    assert aligned == pytest.approx(expected, rel=1e-4, nan_ok=True)


@pytest.mark.parametrize(
    ("most_m", "expected"),
    [
        pytest.param(10.0, 10.0, id="it is at the limit"),
        pytest.param(np.inf, np.nan, id="it is unknown without a limit"),
    ],
)
def test_an_inverse_depth_that_comes_out_below_zero_is_farther_than_anything(most_m: float, expected: float) -> None:
    truth_m = np.array([[1.0, 2.0, 4.0, 5.0]], dtype=np.float32)
    output = 1 / truth_m
    output[0, 3] = -1.0
    valid = np.array([[True, True, True, False]])
    aligned = align_depth(output, "relative_inverse", truth_m, valid, "least-squares", most_m)
    assert aligned == pytest.approx(np.array([[1.0, 2.0, 4.0, expected]]), rel=1e-4, nan_ok=True)


@pytest.mark.parametrize(
    ("values", "alignment", "expected"),
    [
        pytest.param([], "median", np.nan, id="nothing to fit to: unknown"),
        pytest.param([-1.0, -2.0], "median", np.nan, id="a median below zero has no scale: unknown"),
        pytest.param([3.0, 3.0], "least-squares", 2.0, id="a constant becomes the truth's mean"),
        pytest.param([3.0, 5.0], "none", 3.0, id="no alignment leaves values alone"),
    ],
)
def test_where_no_line_is_determined(values: list[float], alignment, expected: float) -> None:
    given_values = np.array(values, dtype=np.float32)
    line = fit(given_values, np.array([1.0, 3.0], dtype=np.float32)[: len(values)], alignment)
    assert line.of(np.array([3.0], dtype=np.float32)) == pytest.approx([expected], nan_ok=True)


@pytest.mark.parametrize("kind", ["relative_inverse", "relative_depth"])
def test_relative_depth_is_never_taken_for_metres(kind) -> None:
    with pytest.raises(SettingError, match="relative"):
        align_depth(TRUTH_M, kind, TRUTH_M, EVERYWHERE, "none")


def test_an_unknown_alignment_is_refused() -> None:
    with pytest.raises(SettingError, match="'mean'"):
        fit(TRUTH_M.ravel(), TRUTH_M.ravel(), "mean")  # type: ignore[arg-type]


def test_no_alignment_is_the_line_that_changes_nothing() -> None:
    assert fit(TRUTH_M.ravel(), TRUTH_M.ravel(), "none") == Line(1.0, 0.0)
