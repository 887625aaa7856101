"""What in a box was taken for the object."""

import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.scene import Weights

PLACE = (10.0, 20.0, 30.0, 50.0)


def test_they_share_the_numbers_and_cannot_be_changed() -> None:
    values = np.ones((2, 2), dtype=np.float32)
    weights = Weights(values, PLACE)
    assert np.shares_memory(weights.values, values)
    with pytest.raises(ValueError, match="read-only"):
        weights.values[0, 0] = 0
    values[0, 0] = 0.5  # whoever made them may go on


def test_shifted_they_lie_elsewhere_and_are_the_same() -> None:
    weights = Weights(np.ones((2, 2), dtype=np.float32), PLACE)
    moved = weights.shifted(100.0, 7.0)
    assert moved.xyxy_px == (110.0, 27.0, 130.0, 57.0)
    assert np.shares_memory(moved.values, weights.values)


@pytest.mark.parametrize("shape", [(0, 4), (4,), (2, 2, 2)], ids=["an empty grid", "a row", "a stack"])
def test_what_is_no_grid_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(SettingError, match="grid of H×W numbers"):
        Weights(np.zeros(shape, dtype=np.float32), PLACE)
