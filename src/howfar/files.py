"""Writing files so that nothing half-written is ever found under the final name."""

import os
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from howfar.errors import OutputError


@contextmanager
def replacing(target: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give a temporary path in the target's folder, and rename it to the target when the block ends well.

    The folder is made if it is missing. The temporary file keeps the target's ending, as many writers look at it. When
    the block fails, or is interrupted, the temporary file is removed and the target stays as it was.

    Raises:
        OutputError: If the target exists and overwrite is not set, or the folder cannot be written to.
    """
    refuse_existing(target, overwrite=overwrite)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.stem[:40]}-", suffix=target.suffix, dir=target.parent)
    except OSError as error:
        raise OutputError(f"{target.parent} cannot be written to ({error.strerror}); choose another folder.") from None
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())  # mkstemp makes the file private; a result is an ordinary file
        refuse_existing(target, overwrite=overwrite)
        temporary.replace(target)
    except OSError as error:
        raise OutputError(f"{target} could not be written ({error.strerror or error}).") from None
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait until the block has ended.

    A KeyboardInterrupt in the middle of a call into a C library, such as an encoder, can leave that in a state in which
    the next call crashes. Outside the main thread, which alone is interrupted, and where Ctrl-C is handled in another
    way than by Python, nothing changes.
    """
    handler = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield
        return
    came: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda number, frame: came.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if came:
            handler(*came[0])


def refuse_existing(target: Path, *, overwrite: bool) -> None:
    """Raise OutputError when the target is there and may not be overwritten."""
    try:
        there = target.exists()
    except OSError as error:  # such as a name that is too long
        raise OutputError(f"{target} cannot be written ({error.strerror}): choose another name.") from None
    if there and not overwrite:
        raise OutputError(f"{target} exists already: choose another name, or allow overwriting.", setting="overwrite")


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
