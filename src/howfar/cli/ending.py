"""How the process ends: a request to end is answered as Ctrl-C is, and no thread holds the end up."""

import atexit
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn


@contextmanager
def ended_like_ctrl_c() -> Iterator[None]:
    """During the block SIGTERM and SIGHUP raise KeyboardInterrupt, once, so that what is under way is finished.

    The process then ends with the exit code that shells give such a signal, 128 and its number. A signal that is
    ignored, as under `nohup`, or handled by somebody else, is left alone.

    Raises:
        SystemExit: If such a signal came.
    """
    if threading.current_thread() is not threading.main_thread():  # which alone may handle signals
        yield
        return
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    ours = [each for each in map(signal.Signals.__getitem__, names) if signal.getsignal(each) is signal.SIG_DFL]
    came: list[int] = []
    process = os.getpid()

    def end(number: int, _: FrameType | None) -> None:
        if os.getpid() != process:  # a fork has inherited this handler
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        elif not came:
            came.append(number)
            raise KeyboardInterrupt

    for each in ours:
        signal.signal(each, end)
    try:
        yield
    finally:
        for each in ours:
            signal.signal(each, signal.SIG_DFL)
        if came:
            sys.exit(128 + came[0])


def end_process(code: int) -> NoReturn:
    """End the process: at once, where a thread hangs in a read that never ends.

    Python takes its time then: it waits for the locks that the thread holds, and aborts where it does not get them.

    Raises:
        SystemExit: If no thread hangs.
    """
    workers = sys.modules.get("howfar.sources.workers")  # where it is not loaded, there are none
    if workers is None or not workers.end_all():
        sys.exit(code)
    with suppress(Exception):
        atexit._run_exitfuncs()  # temporary folders are removed there
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
