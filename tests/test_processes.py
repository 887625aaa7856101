"""Processes that Ctrl-C does not end, however early it comes."""

import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from howfar.processes import without_interrupts

pytestmark = pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals cannot be held back here")


def test_an_interrupt_before_the_first_line_of_a_process_does_not_end_it(tmp_path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=Path.touch, args=(tmp_path / "done",))
    with without_interrupts():
        process.start()
    assert process.pid is not None
    os.kill(process.pid, signal.SIGINT)
    process.join(60)
    assert process.exitcode == 0
    assert (tmp_path / "done").exists()


def test_an_interrupt_of_the_thread_that_starts_them_waits_until_they_are_started() -> None:
    reached = False
    with pytest.raises(KeyboardInterrupt), without_interrupts():
        signal.raise_signal(signal.SIGINT)  # not os.kill: any other thread of the process may take that
        reached = True
    assert reached
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
