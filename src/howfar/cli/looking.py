"""The work of `howfar look`: each source is processed, printed and written; a failure does not stop the others."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from howfar.cli.alerting import Alerting
from howfar.cli.caveats import Caveats
from howfar.cli.console import results, tell
from howfar.cli.failures import Failures
from howfar.cli.output_options import OutputOptions
from howfar.cli.printing import Printer, printer_for
from howfar.cli.progress import Step, progress_bar
from howfar.cli.writing import PictureFiles, draw_views
from howfar.drawing.birds_eye import BirdsEye
from howfar.drawing.rerun_recording import RerunRecording
from howfar.drawing.units import Units, distance_text
from howfar.errors import HowfarError, OutputError, SettingError
from howfar.files import uninterrupted
from howfar.io.output_names import OutputNames
from howfar.io.video_writer import VideoWriter
from howfar.models.detector import CardDetector
from howfar.models.tiles import LARGE, times_input
from howfar.pipeline.jobs import Failed, look_at_pictures
from howfar.pipeline.rangefinder import Rangefinder
from howfar.pipeline.view import View
from howfar.scene import Frame
from howfar.sources.kinds import Source, expected_frames

NOT_IN_TABLES = ("unit", "objects", "picture", "stereo")
"""The kinds of caveats that no caption of a table says."""

OF_A_VIDEO = ("camera", "scenes", "picture")
"""Those that hold for all frames alike."""

IN_SUMMARIES = ("scenes",)
"""The kinds of these that the summary of a video says."""


@dataclass
class _Run:
    """The objects that all sources of one run use."""

    finder: Rangefinder
    options: OutputOptions
    printer: Printer
    names: OutputNames | None
    failures: Failures
    caveats: Caveats
    alerting: Alerting
    recording: RerunRecording | None = None
    shrunk: float = 1.0
    """How many times as large as the detector's input the largest picture was."""

    def note(self, views: Sequence[View]) -> None:
        """Collect the caveats; those that a table tells itself only where files carry metres."""
        view, options = views[0], self.options
        self.note_size(view)
        if options.format != "table" or options.metres_in_files:
            self.caveats.add(view.source, view.caveats)
        else:
            self.caveats.add(view.source, (caveat for caveat in view.caveats if caveat.kind in NOT_IN_TABLES))

    def record(self, view: View) -> None:
        """Add a picture or frame to the recording, if there is one."""
        if self.recording is not None:
            with uninterrupted():
                self.recording.add(view, view.image, self.options.style)

    def note_size(self, view: View) -> None:
        """Take note of the size of a picture."""
        self.shrunk = max(self.shrunk, _times_input(self.finder, view))


Prepare = Callable[[Frame], Frame]
"""Gives a frame what the user has of its own for it: depths, boxes."""


def look_at_all(sources: Sequence[Source], finder: Rangefinder, options: OutputOptions, own: Prepare) -> None:
    """Process all sources, and print and write the results.

    Args:
        sources: The pictures, videos and streams.
        finder: The rangefinder to use.
        options: What to print and to write.
        own: Called with each frame first; one of a picture for which it raises a HowfarError has failed.

    Raises:
        typer.Exit: If some sources failed; they are named on standard error.
    """
    one_picture = len(sources) == 1 and not sources[0].is_stream
    names = None if options.out is None else OutputNames(options.out)
    printer, caveats = printer_for(options, one_picture=one_picture), Caveats(many=not one_picture)
    alerting = Alerting(options.alerts, options.on_alert, options.style.units)
    run = _Run(finder, options, printer, names, Failures(len(sources)), caveats, alerting)
    recording = nullcontext() if options.rerun is None else RerunRecording(options.rerun, overwrite=options.overwrite)
    try:
        with recording as run.recording:
            _look_at_each(sources, run, own)
    finally:
        run.printer.finish()
        run.caveats.tell()
    if run.shrunk >= LARGE and options.format == "table":
        results().print(
            f"The detector sees the picture {run.shrunk:.0f} times smaller: --tiles finds small objects too.",
            style="dim",
        )
    run.failures.tell_and_exit()
    alerting.exit_if_any()


def _look_at_each(sources: Sequence[Source], run: _Run, own: Prepare) -> None:
    for is_stream, consecutive in groupby(sources, key=lambda source: source.is_stream):
        if is_stream:
            for source in consecutive:
                _look_at_stream(source, run, own)
        else:
            _look_at_pictures(list(consecutive), run, own)


