"""Keeping some of the samples for validation."""

from collections.abc import Sequence
from typing import TypeVar

Sample = TypeVar("Sample")

BLOCK = 10
"""Successive pictures of NYU are of one scene more often than not; so many are held out together."""


def split_held_out(samples: Sequence[Sample], every: int) -> tuple[Sequence[Sample], Sequence[Sample]]:
    """Split the samples: every `every`-th block of ten successive ones is held out (none when 0)."""
    kept = [index for index in range(len(samples)) if not every or index // BLOCK % every != every - 1]
    away = sorted(set(range(len(samples))) - set(kept))
    return Chosen(samples, kept), Chosen(samples, away)


def split_fold(samples: Sequence[Sample], fold: int, folds: int) -> tuple[Sequence[Sample], Sequence[Sample]]:
    """Split the samples as in k-fold cross-validation: block number `fold` of `folds` contiguous ones is left out.

    Contiguous, as neighbours are of one scene.

    Args:
        samples: All of them, in their order.
        fold: The number of the block, from 1.
        folds: How many blocks there are, of sizes that differ by one at most.

    Returns:
        The samples that stay, and those left out.
    """
    start, end = (len(samples) * edge // folds for edge in (fold - 1, fold))
    return Chosen(samples, [*range(start), *range(end, len(samples))]), Chosen(samples, range(start, end))


def spread_indices(available: int, count: int) -> list[int]:
    """The indices of `count` of the samples that are available, spread evenly; of all when 0 or too many."""
    if not 0 < count < available:
        return list(range(available))
    return [(2 * number + 1) * available // (2 * count) for number in range(count)]


class Chosen(Sequence[Sample]):
    """Some of the samples, read when they are asked for."""

    def __init__(self, samples: Sequence[Sample], indices: Sequence[int]) -> None:
        self._samples, self._indices = samples, indices

    def __len__(self) -> int:
        return len(self._indices)

    def __getitem__(self, index: int) -> Sample:  # type: ignore[override]
        return self._samples[self._indices[index]]
