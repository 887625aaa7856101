"""The one console that results are printed on: a progress bar on it makes room for what is printed meanwhile."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


@cache
def results() -> "Console":
    """Standard output."""
    from rich.console import Console

    return Console(highlight=False)


@cache
def messages() -> "Console":
    """Standard error."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)
