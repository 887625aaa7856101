"""Working ahead: an iterator whose items are made in a thread while the consumer is busy with earlier ones."""

import os
import queue
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import closing, nullcontext
from functools import partial
from typing import NamedTuple, TypeVar

from howfar.sources.workers import Worker, refuse_in_fork

READING_PATIENCE_S = 1.0
COMPUTING_PATIENCE_S = 60.0
"""How long a thread is waited for that is told to leave: reading may never end, a pass of a network does."""


class _End(NamedTuple):
    error: BaseException | None


Item = TypeVar("Item")
Result = TypeVar("Result")


def ahead(
    items: Iterable[Item], size: int = 1, *, patience_s: float = READING_PATIENCE_S
) -> Generator[Item, None, None]:
    """Iterate in a thread of its own, at most `size` finished items ahead; order and errors are kept.

    One is enough for stages of steady speed to overlap, and keeps a live picture fresh.

    An error of the source is raised here after the items before it. When this generator is closed, early or not, the
    source is closed too, in its own thread, and the thread is over; unless the source does not let go of it.

    Args:
        items: The source.
        size: How many finished items may wait.
        patience_s: How long the thread is waited for when this generator is closed, in seconds.
    """
    # Simple queues, as Ctrl-C within Queue.get can leave its lock taken: the thread then waits for it, and we for the
    # thread. With a slot taken for each item that waits they are bounded all the same.
    finished: queue.SimpleQueue[Item | _End] = queue.SimpleQueue()
    slots: queue.SimpleQueue[None] = queue.SimpleQueue()
    for _ in range(size):
        slots.put(None)
    stop = threading.Event()

    def wake() -> None:
        stop.set()
        slots.put(None)  # the thread may be waiting for one
        finished.put(_End(None))  # and the consumer for an item

    process = os.getpid()
    worker = Worker("howfar-ahead", partial(_fill, items, finished, slots, stop), wake, patience_s)
    try:
        worker.start()
        while True:
            refuse_in_fork(process)
            item = finished.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            slots.put(None)
            yield item
    finally:
        worker.end()


def computed_ahead(compute: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result, None, None]:
    """What `compute` makes of each item, in order: items are read, and results computed, each in a thread of its own.

    Args:
        compute: A computation that ends by itself.
        items: The source.
    """

    def results() -> Generator[Result, None, None]:
        with closing(ahead(items)) as read:
            for item in read:
                yield compute(item)

    yield from ahead(results(), patience_s=COMPUTING_PATIENCE_S)


def _fill(
    items: Iterable[Item],
    finished: "queue.SimpleQueue[Item | _End]",
    slots: "queue.SimpleQueue[None]",
    stop: threading.Event,
) -> None:
    error: BaseException | None = None
    try:
        iterator = iter(items)
        with closing(iterator) if isinstance(iterator, Generator) else nullcontext():
            for item in iterator:
                slots.get()
                if stop.is_set():
                    return
                finished.put(item)
    except BaseException as caught:  # noqa: BLE001  whatever it is belongs to the consumer
        error = caught
    finished.put(_End(error))
