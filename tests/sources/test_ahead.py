"""Working ahead in a thread."""

import itertools
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest

from howfar.errors import SourceError
from howfar.sources.ahead import ahead


def test_order_is_kept() -> None:
    assert list(ahead(range(100))) == list(range(100))


def test_items_are_made_while_the_consumer_is_busy() -> None:
    made = threading.Event()

    def source() -> Iterator[int]:
        yield 0
        yield 1
        made.set()

    stream = ahead(source())
    assert next(stream) == 0
    assert made.wait(5.0), "the second item is made without being asked for"
    assert list(stream) == [1]


def test_no_more_than_so_many_are_made_ahead() -> None:
    made = []

    def source() -> Iterator[int]:
        for item in range(50):
            made.append(item)
            yield item

    stream = ahead(source(), size=3)
    next(stream)
    deadline = time.monotonic() + 5.0
    while len(made) < 5 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(made) <= 5, "one taken, three waiting, one in hand"
    stream.close()


def test_an_error_comes_after_the_items_before_it() -> None:
    def source() -> Iterator[int]:
        yield 1
        yield 2
        raise SourceError("breaks here")

    got = []
    with pytest.raises(SourceError, match="breaks here"):
        for item in ahead(source()):
            got.append(item)
    assert got == [1, 2]


def test_leaving_early_closes_the_source_and_ends_the_thread() -> None:
    closed = threading.Event()

    def source() -> Iterator[int]:
        try:
            yield from range(10_000)
        finally:
            closed.set()

    before = threading.active_count()
    stream = ahead(source())
    next(stream)
    stream.close()
    assert closed.is_set()
    assert threading.active_count() == before


def test_stages_can_be_chained() -> None:
    assert list(ahead(item * 2 for item in ahead(range(20)))) == [2 * item for item in range(20)]


def test_ctrl_c_at_any_moment_neither_hangs_nor_leaves_the_thread() -> None:
    """Interrupt the taking of an item after one, two, three … steps of Python, until it comes to its end."""
    before = threading.active_count()
    for steps in itertools.count(1):
        trial = _Interrupted(steps)
        trial.start()
        trial.join(timeout=10.0)
        assert not trial.is_alive(), f"it hangs when it is interrupted after {steps} steps"
        assert threading.active_count() == before
        if not trial.was_interrupted:
            break
    assert steps > 5


class _Interrupted(threading.Thread):
    """Takes two items, and is interrupted in the taking of the second; in a thread, as tracing is of one thread."""

    def __init__(self, steps: int) -> None:
        super().__init__(daemon=True)
        self.steps = steps
        self.was_interrupted = False

    def run(self) -> None:
        stream = ahead(itertools.count())
        next(stream)
        sys.settrace(self.trace)
        try:
            next(stream)
        except KeyboardInterrupt:
            self.was_interrupted = True
        finally:
            sys.settrace(None)
            stream.close()

    def trace(self, frame: FrameType, event: str, _: object) -> Callable[..., Any]:
        frame.f_trace_opcodes = True
        self.steps -= event == "opcode"
        if self.steps == 0:
            sys.settrace(None)
            raise KeyboardInterrupt
        return self.trace
