"""Shards on one machine: processes that each look at one shard at a time; one that dies is replaced."""

import os
import signal
from collections import Counter, deque
from collections.abc import Generator, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from howfar.batch.looking import BatchRangefinder
from howfar.batch.plan import Plan
from howfar.batch.shards import Written, write_shard
from howfar.errors import HowfarError, OutputError
from howfar.processes import without_interrupts

TRIES = 2
"""How many processes a picture may end before it is passed over."""
STARTS = 3
"""How many processes in a row may end before they have opened the networks."""
PATIENCE_S = 5.0

Event = Written | int
"""A shard that is written, or how many pictures of the shards under way are done."""


@dataclass(eq=False)
class _Worker:
    process: BaseProcess
    connection: Connection
    shard: int | None = None
    done: int = 0
    is_open: bool = False


@dataclass
class _Run:
    """The state of one run.

    Attributes:
        plan: The plan.
        looker: What the processes are sent.
        waiting: The shards that nobody works on yet.
        workers: The processes.
        ended: How often each picture was the one that a process ended at.
        early_ends: How many processes in a row ended before they had opened the networks.
    """

    plan: Plan
    looker: BatchRangefinder
    waiting: deque[int]
    workers: list[_Worker] = field(default_factory=list)
    ended: Counter[int] = field(default_factory=Counter)
    early_ends: int = 0

    def start(self) -> None:
        """Start one more process."""
        context = get_context("spawn")  # a fork would inherit locks of threads that it does not have
        here, there = context.Pipe()
        process = context.Process(target=work, args=(there, self.plan, self.looker), daemon=True)
        with without_interrupts():
            process.start()
        there.close()  # what is said here then ends with the process
        self.workers.append(_Worker(process, here))

    def hand_out(self, worker: _Worker) -> None:
        """Give a process its next shard, or let it go."""
        worker.shard, worker.done = (self.waiting.popleft() if self.waiting else None), 0
        deadly = frozenset(picture for picture, times in self.ended.items() if times >= TRIES)
        with suppress(OSError):  # it has died: its end is read next
            worker.connection.send(None if worker.shard is None else (worker.shard, deadly))

    def replace(self, worker: _Worker) -> None:
        """Go on after a process has ended: its shard is done anew, and the picture that it ended at is counted."""
        self.workers.remove(worker)
        worker.connection.close()
        worker.process.join()
        self.early_ends = 0 if worker.is_open else self.early_ends + 1
        if self.early_ends >= STARTS:
            raise OutputError(
                f"The processes end before they have opened the networks (exit code {worker.process.exitcode}): there "
                "may be too little memory for so many.",
                setting="processes",
            )
        if worker.shard is not None:
            self.ended[worker.shard * self.plan.shard_pictures + worker.done] += 1
            self.waiting.appendleft(worker.shard)
        if self.waiting:
            self.start()


def on_processes(
    plan: Plan, shards: Iterable[int], looker: BatchRangefinder, processes: int
) -> Generator[Event, None, None]:
    """Write shards by processes of this machine.

    Args:
        plan: The plan.
        shards: The shards to write.
        looker: Makes the rows.
        processes: How many processes work at a time.

    Raises:
        HowfarError: If one of them cannot go on: whatever is wrong with a picture is in its row.
    """
    run = _Run(plan, looker, deque(shards))
    try:
        for _ in range(min(processes, len(run.waiting))):
            run.start()
        while run.workers:
            by_connection = {worker.connection: worker for worker in run.workers}
            for connection in wait(list(by_connection)):
                yield from _heard(run, by_connection[connection])  # type: ignore[index]
    finally:
        _end(run.workers)


def _heard(run: _Run, worker: _Worker) -> Generator[Event, None, None]:
    """Take what a process says."""
    try:
        said = worker.connection.recv()
    except (EOFError, OSError):
        if worker.shard is None and worker.is_open:  # it was let go
            run.workers.remove(worker)
        else:
            run.replace(worker)
        return
    if isinstance(said, HowfarError):
        raise said
    if isinstance(said, int):
        worker.done = said
        yield sum(each.done for each in run.workers)
        return
    worker.is_open, worker.done = True, 0
    if isinstance(said, Written):
        yield said
    run.hand_out(worker)


def _end(workers: Iterable[_Worker]) -> None:
    for worker in workers:
        worker.connection.close()
        worker.process.terminate()
    for worker in workers:
        worker.process.join(PATIENCE_S)
        if worker.process.is_alive():
            worker.process.kill()


def work(connection: Connection, plan: Plan, looker: BatchRangefinder) -> None:
    """What a process does: shards that it is told, until there are no more, or nobody is there to tell them.

    Args:
        connection: Where it is told shards, and says what is done: how many pictures of a shard, or all of it.
        plan: The plan.
        looker: Makes the rows.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes, and is for the first to answer
    try:
        _ = looker.finder
        connection.send("open")
        while (told := connection.recv()) is not None:
            shard, deadly = told
            connection.send(write_shard(plan, shard, looker, connection.send, deadly))
    except HowfarError as error:
        connection.send(error)
    except (EOFError, OSError):  # whoever started this has gone, and will look at the shard again
        os._exit(1)
