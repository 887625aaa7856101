"""Temporary files that were left by processes which were killed: they are told from those that are still written.

A temporary file is locked while it is written, and a lock ends with its process, on other machines and in other
containers too. Where there are no such locks, as on Windows, nothing is swept away.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

PREFIX = ".howfar-"
"""How the names of temporary files begin."""

LEAST_AGE_S = 60.0
"""What is younger may be a file that is about to be locked."""

_swept: set[Path] = set()


@contextmanager
def locked(handle: int) -> Iterator[None]:
    """Keep a new temporary file from being swept away during the block, and close it at the end."""
    if sys.platform == "win32":
        os.close(handle)  # it could not be renamed otherwise
        yield
        return
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def sweep(folder: Path) -> None:
    """Remove the temporary files that processes which are over have left in a folder; once for each folder."""
    folder = folder.absolute()
    if folder in _swept:
        return
    _swept.add(folder)
    for path in folder.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if path.is_file() and time.time() - path.stat().st_mtime > LEAST_AGE_S:
                _remove_unless_locked(path)


def _remove_unless_locked(path: Path) -> None:
    if sys.platform == "win32":
        return
    handle = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()
    finally:
        os.close(handle)
