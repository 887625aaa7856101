"""The learning rate over time."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from howfar.training.recipe_settings import ScheduleSettings
from howfar.training.schedules import learning_rate_share

COSINE = ScheduleSettings(shape="cosine", warmup_epochs=2, final_share=0.1)
HYBRID = ScheduleSettings(shape="steps", steps=((10, 0.5), (20, 0.1)))


@pytest.mark.parametrize(
    ("epoch", "share"),
    [(0.5, 0.25), (1.0, 0.5), (2.0, 1.0), (7.0, 0.55), (4.5, 0.1 + 0.9 * (1 + math.cos(math.pi / 4)) / 2), (12.0, 0.1)],
    ids=["rising", "half-way up", "at the top", "half-way down", "a quarter of the way down", "at the end"],
)
def test_a_cosine_rises_and_falls(epoch: float, share: float) -> None:
    assert learning_rate_share(COSINE, epoch, 12) == pytest.approx(share)


@pytest.mark.parametrize(
    ("epoch", "share"),
    [(0, 1.0), (9.99, 1.0), (10, 0.5), (19.99, 0.5), (20, 0.1), (29.99, 0.1)],
    ids=["the first", "the end of the tenth", "the eleventh", "the end of the twentieth", "then", "the last"],
)
def test_steps_hold_until_the_next(epoch: float, share: float) -> None:
    assert learning_rate_share(HYBRID, epoch, 30) == share


def test_steps_can_be_warmed_up_to() -> None:
    warmed = ScheduleSettings(shape="steps", warmup_epochs=4, steps=((10, 0.5),))
    assert learning_rate_share(warmed, 1.0, 30) == 0.25
    assert learning_rate_share(warmed, 4.0, 30) == 1.0


@settings(deadline=None)
@given(
    epochs=st.integers(1, 100),
    place=st.floats(0, 1),
    warmup=st.floats(0, 5),
    final=st.floats(0, 1),
)
def test_a_share_is_never_above_one_nor_below_zero(epochs: int, place: float, warmup: float, final: float) -> None:
    schedule = ScheduleSettings(warmup_epochs=warmup, final_share=final)
    assert 0 <= learning_rate_share(schedule, place * epochs, epochs) <= 1 + 1e-12


@settings(deadline=None)
@given(first=st.floats(0, 30), second=st.floats(0, 30))
def test_without_warm_up_the_rate_never_rises(first: float, second: float) -> None:
    early, late = sorted((first, second))
    for schedule in (ScheduleSettings(), HYBRID):
        assert learning_rate_share(schedule, early, 30) >= learning_rate_share(schedule, late, 30)


def test_the_very_first_step_moves_something() -> None:
    assert learning_rate_share(COSINE, 0.0, 12) > 0
