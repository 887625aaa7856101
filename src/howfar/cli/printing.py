"""The formats that `howfar look` prints results in: a table for people; JSON (also COCO's) and CSV for programs."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from howfar import __version__
from howfar.cli.console import results, write_data
from howfar.cli.output_options import OutputOptions
from howfar.cli.stream_summary import StreamSummary
from howfar.drawing.tables import caption, csv_text, explanation, table
from howfar.pipeline.caveats import scenes_text
from howfar.pipeline.view import View
from howfar.text import json_text


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
        one_picture: Whether there is a single picture.
    """
    if options.format == "table":
        return _Tables(options, titled=not one_picture)
    if options.format == "csv":
        return _csv(tracked=options.track)
    if options.format == "coco":
        return _CocoDocument()
    return _json_lines() if options.format == "jsonl" else _JsonDocument(one_picture=one_picture)


class _Lines:
    """A format that prints each scene on its own, whether of a picture or of a frame."""

    def __init__(self, to_text: Callable[[View], str]) -> None:
        """Take the function that turns a scene into text."""
        self._to_text = to_text

    def show(self, views: Sequence[View], written: Path | None) -> None:
        self.show_frame(views)

    def show_frame(self, views: Sequence[View]) -> None:
        write_data("".join(map(self._to_text, views)))

    def end_stream(self, name: str, written: Path | None) -> None:
        """Print nothing: there is no summary."""

    def finish(self) -> None:
        """Print nothing."""


def _json_lines() -> _Lines:
    return _Lines(lambda view: view.to_json() + "\n")


def _csv(*, tracked: bool) -> _Lines:
    header = iter([True])
    return _Lines(lambda view: csv_text(view, header=next(header, False), tracked=tracked))


class _JsonDocument:
    """One document of JSON: the scene of a single picture, else an array with one scene on each line."""

    def __init__(self, *, one_picture: bool) -> None:
        self._one_picture = one_picture
        self._scenes = 0

    def show(self, views: Sequence[View], written: Path | None) -> None:
        if self._one_picture and len(views) == 1:
            write_data(views[0].to_json(2) + "\n")
        else:
            self.show_frame(views)

    def show_frame(self, views: Sequence[View]) -> None:
        for view in views:
            write_data(("," if self._scenes else "[") + "\n" + view.to_json())
            self._scenes += 1

    def end_stream(self, name: str, written: Path | None) -> None:
        """Print nothing: there is no summary."""

    def finish(self) -> None:
        """End the array, which is there even if no picture could be read."""
        if self._scenes:
            write_data("\n]\n")
        elif not self._one_picture:
            write_data("[]\n")


class _CocoDocument:
    """One document of COCO's JSON for all pictures, printed at the end."""

    def __init__(self) -> None:
        from howfar.datasets.coco_writing import CocoScenes

        self._scenes = CocoScenes(__version__)

    def show(self, views: Sequence[View], written: Path | None) -> None:
        self.show_frame(views)

    def show_frame(self, views: Sequence[View]) -> None:
        self._scenes.add(views[0])

    def end_stream(self, name: str, written: Path | None) -> None:
        """Print nothing: there is no summary."""

    def finish(self) -> None:
        """Print the document, which is there even if no picture could be read."""
        write_data(json_text(self._scenes.to_dict()) + "\n")


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

        self._note = scenes_text(views[0].facts)
        for view in views:
            shown = table(view, self._units)
            shown.title = (
                Text(view.source) if self._titled else None
            )  # as Text, so that brackets are not read as markup
            self._console.print(shown)
            if self._explains:
                self._console.print(explanation(view, self._units))
            for line in (nothing_found(view), caption(view, self._units), options_line(view)):
                if line:
                    self._console.print(line, style="dim")
        self._tell_written(written)

    def show_frame(self, views: Sequence[View]) -> None:
        self._note = scenes_text(views[0].facts)
        self._summary.add(views[0])

    def end_stream(self, name: str, written: Path | None) -> None:
        if not self._summary.frames:
            return
        self._console.print(self._summary.table(name, self._units))
        if not self._summary.seen_in:
            self._console.print(NOTHING_FOUND, style="dim")
        self._tell_written(written)
        self._summary = StreamSummary()

    def finish(self) -> None:
        if self._note:
            self._console.print(self._note, style="dim")

    def _tell_written(self, written: Path | None) -> None:
        if written is not None:
            self._console.print(f"Drawn in {written}", soft_wrap=True)


NOTHING_FOUND = "Nothing was found: a lower --score also shows what the detector is less sure of."


def nothing_found(view: View) -> str:
    """A sentence if no object was found; else empty."""
    return "" if view.objects or view.beyond else NOTHING_FOUND


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
