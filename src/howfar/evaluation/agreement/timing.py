"""Times of several works in one run, so that they can be compared whatever else the machine does."""

import time
from collections.abc import Callable, Mapping
from typing import TypeVar

WARMING = 2
"""Turns that do not count: in the first ones memory and plans are made."""
TURNS = 20
MOST_S = 20.0
"""When so much time is gone, the turn is the last, though there be fewer: large networks take a second for a run."""

Name = TypeVar("Name", bound=str)


def least_in_turns_ms(works: Mapping[Name, Callable[[], object]], turns: int = TURNS) -> dict[Name, float]:
    """The least time of each work in milliseconds; they run turn by turn, so that what slows down slows all of them.

    Args:
        works: What is timed, by its name.
        turns: How often each runs, besides the first times.
    """
    least = dict.fromkeys(works, float("inf"))
    began = time.perf_counter()
    for turn in range(WARMING + turns):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            if turn >= WARMING:
                least[name] = min(least[name], 1e3 * (time.perf_counter() - start))
        if turn >= WARMING and time.perf_counter() - began > MOST_S:
            break
    return least
