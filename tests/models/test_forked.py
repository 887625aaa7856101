"""Processes that fork after a finder was made, and finders that are sent to another process."""

import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from howfar import Rangefinder
from howfar.models.forked import Forked
from tests.models.onnx_files import constant_detector, mean_depth
from tests.pipeline.stand_ins import CAMERA, CUP, DOG, halves

PRELOADED = """
import gc, os, pickle, sys, time
finder, image = pickle.load(sys.stdin.buffer)
finder.look(image)

def look():
    assert len(finder.look(image)) == 2

def delete():
    global finder
    del finder
    gc.collect()

def fork_again():
    look()
    assert os.waitpid(forked(look), 0)[1] == 0

def forked(work):
    pid = os.fork()
    if pid:
        return pid
    work()
    sys.exit(0)

children = {forked(work): work.__name__ for work in (look, delete, fork_again, lambda: None)}
end = time.monotonic() + 20
while children and time.monotonic() < end:
    pid, status = os.waitpid(-1, os.WNOHANG)
    if pid:
        print(children.pop(pid), status)
    time.sleep(0.01)
for pid in children:
    os.kill(pid, 9)
look()
"""


class Threaded:
    """Something that tells when it is destroyed."""

    destroyed = 0

    def __del__(self) -> None:
        Threaded.destroyed += 1


@pytest.fixture
def finder(tmp_path: Path) -> Rangefinder:
    """A finder of a cup and a dog, by three networks."""
    found = np.array([[[*CUP, 0.9, 0], [*DOG, 0.8, 1]]], dtype=np.float32)
    card = 'layout = "end2end"\nclasses = ["cup", "dog"]\nscore = 0.3'
    detector = constant_detector(tmp_path, {"found": found}, card, fit="stretch")
    return Rangefinder(detector, mean_depth(tmp_path), ["auto", "layers", "percentile:30"], CAMERA, threads=2)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot fork here")
def test_children_of_a_process_that_made_a_finder_look_and_end(finder: Rangefinder) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PRELOADED], input=pickle.dumps((finder, halves(2, 5))), capture_output=True, check=True
    )
    assert sorted(done.stdout.decode().splitlines()) == ["<lambda> 0", "delete 0", "fork_again 0", "look 0"], (
        done.stderr
    )


def test_a_finder_is_pickled_by_its_settings(finder: Rangefinder) -> None:
    data = pickle.dumps(finder)
    assert len(data) < 20_000
    image = halves(2, 5)
    for here, there in zip(finder.look_each(image), pickle.loads(data).look_each(image), strict=True):
        assert there.to_dict()["objects"] == here.to_dict()["objects"]


def test_what_is_forgotten_is_opened_anew_and_never_destroyed() -> None:
    opened = Forked(Threaded)
    first = opened.here()
    assert opened.here() is first
    opened.forget()
    assert opened.here() is not first
    del first
    assert Threaded.destroyed == 0
    del opened
    assert Threaded.destroyed == 1


def test_threads_that_ask_at_once_open_it_once() -> None:
    count, gate = [], threading.Barrier(4)

    def opener() -> object:
        count.append(1)
        return object()

    opened = Forked(opener)

    def ask() -> None:
        gate.wait()
        opened.here()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(count) == 1
