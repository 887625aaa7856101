"""Which examples are shown together in an epoch, and by which of several processes."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Batch = TypeVar("Batch")


def shuffled_batches(count: int, batch: int, rng: np.random.Generator) -> list[list[int]]:
    """The places of `count` samples in random order, cut into batches.

    An incomplete last batch is left out unless it is the only one.
    """
    order = rng.permutation(count).tolist()
    return [order[number * batch : (number + 1) * batch] for number in range(max(1, count // batch))]


def share_of_rank(batches: Sequence[Batch], rank: int, world: int) -> list[Batch]:
    """The part of one of `world` processes: as many batches for each, whatever is over left out.

    Where there are fewer batches than processes, each has them all.
    """
    share = len(batches) // world
    return list(batches[rank * share : (rank + 1) * share] if share else batches)
