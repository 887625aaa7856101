"""Fixtures of the zoo's tests."""

from .fixtures import cache, server

__all__ = ["cache", "server"]
