"""The work of `howfar look`: every source is looked at, shown and written; one that fails does not stop the others."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import typer

from howfar.cli.failures import Failures
from howfar.cli.output_options import OutputOptions
from howfar.cli.printing import Printer, printer_for
from howfar.cli.progress import Step, progress_bar
from howfar.cli.writing import PictureFiles, draw_views
from howfar.drawing.units import Units, distance_text
from howfar.errors import HowfarError, SettingError
from howfar.io.output_names import OutputNames
from howfar.io.video_writer import VideoWriter
from howfar.pipeline.rangefinder import Rangefinder
from howfar.pipeline.view import View
from howfar.scene import DepthMap
from howfar.scene.frame import Frame
from howfar.sources.opening import Source, expected_frames


@dataclass
class _Work:
    """What the sources of one run share."""

    finder: Rangefinder
    options: OutputOptions
    printer: Printer
    names: OutputNames | None
    failures: Failures

    @property
    def methods(self) -> list[str]:
        """Names of the finder's ranging methods."""
        return [method.name for method in self.finder.methods]


def look_at_all(
    sources: Sequence[Source],
    finder: Rangefinder,
    options: OutputOptions,
    given: DepthMap | None = None,
    points: DepthMap | None = None,
) -> None:
    """Look at every source.

    Args:
        sources: What to look at.
        finder: What to look with.
        options: What to show and write.
        given: A depth map of the user's own, for the only picture.
        points: Depths of the user's own to align a relative depth map to, likewise.

    Raises:
        typer.Exit: If some could not be looked at; those are named on standard error.
    """
    one_picture = len(sources) == 1 and not sources[0].is_stream
    names = None if options.out is None else OutputNames(options.out)
    printer = printer_for(options, one_picture=one_picture, note="" if given else _note(finder))
    work = _Work(finder, options, printer, names, Failures(len(sources)))
    for is_stream, group in groupby(sources, key=lambda source: source.is_stream):
        if is_stream:
            for source in group:
                _look_at_stream(source, work)
        else:
            _look_at_pictures(list(group), work, given, points)
    work.printer.finish()
    work.failures.tell_and_exit()


def _note(finder: Rangefinder) -> str:
    """What the numbers are worth."""
    network = finder.anchor or finder.depth
    if not network.spec.scenes or network.spec.kind != "metres":
        return ""
    return f"{network.name} has seen {network.spec.scenes} and nothing else: anywhere else its metres are a guess."


def _look_at_pictures(sources: Sequence[Source], work: _Work, given: DepthMap | None, points: DepthMap | None) -> None:
    """Reading, looking and writing overlap, each in its own thread; order is kept."""
    files = PictureFiles(work.options, work.names, work.methods)

    def frames() -> Iterator[Frame]:
        for source in sources:
            try:
                frame = next(iter(source.frames()))
                work.finder.camera_for(frame)
                files.reserve(frame.source)
            except HowfarError as error:
                work.failures.add(source.name, error)
            else:
                yield frame

    with progress_bar("Looking", len(sources), "pictures") as step:
        for views in work.finder.watch_each(frames(), depth=given, depth_points=points):
            written = None
            try:
                written = files.write(views)
            except HowfarError as error:
                work.failures.add(views[0].source, error)
            work.printer.show(views, written)
            step(Path(views[0].source).name)


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
        video.write(draw_views(views, work.methods, work.options.style), views[0].time_s)
        yield views


def _show_frames(frames: Iterable[tuple[View, ...]], work: _Work, step: Step) -> None:
    for views in frames:
        work.printer.show_frame(views)
        step(_nearest(views[0], work.options.style.units))


def _nearest(view: View, units: Units) -> str:
    """The nearest labelled object, in a few words."""
    if not view.objects:
        return ""
    thing = view.objects[0]
    return f"{thing.label} {distance_text(thing.depth_m, units)}" if thing.distance.is_known else thing.label
