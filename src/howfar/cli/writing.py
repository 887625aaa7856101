"""The files that `howfar look` writes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from howfar.cli.depth_output import NOTE_ENDING, write_map, write_note
from howfar.cli.output_options import OutputOptions
from howfar.drawing.annotation import draw_scene
from howfar.drawing.depth_view import draw_depth
from howfar.drawing.side_by_side import side_by_side
from howfar.drawing.style import DrawStyle
from howfar.files import refuse_existing, replacing
from howfar.io.output_names import OutputNames
from howfar.io.picture_writer import save_picture
from howfar.io.point_cloud import save_point_cloud
from howfar.pipeline.view import View

DEPTH_ENDING = ".depth.png"
DEPTH_VIEW_ENDING = ".depth-view.png"
CLOUD_ENDING = ".ply"
KITTI_ENDING = ".txt"


def draw_views(views: Sequence[View], names: Sequence[str], style: DrawStyle) -> NDArray[np.uint8]:
    """The annotated picture; with several methods, the pictures side by side under the methods' names."""
    drawn = [draw_scene(view.image, view, style) for view in views]
    return drawn[0] if len(drawn) == 1 else side_by_side(drawn, names)


class PictureFiles:
    """Writes the files of each picture that the options ask for: annotated picture, depth map, point cloud, labels."""

    def __init__(self, options: OutputOptions, names: OutputNames | None, methods: Sequence[str]) -> None:
        self._options = options
        self._names = names
        self._methods = methods

    def reserve(self, source: str) -> None:
        """Check that the files of a picture can be written, before the picture is processed.

        Raises:
            OutputError: If a file exists and may not be replaced.
            SettingError: If a file would be the source itself.
        """
        for path in self._paths(source).values():
            refuse_existing(path, overwrite=self._options.overwrite)

    def write(self, views: Sequence[View]) -> Path | None:
        """Write the files of one picture, and return the path of the annotated picture; None if it is not written."""
        view = views[0]
        size = (view.width_px, view.height_px)
        overwrite = self._options.overwrite
        paths = self._paths(view.source)
        carried: dict[str, dict[str, Any]] = {}
        if "picture" in paths:
            save_picture(draw_views(views, self._methods, self._options.style), paths["picture"], overwrite=overwrite)
        if "depth" in paths:
            carried[paths["depth"].name] = write_map(view, paths["depth"], overwrite=overwrite)
            coloured = draw_depth(view.depth, *size, units=self._options.style.units)
            save_picture(coloured, paths["depth view"], overwrite=overwrite)
        if "cloud" in paths:
            notes = [caveat.text for caveat in view.caveats]
            save_point_cloud(view.image, view.depth, view.camera, paths["cloud"], notes=notes, overwrite=overwrite)
            carried[paths["cloud"].name] = {"unit": "m"}
        if "labels" in paths:
            from howfar.datasets.kitti_writing import kitti_labels

            with replacing(paths["labels"], overwrite=overwrite) as temporary:
                temporary.write_text(kitti_labels(view), encoding="utf-8", errors="backslashreplace")
            carried[paths["labels"].name] = {"unit": "m", "unknown": -1000}
        if "note" in paths:
            write_note(view, carried, paths["note"], overwrite=overwrite)
        return paths.get("picture")

    def _paths(self, source: str) -> dict[str, Path]:
        if self._names is None:
            return {}
        paths = {"picture": self._names.path(source)}
        if self._options.save_depth:
            paths["depth"] = self._names.path(source, DEPTH_ENDING)
            paths["depth view"] = self._names.path(source, DEPTH_VIEW_ENDING)
        if self._options.point_cloud:
            paths["cloud"] = self._names.path(source, CLOUD_ENDING)
        if self._options.save_kitti:
            paths["labels"] = self._names.path(source, KITTI_ENDING)
        if self._options.metres_in_files:
            paths["note"] = self._names.path(source, NOTE_ENDING)
        return paths
