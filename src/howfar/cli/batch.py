"""`howfar batch`: the objects of many pictures as Parquet."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from howfar.cli import options

if TYPE_CHECKING:
    from howfar.batch.run import Runner


def batch(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="Folders with all folders in them, 'globs', manifests (.txt, .csv, .parquet), pictures, or addresses "
            "of these such as s3://bucket/photos/.",
        ),
    ],
    out: Annotated[
        str,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Folder of the results, or its address; named again, what is missing there is done.",
            rich_help_panel=options.OUTPUT,
        ),
    ],
    column: Annotated[
        str | None,
        typer.Option("--column", help="Column of a manifest that names pictures (default: source, path, …)."),
    ] = None,
    shard_size: Annotated[
        int | None,
        typer.Option(
            "--shard-size",
            min=1,
            metavar="PICTURES",
            help="Pictures in one file of the results (default: 2000, fewer where there are few in all).",
            rich_help_panel=options.OUTPUT,
        ),
    ] = None,
    max_depth: options.MaxDepth = None,
    classes: options.Classes = None,
    score: options.Score = None,
    detector: options.DetectorModel = "nanodet-g",
    depth_model: options.DepthModel = None,
    anchor: options.Anchor = None,
    method: Annotated[
        str,
        typer.Option("--method", help="One ranging method, as of howfar look.", rich_help_panel=options.RANGING),
    ] = "auto",
    cues: Annotated[
        str,
        typer.Option("--cues", help="What distances rest on, as of howfar look.", rich_help_panel=options.RANGING),
    ] = "auto",
    camera_height: options.CameraHeight = None,
    camera: options.CameraFile = None,
    fov_deg: options.FovDeg = None,
    fov_long_deg: options.FovLongDeg = None,
    fov_diagonal_deg: options.FovDiagonalDeg = None,
    processes: Annotated[
        int | None,
        typer.Option(
            "--processes",
            min=1,
            help="How many work at a time (default: one for each core; with a provider, one).",
            rich_help_panel=options.RUNNING,
        ),
    ] = None,
    threads: Annotated[
        int,
        typer.Option("--threads", min=1, help="Threads of each process.", rich_help_panel=options.RUNNING),
    ] = 1,
    on: Annotated[
        Literal["processes", "ray"],
        typer.Option("--on", help="Processes of this machine, or a Ray cluster.", rich_help_panel=options.RUNNING),
    ] = "processes",
    address: Annotated[
        str | None,
        typer.Option(
            "--address",
            help="Address of the Ray cluster, or auto for the one that is there (default: one of this machine).",
            rich_help_panel=options.RUNNING,
        ),
    ] = None,
    provider: options.Provider = None,
    engine: options.Engine = "auto",
    precision: options.Precision = "auto",
) -> None:
    """Look at any number of pictures, and write a row of Parquet for each.

    A picture that cannot be looked at is a row with its error. After any end the same command goes on where it was;
    _SUCCESS in the folder says that all is there.
    """
    _need_extra([*sources, out], on)
    from howfar.cli.batching import show_batch
    from howfar.errors import SettingError
    from howfar.io.camera_files import read_calibration
    from howfar.pipeline.spec import RangefinderSpec

    if "," in method:
        raise SettingError("A batch takes one ranging method: name one.", setting="method")
    if address is not None and on != "ray":
        raise SettingError("--address goes with --on ray.")
    spec = RangefinderSpec(
        detector=detector,
        depth=depth_model,
        method=method,
        camera=read_calibration(camera) if camera else None,
        fov_deg=fov_deg,
        fov_long_deg=fov_long_deg,
        fov_diagonal_deg=fov_diagonal_deg,
        max_depth_m=max_depth,
        classes=tuple(classes.split(",")) if classes else None,
        score=score,
        anchor=anchor,
        cues=cues,
        camera_height_m=camera_height,
        threads=threads,
        provider=provider,
        engine=engine,
        precision=precision,
    )
    runner = _on_cluster(address, processes) if on == "ray" else _here(processes, alone=provider is not None)
    show_batch(sources, out, spec, runner, column, shard_size)


def _need_extra(names: list[str], on: str) -> None:
    """Raise MissingExtraError for the extra that brings all that is missing, so that one installation is enough."""
    from howfar.cli.extras import need
    from howfar.io.addresses import EXTRAS, scheme_of

    libraries = ("pyarrow", "fsspec")
    if on == "ray":
        need("--on ray", "cluster", (*libraries, "ray"))
    if any(EXTRAS.get(scheme_of(name)) == "s3" for name in names):
        need("An address of s3://", "s3", (*libraries, "s3fs"))
    need("howfar batch", "batch", libraries)


def _on_cluster(address: str | None, processes: int | None) -> "Runner":
    from functools import partial

    from howfar.batch.on_ray import on_ray

    return partial(on_ray, address=address, processes=processes)


def _here(processes: int | None, *, alone: bool) -> "Runner":
    from functools import partial

    from howfar.batch.processes import on_processes
    from howfar.models.processor import usable_cores

    return partial(on_processes, processes=processes or (1 if alone else usable_cores()))
