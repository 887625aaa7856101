"""Samples that are read when they are asked for."""

import pytest

from howfar.datasets import LazySamples


def test_nothing_is_read_before_it_is_asked_for() -> None:
    read: list[int] = []

    def load(key: int) -> int:
        read.append(key)
        return 10 * key

    samples = LazySamples(range(8), load)
    some = samples[1::3]
    assert len(samples) == 8
    assert len(some) == 3
    assert read == []
    assert some[1] == 40
    assert read == [4]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        pytest.param(slice(None, None, 3), [0, 30, 60], id="every third"),
        pytest.param(slice(2), [0, 10], id="the first two"),
        pytest.param(slice(9, None), [], id="beyond the end there is nothing"),
    ],
)
def test_a_slice_goes_through_the_chosen_ones(place: slice, expected: list[int]) -> None:
    assert list(LazySamples(range(8), lambda key: 10 * key)[place]) == expected


def test_iteration_ends_at_the_last_sample() -> None:
    assert list(LazySamples("ab", str.upper)) == ["A", "B"]
