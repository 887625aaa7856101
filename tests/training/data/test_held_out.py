"""Which samples are kept for validation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.training.data.held_out import split_fold, split_held_out, spread_indices


@pytest.mark.parametrize(
    ("count", "every", "away"),
    [
        (40, 4, [*range(30, 40)]),
        (85, 2, [*range(10, 20), *range(30, 40), *range(50, 60), *range(70, 80)]),
        (40, 0, []),
        (12, 10, []),
    ],
    ids=["the fourth block of ten", "every second block", "nothing", "too few for a tenth block"],
)
def test_blocks_of_neighbours_are_held_out_together(count: int, every: int, away: list[int]) -> None:
    kept, held_out = split_held_out(range(count), every)
    assert list(held_out) == away
    assert sorted([*kept, *held_out]) == [*range(count)]


@pytest.mark.parametrize(
    ("count", "fold", "folds", "away"),
    [(6, 1, 3, [0, 1]), (6, 3, 3, [4, 5]), (7, 2, 3, [2, 3]), (7, 3, 3, [4, 5, 6])],
    ids=["the first", "the last", "of a number that does not divide", "the rest goes to the last"],
)
def test_a_fold_is_one_block_of_neighbours(count: int, fold: int, folds: int, away: list[int]) -> None:
    kept, left_out = split_fold(range(count), fold, folds)
    assert list(left_out) == away
    assert [*kept] == [index for index in range(count) if index not in away]


@given(st.integers(2, 6), st.integers(0, 50))
def test_each_sample_is_left_out_by_one_fold(folds: int, more: int) -> None:
    count = folds + more
    left_out = [index for fold in range(1, folds + 1) for index in split_fold(range(count), fold, folds)[1]]
    assert left_out == [*range(count)]


@pytest.mark.parametrize(
    ("available", "count", "indices"),
    [
        (10, 0, list(range(10))),
        (10, 10, list(range(10))),
        (10, 99, list(range(10))),
        (10, 1, [5]),
        (10, 2, [2, 7]),
        (9, 3, [1, 4, 7]),
    ],
    ids=["all by default", "all by number", "more than there are", "one", "two", "three"],
)
def test_some_are_spread_evenly_over_all(available: int, count: int, indices: list[int]) -> None:
    assert spread_indices(available, count) == indices
