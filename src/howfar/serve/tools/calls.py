"""What each tool does, whoever calls it: numbers as text with ± and units, and the same as data."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from howfar.drawing.depth_view import draw_depth
from howfar.drawing.units import distance_text, number_text
from howfar.errors import SettingError, SourceError
from howfar.io.picture_writer import png_bytes
from howfar.io.pictures import decode_picture
from howfar.pipeline.open_methods import open_method
from howfar.pipeline.rangefinder import Rangefinder
from howfar.pipeline.scenes import view_of
from howfar.pipeline.view import View
from howfar.scene import Detections, Frame, Query, Scene, SceneObject
from howfar.scene.margins import INTERVAL_SDS
from howfar.scene.own_boxes import round_what_is_seen
from howfar.serve.parameters import Asked
from howfar.serve.problems import ProblemError
from howfar.serve.reading import check_picture
from howfar.serve.settings import ServeSettings
from howfar.serve.tools.allowed_folders import AllowedFolders
from howfar.serve.tools.schemas import COLUMNS, OF_SCENE, ROWS

POINT_SHARE, LEAST_POINT_PX = 0.02, 6.0
"""A point is measured in a square of this share of the picture's shorter side."""
NO_OBJECTS = Detections.from_boxes([], [])
"""What a picture is looked at with where its depth alone is asked for: no detector is run then."""
POINT, THING = "point", "thing"
"""The labels of points, with their numbers, and of boxes that have none."""
NEAREST, FARTHEST = 0.01, 0.99
"""The shares of the map that are nearer than its nearest and its farthest depth, so that no stray cell decides."""
SHOWN_PX = 640
"""The longer side of the map that is shown."""

Arguments = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a tool gives.

    Attributes:
        text: For reading.
        content: The same as data.
        png: A picture; None for none.
    """

    text: str
    content: dict[str, Any]
    png: bytes | None = None


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools, on pictures in allowed folders.

    Attributes:
        finder: Looks at the pictures.
        folders: Where they may lie.
        limits: How large they may be.
    """

    finder: Rangefinder
    folders: AllowedFolders
    limits: ServeSettings

    def look(self, arguments: Arguments) -> Answer:
        """Find the objects in a picture, and how far away each is.

        Raises:
            HowfarError: If the picture cannot be read, or a value cannot be.
        """
        finder, frame = self._finder(arguments), self._frame(arguments)
        view = finder.look(frame)
        found = f"{_counted(len(view), 'object')}, nearest first" if view.objects else "no objects were found"
        beyond = f" ({len(view.beyond)} more beyond the maximum depth or of unknown distance)" if view.beyond else ""
        return Answer(_scene_text(view, found + beyond), view.to_dict())

    def depth(self, arguments: Arguments) -> Answer:
        """Estimate the depth of a picture.

        Raises:
            HowfarError: As `look`.
        """
        finder, frame = self._finder(arguments), self._frame(arguments)
        view = view_of(finder.perceive(replace(frame, detections=NO_OBJECTS)))
        scene = view.to_dict()
        content = {name: scene[name] for name in OF_SCENE} | _summary(view)
        return Answer(_depth_text(view, content), content, _shown(view))

    def measure(self, arguments: Arguments) -> Answer:
        """Measure how far away places in a picture are.

        Raises:
            HowfarError: As `look`, or if there is no place, or one outside of the picture.
        """
        finder, frame = self._finder(arguments), self._frame(arguments)
        boxes, points = arguments.get("boxes", ()), arguments.get("points", ())
        if bool(boxes) == bool(points):
            raise SettingError("Name what to measure: either boxes or points, one of them or more.")
        ranging = replace(finder.ranging, max_depth_m=None)  # all of what is asked about is told
        if points:
            ranging = replace(ranging, methods=(open_method("median"),))
            own = _points(points, frame)
        else:
            own = Detections.from_boxes(
                [each["box_xyxy_px"] for each in boxes], [each.get("label", "").strip() or THING for each in boxes]
            )
        view = finder.look(frame, detections=round_what_is_seen(own), query=Query(), ranging=ranging)
        return Answer(_scene_text(view, f"{_counted(len(view), 'place')}, nearest first"), view.to_dict())

    def _finder(self, arguments: Arguments) -> Rangefinder:
        own = {name: value for name, value in arguments.items() if name not in ("picture", "boxes", "points")}
        return Asked(own).finder_like(self.finder)

    def _frame(self, arguments: Arguments) -> Frame:
        name = arguments["picture"]
        data = self.folders.read(name)
        try:
            check_picture(data, self.limits)
        except ProblemError as problem:
            raise SourceError(f"{name}: {problem.detail}") from None
        return decode_picture(data, name)


CALLS: Mapping[str, Callable[[Tools, Arguments], Answer]] = {
    "look": Tools.look,
    "depth": Tools.depth,
    "measure": Tools.measure,
}


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _points(points: list[list[float]], frame: Frame) -> Detections:
    """Small squares round points, which must lie in the picture."""
    half = max(LEAST_POINT_PX, POINT_SHARE * min(frame.width_px, frame.height_px)) / 2
    for x, y in points:
        if not (0 <= x <= frame.width_px and 0 <= y <= frame.height_px):
            raise SettingError(
                f"The point {x:g}, {y:g} lies outside the picture of {frame.width_px}×{frame.height_px} pixels: name "
                "one in it."
            )
    boxes = [(x - half, y - half, x + half, y + half) for x, y in points]
    return Detections.from_boxes(boxes, [f"{POINT} {number}" for number in range(1, len(boxes) + 1)])


