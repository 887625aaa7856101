"""The one place that prints: tables for people, data for programs, and messages.

What a file's name or a server's answer holds is shown as text, never obeyed by the terminal (`howfar.text`); a letter
that the output's encoding lacks becomes an escape; data are UTF-8, whatever the encoding.
"""

import io
import os
import sys
from functools import cache
from typing import TYPE_CHECKING

from howfar.text import ESCAPING, shown

if TYPE_CHECKING:
    from rich.console import Console


MOST_COLUMNS = 10_000


@cache
def results() -> "Console":
    """Standard output: a progress bar on it makes room for what is printed meanwhile."""
    return _console(stderr=False)


@cache
def messages() -> "Console":
    """Standard error."""
    return _console(stderr=True)


def tell(message: str) -> None:
    """Print a message on standard error."""
    if sys.stderr is not None:  # None where the process was started with it closed
        sys.stderr.write(shown(message) + "\n")
        sys.stderr.flush()


def write_data(text: str) -> None:
    """Print text for programs, such as JSON: UTF-8 where it is piped, and above the progress bar at a terminal."""
    if results().is_terminal:
        results().out(text, end="", highlight=False)
        return
    stream = sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        stream.flush()
        stream.buffer.write(text.encode("utf-8"))
    elif stream is not None:  # None where the process was started with its standard output closed
        stream.write(text)
    if stream is not None:
        stream.flush()  # a program that reads a stream gets each frame at once


def escape_what_cannot_be_encoded() -> None:
    """Let standard output and standard error write an escape for what their encoding lacks, in place of an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=ESCAPING)


def forget_odd_width() -> None:
    """Forget a `COLUMNS` in which nothing can be printed, such as the 0 of a terminal without a size."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and not (columns.isascii() and 0 < int(columns[:9]) <= MOST_COLUMNS):
        del os.environ["COLUMNS"]


def _console(*, stderr: bool) -> "Console":
    from collections.abc import Iterable

    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment

    class Shown(Console):
        """A console on which what is printed is shown, and moves no cursor and sets no title."""

        def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
            for part in super().render(renderable, options):
                yield part if part.control else Segment(shown(part.text), part.style)

    return Shown(stderr=stderr, highlight=False, markup=False, emoji=False)
