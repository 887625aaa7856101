"""`howfar evaluate tracks`: tracking on videos with true tracks."""

from pathlib import Path
from typing import Annotated

import typer

from howfar.cli.measuring import CsvOption, publish, refuse_results
from howfar.cli.options import Engine, Overwrite, Precision
from howfar.cli.progress import progress_bar


def tracks(
    data: Annotated[
        Path, typer.Argument(metavar="DATA", help="Folder that howfar synth --video has written, or one video of it.")
    ],
    model: Annotated[str | None, typer.Option("--model", help="Depth network by name or .onnx file.")] = None,
    detector: Annotated[str | None, typer.Option("--detector", help="Detector by name or .onnx file.")] = None,
    csv: CsvOption = None,
    overwrite: Overwrite = False,
    engine: Engine = "auto",
    precision: Precision = "auto",
) -> None:
    """Measure howfar look --track: identities, flicker, distances, speeds and times to collision.

    Each video is looked at with its true boxes, which shows the tracking alone, and with the detector's.
    """
    from howfar.datasets.tracked_videos import open_tracked_videos
    from howfar.evaluation.tracks.evaluation import TracksResult, evaluate_video
    from howfar.evaluation.tracks.reports import tracks_report
    from howfar.models import DEFAULT_DEPTH, DEFAULT_DETECTOR, RunOptions, open_depth_network, open_detector
    from howfar.pipeline.rangefinder import Rangefinder

    refuse_results(csv, overwrite=overwrite)
    videos = open_tracked_videos(data)
    running = RunOptions(engine=engine, precision=precision)
    finds = open_detector(detector or DEFAULT_DETECTOR, running)
    depth = open_depth_network(model or DEFAULT_DEPTH, running)
    finder = Rangefinder(finds, depth, engine=engine, precision=precision)
    results = TracksResult("true"), TracksResult(finds.name)
    with progress_bar("Tracking", len(videos), "videos") as step:
        for video in videos:
            evaluate_video(video, finder, results)
            step(video.name)
    publish(tracks_report(results, len(videos), (finds.name, depth.facts.name)), csv, overwrite)
