"""A progress bar with rate and time left, at a terminal only."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from howfar.cli.console import messages, results

Step = Callable[[str], None]
"""Called once an item, with a few words on it."""


@contextmanager
def progress_bar(what: str, total: int | None, unit: str) -> Iterator[Step]:
    """Show the progress of a long work; nothing is shown where there is no terminal, or for a single item.

    The bar is on standard output, below the results, where that is a terminal; where results are piped it is on
    standard error.

    Args:
        what: What is worked on.
        total: How many items there are; None when that is not known.
        unit: Name of one item, for the rate.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = results() if results().is_terminal else messages()
    if not console.is_terminal or total == 1:
        yield lambda _: None
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}", markup=False),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}", markup=False),
    )
    # Rich would otherwise send to the bar's console all that is printed, away from the file it is piped to.
    with Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as bar:
        task = bar.add_task(what, total=total, rate="", note="")

        def step(note: str) -> None:
            speed = bar.tasks[0].finished_speed or bar.tasks[0].speed
            rate = f"{speed:.1f} {unit}/s" if speed else ""
            bar.update(task, advance=1, note=note, rate=rate)

        yield step
