"""Fixtures that several rooms share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder `shared` beside the repository: research data and reference files that are not part of it."""
    if not (SHARED / "data").is_dir():
        pytest.skip("needs the data folder `shared` beside the repository, which is not there")
    return SHARED


@pytest.fixture
def one_thread() -> Iterator[None]:
    """PyTorch on one thread: for networks so small that threads only wait for each other."""
    torch = pytest.importorskip("torch")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
