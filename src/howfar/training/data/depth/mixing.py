"""Several sources of depth in each step, in fixed numbers."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from torch.utils.data import Dataset

from howfar.training.bounds import Size
from howfar.training.data.depth.augmentation import DepthExample
from howfar.training.data.depth.batches import DepthDraw, DepthExamples
from howfar.training.data.epoch_plan import batches_of_rank

SIZES = 1 << 20
"""Tells the draws of the sizes from those of the order, beside the number of a source."""


class MixedDraw(NamedTuple):
    """One example to be drawn: of which source, and which one there."""

    source: int
    draw: DepthDraw


class Part(NamedTuple):
    """A source in a step: how many samples it has, and how many of them a step shows."""

    samples: int
    each: int


class MixedExamples(Dataset[tuple[str, DepthExample]]):
    """Examples of several sources by `MixedDraw`."""

    def __init__(self, sources: Sequence[DepthExamples]) -> None:
        self.sources = sources

    def __len__(self) -> int:
        return sum(len(source) for source in self.sources)

    def __getitem__(self, draw: MixedDraw) -> tuple[str, DepthExample]:
        return self.sources[draw.source][draw.draw]


class MixedPlan(Sequence[list[MixedDraw]]):
    """The batches of one epoch: so many of each source in each, and for each batch the size of its crops.

    Each source is gone through again and again, in another order each time, wherever epochs begin and end. What an
    epoch shows is a function of its number and the seed: the epochs before need not be drawn.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        steps: int,
        sizes_px: Sequence[Size],
        shares: Sequence[float],
        *,
        seed: int,
        epoch: int,
    ) -> None:
        """Plan an epoch of `steps` batches; `shares` say how often each size is drawn, evenly when empty."""
        chances = np.asarray(shares or [1.0] * len(sizes_px))
        rng = np.random.default_rng((seed, epoch, SIZES))
        chosen = rng.choice(len(sizes_px), steps, p=chances / chances.sum())
        streams = [_stream(part, number, steps, seed, epoch) for number, part in enumerate(parts)]
        self._batches = [
            [
                MixedDraw(source, DepthDraw(index, turn, sizes_px[size]))
                for source, (part, stream) in enumerate(zip(parts, streams, strict=True))
                for index, turn in stream[step * part.each : (step + 1) * part.each]
            ]
            for step, size in enumerate(chosen.tolist())
        ]

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, number: int) -> list[MixedDraw]:  # type: ignore[override]
        return self._batches[number]

    def __iter__(self) -> Iterator[list[MixedDraw]]:
        return iter(self._batches)

    def of_rank(self, rank: int, world: int) -> list[list[MixedDraw]]:
        """The batches of one of `world` processes."""
        return batches_of_rank(self._batches, rank, world)


def _stream(part: Part, number: int, steps: int, seed: int, epoch: int) -> list[tuple[int, int]]:
    """What an epoch shows of a source: the index of each sample, and how often the source was gone through before."""
    if not part.each:
        return []
    first, last = (steps * part.each * end for end in (epoch, epoch + 1))
    turns = range(first // part.samples, -(-last // part.samples))
    orders = {turn: np.random.default_rng((seed, turn, number)).permutation(part.samples) for turn in turns}
    return [(int(orders[at // part.samples][at % part.samples]), at // part.samples) for at in range(first, last)]
