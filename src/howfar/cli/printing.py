"""The formats that `howfar look` prints results in: a table for people; JSON, JSON Lines and CSV for programs."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import typer

from howfar.cli.console import results
from howfar.cli.output_options import OutputOptions
from howfar.cli.stream_summary import StreamSummary
from howfar.drawing.tables import caption, csv_text, explanation, table
from howfar.pipeline.view import View
from howfar.scene import DepthFacts


class Printer(Protocol):
    """Prints results in one format."""

    def show(self, views: Sequence[View], written: Path | None) -> None:
        """Print the results of a picture, one view for each method, and the path of the drawn picture."""

    def show_frame(self, views: Sequence[View]) -> None:
        """Print the results of a frame, one view for each method."""

    def end_stream(self, name: str, written: Path | None) -> None:
        """Print the summary of a stream, and the path of the drawn video."""

    def finish(self) -> None:
        """Print what comes after all sources."""


def printer_for(options: OutputOptions, *, one_picture: bool) -> Printer:
    """The printer of a format.

    Args:
        options: The options of the output, such as format and units.
        one_picture: Whether there is a single picture. Its JSON is then indented, else there is one scene on each line.
    """
    if options.format == "table":
        return _Tables(options, titled=not one_picture)
    if options.format == "csv":
        return _csv()
    return _json(indent=2 if options.format == "json" and one_picture else None)


class _Lines:
    """A format that prints each scene on its own, whether of a picture or of a frame."""

    def __init__(self, to_text: Callable[[View, int], str]) -> None:
        """Take the function that turns a scene, and the number of scenes of its picture, into text."""
        self._to_text = to_text

    def show(self, views: Sequence[View], written: Path | None) -> None:
        self.show_frame(views)
        tell_odd(views[0])

    def show_frame(self, views: Sequence[View]) -> None:
        text = "".join(self._to_text(view, len(views)) for view in views)
        if results().is_terminal:
            results().out(text, end="", highlight=False)  # above the progress bar
        else:
            sys.stdout.write(text)
            sys.stdout.flush()  # a program that reads a stream gets each frame at once

    def end_stream(self, name: str, written: Path | None) -> None:
        """Print nothing: there is no summary."""

    def finish(self) -> None:
        """Print nothing."""


def _json(indent: int | None) -> _Lines:
    return _Lines(lambda view, count: view.to_json(indent if count == 1 else None) + "\n")


def _csv() -> _Lines:
    header = iter([True])
    return _Lines(lambda view, _: csv_text(view, header=next(header, False)))


class _Tables:
    """One table for each picture; for a stream, one table with a summary by class."""

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
            shown.title = (
                Text(view.source) if self._titled else None
            )  # as Text, so that brackets are not read as markup
            self._console.print(shown)
            if self._explains:
                self._console.print(explanation(view, self._units))
            for line in (caption(view, self._units), options_line(view)):
                if line:
                    self._console.print(line, style="dim", highlight=False, markup=False)
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


def tell_odd(view: View) -> None:
    """Say on standard error what is odd about a picture and its camera, for formats that people do not read."""
    doubt = view.camera.doubt
    reasons = () if doubt is None else (f"The camera is doubtful: {doubt.reason}.",)
    for line in (*view.notes, *reasons):
        typer.echo(f"{view.source}: {line}", err=True)


def note_on(facts: DepthFacts | None) -> str:
    """A warning if the metres come from a network that was trained on some kinds of scenes only; else empty."""
    if facts is None or not facts.is_metric or not facts.scenes:
        return ""
    return f"{facts.name} has seen {facts.scenes} and nothing else: anywhere else its metres are a guess."


def options_line(view: View) -> str:
    """The options that do what the caption asks for; empty where it asks for nothing."""
    options = []
    if not view.is_metric:
        options += ["--anchor", "--known", "--depth-points"]
    elif view.assumes_scale:
        options += ["--focal-px", "--fov-deg", "--camera"]
    if any(each.distance.conflict for each in view):
        options.append("--explain")
    return f"See {', '.join(options)}." if options else ""
