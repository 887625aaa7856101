"""The work of `howfar look`: every source is looked at, shown and written; one that fails does not stop the others."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import typer

from howfar.cli.failures import Failures
from howfar.cli.output_options import OutputOptions
from howfar.cli.own_depth import OwnDepth
from howfar.cli.printing import Printer, printer_for
from howfar.cli.progress import Step, progress_bar
from howfar.cli.writing import PictureFiles, draw_views
from howfar.drawing.units import Units, distance_text
from howfar.errors import HowfarError, SettingError
from howfar.io.output_names import OutputNames
from howfar.io.video_writer import VideoWriter
from howfar.pipeline.jobs import Failed, look_at_pictures
from howfar.pipeline.rangefinder import Rangefinder
from howfar.pipeline.view import View
from howfar.scene import Frame
from howfar.sources.opening import Source, expected_frames


@dataclass
class _Work:
    """What the sources of one run share."""

    finder: Rangefinder
    options: OutputOptions
    printer: Printer
    names: OutputNames | None
    failures: Failures


def look_at_all(
    sources: Sequence[Source], finder: Rangefinder, options: OutputOptions, own: OwnDepth | None = None
) -> None:
    """Look at every source.

    Args:
        sources: What to look at.
        finder: What to look with.
        options: What to show and write.
        own: Depths of the user's own, for the only picture.

    Raises:
        typer.Exit: If some could not be looked at; those are named on standard error.
    """
    one_picture = len(sources) == 1 and not sources[0].is_stream
    names = None if options.out is None else OutputNames(options.out)
    work = _Work(finder, options, printer_for(options, one_picture=one_picture), names, Failures(len(sources)))
    for is_stream, group in groupby(sources, key=lambda source: source.is_stream):
        if is_stream:
            for source in group:
                _look_at_stream(source, work)
        else:
            _look_at_pictures(list(group), work, own or OwnDepth())
    work.printer.finish()
    work.failures.tell_and_exit()


def _look_at_pictures(sources: Sequence[Source], work: _Work, own: OwnDepth) -> None:
    files = PictureFiles(work.options, work.names, work.finder.method_names)

    def prepare(frame: Frame) -> Frame:
        files.reserve(frame.source)
        return own.laid_on(frame)

    with progress_bar("Looking", len(sources), "pictures") as step:
        for outcome in look_at_pictures(work.finder, sources, prepare):
            if isinstance(outcome, Failed):
                work.failures.add(outcome.source, outcome.error)
            else:
                _show_picture(outcome.views, files, work)
            step(Path(outcome.source).name)


def _show_picture(views: Sequence[View], files: PictureFiles, work: _Work) -> None:
    written = None
    try:
        written = files.write(views)
    except HowfarError as error:
        work.failures.add(views[0].source, error)
    work.printer.show(views, written)


def _look_at_stream(source: Source, work: _Work) -> None:
    """A video or a stream: what was seen before it breaks, or before Ctrl-C, is kept."""
    written = None
    try:
        if work.options.save_depth or work.options.point_cloud:
            raise SettingError("--save-depth and --point-cloud are for pictures; `howfar depth` writes a depth video.")
        with progress_bar(Path(source.name).name, expected_frames(source, work.options.every), "frames") as step:
            frames = work.finder.watch_each(source.frames(work.options.every))
            if work.names is None:
                _show_frames(frames, work, step)
                return
            target = work.names.path(source.name, ".mp4")
            with VideoWriter(target, source.fps, overwrite=work.options.overwrite) as video:
                written = target
                _show_frames(_written(frames, video, work), work, step)
            if video.notice:
                typer.echo(video.notice, err=True)
    except HowfarError as error:
        work.failures.add(source.name, error)
    finally:
        work.printer.end_stream(source.name, written if written and written.exists() else None)


def _written(frames: Iterable[tuple[View, ...]], video: VideoWriter, work: _Work) -> Iterator[tuple[View, ...]]:
    for views in frames:
        video.write(draw_views(views, work.finder.method_names, work.options.style), views[0].time_s)
        yield views


def _show_frames(frames: Iterable[tuple[View, ...]], work: _Work, step: Step) -> None:
    for views in frames:
        work.printer.show_frame(views)
        step(_nearest(views[0], work.options.style.units))


def _nearest(view: View, units: Units) -> str:
    """The nearest labelled object, in a few words."""
    if not view.objects:
        return ""
    nearest = view.objects[0]
    return f"{nearest.label} {distance_text(nearest.depth_m, units)}" if nearest.distance.is_known else nearest.label
