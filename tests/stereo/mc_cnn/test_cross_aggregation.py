"""Cross-based aggregation, against a support that is collected pixel by pixel."""

import numpy as np
import pytest

from howfar.stereo.mc_cnn.cross_aggregation import aggregate, arms_of
from howfar.stereo.mc_cnn.settings import AggregationSettings

SETTINGS = AggregationSettings(arm_px=4, difference=0.6, before=2, after=0)


def arm(grey: np.ndarray, y: int, x: int, down: int, right: int) -> int:
    length = 0
    while True:
        v, u = y + down * (length + 1), x + right * (length + 1)
        if not (0 <= v < grey.shape[0] and 0 <= u < grey.shape[1]) or length + 1 >= SETTINGS.arm_px:
            return length
        if length >= 1 and abs(grey[v, u] - grey[y, x]) >= SETTINGS.difference:
            return length
        length += 1


def reach(left: np.ndarray, right: np.ndarray, y: int, x: int, d: int, down: int, across: int) -> int:
    own = arm(left, y, x, down, across)
    return min(own, arm(right, y, x - d, down, across)) if x - d >= 0 else own


def collected(cost: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    mean = np.empty_like(cost)
    for y, x, d in np.ndindex(*cost.shape):
        support = []
        for v in range(y - reach(left, right, y, x, d, -1, 0), y + reach(left, right, y, x, d, 1, 0) + 1):
            before, after = (reach(left, right, v, x, d, 0, way) for way in (-1, 1))
            support += [(v, u) for u in range(x - before, x + after + 1)]
        mean[y, x, d] = np.mean([cost[v, u, d] for v, u in support])
    return mean


def test_arms_end_at_another_brightness_and_at_their_length() -> None:
    grey = np.random.default_rng(2).normal(size=(6, 9)).astype(np.float32)
    arms = arms_of(grey, SETTINGS)
    for name, down, right in (("left", 0, -1), ("right", 0, 1), ("up", -1, 0), ("down", 1, 0)):
        expected = [[arm(grey, y, x, down, right) for x in range(9)] for y in range(6)]
        np.testing.assert_array_equal(getattr(arms, name), expected)


@pytest.mark.parametrize("rounds", [0, 1, 2], ids="{} rounds".format)
def test_a_cost_becomes_the_mean_over_its_support(rounds: int) -> None:
    rng = np.random.default_rng(4)
    cost = rng.uniform(-1, 1, (5, 7, 3)).astype(np.float32)
    left, right = (0.5 * rng.normal(size=(2, 5, 7))).astype(np.float32)
    expected = cost
    for _ in range(rounds):
        expected = collected(expected, left, right)
    found = aggregate(cost, arms_of(left, SETTINGS), arms_of(right, SETTINGS), rounds)
    np.testing.assert_allclose(found, expected, atol=1e-5)
