"""Batches made ready while the network is busy with the last one."""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from multiprocessing.context import BaseContext
from typing import Any, Protocol

import cv2
import torch
from torch.utils.data import DataLoader, Dataset

from howfar.processes import without_interrupts
from howfar.sources.ahead import COMPUTING_PATIENCE_S, ahead

DEPTH = 4
"""Batches that lie ready at most."""


SERVER = "forkserver"
"""How Python calls processes that are forked from one that does nothing else."""


class Batches(Iterable[Any], Sized, Protocol):
    """The batches of one epoch."""


class Preparation:
    """Makes batches from a data set and a plan: in a thread, or in processes for a device that is faster than one.

    A thread is enough where the network itself runs on the CPU: OpenCV and PyTorch work outside Python's lock.
    Processes are started once. They are not forked from this one: a fork inherits the locks of OpenCV's threads without
    the threads, and waits for them for ever. They are forked from a server that has imported what they need and runs no
    thread, where the system has such; spawned ones import PyTorch each, one after the other.
    """

    def __init__(self, examples: Dataset[Any], collate: Callable[[Sequence[Any]], Any], workers: int) -> None:
        self._plan = _Plan()
        self._loader = DataLoader(
            examples,
            batch_sampler=self._plan,
            collate_fn=collate,
            num_workers=workers,
            worker_init_fn=_one_thread,
            persistent_workers=workers > 0,
            multiprocessing_context=_context(examples) if workers else None,
            prefetch_factor=DEPTH if workers else None,
            generator=torch.Generator(),  # its own: the loader must not draw from dropout's
        )
        self._in_thread = workers == 0

    def run(self, plan: Sequence[Sequence[Any]]) -> Batches:
        """The batches of a plan: one list of the data set's keys for each."""
        self._plan.batches = plan
        return _Run(self._loader, len(plan), self._in_thread)


class _Plan:
    """What the loader's processes are handed; another in each epoch."""

    def __init__(self) -> None:
        self.batches: Sequence[Sequence[Any]] = ()

    def __iter__(self) -> Iterator[list[Any]]:
        return iter([list(batch) for batch in self.batches])

    def __len__(self) -> int:
        return len(self.batches)


class _Run:
    """One pass over the loader."""

    def __init__(self, loader: DataLoader[Any], steps: int, in_thread: bool) -> None:
        self._loader, self._steps, self._in_thread = loader, steps, in_thread

    def __len__(self) -> int:
        return self._steps

    def __iter__(self) -> Iterator[Any]:
        if self._in_thread:
            return iter(ahead(self._loader, DEPTH, patience_s=COMPUTING_PATIENCE_S))
        with without_interrupts():
            return iter(self._loader)


def _context(examples: Dataset[Any]) -> BaseContext:
    """How processes are started that read these examples."""
    if SERVER not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context(SERVER)
    context.set_forkserver_preload([type(examples).__module__])
    return context


def _one_thread(_: int) -> None:
    # 0, not 1: after a fork, 1 waits for ever for threads that only the parent has.
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
