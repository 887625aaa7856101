"""Threads that can be told to leave, and that have left before the interpreter ends.

A thread that is inside ONNX Runtime or OpenCV when the interpreter ends aborts the whole process ("terminate called
without an active exception"): Python unwinds its stack, and C++ code does not let itself be unwound.
"""

import atexit
import os
import threading
from collections.abc import Callable
from weakref import WeakSet

from howfar.errors import SourceError

_running: "WeakSet[Worker]" = WeakSet()


class Worker(threading.Thread):
    """A thread of a generator. Telling it to leave tells the workers that it has started too, as it may wait for them.

    No wait for it is without a limit: one that hangs in a driver or in a read that never ends is left to itself.
    """

    def __init__(self, name: str, work: Callable[[], None], wake: Callable[[], None], patience_s: float) -> None:
        """Set up; `start` starts it.

        Args:
            name: Name of the thread.
            work: What it does.
            wake: Makes `work`, and whoever waits for its results, see that it is to end. It may be called several
                times, from any thread.
            patience_s: Longest wait for it to leave, in seconds.
        """
        super().__init__(name=name, daemon=True)
        self._work = work
        self._wake = wake
        self._patience_s = patience_s
        self._helpers: WeakSet[Worker] = WeakSet()
        self._told_to_leave = False

    def start(self) -> None:
        """Start the thread."""
        starter = threading.current_thread()
        _running.add(self)
        super().start()
        if isinstance(starter, Worker):
            starter._helpers.add(self)
            if starter._told_to_leave:
                self.leave()

    def run(self) -> None:
        """Do the work; not to be called."""
        self._work()

    def leave(self) -> None:
        """Tell it to leave, without waiting."""
        self._told_to_leave = True
        for helper in list(self._helpers):
            helper.leave()
        self._wake()

    def end(self) -> None:
        """Tell it to leave, and wait until it has left, or until its time is over; the second time not at all."""
        patience_s, self._patience_s = self._patience_s, 0.0
        if self.is_alive():  # it is not where Ctrl-C came before it was started, nor in a process that was forked
            self.leave()
            if self is not threading.current_thread():  # which may collect a forgotten generator as garbage
                self.join(patience_s)


def refuse_in_fork(process: int) -> None:
    """Refuse to wait for a thread in a copy of the process that has it: threads are not copied by a fork.

    Args:
        process: The number of the process that started the thread.

    Raises:
        SourceError: If this is another process.
    """
    if os.getpid() != process:
        raise SourceError(
            "A video that was opened before this process was forked cannot go on in it: open it where it is read."
        )


def end_all() -> bool:
    """End all threads, as far as they do; whether one hangs, in a read that never ends or in a driver."""
    running = [worker for worker in _running if worker.is_alive()]
    for worker in running:
        worker.leave()
    for worker in running:
        worker.end()
    return any(worker.is_alive() for worker in running)


atexit.register(end_all)
