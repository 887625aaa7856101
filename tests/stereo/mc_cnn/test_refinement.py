"""Sub-pixel disparity and smoothing, against one pixel at a time."""

import math

import numpy as np
import pytest

from howfar.stereo.mc_cnn import refinement
from howfar.stereo.mc_cnn.refinement import between_pixels, bilateral_mean, median


def test_the_vertex_of_a_parabola_is_found_exactly() -> None:
    vertex = np.array([[2.3, 3.5, 1.0], [4.49, 2.0, 2.75]])
    cost = (0.7 * (np.arange(7) - vertex[..., None]) ** 2 - 1).astype(np.float32)
    np.testing.assert_allclose(between_pixels(cost.argmin(axis=2), cost), vertex, atol=1e-5)


@pytest.mark.parametrize(
    ("costs", "disparity"),
    [
        pytest.param([0.0, 1.0, 2.0], 0, id="at the lower end"),
        pytest.param([2.0, 1.0, 0.0], 2, id="at the upper end"),
        pytest.param([0.0, 1.0, 3.0], 1, id="filled in, and not the least of three"),
        pytest.param([1.0, 1.0, 1.0], 1, id="a flat cost"),
        pytest.param([1.0, 0.0], 1, id="two disparities alone"),
    ],
)
def test_a_disparity_stays_whole(costs: list[float], disparity: int) -> None:
    cost = np.array(costs, dtype=np.float32)[None, None]
    assert between_pixels(np.array([[disparity]]), cost) == disparity


def test_the_median_is_that_of_25_pixels() -> None:
    disparity = np.random.default_rng(0).uniform(0, 60, (9, 11)).astype(np.float32)
    padded = np.pad(disparity, 2, mode="edge")
    expected = [[np.median(padded[y : y + 5, x : x + 5]) for x in range(11)] for y in range(9)]
    np.testing.assert_array_equal(median(disparity), np.array(expected, dtype=np.float32))


@pytest.mark.parametrize("rows", [4, 64], ids=["in blocks", "at once"])
def test_the_mean_is_of_near_pixels_of_about_the_same_disparity(monkeypatch, rows: int) -> None:
    monkeypatch.setattr(refinement, "BLOCK_ROWS", rows)
    sigma, difference = 1.2, 2.0
    disparity = np.random.default_rng(1).uniform(0, 8, (10, 12)).astype(np.float32)
    reach = math.ceil(3 * sigma)
    expected = np.zeros(disparity.shape)
    for y, x in np.ndindex(*disparity.shape):
        total = weights = 0.0
        for v in range(max(0, y - reach), min(10, y + reach + 1)):
            for u in range(max(0, x - reach), min(12, x + reach + 1)):
                if abs(disparity[v, u] - disparity[y, x]) < difference:
                    weight = math.exp(-((u - x) ** 2 + (v - y) ** 2) / (2 * sigma**2))
                    total, weights = total + weight * disparity[v, u], weights + weight
        expected[y, x] = total / weights
    np.testing.assert_allclose(bilateral_mean(disparity, sigma, difference), expected, rtol=1e-5)
