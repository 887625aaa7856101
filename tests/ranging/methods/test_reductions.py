"""The statistics, against NumPy's and against cases worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from howfar.ranging.methods import reductions

depths = arrays(np.float32, st.integers(1, 60), elements=st.floats(np.float32(0.125), 80, width=32))


@given(values=depths, q=st.floats(0, 100))
def test_percentiles_are_numpys(values, q: float) -> None:
    assert reductions.percentile(values, q) == pytest.approx(
        float(np.percentile(values.astype(np.float64), q)), rel=1e-6
    )


@given(values=depths)
def test_the_mean_is_numpys(values) -> None:
    assert reductions.mean(values) == pytest.approx(float(values.mean(dtype=np.float64)), rel=1e-6)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([3.0], 3.0, id="one value"),
        pytest.param([1.0, 3.0], 2.0, id="two values: their middle"),
        pytest.param([1.0, 1.2, 5.0], 1.2, id="three values: the middle one"),
        pytest.param([1.0, 4.0, 4.1, 4.1, 4.1, 9.0, 12.0], 4.1, id="a cluster among strays"),
    ],
)
def test_the_mode(values: list[float], expected: float) -> None:
    assert reductions.mode(np.array(values, dtype=np.float32)) == pytest.approx(expected, rel=1e-6)


def test_the_mode_finds_the_denser_of_two_surfaces() -> None:
    rng = np.random.default_rng(5)
    values = np.concatenate([rng.normal(2.0, 0.02, 300), rng.normal(4.0, 0.5, 700)]).astype(np.float32)
    assert reductions.mode(values) == pytest.approx(2.0, abs=0.05)


@given(values=depths, factor=st.sampled_from([0.25, 0.5, 2.0, 8.0]))
def test_all_scale_with_the_depth(values, factor: float) -> None:
    scaled = values * np.float32(factor)
    for statistic in (reductions.mean, reductions.mode, lambda v: reductions.percentile(v, 40)):
        assert statistic(scaled) == pytest.approx(factor * statistic(values), rel=1e-5)
