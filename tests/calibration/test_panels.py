"""Several pictures on one sheet."""

import numpy as np
import pytest

from howfar.calibration.panels import sheet, shrunk


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        pytest.param((600, 1600, 3), (300, 800, 3), id="a wide picture"),
        pytest.param((1600, 1200, 3), (800, 600, 3), id="a tall one"),
        pytest.param((60, 80, 3), (60, 80, 3), id="a small one stays as it is"),
        pytest.param((2, 16000, 3), (1, 800, 3), id="a thin one keeps a row"),
    ],
)
def test_a_picture_is_made_no_larger_than_a_panel(shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
    image = np.full(shape, 90, dtype=np.uint8)
    assert shrunk(image).shape == expected
    assert (shrunk(image) == 90).all()


@pytest.mark.parametrize(
    ("count", "rows", "columns"),
    [
        pytest.param(1, 1, 1, id="one alone"),
        pytest.param(2, 1, 2, id="two in a row"),
        pytest.param(3, 2, 2, id="the third in a row of its own"),
    ],
)
def test_two_are_in_a_row(count: int, rows: int, columns: int) -> None:
    made = sheet([np.zeros((100, 120, 3), np.uint8)] * count, ["a"] * count)
    assert (made.shape[0] // 100, made.shape[1] // 120) == (rows, columns)
    black = (made == 0).all(axis=2).sum()
    assert count * 12000 <= black < count * 12000 + 500, "each is there once, besides the letters"
