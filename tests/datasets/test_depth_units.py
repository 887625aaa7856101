"""How the numbers of depth files become metres."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import NDArray

from howfar.datasets.depth_units import metres_of


@pytest.mark.parametrize(
    ("counts", "metres_per_count", "invalid", "expected"),
    [
        pytest.param(np.uint16([[1500, 0]]), 0.001, (), [[1.5, np.nan]], id="millimetres, and 0 is unknown"),
        pytest.param(
            np.uint16([[512, 65535]]), 1 / 256, (65535,), [[2.0, np.nan]], id="256ths, with a number for unknown"
        ),
        pytest.param(np.uint8([[255, 7]]), 0.1, (300, 7.0, -1), [[25.5, np.nan]], id="marks that a byte cannot hold"),
        pytest.param(np.float32([[0.1, 2.5]]), 1.0, (0.1,), [[np.nan, 2.5]], id="a mark of single precision"),
        pytest.param(
            np.float64([[-1, np.inf, np.nan, 1e300, 3]]), 1.0, (), [[np.nan] * 4 + [3]], id="what no depth can be"
        ),
    ],
)
def test_counts_become_metres_and_nan(
    counts: NDArray, metres_per_count: float, invalid: tuple[float, ...], expected: list[list[float]]
) -> None:
    metres = metres_of(counts, metres_per_count, invalid)
    assert metres.dtype == np.float32
    np.testing.assert_allclose(metres, expected, rtol=1e-6)


@given(
    npst.arrays(st.sampled_from([np.uint8, np.uint16, np.int32, np.float32, np.float64]), (2, 3)),
    st.floats(1e-6, 1e3),
    st.lists(st.integers(-1, 70000), max_size=2),
)
def test_a_depth_is_positive_or_not_known(counts: NDArray, metres_per_count: float, invalid: list[int]) -> None:
    metres = metres_of(counts, metres_per_count, invalid)
    assert (np.isnan(metres) | ((metres > 0) & np.isfinite(metres))).all()
