"""A request to end, as `docker stop`, `timeout` and a terminal that closes send it: answered as Ctrl-C is."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


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
