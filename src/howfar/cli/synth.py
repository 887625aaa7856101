"""`howfar synth`: render scenes with exact truth."""

from pathlib import Path
from typing import Annotated

import typer

from howfar.cli.console import messages, results
from howfar.cli.progress import progress_bar
from howfar.synth.kind import Challenge, Kind

INTERRUPTED = 130


def synth(
    scenes: Annotated[
        int, typer.Option("--scenes", help="How many scenes, or videos; those that are complete are kept.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the data set.", metavar="DIR")],
    seed: Annotated[int, typer.Option("--seed", help="The same seed and settings give the same files.")] = 0,
    size: Annotated[
        str, typer.Option("--size", help="Area of the pictures; their shapes differ.", metavar="WxH")
    ] = "320x240",
    kind: Annotated[Kind, typer.Option("--kind", help="What is rendered; all: by turns.")] = "all",
    baseline_m: Annotated[
        float, typer.Option("--baseline-m", help="Distance of the right-hand camera; 0: none.", metavar="METRES")
    ] = 0.1,
    challenge: Annotated[
        Challenge | None,
        typer.Option(
            "--challenge",
            help="With --kind streets: streets seen along the road, with one thing that makes depth hard, or none.",
        ),
    ] = None,
    video: Annotated[
        bool,
        typer.Option(
            "--video",
            help="Render videos of streets in place of pictures: what moves keeps its number from frame to frame.",
        ),
    ] = False,
    seconds: Annotated[float, typer.Option("--seconds", help="Length of each video.", metavar="SECONDS")] = 4.0,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes that render (default: one a core).")
    ] = None,
) -> None:
    """Render rooms, streets and open places with exact depth, disparity, instances and boxes.

    The folder is read by howfar train depth, evaluate depth, evaluate objects and data show, that of videos by
    evaluate tracks. Started again, it goes on.
    """
    from howfar.synth.making import make_scenes, missing_scenes
    from howfar.synth.spec import SynthSpec, parse_size
    from howfar.synth.videos.making import make_videos, missing_videos
    from howfar.synth.videos.spec import VideoSpec

    try:
        if video:
            films = VideoSpec(seed, *parse_size(size), seconds)
            numbers = missing_videos(films, out, scenes)
            with progress_bar("Rendering", len(numbers), "videos") as step:
                count = make_videos(films, out, numbers, workers, step)
        else:
            spec = SynthSpec(seed, kind, *parse_size(size), baseline_m, challenge)
            numbers = missing_scenes(spec, out, scenes)
            with progress_bar("Rendering", len(numbers), "scenes") as step:
                count = make_scenes(spec, out, numbers, workers, step)
    except KeyboardInterrupt:
        messages().print("Stopped; the same command goes on from here.")
        raise typer.Exit(INTERRUPTED) from None
    what = "videos" if video else "scenes"
    results().print(f"{len(numbers)} {what} rendered; {out} holds {count}.", soft_wrap=True)
