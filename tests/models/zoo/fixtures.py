"""Fixtures of tests that pull: a loopback server and a cache of their own."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import howfar.models.zoo  # noqa: F401  loads the module below
from tests.models.zoo.server import FileServer, file_server

PULL = sys.modules["howfar.models.zoo.pull"]
"""The module: in its package, the function has its name."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy", "HOWFAR_MIRROR"):
        monkeypatch.delenv(name, raising=False)
    with file_server() as running:
        yield running


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("HOWFAR_CACHE", str(folder))
    monkeypatch.setattr(PULL, "LEAST_SHARE", 0.0)  # what the tests' server gives for a model is tiny
    return folder
