"""`howfar depth`: the depth maps of pictures and videos, without objects."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from howfar.cli import options

if TYPE_CHECKING:
    from howfar.io.output_names import OutputNames
    from howfar.pipeline.rangefinder import Rangefinder
    from howfar.scene import Frame, Perception
    from howfar.sources.opening import Source

DEFAULT_OUT = Path("howfar-depth")


def depth(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE...", help="Pictures, folders, 'globs', addresses, videos, cameras, or -."),
    ],
    depth_model: options.DepthModel = "depth-rooms-streets",
    camera: options.CameraFile = None,
    focal_px: options.FocalPx = None,
    fov_deg: options.FovDeg = None,
    fov_long_deg: options.FovLongDeg = None,
    fov_diagonal_deg: options.FovDiagonalDeg = None,
    camera_scale: options.CameraScale = True,
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
) -> None:
    """Estimate depth: a 16-bit PNG in millimetres and a picture in colour; of a video, a video in colour."""
    from howfar.cli.failures import Failures
    from howfar.cli.folders import fresh_folder
    from howfar.cli.progress import progress_bar
    from howfar.errors import HowfarError
    from howfar.io.camera_files import read_calibration
    from howfar.io.output_names import OutputNames
    from howfar.models import RunOptions, open_depth_network
    from howfar.pipeline.depth_scale import check_scale
    from howfar.pipeline.metric_scale import MetricEvidence
    from howfar.pipeline.perceivers import DepthAlone, Unscaled
    from howfar.pipeline.rangefinder import Rangefinder
    from howfar.ranging import parse_method
    from howfar.ranging.cues.joining import CueSettings
    from howfar.ranging.settings import Ranging
    from howfar.scene.lens import Lens
    from howfar.sources.opening import open_sources

    opened = open_sources(sources, stdin=typer.get_binary_stream("stdin"))
    lens = Lens(read_calibration(camera) if camera else None, focal_px, fov_deg, fov_long_deg, fov_diagonal_deg)
    network = open_depth_network(depth_model, RunOptions(threads, provider))
    check_scale(lens.scale, network.facts, camera_scale=camera_scale)
    perceiver = DepthAlone(network if camera_scale else Unscaled(network))
    unused = Ranging((parse_method("median"),), CueSettings())  # there are no objects to measure
    finder = Rangefinder.of(perceiver, lens, MetricEvidence(lens.scale), unused)
    names = OutputNames(out or fresh_folder(DEFAULT_OUT))
    failures = Failures(len(opened))
    pictures = 1 if any(source.is_stream for source in opened) else len(opened)  # a video has a progress bar of its own
    with progress_bar("Depth", pictures, "pictures") as step:
        for source in opened:
            try:
                perceptions = _perceptions(source.frames(every), finder)
                if source.is_stream:
                    _write_video(source, perceptions, names.path(source.name, ".mp4"), overwrite, every)
                else:
                    _write_picture(next(perceptions), names, overwrite)
            except HowfarError as error:
                failures.add(source.name, error)
            step(Path(source.name).name)
    failures.tell_and_exit()


def _perceptions(frames: "Iterator[Frame]", finder: "Rangefinder") -> "Iterator[Perception]":
    from howfar.sources.ahead import ahead

    yield from ahead(finder.perceive(frame) for frame in frames)


def _write_picture(perception: "Perception", names: "OutputNames", overwrite: bool) -> None:
    import numpy as np

    from howfar.cli.writing import DEPTH_ENDING, DEPTH_VIEW_ENDING
    from howfar.drawing.depth_view import draw_depth
    from howfar.io.depth_files import save_depth_png
    from howfar.io.picture_writer import save_picture

    frame, depth = perception.frame, perception.depth
    size = (frame.width_px, frame.height_px)
    view_path = names.path(frame.source, DEPTH_VIEW_ENDING)
    save_picture(draw_depth(depth, *size), view_path, overwrite=overwrite)
    if not depth.is_metric:
        _tell(f"{frame.source}: relative depth (no metres), drawn in {view_path}")
        return
    map_path = names.path(frame.source, DEPTH_ENDING)
    save_depth_png(depth, map_path, *size, overwrite=overwrite)
    near, middle, far = np.nanpercentile(depth.metres(), [1, 50, 99])
    _tell(f"{frame.source}: {near:.2f} to {far:.2f} m, median {middle:.2f} m; {map_path}, {view_path}")


def _write_video(
    source: "Source", perceptions: "Iterator[Perception]", path: Path, overwrite: bool, every: int
) -> None:
    from howfar.cli.progress import progress_bar
    from howfar.drawing.depth_view import draw_depth
    from howfar.io.video_writer import VideoWriter
    from howfar.sources.opening import expected_frames

    with (
        progress_bar(Path(source.name).name, expected_frames(source, every), "frames") as step,
        VideoWriter(path, source.fps, overwrite=overwrite) as video,
    ):
        for perception in perceptions:
            frame = perception.frame
            video.write(draw_depth(perception.depth, frame.width_px, frame.height_px), frame.time_s)
            step("")
    _tell(f"{source.name}: {video.frame_count} frames in {path}")


def _tell(line: str) -> None:
    from howfar.cli.console import results

    results().print(line, markup=False, soft_wrap=True)
