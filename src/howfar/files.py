"""Writing files so that nothing half-written is ever found under the final name, not even after a power cut."""

import errno
import os
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from howfar import stale_files
from howfar.errors import OutputError

_ENDING = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]


@contextmanager
def replacing(target: Path, *, overwrite: bool = False, good_unfinished: bool = False) -> Iterator[Path]:
    """Give a temporary path in the target's folder, and rename it to the target when the block ends well.

    The folder is made if it is missing. The temporary file keeps the target's ending, as many writers look at it. When
    the block fails, or is interrupted, the temporary file is removed and the target stays as it was. When it ends well,
    the file is on the disk: a power cut leaves the old file or the new one, whole. Temporary files of processes that
    were killed are swept away.

    Args:
        target: The final name.
        overwrite: Replace a file that is there.
        good_unfinished: The file is worth something at any moment, as a video in fragments is: the temporary name is
            one to be seen, and nobody sweeps it away.

    Raises:
        OutputError: If the target exists and overwrite is not set, or the folder cannot be written to.
    """
    refuse_existing(target, overwrite=overwrite)
    try:
        make_folder(target.parent)
        stale_files.sweep(target.parent)
        mark = f"{target.stem[:40]}.unfinished-" if good_unfinished else f"{stale_files.PREFIX}{target.stem[:40]}-"
        handle, name = tempfile.mkstemp(prefix=mark, suffix=target.suffix, dir=target.parent)
    except OSError as error:
        raise OutputError(f"{target.parent} cannot be written to ({error.strerror}); choose another folder.") from None
    temporary = Path(name)
    try:
        with stale_files.locked(handle):
            yield temporary
            temporary.chmod(0o666 & ~_umask())  # mkstemp makes the file private; a result is an ordinary file
            refuse_existing(target, overwrite=overwrite)
            put_in_place(temporary, target)
    except OSError as error:
        raise OutputError(f"{target} could not be written ({error.strerror or error}).") from None
    finally:
        temporary.unlink(missing_ok=True)


def put_in_place(temporary: Path, target: Path) -> None:
    """Rename a complete file to its final name in the same folder, when the disk holds all of it.

    Raises:
        OSError: If the disk is full or fails, or there is a folder of that name.
    """
    # Some systems keep data in memory for half a minute, and a name for less: renamed first, a file may come out empty.
    _to_disk(temporary, os.O_RDWR)
    temporary.replace(target)
    _folder_to_disk(target.parent)


def make_folder(folder: Path) -> None:
    """Make a folder, and those that it lies in, where they are missing; raises OSError if that fails."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for each in missing:
        _folder_to_disk(each.parent)


def expanded(path: str | Path) -> Path:
    """A path with the home folder in the place of `~` or `~user`; as it stands where nobody knows that user."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def is_file(path: Path) -> bool:
    """Whether there is such a file; there is none whose name is too long or whose folder may not be looked into."""
    try:
        return path.is_file()
    except OSError:
        return False


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let Ctrl-C, and a request to end, wait until the block has ended.

    A KeyboardInterrupt in the middle of a call into a C library, such as an encoder, can leave that in a state in which
    the next call crashes. Outside the main thread, which alone is interrupted, and for signals that are handled in
    another way than by Python, nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {number: signal.getsignal(number) for number in _ENDING}
    waiting = {number: handler for number, handler in handlers.items() if callable(handler)}
    came: list[tuple[int, FrameType | None]] = []
    try:
        for number in waiting:
            signal.signal(number, lambda number, frame: came.append((number, frame)))
        yield
    finally:
        for number, handler in waiting.items():
            signal.signal(number, handler)
        if came:
            waiting[signal.Signals(came[0][0])](*came[0])


def refuse_existing(target: Path, *, overwrite: bool) -> None:
    """Raise OutputError when the target is there and may not be overwritten, or no file can be called so."""
    try:
        there = target.exists()
    except OSError as error:  # such as a name that is too long
        raise OutputError(f"{target} cannot be written ({error.strerror}): choose another name.") from None
    if there and not overwrite:
        raise OutputError(f"{target} exists already: choose another name, or allow overwriting.", setting="overwrite")


def _to_disk(path: Path, flags: int) -> None:
    handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # of file systems that keep nothing back
            raise
    finally:
        os.close(handle)


def _folder_to_disk(folder: Path) -> None:
    """Have the names in a folder written; not every system lets a folder be opened for that."""
    with suppress(OSError):
        _to_disk(folder, os.O_RDONLY)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
