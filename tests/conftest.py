"""Fixtures that several rooms share, and what makes every run of the tests the same."""

import gc
import os
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

for _threads in ("OMP_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"):  # read when PyTorch and OpenCV are imported
    os.environ.setdefault(_threads, "1")  # pytest-xdist has a process for each core: more threads would only wait

# What is expected was computed in fp32; tests/models/test_engines.py looks at what `auto` chooses.
os.environ["HOWFAR_ENGINE"] = "onnxruntime"

# The same examples each time, and no limit of time, which a busy machine would miss.
settings.register_profile(
    "repeatable", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")

SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_collection_finish() -> None:
    """What was imported stays: garbage need not be looked for in it again, which takes a second with PyTorch there."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """PyTorch's random numbers begin anew in each test, so that none depends on which tests ran before it."""
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder `shared` beside the repository: research data and reference files that are not part of it."""
    if not (SHARED / "data").is_dir():
        pytest.skip("needs the data folder `shared` beside the repository, which is not there")
    return SHARED


@pytest.fixture(scope="session", autouse=True)
def _signals_as_in_a_terminal() -> None:
    """Let the signals that tests send arrive: under `nohup` and in the background some are ignored, by children too."""
    usual = {"SIGHUP": signal.SIG_DFL, "SIGTERM": signal.SIG_DFL, "SIGINT": signal.default_int_handler}
    for name, handler in usual.items():
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)
