"""Threads end before the interpreter, and whoever waits for them does not wait without end."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from howfar.sources.ahead import ahead, computed_ahead

BUSY = """
import atexit, itertools, threading, time
import numpy as np
atexit.register(lambda: print([each.name for each in threading.enumerate() if each.name.startswith("howfar")]))
from howfar.sources.ahead import ahead, computed_ahead
from howfar.sources.live import LiveStream

def pictures():
    for number in itertools.count():
        time.sleep(0.05)
        yield number

def camera():
    for number in pictures():
        yield np.zeros((4, 6, 3), np.uint8)
"""


@pytest.mark.parametrize(
    ("end", "code"),
    [
        pytest.param("stream = ahead(pictures()); next(stream)", 0, id="a generator is open"),
        pytest.param("stream = computed_ahead(abs, pictures()); next(stream)", 0, id="one of two threads is open"),
        pytest.param("a = [stream := ahead(pictures())]; a.append(a); next(stream)", 0, id="it is in a circle"),
        pytest.param("stream = ahead(pictures()); next(stream); 1 / 0", 1, id="an error"),
        pytest.param("stream = ahead(pictures()); next(stream); raise SystemExit(3)", 3, id="an exit code"),
        pytest.param("stream = ahead(pictures()); next(stream); raise KeyboardInterrupt", 130, id="Ctrl-C"),
        pytest.param("stream = LiveStream('camera:0', opener=camera).frames(); next(stream)", 0, id="a live stream"),
    ],
)
def test_no_thread_outlives_the_script(end: str, code: int) -> None:
    run = subprocess.run([sys.executable, "-c", BUSY + end], capture_output=True, text=True, timeout=20, check=False)
    assert run.stdout == "[]\n"
    assert run.returncode in (code, -signal.SIGINT if code == 130 else code)
    assert "terminate" not in run.stderr


FORKED = """
if os.fork() == 0:
    try:
        print(sum(1 for _ in stream))
    except Exception as error:
        print(error, flush=True)
    os._exit(3)
print(os.waitstatus_to_exitcode(os.wait()[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot fork here")
@pytest.mark.parametrize(
    "stream",
    ["ahead(pictures())", "computed_ahead(abs, pictures())", "LiveStream('camera:0', opener=camera).frames()"],
    ids=["a video", "results", "a live stream"],
)
def test_a_fork_does_not_wait_for_the_threads_of_its_parent(stream: str) -> None:
    script = f"{BUSY}\nimport os\nstream = {stream}; next(stream)\n{FORKED}"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=20, check=False)
    assert run.stdout.splitlines()[0].startswith("A video that was opened before this process was forked")
    assert run.stdout.splitlines()[1] == "3"


@pytest.mark.slow
@pytest.mark.parametrize(
    "end", ["", "raise OSError(28, 'No space left on device')"], ids=["at the end", "after an error"]
)
def test_a_watch_that_is_left_open_does_not_abort(end: str, tmp_path: object) -> None:
    script = f"""
import numpy as np, howfar
from tests.io.videos import write_video
from pathlib import Path
rows = howfar.Rangefinder().watch(write_video(Path({str(tmp_path)!r}) / "a.mp4", 20))
next(rows)
{end}
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == bool(end), run.stderr
    assert run.stderr.endswith("No space left on device\n" if end else "")


def test_a_read_that_never_ends_is_left_behind() -> None:
    let_go = threading.Event()

    def source() -> Iterator[int]:
        yield 0
        let_go.wait(20)

    for stream in (ahead(source(), patience_s=0.1), computed_ahead(abs, source())):
        start_s = time.monotonic()
        next(stream)
        stream.close()
        assert time.monotonic() - start_s < 5
    let_go.set()


def test_a_computation_that_is_under_way_is_waited_for() -> None:
    begun, done = threading.Event(), []

    def compute(item: int) -> int:
        if item:
            begun.set()
            time.sleep(0.2)
            done.append(item)
        return item

    with closing(computed_ahead(compute, range(10))) as results:
        assert next(results) == 0
        assert begun.wait(5)
    assert done


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_ctrl_c_ends_a_wait_for_a_pipe_that_nobody_writes(tmp_path: object) -> None:
    script = f"""
import os, signal, threading, time
from contextlib import closing
from howfar.sources.ahead import computed_ahead
from howfar.sources.opening import open_sources
os.mkfifo({str(tmp_path) + "/pipe.jpg"!r})
source, = open_sources([{str(tmp_path) + "/pipe.jpg"!r}])
threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
next(computed_ahead(lambda frame: frame, source.frames()))
"""
    start_s = time.monotonic()
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=20, check=False)
    assert run.returncode in (130, -signal.SIGINT)
    assert time.monotonic() - start_s < 8
