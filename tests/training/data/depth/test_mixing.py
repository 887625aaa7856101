"""Several sources in each step: how many of each, and that chance depends on the seed and the epoch alone."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from howfar.training.data.depth.mixing import MixedDraw, MixedPlan, Part

SIZES = ((64, 32), (32, 64))

parts = st.lists(st.builds(Part, st.integers(1, 9), st.integers(0, 4)), min_size=1, max_size=3)


def plan(given_parts: list[Part], epoch: int = 0, steps: int = 5, seed: int = 0) -> MixedPlan:
    return MixedPlan(given_parts, steps, SIZES, (), seed=seed, epoch=epoch)


def shown(given_parts: list[Part], epochs: int, steps: int) -> list[MixedDraw]:
    return [draw for epoch in range(epochs) for batch in plan(given_parts, epoch, steps) for draw in batch]


@settings(max_examples=50, deadline=None)
@given(given_parts=parts, epoch=st.integers(0, 4), steps=st.integers(1, 7))
def test_each_step_shows_as_many_of_each_source_as_it_should_and_one_size(
    given_parts: list[Part], epoch: int, steps: int
) -> None:
    batches = list(plan(given_parts, epoch, steps))
    assert len(batches) == steps
    for batch in batches:
        counted = Counter(draw.source for draw in batch)
        assert [counted[source] for source in range(len(given_parts))] == [part.each for part in given_parts]
        assert len({draw.draw.size_px for draw in batch}) <= 1


@settings(max_examples=50, deadline=None)
@given(given_parts=parts, epochs=st.integers(1, 4), steps=st.integers(1, 7))
def test_a_source_is_gone_through_before_it_is_shown_again_across_epochs(
    given_parts: list[Part], epochs: int, steps: int
) -> None:
    draws = shown(given_parts, epochs, steps)
    for source, part in enumerate(given_parts):
        own = [(draw.draw.epoch, draw.draw.sample_index) for draw in draws if draw.source == source]
        assert len(own) == len(set(own)) == epochs * steps * part.each
        for turn in range(len(own) // part.samples):
            assert {index for at, index in own if at == turn} == set(range(part.samples))


def test_the_same_seed_and_epoch_give_the_same_batches_and_others_give_others() -> None:
    some = [Part(9, 2), Part(7, 1)]
    assert list(plan(some, 3)) == list(plan(some, 3))
    assert list(plan(some, 3)) != list(plan(some, 2))
    assert list(plan(some, 3)) != list(plan(some, 3, seed=1))


def test_a_source_keeps_its_order_whatever_is_mixed_with_it() -> None:
    alone = [draw.draw.sample_index for draw in shown([Part(9, 2)], 2, 5)]
    mixed = shown([Part(9, 2), Part(4, 3)], 2, 5)
    assert [draw.draw.sample_index for draw in mixed if draw.source == 0] == alone


def test_processes_share_the_batches_of_an_epoch() -> None:
    whole = plan([Part(9, 2), Part(7, 1)], steps=6)
    assert [*whole.of_rank(0, 2), *whole.of_rank(1, 2)] == list(whole)