def _times_input(finder: Rangefinder, view: View) -> float:
    """How many times as large a picture is as what the detector saw of it; 1 where that is not known."""
    detector = getattr(finder.perceiver, "detector", None)
    return times_input(view.width_px, view.height_px, detector) if isinstance(detector, CardDetector) else 1.0


def _look_at_pictures(sources: Sequence[Source], run: _Run, own: Prepare) -> None:
    files = PictureFiles(run.options, run.names, run.finder.method_names)

    def prepare(frame: Frame) -> Frame:
        files.reserve(frame.source)
        return own(frame)

    with progress_bar("Looking", len(sources), "pictures") as step:
        for outcome in look_at_pictures(run.finder, sources, prepare):
            if isinstance(outcome, Failed):
                run.failures.add(outcome.source, outcome.error)
            else:
                _show_picture(run.alerting.marked(outcome.views), files, run)
            step(Path(outcome.source).name)


def _show_picture(views: Sequence[View], files: PictureFiles, run: _Run) -> None:
    written = None
    try:
        with uninterrupted():
            written = files.write(views)
    except HowfarError as error:
        run.failures.add(views[0].source, error)
    run.record(views[0])
    run.printer.show(views, written)
    run.note(views)


def _look_at_stream(source: Source, run: _Run, own: Prepare) -> None:
    """Process a video or a stream; the results of the frames before an error, or before Ctrl-C, are kept."""
    written = None
    try:
        if run.options.save_depth or run.options.point_cloud:
            raise SettingError("--save-depth and --point-cloud are for pictures; `howfar depth` writes a depth video.")
        if run.options.save_kitti:
            raise SettingError("--save-kitti is for pictures; --format coco or csv tells the frames of a video.")
        with (
            progress_bar(Path(source.name).name, expected_frames(source, run.options.every), "frames") as step,
            closing(run.finder.watch_each(_frames(source, run.options.every, own), track=run.options.track)) as rows,
        ):
            frames = run.alerting.watched(rows)
            if run.names is None:
                _show_frames(frames, run, step)
                return
            target = run.names.path(source.name, ".mp4")
            with VideoWriter(target, source.fps, overwrite=run.options.overwrite) as video:
                written = target
                _show_frames(_written(frames, video, run), run, step)
            if video.notice:
                tell(video.notice)
    except HowfarError as error:
        run.failures.add(source.name, error)
    finally:
        run.printer.end_stream(source.name, written if written and written.exists() else None)


def _frames(source: Source, every: int, own: Prepare) -> Generator[Frame, None, None]:
    with closing(source.frames(every)) as frames:
        yield from map(own, frames)


def _written(frames: Iterable[tuple[View, ...]], video: VideoWriter, run: _Run) -> Iterator[tuple[View, ...]]:
    """The same frames, each written; where that fails the failure is recorded, and the frames go on."""
    is_written, seen = True, BirdsEye(run.options.style.units) if run.options.birds_eye else None
    for views in frames:
        if is_written:
            try:
                with uninterrupted():  # OpenCV can crash where Ctrl-C comes while it writes text
                    drawn = draw_views(views, run.finder.method_names, run.options.style)
                    video.write(drawn if seen is None else seen.beside(drawn, views[0]), views[0].time_s)
            except OutputError as error:
                run.failures.add(views[0].source, error)
                is_written = False
        yield views


def _show_frames(frames: Iterable[tuple[View, ...]], run: _Run, step: Step) -> None:
    seen, last = 0, None
    try:
        for views in frames:
            run.record(views[0])
            run.printer.show_frame(views)
            run.note_size(views[0])
            said = IN_SUMMARIES if run.options.format == "table" else ()
            lasting = (each for each in views[0].caveats if each.kind in OF_A_VIDEO and each.kind not in said)
            run.caveats.add(views[0].source, lasting)
            step(_nearest(views[0], run.options.style.units))
            seen, last = seen + 1, views[0]
    finally:
        if last is not None and last.frame is not None:
            _tell_missed(last.source, last.frame // run.options.every + 1 - seen, seen)


def _tell_missed(source: str, missed: int, seen: int) -> None:
    """Say how many frames of a live source were passed over, as newer ones had come."""
    if missed > 0:
        tell(f"{source}: {seen} frames were looked at, and {missed} passed over, as newer ones had come meanwhile.")


def _nearest(view: View, units: Units) -> str:
    """The nearest labelled object and its distance, for the progress bar."""
    if not view.objects:
        return ""
    nearest = view.objects[0]
    return f"{nearest.label} {distance_text(nearest.depth_m, units)}" if nearest.distance.is_known else nearest.label
