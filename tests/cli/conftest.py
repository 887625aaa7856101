"""Fixtures of the commands' tests."""

from ..models.zoo.fixtures import cache, server

__all__ = ["cache", "server"]
