"""Which pixels the right-hand camera does not see."""

import numpy as np
import pytest

from howfar.stereo.occlusion import hidden_pixels

NAN = np.nan


@pytest.mark.parametrize(
    ("row", "hidden"),
    [
        pytest.param([1, 1, 1, 1, 1], [1, 0, 0, 0, 0], id="what lies outside the right-hand picture"),
        pytest.param([0, 0, 0, 2, 2], [0, 1, 1, 0, 0], id="what a nearer thing covers"),
        pytest.param([0, 0, NAN, 0, 0], [0, 0, 1, 0, 0], id="what is unknown"),
        pytest.param([0.0, 0.3, 0.6, 0.9, 1.2], [0, 0, 0, 0, 0], id="a slanted surface does not cover itself"),
    ],
)
def test_hidden_pixels(row: list[float], hidden: list[int]) -> None:
    assert hidden_pixels(np.array([row], dtype=np.float32)).astype(int).tolist() == [hidden]
