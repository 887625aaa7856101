"""`howfar evaluate tracks`: tracking on videos with true tracks."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from howfar.cli.measuring import CsvOption, publish, refuse_results
from howfar.cli.options import Engine, Overwrite, Precision
from howfar.cli.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from howfar.datasets.drives import Drive
    from howfar.datasets.tracked_videos import TrackedVideo
    from howfar.evaluation.report.report import Report
    from howfar.pipeline.rangefinder import Rangefinder


def tracks(
    data: Annotated[
        Path,
        typer.Argument(
            metavar="DATA",
            help="Folder that howfar synth --video has written, one video of it, or street pictures with LiDAR whose "
            "index.csv numbers the frames of drives.",
        ),
    ],
    fps: Annotated[
        float, typer.Option("--fps", metavar="RATE", help="Frames a second of the drives of an index.csv.")
    ] = 10.0,
    model: Annotated[str | None, typer.Option("--model", help="Depth network by name or .onnx file.")] = None,
    detector: Annotated[str | None, typer.Option("--detector", help="Detector by name or .onnx file.")] = None,
    csv: CsvOption = None,
    overwrite: Overwrite = False,
    engine: Engine = "auto",
    precision: Precision = "auto",
) -> None:
    """Measure howfar look --track: identities, flicker, distances, speeds and times to collision.

    Each rendered video is looked at with its true boxes, which shows the tracking alone, and with the detector's. Real
    drives have no true identities: their distances alone are compared, with those of LiDAR.
    """
    from howfar.datasets.drives import open_drives
    from howfar.datasets.streets import is_index_of_streets
    from howfar.datasets.tracked_videos import open_tracked_videos
    from howfar.models import DEFAULT_DETECTOR, RunOptions, open_heads
    from howfar.pipeline.rangefinder import Rangefinder

    refuse_results(csv, overwrite=overwrite)
    drives = open_drives(data, fps) if is_index_of_streets(data) else []
    videos = [] if drives else open_tracked_videos(data)
    running = RunOptions(engine=engine, precision=precision)
    finds, depth = open_heads(detector or DEFAULT_DETECTOR, model, running)
    finder = Rangefinder(finds, depth, engine=engine, precision=precision)
    names = finds.name, depth.facts.name
    publish(_of_drives(drives, finder, names) if drives else _of_videos(videos, finder, names), csv, overwrite)


def _of_videos(videos: "Sequence[TrackedVideo]", finder: "Rangefinder", names: tuple[str, str]) -> "Report":
    from howfar.evaluation.tracks.evaluation import TracksResult, evaluate_video
    from howfar.evaluation.tracks.reports import tracks_report

    results = TracksResult("true"), TracksResult(names[0])
    with progress_bar("Tracking", len(videos), "videos") as step:
        for video in videos:
            evaluate_video(video, finder, results)
            step(video.name)
    return tracks_report(results, len(videos), names)


def _of_drives(drives: "Sequence[Drive]", finder: "Rangefinder", names: tuple[str, str]) -> "Report":
    from howfar.evaluation.tracks.evaluation import evaluate_drive
    from howfar.evaluation.tracks.figures import Measured
    from howfar.evaluation.tracks.reports import drives_report

    measured = Measured()
    with progress_bar("Tracking", len(drives), "drives") as step:
        for drive in drives:
            evaluate_drive(drive, finder, measured)
            step(drive.name)
    return drives_report(measured, drives, names)
