"""How `howfar look` prints results: a table for people, JSON, JSON Lines and CSV for programs."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from howfar.cli.console import results
from howfar.cli.output_options import OutputOptions
from howfar.cli.stream_summary import StreamSummary
from howfar.drawing.tables import caption, csv_text, explanation, table
from howfar.pipeline.view import View
from howfar.scene import DepthFacts


class Printer(Protocol):
    """What every format can do."""

    def show(self, views: Sequence[View], written: Path | None) -> None:
        """Print a picture's results, one view a method, and where it was drawn."""

    def show_frame(self, views: Sequence[View]) -> None:
        """Print a frame's results."""

    def end_stream(self, name: str, written: Path | None) -> None:
        """Sum up a stream, and tell where it was drawn."""

    def finish(self) -> None:
        """Print what belongs at the end."""


def printer_for(options: OutputOptions, *, one_picture: bool) -> Printer:
    """The printer of a format.

    Args:
        options: Which format, and in what units.
        one_picture: Whether there is a single picture: its JSON is indented, of many it is one scene a line.
    """
    if options.format == "table":
        return _Tables(options, titled=not one_picture)
    if options.format == "csv":
        return _csv()
    return _json(indent=2 if options.format == "json" and one_picture else None)


class _Lines:
    """A format in which every scene stands for itself, of a picture as of a frame."""

    def __init__(self, to_text: Callable[[View, int], str]) -> None:
        """Take what makes a scene's text from the scene and how many its picture has."""
        self._to_text = to_text

    def show(self, views: Sequence[View], written: Path | None) -> None:
        self.show_frame(views)

    def show_frame(self, views: Sequence[View]) -> None:
        text = "".join(self._to_text(view, len(views)) for view in views)
        if results().is_terminal:
            results().out(text, end="", highlight=False)  # above the progress bar
        else:
            sys.stdout.write(text)
            sys.stdout.flush()  # whoever reads a stream wants each frame when it is there

    def end_stream(self, name: str, written: Path | None) -> None:
        """Nothing is summed up."""

    def finish(self) -> None:
        """Nothing belongs at the end."""


def _json(indent: int | None) -> _Lines:
    return _Lines(lambda view, count: view.to_json(indent if count == 1 else None) + "\n")


def _csv() -> _Lines:
    header = iter([True])
    return _Lines(lambda view, _: csv_text(view, header=next(header, False)))


class _Tables:
    """A table a picture; for a stream, one that sums it up by class."""

    def __init__(self, options: OutputOptions, *, titled: bool) -> None:
        self._console = results()
        self._units = options.style.units
        self._explains = options.explain
        self._note = ""
        self._titled = titled
        self._summary = StreamSummary()

    def show(self, views: Sequence[View], written: Path | None) -> None:
        from rich.text import Text

        self._note = note_on(views[0].facts)
        for view in views:
            shown = table(view, self._units)
            shown.title = Text(view.source) if self._titled else None  # as Text, for brackets are no markup
            self._console.print(shown)
            if self._explains:
                self._console.print(explanation(view, self._units))
            self._console.print(caption(view, self._units), style="dim", highlight=False, markup=False)
        self._tell_written(written)

    def show_frame(self, views: Sequence[View]) -> None:
        self._note = note_on(views[0].facts)
        self._summary.add(views[0])

    def end_stream(self, name: str, written: Path | None) -> None:
        if not self._summary.frames:
            return
        self._console.print(self._summary.table(name, self._units))
        self._tell_written(written)
        self._summary = StreamSummary()

    def finish(self) -> None:
        if self._note:
            self._console.print(self._note, style="dim", highlight=False)

    def _tell_written(self, written: Path | None) -> None:
        if written is not None:
            self._console.print(f"Drawn in {written}", highlight=False, soft_wrap=True)


def note_on(facts: DepthFacts | None) -> str:
    """What people should know of metres from a network that has seen some kinds of scenes alone; else empty."""
    if facts is None or not facts.is_metric or not facts.scenes:
        return ""
    return f"{facts.name} has seen {facts.scenes} and nothing else: anywhere else its metres are a guess."
