"""Processes of our own, which Ctrl-C does not end: it reaches every process of the terminal, and is for the first."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker


@contextmanager
def without_interrupts() -> Iterator[None]:
    """Start processes in this block that are not interrupted, not even while they import what they need.

    They inherit that this thread lets none through; another thread of this process may still be interrupted. Where
    signals cannot be held back, as on Windows, nothing changes: such a process can ignore them from its first own line
    on.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # which lets interrupts through when it is started itself
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
