"""Which cells of a map a box covers."""

import numpy as np
import pytest

from howfar.ranging.methods.cells import boxes_in_cells, covered_cells

SHAPE = (48, 64)


@pytest.mark.parametrize(
    ("box", "shrink", "expected"),
    [
        pytest.param((10, 20, 30, 40), 1.0, [10, 20, 30, 40], id="whole cells are covered exactly"),
        pytest.param((10.2, 20.9, 29.1, 39.5), 1.0, [10, 20, 30, 40], id="a cell that is touched is covered"),
        pytest.param((10, 20, 30, 40), 0.4, [16, 26, 24, 34], id="Eq. 8: the middle 0.4w × 0.4h"),
        pytest.param((11, 21, 30, 40), 0.4, [16, 26, 25, 35], id="Eq. 8: floor(cx − 0.2w) to ceil(cx + 0.2w)"),
        pytest.param((-10, -10, 100, 100), 1.0, [0, 0, 64, 48], id="cut to the map"),
        pytest.param((5.3, 5.3, 5.4, 5.4), 1.0, [5, 5, 6, 6], id="a box within one cell is that cell"),
        pytest.param((5, 5, 5, 5), 1.0, [5, 5, 6, 6], id="a point is a cell"),
    ],
)
def test_covered_cells(box, shrink: float, expected: list[int]) -> None:
    assert covered_cells(np.array([box], dtype=np.float64), SHAPE, shrink).tolist() == [expected]


@pytest.mark.parametrize(
    "box",
    [
        pytest.param((70, 10, 80, 20), id="to the right of the picture"),
        pytest.param((10, -20, 20, -10), id="above it"),
        pytest.param((30, 30, 10, 10), id="turned inside out"),
    ],
)
def test_a_box_that_covers_nothing(box) -> None:
    ((left, top, right, bottom),) = covered_cells(np.array([box], dtype=np.float64), SHAPE).tolist()
    assert right <= left or bottom <= top


def test_pixels_become_cells_by_the_ratio_of_the_sizes() -> None:
    boxes = boxes_in_cells(np.array([[64, 48, 320, 240]], dtype=np.float32), (640, 480), SHAPE)
    assert boxes == pytest.approx(np.array([[6.4, 4.8, 32.0, 24.0]]))
