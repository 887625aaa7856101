"""Keeping a part of the samples for validation."""

from collections.abc import Sequence
from typing import TypeVar

Sample = TypeVar("Sample")

BLOCK = 10
"""Successive pictures of NYU are of one scene more often than not; so many are held out together."""


def split_held_out(samples: Sequence[Sample], every: int) -> tuple[Sequence[Sample], Sequence[Sample]]:
    """Part the samples: every `every`-th block of ten successive ones is held out (none when 0)."""
    kept = [place for place in range(len(samples)) if not every or place // BLOCK % every != every - 1]
    away = sorted(set(range(len(samples))) - set(kept))
    return Chosen(samples, kept), Chosen(samples, away)


class Chosen(Sequence[Sample]):
    """Some of the samples, read when they are asked for."""

    def __init__(self, samples: Sequence[Sample], places: Sequence[int]) -> None:
        self._samples, self._places = samples, places

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, place: int) -> Sample:  # type: ignore[override]
        return self._samples[self._places[place]]
