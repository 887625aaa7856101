"""Scenes as a recording for Rerun's viewer: picture, boxes, depth, camera, objects and tracks in space, over time."""

import math
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from howfar.drawing.labels import label_text, object_colour
from howfar.drawing.style import DrawStyle
from howfar.errors import MissingExtraError
from howfar.files import replacing
from howfar.io.picture_writer import jpeg_bytes
from howfar.scene import Camera, DepthMap, Scene, SceneObject

TIMELINE, PICTURES = "time", "picture"
"""The timelines: seconds of a video, and the numbers of pictures."""
POINT_SHARE = 0.01
"""Radius of an object's point over its distance: as large in the picture, however far it is."""
LONGEST_TRACK = 500
"""So many last places of a track are drawn."""
MOST_MM = 65535

Place = tuple[float, float, float]


class RerunRecording:
    """A recording that is written to a file; a context manager.

    Every source has a part of its own, by its name. The camera stands at the origin of each, x to the right, y down, z
    forward, in metres. The file is there when the context ends, in whichever way: with what was added until then.
    """

    def __init__(self, path: Path, *, overwrite: bool = False) -> None:
        """Name the file, which ends in `.rrd`; nothing is written yet.

        Args:
            path: The file.
            overwrite: Replace it if it exists.

        Raises:
            MissingExtraError: If Rerun's library is not installed.
        """
        try:
            import rerun
        except ImportError:
            raise MissingExtraError("A recording for Rerun", "rerun") from None
        self._rerun: Any = rerun
        self._path, self._overwrite = path, overwrite
        self._stack = ExitStack()
        self._ways: dict[tuple[str, int], list[Place]] = {}
        self._shown: set[tuple[str, int]] = set()
        self._pictures = 0
        self._told: set[tuple[str, str]] = set()

    def __enter__(self) -> Self:
        """Begin the file.

        Raises:
            OutputError: If it exists and may not be replaced, or its folder cannot be written to.
        """
        temporary = self._stack.enter_context(replacing(self._path, overwrite=self._overwrite))
        # Times of logging would be other timelines, which nobody asks for and which come first in the viewer.
        self._stream = self._rerun.RecordingStream("howfar")
        self._stream.set_log_time_enabled(False)
        self._stream.set_log_tick_enabled(False)
        self._stream.save(temporary)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the file; what an interruption leaves of it is kept."""
        self._stream.flush()
        self._stream.disconnect()
        self._stack.close()

    def add(self, scene: Scene, image: NDArray[np.uint8], style: DrawStyle) -> None:
        """Add a picture or the frame of a video.

        Args:
            scene: What was found in it.
            image: H×W×3 uint8 RGB, its picture.
            style: The units of labels, and whether they have intervals.
        """
        if scene.time_s is None:
            self._stream.set_time(PICTURES, sequence=self._pictures)
            self._pictures += 1
        else:
            self._stream.set_time(TIMELINE, duration=scene.time_s)
        self._add_picture(scene, image)
        self._add_boxes(scene, style)
        self._add_objects(scene, style)
        self._add_ways(scene)
        self._add_caveats(scene)

    def _log(self, scene: Scene, parts: Sequence[str], what: Any, *, static: bool = False) -> None:
        self._stream.log([scene.source, *parts], what, static=static)

    def _add_picture(self, scene: Scene, image: NDArray[np.uint8]) -> None:
        self._log(scene, (), self._rerun.ViewCoordinates.RDF, static=True)
        self._log(scene, ("camera",), self._pinhole(scene.camera, scene.width_px, scene.height_px))
        picture = self._rerun.EncodedImage(contents=jpeg_bytes(image), media_type="image/jpeg")
        self._log(scene, ("camera", "picture"), picture)
        if scene.depth is not None and scene.depth.is_metric:
            rows, columns = scene.depth.shape
            self._log(scene, ("depth",), self._pinhole(scene.camera, columns, rows))
            self._log(scene, ("depth", "map"), self._rerun.DepthImage(_millimetres(scene.depth), meter=1000.0))

    def _pinhole(self, camera: Camera, width: int, height: int) -> Any:
        """The camera, at a resolution of its own."""
        across, down = width / camera.width_px, height / camera.height_px
        return self._rerun.Pinhole(
            focal_length=(camera.fx_px * across, camera.fy_px * down),
            principal_point=(camera.cx_px * across, camera.cy_px * down),
            width=width,
            height=height,
            camera_xyz=self._rerun.ViewCoordinates.RDF,
        )

    def _add_boxes(self, scene: Scene, style: DrawStyle) -> None:
        last_rank = max((one.nearness_rank or 0 for one in scene), default=0)
        boxes = self._rerun.Boxes2D(
            array=np.array([one.box_xyxy_px for one in scene], dtype=np.float32).reshape(-1, 4),
            array_format=self._rerun.Box2DFormat.XYXY,
            labels=[label_text(one, style, assumed=scene.assumes_scale) for one in scene],
            colors=[object_colour(one, last_rank) for one in scene],
        )
        self._log(scene, ("camera", "picture", "boxes"), boxes)

    def _add_objects(self, scene: Scene, style: DrawStyle) -> None:
        """The objects of known distance as points, each with its interval along its ray."""
        known = [one for one in scene if one.distance.is_known]
        points = self._rerun.Points3D(
            np.array([one.position_m for one in known], dtype=np.float32).reshape(-1, 3),
            radii=[POINT_SHARE * one.depth_m for one in known],
            labels=[label_text(one, style, assumed=scene.assumes_scale) for one in known],
            colors=[object_colour(one, 0) for one in known],
        )
        self._log(scene, ("objects",), points)
        sure = [one for one in known if math.isfinite(one.distance.low_m) and math.isfinite(one.distance.high_m)]
        ends = self._rerun.LineStrips3D(
            [[_at(one, one.distance.low_m), _at(one, one.distance.high_m)] for one in sure],
            colors=[object_colour(one, 0) for one in sure],
        )
        self._log(scene, ("objects", "intervals"), ends)

    def _add_ways(self, scene: Scene) -> None:
        """The way of each tracked object so far, and its distance and speed as plots; none of what is not seen."""
        seen = {one.track.track_id for one in scene if one.track is not None}
        for source, number in self._shown - {(scene.source, number) for number in seen}:
            if source == scene.source:
                self._log(scene, ("tracks", f"{number}"), self._rerun.Clear(recursive=False))
                self._shown.discard((source, number))
        for one in scene:
            if one.track is None or not one.distance.is_known:
                continue
            name = f"{one.track.track_id}"
            key = scene.source, one.track.track_id
            self._shown.add(key)
            way = self._ways.setdefault(key, [])
            way.append(one.position_m)
            del way[:-LONGEST_TRACK]
            self._log(scene, ("tracks", name), self._rerun.LineStrips3D([way], colors=[object_colour(one, 0)]))
            self._log(scene, ("depth_m", name), self._rerun.Scalars(one.depth_m))
            if math.isfinite(one.track.speed_m_s):
                self._log(scene, ("speed_m_s", name), self._rerun.Scalars(one.track.speed_m_s))

    def _add_caveats(self, scene: Scene) -> None:
        """What speaks against the metres, each once for a source."""
        for text in (*(caveat.text for caveat in scene.caveats), *((scene.no_metres,) if scene.no_metres else ())):
            if (scene.source, text) not in self._told:
                self._told.add((scene.source, text))
                self._log(scene, ("caveats",), self._rerun.TextLog(text, level=self._rerun.TextLogLevel.WARN))


def _at(one: SceneObject, depth_m: float) -> Place:
    """Where an object would be if it were at another depth, on the same ray."""
    share = depth_m / one.depth_m
    x_m, y_m, z_m = one.position_m
    return x_m * share, y_m * share, z_m * share


def _millimetres(depth: DepthMap) -> NDArray[np.uint16]:
    """A metric map as whole millimetres, 0 where it is unknown or too far for them."""
    mm = np.nan_to_num(depth.metres() * np.float32(1000), nan=0.0, posinf=0.0, neginf=0.0).round()
    return np.where((mm > 0) & (mm <= MOST_MM), mm, 0).astype(np.uint16)
