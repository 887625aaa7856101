"""`howfar synth`: render scenes with exact truth."""

from pathlib import Path
from typing import Annotated

import typer

from howfar.cli.console import messages, results
from howfar.cli.progress import progress_bar
from howfar.synth.kind import Kind

INTERRUPTED = 130


def synth(
    scenes: Annotated[int, typer.Option("--scenes", help="How many scenes; those that are complete are kept.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the data set.", metavar="DIR")],
    seed: Annotated[int, typer.Option("--seed", help="The same seed and settings give the same files.")] = 0,
    size: Annotated[
        str, typer.Option("--size", help="Area of the pictures; their shapes differ.", metavar="WxH")
    ] = "320x240",
    kind: Annotated[Kind, typer.Option("--kind", help="What is rendered; all: by turns.")] = "all",
    baseline_m: Annotated[
        float, typer.Option("--baseline-m", help="Distance of the right-hand camera; 0: none.", metavar="METRES")
    ] = 0.1,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes that render (default: one a core).")
    ] = None,
) -> None:
    """Render rooms, streets and open places with exact depth, disparity, instances and boxes.

    The folder is read by howfar train depth, evaluate depth, evaluate objects and data show. Started again, it goes on.
    """
    from howfar.synth.making import make_scenes, missing_scenes
    from howfar.synth.spec import SynthSpec, parse_size

    spec = SynthSpec(seed, kind, *parse_size(size), baseline_m)
    try:
        numbers = missing_scenes(spec, out, scenes)
        with progress_bar("Rendering", len(numbers), "scenes") as step:
            count = make_scenes(spec, out, numbers, workers, step)
    except KeyboardInterrupt:
        messages().print("Stopped; the same command goes on from here.")
        raise typer.Exit(INTERRUPTED) from None
    results().print(f"{len(numbers)} scenes rendered; {out} holds {count}.", soft_wrap=True)
