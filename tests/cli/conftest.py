"""Fixtures of the commands' tests."""

import pytest

from howfar.cli import console
from tests.models.zoo.fixtures import cache, server

__all__ = ["cache", "server"]


@pytest.fixture(autouse=True)
def _fresh_consoles() -> None:
    """Let each test print to a console of its own: a console keeps the width that it was made with."""
    console.results.cache_clear()
    console.messages.cache_clear()
