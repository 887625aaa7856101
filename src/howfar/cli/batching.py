"""The work of `howfar batch`: it is run, and told how far it is."""

import time
from contextlib import closing
from dataclasses import dataclass, field

import typer

from howfar.batch.run import Progress, Runner, run_batch
from howfar.cli.console import messages, results, tell
from howfar.cli.progress import Step, progress_bar
from howfar.pipeline.spec import RangefinderSpec

EVERY_S = 30.0
"""How often it is told how far it is where there is no terminal for a bar."""


@dataclass
class _Rate:
    """How fast it goes, since a start.

    Attributes:
        start: How many pictures were done then.
        since_s: The time then.
        told_s: When it was told last.
    """

    start: int
    since_s: float = field(default_factory=time.monotonic)
    told_s: float = field(default_factory=time.monotonic)

    def tell(self, progress: Progress) -> None:
        """Tell how far it is, if that is some time ago."""
        now = time.monotonic()
        if now - self.told_s < EVERY_S or progress.done <= self.start:
            return
        self.told_s = now
        rate = (progress.done - self.start) / (now - self.since_s)
        left = _duration((progress.pictures - progress.done) / rate)
        tell(f"{progress.done:,} of {progress.pictures:,} pictures, {rate:.1f} a second, {left} left.")


def show_batch(
    sources: list[str],
    out: str,
    spec: RangefinderSpec,
    runner: Runner,
    column: str | None,
    shard_pictures: int | None,
) -> None:
    """Run a batch, and tell how far it is and what came of it.

    Raises:
        typer.Exit: If not one picture could be looked at.
    """
    progress = None
    try:
        events = run_batch(sources, out, spec, runner=runner, column=column, shard_pictures=shard_pictures)
        with closing(events):
            first = progress = next(events)
            _tell_start(first)
            has_bar = results().is_terminal or messages().is_terminal
            rate, shown = _Rate(first.done), first.done
            with progress_bar("Looking", first.pictures - first.done, "pictures") as step:
                for progress in events:
                    shown = _stepped(step, shown, progress)
                    if not has_bar:
                        rate.tell(progress)
    except KeyboardInterrupt:
        if progress is not None:
            tell(f"{progress.written:,} of {progress.pictures:,} pictures are written: the same command goes on.")
        raise
    _tell_end(progress, out)


def _tell_start(progress: Progress) -> None:
    files = "1 file" if progress.shards == 1 else f"{progress.shards:,} files"
    done = f", {progress.written:,} of them are there" if progress.written else ""
    tell(f"{progress.pictures:,} pictures in {files}{done}.")


def _stepped(step: Step, shown: int, progress: Progress) -> int:
    """Let the bar catch up; work that is done anew after a process has died does not count twice."""
    failed = f"{progress.failed:,} failed" if progress.failed else ""
    for _ in range(progress.done - shown):
        step(failed)
    return max(shown, progress.done)


def _tell_end(progress: Progress, out: str) -> None:
    failed = f", {progress.failed:,} could not be (column `error` says why)" if progress.failed else ""
    tell(f"{progress.pictures - progress.failed:,} pictures were looked at{failed}: {out}")
    if progress.failed == progress.pictures:
        raise typer.Exit(1)


def _duration(seconds: float) -> str:
    """A time in words, roughly."""
    for unit, length in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} seconds"