def _scene_text(scene: Scene, what: str) -> str:
    lines = [f"{scene.source}, {scene.width_px}×{scene.height_px} px: {what}."]
    lines += [f"{number}. {_object_text(one)}" for number, one in enumerate(scene, 1)]
    return "\n".join([*lines, *_doubts(scene)])


def _object_text(one: SceneObject) -> str:
    distance = one.distance
    x1, y1, x2, y2 = one.box_xyxy_px
    box = f"box {x1:.0f},{y1:.0f} to {x2:.0f},{y2:.0f} px"
    score = "" if one.score >= 1 else f", score {one.score:.2f}"
    if not distance.is_known:
        rank = "" if one.nearness_rank is None else f", number {one.nearness_rank} from the nearest"
        reason = f" ({distance.reason})" if distance.reason else ""
        return f"{one.label}: distance unknown{reason}{rank}; {box}{score}"
    x_m, y_m, _ = distance.position_m
    aside = f"{number_text(abs(x_m))} m {'right' if x_m >= 0 else 'left'}"
    high = f"{number_text(abs(y_m))} m {'below' if y_m >= 0 else 'above'}"
    place = f"{aside} of and {high} the optical axis"
    return f"{one.label}: {_with_margin(one.depth_m, distance.low_m, distance.high_m)}; {place}; {box}{score}"


def _with_margin(depth_m: float, low_m: float, high_m: float) -> str:
    """A distance with its margin: 2.3 m ± 0.5 m (four times in five between 1.8 m and 2.9 m)."""
    told, decimals = distance_text(depth_m, "m"), len(number_text(depth_m).partition(".")[2])
    if not (math.isfinite(low_m) and math.isfinite(high_m)):
        return f"{told} (margin unknown)"
    ends = f"four times in five between {distance_text(low_m, 'm')} and {distance_text(high_m, 'm')}"
    half_m = max((high_m - low_m) / 2, 10.0**-decimals)
    return f"{told} ± {half_m:.{decimals}f} m ({ends})"


def _doubts(scene: Scene) -> list[str]:
    """What speaks against the numbers, one sentence a line."""
    no_metres = [f"There are no metres: {scene.no_metres}."] if scene.no_metres else []
    return [*no_metres, *(f"Note: {caveat.text}" for caveat in scene.caveats)]


def _summary(view: View) -> dict[str, Any]:
    """The nearest, the middle and the farthest depth with their intervals, and the medians of cells.

    All are unknown where the map has no metres.
    """
    metres = view.depth.metres() if view.depth.is_metric else np.full((ROWS, COLUMNS), np.nan, dtype=np.float32)
    known = metres[np.isfinite(metres)]
    shares = {"nearest": NEAREST, "median": 0.5, "farthest": FARTHEST}
    depths_m = {name: float(np.quantile(known, share)) if known.size else math.nan for name, share in shares.items()}
    return {**{name: _span(depth_m, view) for name, depth_m in depths_m.items()}, "cells_m": _cells(metres)}


def _span(depth_m: float, view: View) -> dict[str, float | None]:
    """A depth of the map with its interval, which holds all focal lengths that the camera may have."""
    if not math.isfinite(depth_m) or view.facts is None:
        return dict.fromkeys(("depth_m", "low_m", "high_m"))
    reach = math.exp(INTERVAL_SDS * view.facts.log_sd_of("", depth_m))
    doubt = view.camera.doubt
    low, high = (1.0, 1.0) if doubt is None or view.depth_scale is not None else (doubt.low, doubt.high)
    ends = {"depth_m": depth_m, "low_m": depth_m / reach * low, "high_m": depth_m * reach * high}
    return {name: round(value, 3) for name, value in ends.items()}


def _cells(metres: NDArray[np.float32]) -> list[list[float | None]]:
    rows = np.array_split(metres, ROWS, axis=0)
    return [[_median(cell) for cell in np.array_split(row, COLUMNS, axis=1)] for row in rows]


def _median(cell: NDArray[np.float32]) -> float | None:
    known = cell[np.isfinite(cell)]
    return round(float(np.median(known)), 3) if known.size else None


def _depth_text(view: View, content: Mapping[str, Any]) -> str:
    lines = [f"{view.source}, {view.width_px}×{view.height_px} px: depth along the optical axis."]
    for name in ("nearest", "median", "farthest"):
        span = content[name]
        if span["depth_m"] is not None:
            lines.append(f"{name}: {_with_margin(span['depth_m'], span['low_m'], span['high_m'])}")
    return "\n".join([*lines, *_doubts(view)])


def _shown(view: View) -> bytes:
    """The map in colour, with its legend, no larger than is needed to see it."""
    scale = min(1.0, SHOWN_PX / max(view.width_px, view.height_px))
    width, height = (max(1, round(scale * side)) for side in (view.width_px, view.height_px))
    return png_bytes(draw_depth(view.depth, width, height))
