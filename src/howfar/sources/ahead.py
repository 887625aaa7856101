"""Working ahead: an iterator whose items are made in a thread while the consumer is busy with earlier ones."""

import queue
import threading
from collections.abc import Generator, Iterable
from contextlib import closing, nullcontext
from typing import NamedTuple, TypeVar


class _End(NamedTuple):
    error: BaseException | None


Item = TypeVar("Item")


def ahead(items: Iterable[Item], size: int = 1) -> Generator[Item, None, None]:
    """Iterate in a thread of its own, at most `size` finished items ahead; order and errors are kept.

    One is enough for stages of steady speed to overlap, and keeps a live picture fresh.

    An error of the source is raised here after the items before it. When this generator is closed, early or not, the
    source is closed too, in its own thread, and the thread is over.
    """
    # Simple queues, as Ctrl-C within Queue.get can leave its lock taken: the thread then waits for it, and we for the
    # thread, for ever. With a slot taken for each item that waits they are bounded all the same.
    finished: queue.SimpleQueue[Item | _End] = queue.SimpleQueue()
    slots: queue.SimpleQueue[None] = queue.SimpleQueue()
    for _ in range(size):
        slots.put(None)
    stop = threading.Event()
    worker = threading.Thread(target=_fill, args=(items, finished, slots, stop), name="howfar-ahead", daemon=True)
    try:
        worker.start()
        while True:
            item = finished.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            slots.put(None)
            yield item
    finally:
        stop.set()
        slots.put(None)  # the thread may be waiting for one
        if worker.is_alive():  # it is not where Ctrl-C came before it was
            worker.join()


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
