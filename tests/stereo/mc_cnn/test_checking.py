"""Winner takes all and the left-right check, against one pixel at a time."""

import numpy as np
import pytest

from howfar.stereo.mc_cnn.checking import check_left_right, winners


def pixel_by_pixel(left: np.ndarray, right: np.ndarray, disparities: int) -> np.ndarray:
    kinds = np.empty(left.shape, dtype=object)
    for y, x in np.ndindex(*left.shape):

        def confirmed(d: int, y: int = y, x: int = x) -> bool:
            return x - d >= 0 and abs(d - right[y, x - d]) < 1.1

        if x - left[y, x] < 0:
            kinds[y, x] = "occluded"
        elif confirmed(left[y, x]):
            kinds[y, x] = "correct"
        else:
            kinds[y, x] = "mismatched" if any(map(confirmed, range(disparities))) else "occluded"
    return kinds


@pytest.mark.parametrize("width", [3, 12, 40], ids="{} columns".format)
def test_each_pixel_is_correct_mismatched_or_occluded(width: int) -> None:
    rng, disparities = np.random.default_rng(width), 8
    left, right = rng.integers(0, disparities, (2, 6, width))
    right[:3] = np.clip(left[:3], 0, 2)  # some rows that agree more often
    expected, found = pixel_by_pixel(left, right, disparities), check_left_right(left, right, disparities)
    for kind in ("correct", "mismatched", "occluded"):
        np.testing.assert_array_equal(getattr(found, kind), expected == kind)


def test_the_least_cost_wins_and_the_smaller_disparity_of_two_as_good() -> None:
    cost = np.array([[[3.0, 1.0, 2.0], [0.5, 0.5, 0.7]]], dtype=np.float32)
    np.testing.assert_array_equal(winners(cost), [[1, 0]])
