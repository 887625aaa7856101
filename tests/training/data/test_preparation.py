"""Batches made ahead, in a thread or in processes: the same ones in the same order."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch.utils.data import Dataset

from howfar.training.data.preparation import Preparation

AFTER_OPENCV_USED_ITS_THREADS = """
import cv2, numpy
from tests.training.data.test_preparation import run
cv2.setNumThreads(2)
for _ in range(3):
    cv2.GaussianBlur(numpy.zeros((2000, 3000, 3), numpy.uint8), (9, 9), 2)
print(run(1))
"""


class Squares(Dataset[int]):
    """The square of each key."""

    def __getitem__(self, key: int) -> int:
        return key**2


class HeldBack(Dataset[bool]):
    """Whether an interrupt of the process that reads an example is held back."""

    def __getitem__(self, key: int) -> bool:
        return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def run(workers: int) -> list[list[int]]:
    """The batches of two epochs, one after the other."""
    preparation = Preparation(Squares(), list, workers)
    return [batch for plan in ([[1, 2], [3]], [[4]]) for batch in preparation.run(plan)]


@pytest.mark.parametrize("workers", [0, 1], ids=["a thread", "a process"])
def test_batches_come_as_planned_epoch_by_epoch(workers: int) -> None:
    assert run(workers) == [[1, 4], [9], [16]]


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals cannot be held back here")
def test_ctrl_c_is_for_the_first_process_alone() -> None:
    assert list(Preparation(HeldBack(), list, 1).run([[1]])) == [[True]]


def test_an_epoch_says_how_many_batches_it_has() -> None:
    assert len(Preparation(Squares(), list, 0).run([[1], [2], [3]])) == 3


def test_the_random_numbers_of_the_training_are_not_touched() -> None:
    before = torch.get_rng_state()
    run(0)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.slow
def test_processes_start_though_opencv_has_threads_already() -> None:
    """They once waited for threads that a fork had not taken along; in a process of its own, which can be given up."""
    done = subprocess.run(
        [sys.executable, "-c", AFTER_OPENCV_USED_ITS_THREADS],
        capture_output=True,
        text=True,
        timeout=100,
        cwd=Path(__file__).parents[3],
        check=False,
    )
    assert done.stdout.strip() == "[[1, 4], [9], [16]]", done.stderr
