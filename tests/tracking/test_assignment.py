"""Assignments are the cheapest, by an independent solver."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from howfar.tracking.assignment import FORBIDDEN, assign


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (2, 7), (9, 4), (30, 30)], ids=str)
def test_the_sum_of_the_costs_is_least(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        costs = rng.normal(size=shape)
        pairs = assign(costs)
        rows, columns = linear_sum_assignment(costs)
        assert len(pairs) == min(shape)
        assert sum(costs[pair] for pair in pairs) == pytest.approx(costs[rows, columns].sum())


def test_what_is_forbidden_stays_alone() -> None:
    costs = np.array([[1.0, FORBIDDEN], [np.inf, np.inf]])
    assert assign(costs) == [(0, 0)]


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)], ids=str)
def test_nothing_is_assigned_where_there_is_nothing(shape: tuple[int, int]) -> None:
    assert assign(np.zeros(shape)) == []
