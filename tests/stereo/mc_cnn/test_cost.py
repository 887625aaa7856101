"""The matching cost, against one product at a time."""

import numpy as np
import pytest

from howfar.stereo.mc_cnn import cost
from howfar.stereo.mc_cnn.cost import WORST_COST, by_similarity, feature_cost, seen_from_right


def unit_features(channels: int, height: int, width: int, seed: int) -> np.ndarray:
    features = np.random.default_rng(seed).normal(size=(channels, height, width)).astype(np.float32)
    return features / np.linalg.norm(features, axis=0)


def one_at_a_time(left: np.ndarray, right: np.ndarray, disparities: int) -> np.ndarray:
    _, height, width = left.shape
    expected = np.full((height, width, disparities), WORST_COST)
    for y in range(height):
        for x in range(width):
            for d in range(min(x + 1, disparities)):
                expected[y, x, d] = -float(left[:, y, x] @ right[:, y, x - d])
    return expected


@pytest.mark.parametrize(
    ("width", "disparities", "block"),
    [
        pytest.param(11, 4, 64, id="one block"),
        pytest.param(11, 4, 3, id="blocks that do not divide the width"),
        pytest.param(5, 9, 2, id="more disparities than columns"),
        pytest.param(6, 1, 4, id="a single disparity"),
    ],
)
def test_the_cost_is_minus_the_product_of_two_features(monkeypatch, width: int, disparities: int, block: int) -> None:
    monkeypatch.setattr(cost, "MOST_COLUMNS", block)
    left, right = (unit_features(7, 3, width, seed) for seed in (0, 1))
    np.testing.assert_allclose(
        feature_cost(left, right, disparities), one_at_a_time(left, right, disparities), atol=1e-6
    )


def test_the_costs_of_the_right_hand_picture_are_those_of_the_two_pictures_in_a_mirror() -> None:
    left, right = (unit_features(5, 3, 9, seed) for seed in (0, 1))
    mirrored = feature_cost(right[:, :, ::-1], left[:, :, ::-1], 4)
    np.testing.assert_allclose(seen_from_right(feature_cost(left, right, 4)), mirrored, atol=1e-6)


def test_a_network_that_compares_two_pictures_sees_them_once_a_disparity() -> None:
    left, right = np.random.default_rng(0).integers(0, 256, (2, 3, 8, 3), dtype=np.uint8)

    def alike(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return 1 - np.abs(one[..., 0].astype(np.float32) - other[..., 0]) / 255

    cost = by_similarity(alike, left, right, 3)
    for y, x, d in np.ndindex(*cost.shape):
        expected = WORST_COST if x < d else abs(int(left[y, x, 0]) - int(right[y, x - d, 0])) / 255 - 1
        assert cost[y, x, d] == pytest.approx(expected, abs=1e-6)
