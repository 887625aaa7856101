"""Holes are filled from their farther side."""

import numpy as np
import pytest

from howfar.stereo.filling import filled_rows

INF, NAN = np.inf, np.nan


@pytest.mark.parametrize(
    ("row", "values", "apart", "gap"),
    [
        pytest.param([5, NAN, NAN, 9], [5, 5, 5, 9], [0, 4, 4, 0], [0, 2, 2, 0], id="a hole takes the farther side"),
        pytest.param([7, 8, 9, 9], [7, 8, 9, 9], [0] * 4, [0] * 4, id="a row without holes stays"),
        pytest.param([NAN, 3, NAN, 3], [3, 3, 3, 3], [INF, 0, 0, 0], [INF, 0, 1, 0], id="a border has one side"),
        pytest.param([NAN] * 4, [NAN] * 4, [INF] * 4, [INF] * 4, id="a row of nothing stays unknown"),
    ],
)
def test_a_row_is_filled(row: list[float], values: list[float], apart: list[float], gap: list[float]) -> None:
    given = np.array([row], dtype=np.float32)
    filled = filled_rows(np.nan_to_num(given), np.isfinite(given))
    for name, expected in (("values_px", values), ("apart_px", apart), ("gap_px", gap)):
        np.testing.assert_array_equal(getattr(filled, name), [expected])
