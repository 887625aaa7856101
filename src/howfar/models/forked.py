"""What has threads of its own, in a process that forks: its copy in the child has none of them and must not be touched.

A server that loads a finder and then forks its workers (gunicorn's preload), and `multiprocessing` where it forks, give
each child a copy of every open session. To destroy such a copy is to wait for threads that are not there, for ever.
"""

import ctypes
import os
import threading
import weakref
from collections.abc import Callable
from typing import Any, Generic, TypeVar

Thing = TypeVar("Thing")


class Forked(Generic[Thing]):
    """One thing with threads, opened once in each process that uses it. May be used from several threads at once."""

    def __init__(self, opener: Callable[[], Thing]) -> None:
        """Take what opens it; it is opened when it is asked for."""
        self._opener = opener
        self._thing: Thing | None = None
        self._lock = threading.Lock()
        _ALL.add(self)

    def here(self) -> Thing:
        """The thing, opened in this process. Raises what its opener raises."""
        thing = self._thing
        if thing is None:
            with self._lock:
                thing = self._thing
                if thing is None:
                    thing = self._thing = self._opener()
        return thing

    def forget(self) -> None:
        """Let go of the thing without destroying it, in a child that has just been forked."""
        self._lock = threading.Lock()  # whoever held it is not here
        if self._thing is not None:
            _never_destroyed(self._thing)
        self._thing = None


_ALL: "weakref.WeakSet[Forked[Any]]" = weakref.WeakSet()


def _never_destroyed(thing: object) -> None:
    """Keep an object, and what it holds, for the life of the process: one reference more than there will ever be."""
    for each in (thing, *getattr(thing, "__dict__", {}).values()):
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(each))


def _forget_all() -> None:
    for each in list(_ALL):
        each.forget()


if hasattr(os, "register_at_fork"):  # where processes can fork
    os.register_at_fork(after_in_child=_forget_all)
