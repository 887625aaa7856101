"""How the numbers of depth files become metres."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.io.depth_units import DepthUnit, metres_of


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


@pytest.mark.parametrize(
    ("unit", "values", "expected", "text"),
    [
        pytest.param("auto", np.uint16([[1500]]), 1.5, "1/1000 m a step", id="integers are millimetres"),
        pytest.param("auto", np.float32([[1.5]]), 1.5, "metres", id="other numbers are metres"),
        pytest.param("m", np.uint16([[15]]), 15.0, "metres", id="whole metres"),
        pytest.param("cm", np.uint16([[150]]), 1.5, "1/100 m a step", id="centimetres"),
        pytest.param("mm", np.float64([[1500]]), 1.5, "1/1000 m a step", id="millimetres that are no integers"),
        pytest.param("0.0001", np.uint16([[15000]]), 1.5, "1/10000 m a step", id="the steps of a RealSense D405"),
        pytest.param("1/4000", np.uint16([[6000]]), 1.5, "1/4000 m a step", id="the steps of a RealSense L515"),
        pytest.param("1 / 256", np.uint16([[384]]), 1.5, "1/256 m a step", id="KITTI's steps, with blanks"),
        pytest.param(1 / 5000, np.uint16([[7500]]), 1.5, "1/5000 m a step", id="TUM's steps, as a number"),
        pytest.param(np.float32(0.01), np.uint16([[150]]), 1.5, "1/100 m a step", id="a number of NumPy's"),
        pytest.param("0.3", np.uint16([[5]]), 1.5, "0.3 m a step", id="steps that are no part of a metre"),
    ],
)
def test_a_unit_is_understood_and_told(unit, values: NDArray, expected: float, text: str) -> None:
    parsed = DepthUnit.parse(unit)
    assert parsed.metres(values) == pytest.approx(expected, rel=1e-5)
    assert str(parsed.told_by(values)) == text


@pytest.mark.parametrize("unit", [1000, "5000", 256.0])
def test_the_steps_of_a_metre_are_not_the_metres_of_a_step(unit) -> None:
    with pytest.raises(SettingError, match=f"did you mean 1/{float(unit):g}"):
        DepthUnit.parse(unit)


@pytest.mark.parametrize(
    ("values", "invalid", "expected"),
    [
        (np.uint16([[65535, 1000]]), (), [[np.nan, 1.0]]),
        (np.uint16([[9999, 1000]]), (9999,), [[np.nan, 1.0]]),
        (np.float32([[-1, 1]]), (), [[np.nan, 1.0]]),
        (np.int32([[65535, 1000]]), (), [[65.535, 1.0]]),
    ],
    ids=["the largest number of 16 bits", "a number that is named", "a negative one", "65535 of 32 bits is a distance"],
)
def test_what_stands_for_unknown_is_unknown(values: NDArray, invalid, expected) -> None:
    assert DepthUnit.parse("auto", invalid).metres(values) == pytest.approx(np.array(expected), nan_ok=True)


@pytest.mark.parametrize("unit", ["km", "", "1/0", "1/", "-1", 0, -0.001, "nan", "inf", float("inf"), True, None, [1]])
def test_what_is_no_unit_is_told_in_one_sentence(unit) -> None:
    with pytest.raises(SettingError, match="depth map is"):
        DepthUnit.parse(unit)
