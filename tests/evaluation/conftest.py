"""What the tests of several measurements share."""

import builtins

import pytest


@pytest.fixture
def without_skimage(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment without scikit-image."""
    imported = builtins.__import__

    def without(name, *rest):
        if name.startswith("skimage"):
            raise ImportError(name)
        return imported(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
