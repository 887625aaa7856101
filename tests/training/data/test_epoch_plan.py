"""Which examples are shown together: every one once, and none to two processes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.training.data.epoch_plan import batches_of_rank, shuffled_batches

COUNTS = st.integers(1, 60)


@given(count=COUNTS, batch=st.integers(1, 20), seed=st.integers(0, 99))
def test_an_epoch_shows_a_sample_at_most_once_in_whole_batches(count: int, batch: int, seed: int) -> None:
    batches = shuffled_batches(count, batch, np.random.default_rng(seed))
    shown = [index for indices in batches for index in indices]
    assert len(set(shown)) == len(shown)
    assert set(shown) <= set(range(count))
    assert all(len(indices) == min(batch, count) for indices in batches)
    assert count - len(shown) < batch


def test_the_order_follows_from_the_random_state() -> None:
    first, same, other = (shuffled_batches(50, 5, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == same
    assert first != other
    assert first[0] != sorted(first[0])


@given(count=COUNTS, world=st.integers(1, 8))
def test_processes_share_the_batches_evenly(count: int, world: int) -> None:
    shares = [batches_of_rank(range(count), rank, world) for rank in range(world)]
    assert len({len(share) for share in shares}) == 1
    if count >= world:
        shown = [number for share in shares for number in share]
        assert shown == list(range(count // world * world))


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_fewer_batches_than_processes_are_shown_to_each(rank: int) -> None:
    assert batches_of_rank(["a", "b"], rank, 3) == ["a", "b"]
