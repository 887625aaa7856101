"""How the distances of objects by one eye and by two are shown: tables, JSON, and pictures side by side."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.drawing.side_by_side import side_by_side
from howfar.drawing.units import distance_text, interval_text
from howfar.evaluation.comparison.object_distances import ComparedObject, ComparedObjects, object_figures
from howfar.evaluation.comparison.pictures import ComparisonPicture
from howfar.evaluation.report.report import FigureTable
from howfar.files import replacing
from howfar.pipeline.view import View
from howfar.scene import Distance
from howfar.text import json_text

LISTED = 20
"""Objects that the table lists at most; JSON has them all."""

WIDE_PX = 480
"""Width of one picture of two beside each other."""

NOTE = (
    "The same boxes for all; in brackets the interval of 80 %. The true distance is that of the surface which most of "
    "the known depths in the inner part of the box are of; it is not told where these do not agree, or a nearer object "
    "covers the box."
)


def object_tables(objects: Sequence[ComparedObject]) -> tuple[FigureTable, ...]:
    """The objects one by one, and what the distances of each are worth; nothing where nothing was found."""
    if not objects:
        return ()
    names = tuple(objects[0].distances)
    several = len({each.picture for each in objects}) > 1
    rows = tuple(
        (f"{Path(each.picture).name}: {each.label}" if several else each.label, *_cells(each))
        for each in objects[:LISTED]
    )
    more = f" {len(objects) - LISTED} more are not listed." if len(objects) > LISTED else ""
    listed = FigureTable("How far each object is", ("", "true", *names), rows, NOTE + more)
    return (listed, _worth(objects, names)) if any(math.isfinite(each.true_m) for each in objects) else (listed,)


def write_json(
    rows: Sequence[Mapping[str, object]], objects: Sequence[ComparedObject], path: Path, *, overwrite: bool = False
) -> None:
    """Write a comparison as JSON: `compared`, a record for each that was compared, and `objects`; unknown is null.

    Args:
        rows: The records.
        objects: The objects of all pairs.
        path: The file.
        overwrite: Whether it may be there already.

    Raises:
        OutputError: If it is there already, or cannot be written.
    """
    content = {
        "compared": [{name: _known(value) for name, value in row.items()} for row in rows],
        "objects": [_record(each) for each in objects],
        "objects_worth": _worth_records(objects),
    }
    with replacing(path, overwrite=overwrite) as temporary:
        temporary.write_text(json_text(content, indent=2) + "\n", encoding="utf-8")


def draw_objects(compared: ComparedObjects, name: str) -> ComparisonPicture:
    """The left-hand picture with the objects and their distances, by one eye and by two.

    Args:
        compared: The objects of the picture.
        name: What to call the picture.
    """
    tiles = [_tile(view) for view in compared.views.values()]
    return ComparisonPicture(
        side_by_side(tiles, list(compared.views)), f"{Path(name).name}: the objects, with intervals of 80 %."
    )


def _tile(view: View) -> NDArray[np.uint8]:
    drawn = view.draw(show_interval=True)
    size = (WIDE_PX, max(1, round(WIDE_PX * view.height_px / view.width_px)))
    return np.asarray(cv2.resize(drawn, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _cells(one: ComparedObject) -> tuple[str, ...]:
    true = distance_text(one.true_m, "m") if math.isfinite(one.true_m) else "–"
    return (true, *map(_text, one.distances.values()))


def _text(told: Distance) -> str:
    if not told.is_known:
        return "unknown"
    interval = interval_text(told.low_m, told.high_m, "m")
    return f"{distance_text(told.depth_m, 'm')} ({interval})" if interval else distance_text(told.depth_m, "m")


def _worth(objects: Sequence[ComparedObject], names: tuple[str, ...]) -> FigureTable:
    figures = {name: object_figures(objects, name) for name in names}
    rows = (
        ("objects of known distance", *(str(each.objects + each.missed) for each in figures.values())),
        ("of these told", *(str(each.objects) for each in figures.values())),
        ("median error", *(_percent(each.median_error, 1) for each in figures.values())),
        ("intervals that hold it", *(_percent(each.held, 0) for each in figures.values())),
    )
    return FigureTable("What the distances are worth", ("", *names), rows, "Four in five intervals should hold it.")


def _percent(share: float, decimals: int) -> str:
    return "unknown" if math.isnan(share) else f"{100 * share:.{decimals}f} %"


def _record(each: ComparedObject) -> dict[str, Any]:
    return {
        "picture": each.picture,
        "label": each.label,
        "box_xyxy_px": [round(side, 2) for side in each.box_xyxy_px],
        "true_m": _known(each.true_m),
        "distances": {name: _told(told) for name, told in each.distances.items()},
    }


def _told(told: Distance) -> dict[str, Any]:
    metres = {"depth_m": told.depth_m, "low_m": told.low_m, "high_m": told.high_m}
    return {name: _known(value) for name, value in metres.items()} | {"reason": told.reason or None}


def _worth_records(objects: Sequence[ComparedObject]) -> dict[str, dict[str, Any]]:
    """What the distances by each of them are worth."""
    names = tuple(objects[0].distances) if objects else ()
    return {
        name: {part: _known(value) for part, value in asdict(object_figures(objects, name)).items()} for name in names
    }


def _known(value: Any) -> Any:
    """A value for JSON, which has no NaN."""
    if not isinstance(value, float):
        return value
    return round(value, 6) if math.isfinite(value) else None
