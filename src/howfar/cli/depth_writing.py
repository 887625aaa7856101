"""The files that `howfar depth` writes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np

from howfar.cli.caveats import Caveats
from howfar.cli.console import results
from howfar.cli.depth_output import NOTE_ENDING, write_map, write_note
from howfar.cli.progress import progress_bar
from howfar.cli.writing import DEPTH_VIEW_ENDING
from howfar.drawing.depth_view import draw_depth
from howfar.files import uninterrupted
from howfar.io.output_names import OutputNames
from howfar.io.picture_writer import save_picture
from howfar.io.video_writer import VideoWriter
from howfar.pipeline.scenes import view_of
from howfar.pipeline.view import View
from howfar.scene import Perception
from howfar.sources.kinds import Source, expected_frames

MapFormat = Literal["png", "npy", "tiff", "exr"]


class DepthWriter:
    """Writes depth in colour and in numbers, with a note beside the numbers of what they are worth."""

    def __init__(self, names: OutputNames, map_format: MapFormat | None, caveats: Caveats, *, overwrite: bool) -> None:
        """Take where files go.

        Args:
            names: Gives each source the names of its files.
            map_format: The format of maps; None for PNG, of pictures in metres alone.
            caveats: Collects what the numbers are worth.
            overwrite: Replace files that are there.
        """
        self._names, self._format, self._caveats, self._overwrite = names, map_format, caveats, overwrite

    def picture(self, perception: Perception) -> None:
        """Write the files of a picture."""
        with uninterrupted():
            self._picture(view_of(perception))

    def _picture(self, view: View) -> None:
        depth, source = view.depth, view.source
        drawn = self._names.path(source, DEPTH_VIEW_ENDING)
        save_picture(draw_depth(depth, view.width_px, view.height_px), drawn, overwrite=self._overwrite)
        if not depth.is_metric and self._format is None:
            _tell(f"{source}: relative depth (no metres), drawn in {drawn}; --format npy, tiff or exr keep its numbers")
            return
        path = self._names.path(source, f".depth.{self._format or 'png'}")
        files = {path.name: write_map(view, path, overwrite=self._overwrite)}
        write_note(view, files, self._names.path(source, NOTE_ENDING), overwrite=self._overwrite)
        self._caveats.add(source, view.caveats)
        _tell(f"{source}: {_range(view)}; {path}, {drawn}")

    def video(self, source: Source, perceptions: Iterator[Perception], every: int) -> None:
        """Write the files of a video; with a format, the map of each frame too, by the number of the frame."""
        path = self._names.path(source.name, ".mp4")
        folder = self._names.path(source.name, ".depth")
        files: dict[str, dict[str, Any]] = {}
        with (
            progress_bar(Path(source.name).name, expected_frames(source, every), "frames") as step,
            VideoWriter(path, source.fps, overwrite=self._overwrite) as video,
        ):
            view: View | None = None
            try:
                for number, perception in enumerate(perceptions):
                    view = view_of(perception)
                    with uninterrupted():  # OpenCV can crash where Ctrl-C comes while it writes text
                        video.write(draw_depth(view.depth, view.width_px, view.height_px), view.time_s)
                    if self._format is not None:
                        index = number if view.frame is None else view.frame
                        frame_path = folder / f"{index:06d}.{self._format}"
                        written = write_map(view, frame_path, overwrite=self._overwrite)
                        files[f"{folder.name}/{frame_path.name}"] = {**written, "time_s": view.time_s}
                    step("")
            finally:
                if view is not None:
                    self._caveats.add(source.name, view.caveats)
                if view is not None and files:
                    write_note(view, files, self._names.path(source.name, NOTE_ENDING), overwrite=self._overwrite)
        maps = f", {len(files)} maps in {folder}" if files else ""
        _tell(f"{source.name}: {video.frame_count} frames in {path}{maps}")


def _range(view: View) -> str:
    """The nearest, the middle and the farthest depth, in words."""
    if not view.depth.is_metric:
        return "relative depth (no metres)"
    metres = view.depth.metres()
    if not np.isfinite(metres).any():
        return "no depth is known"
    near, middle, far = np.nanpercentile(metres, [1, 50, 99])
    return f"{near:.2f} to {far:.2f} m, median {middle:.2f} m"


def _tell(line: str) -> None:
    results().print(line, markup=False, soft_wrap=True)
