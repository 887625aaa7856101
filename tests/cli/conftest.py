"""Fixtures of the commands' tests."""

from tests.models.zoo.fixtures import cache, server

__all__ = ["cache", "server"]
