"""Fixtures of the zoo's tests."""

from tests.models.zoo.fixtures import cache, server

__all__ = ["cache", "server"]
