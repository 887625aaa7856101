"""Working ahead: an iterator whose items are made in a thread while the consumer is busy with earlier ones."""

import queue
import threading
from collections.abc import Generator, Iterable
from contextlib import closing, nullcontext
from typing import NamedTuple, TypeVar

POLL_S = 0.1


class _End(NamedTuple):
    error: BaseException | None


Item = TypeVar("Item")


def ahead(items: Iterable[Item], size: int = 1) -> Generator[Item, None, None]:
    """Iterate in a thread of its own, at most `size` finished items ahead; order and errors are kept.

    One is enough for stages of steady speed to overlap, and keeps a live picture fresh.

    An error of the source is raised here after the items before it. When this generator is closed, early or not, the
    source is closed too, in its own thread, and the thread is over.
    """
    waiting: queue.Queue[Item | _End] = queue.Queue(maxsize=size)
    stop = threading.Event()
    worker = threading.Thread(target=_fill, args=(items, waiting, stop), name="howfar-ahead", daemon=True)
    worker.start()
    try:
        while True:
            item = waiting.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        stop.set()
        worker.join()


def _fill(items: Iterable[Item], waiting: "queue.Queue[Item | _End]", stop: threading.Event) -> None:
    error: BaseException | None = None
    try:
        iterator = iter(items)
        with closing(iterator) if isinstance(iterator, Generator) else nullcontext():
            for item in iterator:
                if not _put(waiting, item, stop):
                    return
    except BaseException as caught:  # noqa: BLE001  whatever it is belongs to the consumer
        error = caught
    _put(waiting, _End(error), stop)


def _put(waiting: "queue.Queue[Item | _End]", item: Item | _End, stop: threading.Event) -> bool:
    """Put an item once there is room; False when the consumer has left."""
    while not stop.is_set():
        try:
            waiting.put(item, timeout=POLL_S)
        except queue.Full:
            continue
        return True
    return False
