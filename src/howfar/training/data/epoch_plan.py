"""Which examples are shown together in an epoch, and by which of several processes."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Batch = TypeVar("Batch")


def shuffled_batches(count: int, batch: int, rng: np.random.Generator) -> list[list[int]]:
    """The indices of `count` samples in random order, cut into batches.

    An incomplete last batch is left out unless it is the only one.
    """
    order = rng.permutation(count).tolist()
    return [order[number * batch : (number + 1) * batch] for number in range(max(1, count // batch))]


def batches_of_rank(batches: Sequence[Batch], rank: int, world: int) -> list[Batch]:
    """The batches of one of `world` processes: as many for each, and the rest left out.

    Where there are fewer batches than processes, each has them all.
    """
    each = len(batches) // world
    return list(batches[rank * each : (rank + 1) * each] if each else batches)


def share_of_epoch(count: int, batch: int, seed: int, epoch: int, rank: int, world: int) -> list[list[int]]:
    """The batches of indices that one of several processes trains on in an epoch, a function of these numbers alone.

    Args:
        count: How many samples there are.
        batch: How many a batch has.
        seed: The training's seed.
        epoch: The epoch, from 0.
        rank: The process, from 0.
        world: How many processes there are.
    """
    shuffled = shuffled_batches(count, batch, np.random.default_rng((seed, epoch)))
    return batches_of_rank(shuffled, rank, world)
