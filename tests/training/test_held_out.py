"""Which samples are kept for validation."""

import pytest

from howfar.training.held_out import split_held_out


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
