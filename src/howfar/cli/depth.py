"""`howfar depth`: the depth maps of pictures and videos, without objects."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from howfar.cli import options
from howfar.cli.console import tell

DEFAULT_OUT = Path("howfar-depth")


def depth(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE...", help="Pictures, folders, 'globs', addresses, videos, cameras, or -."),
    ],
    depth_model: Annotated[
        str,
        typer.Option("--depth-model", help="Depth network: a name or an .onnx file.", rich_help_panel=options.DEPTH),
    ] = "depth-rooms-streets",
    camera: options.CameraFile = None,
    focal_px: options.FocalPx = None,
    fov_deg: options.FovDeg = None,
    fov_long_deg: options.FovLongDeg = None,
    fov_diagonal_deg: options.FovDiagonalDeg = None,
    camera_scale: options.CameraScale = True,
    right: options.Right = None,
    stereo: options.StereoLayout = None,
    stereo_method: options.StereoMethod = "sgbm",
    max_disparity: options.MaxDisparity = None,
    repair: options.Repair = False,
    format_: Annotated[
        Literal["png", "npy", "tiff", "exr"] | None,
        typer.Option(
            "--format",
            help="Format of the depth map: png in mm (of pictures in metres, the default); npy, tiff or exr in single "
            "precision, of relative maps and of each frame of a video too.",
            rich_help_panel=options.OUTPUT,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help=f"Folder to write to (default: {DEFAULT_OUT}).", rich_help_panel=options.OUTPUT
        ),
    ] = None,
    overwrite: options.Overwrite = False,
    every: options.Every = 1,
    threads: options.Threads = None,
    provider: options.Provider = None,
    engine: options.Engine = "auto",
    precision: options.Precision = "auto",
) -> None:
    """Estimate depth: a map in numbers, what it is worth, and a picture in colour; of a video, a video in colour."""
    from contextlib import closing

    from howfar.cli.caveats import Caveats
    from howfar.cli.depth_writing import DepthWriter
    from howfar.cli.failures import Failures
    from howfar.cli.folders import fresh_folder
    from howfar.cli.progress import progress_bar
    from howfar.errors import HowfarError
    from howfar.io.output_names import OutputNames
    from howfar.models import RunOptions, open_depth_network
    from howfar.pipeline.depth_scale import check_scale
    from howfar.pipeline.given import given_camera, given_eyes, given_rig
    from howfar.pipeline.metric_scale import MetricEvidence
    from howfar.pipeline.pairs import Stereo
    from howfar.pipeline.perceivers import DepthAlone, Unscaled
    from howfar.pipeline.rangefinder import Rangefinder
    from howfar.ranging import parse_method
    from howfar.ranging.cues.joining import CueSettings
    from howfar.ranging.settings import Ranging
    from howfar.scene.lens import Lens
    from howfar.sources.ahead import computed_ahead
    from howfar.sources.pairs import open_with_pairs

    opened = open_with_pairs(sources, right or (), stereo, stdin=typer.get_binary_stream("stdin"), tell=tell)
    lens = Lens(given_camera(camera), focal_px, fov_deg, fov_long_deg, fov_diagonal_deg)
    running = RunOptions(threads, provider, engine, precision)
    network = open_depth_network(depth_model, running)
    eyes = given_eyes(Stereo(stereo_method, max_disparity, repair), given_rig(camera), network, running)
    check_scale(lens.scale, network.facts, camera_scale=camera_scale)
    perceiver = DepthAlone(network if camera_scale else Unscaled(network))
    unused = Ranging((parse_method("median"),), CueSettings())  # there are no objects to measure
    finder = Rangefinder.of(perceiver, lens, MetricEvidence(lens.scale), unused, eyes=eyes)
    names = OutputNames(out or fresh_folder(DEFAULT_OUT))
    failures, caveats = Failures(len(opened)), Caveats(many=len(opened) > 1)
    write = DepthWriter(names, format_, caveats, overwrite=overwrite)
    pictures = 1 if any(source.is_stream for source in opened) else len(opened)  # a video has a progress bar of its own
    with progress_bar("Depth", pictures, "pictures") as step:
        for source in opened:
            try:
                with closing(computed_ahead(finder.perceive, source.frames(every))) as perceptions:
                    if source.is_stream:
                        write.video(source, perceptions, every)
                    else:
                        write.picture(next(perceptions))
            except HowfarError as error:
                failures.add(source.name, error)
            step(Path(source.name).name)
    caveats.tell()
    failures.tell_and_exit()
