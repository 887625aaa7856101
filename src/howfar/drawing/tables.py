"""Results as text: a table for a terminal, and CSV."""

import csv
import io
import math
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING

from howfar.drawing.labels import ABOUT_MARK, CONFLICT_MARK, MIXED_MARK, marks, ordinal
from howfar.drawing.units import Units, distance_text, in_units, interval_text, number_text
from howfar.scene import Scene, SceneObject
from howfar.scene.camera import Origin
from howfar.scene.depth_alignment import EVIDENCE_TEXTS, DepthAlignment
from howfar.scene.track import Track
from howfar.text import cell

if TYPE_CHECKING:
    from rich.table import Table

CSV_HEADER = (
    *("source", "frame", "time_s", "label", "class_id", "score"),
    *("x1_px", "y1_px", "x2_px", "y2_px"),
    *("depth_m", "range_m", "low_m", "high_m", "x_m", "y_m", "z_m"),
    *("method", "valid_share", "mixed", "conflict", "nearness_rank"),
)

TRACK_COLUMNS = (*(each.name for each in fields(Track)), "alerts")
"""More columns of CSV, of what is tracked."""

NAME_WIDTH = 6
"""Letters that columns of names keep where a terminal is narrow."""

CAMERA_NOTES: dict[Origin, str] = {
    "given": "The camera is given.",
    "exif": "The camera is read from EXIF.",
    "assumed": "The camera is assumed, and so is the scale: give its focal length, its field of view or a camera file.",
}


def table(scene: Scene, units: Units = "m") -> "Table":
    """The labelled objects of a scene as a table for a terminal.

    "Depth" is the distance along the optical axis, with its interval where one is known, and "range" the straight line.
    Where nothing is known in metres there is "nearness" instead, 1st the nearest. What the numbers rest on is said by
    `caption`.

    Args:
        scene: The scene.
        units: Metres or feet.
    """
    from rich.table import Table
    from rich.text import Text

    ranks_alone = not scene.is_metric and not any(one.distance.is_known for one in scene)
    names = ("nearness", "score") if ranks_alone else ("depth", "range", "score", f"X Y Z ({units})")
    result = Table()
    result.add_column("object", overflow="fold", min_width=NAME_WIDTH)
    has_sentence = not all(one.distance.is_known for one in scene)  # why a depth is not known
    for name in names:
        # What may wrap is made narrow first: without a sentence these are names, not the interval.
        result.add_column(name, justify="right", no_wrap=name != "depth" or not has_sentence)
    result.add_column("method", min_width=NAME_WIDTH)
    for one in scene:
        cells = _ranked_cells(one) if ranks_alone else _cells(one, units)
        result.add_row(*map(Text, cells))  # as Text, for the brackets in a label are no markup
    return result


def explanation(scene: Scene, units: Units = "m") -> "Table":
    """What the distances of a scene rest on, object by object and cue by cue, as a table for a terminal.

    The margin of a cue is the relative error that two of three distances stay within.

    Args:
        scene: The scene.
        units: Metres or feet.
    """
    from rich.table import Table
    from rich.text import Text

    result = Table()
    result.add_column("object", overflow="fold")
    result.add_column("cue")
    for name in ("depth", "margin", "weight"):
        result.add_column(name, justify="right", no_wrap=True)
    result.add_column("note", overflow="fold")
    for one in scene:
        for row in _explained(one, units):
            result.add_row(*map(Text, row))
        result.add_section()
    return result


def _explained(one: SceneObject, units: Units) -> Iterator[tuple[str, ...]]:
    """The rows of one object: what all cues say together, then each of them."""
    distance = one.distance
    yield (one.label, "together", _depth(one, units), "", "", distance.reason)
    for cue in distance.cues:
        if cue.is_known:
            depth = distance_text(cue.depth_m, units)
            yield ("", cue.name, depth, _margin(cue.log_sd), f"{cue.weight:.0%}", cue.note)
        elif cue.is_bound:
            depth = f"≤ {distance_text(cue.at_most_m, units)}"
            yield ("", cue.name, depth, _margin(cue.log_sd), "", cue.note)
        else:
            yield ("", cue.name, "", "", "", cue.note)


def _margin(log_sd: float) -> str:
    """A spread in per cent, or as a factor where it is large."""
    return f"±{math.expm1(log_sd):.0%}" if log_sd < math.log(2) else f"×÷{math.exp(log_sd):.2g}"


def caption(scene: Scene, units: Units = "m") -> str:
    """What the numbers rest on, one statement a line: unit, depth source, camera, marks, and what is not shown."""
    lines = [_basis(scene, units), *([_camera_note(scene)] if scene.is_metric else [])]
    if scene.undistorted:
        lines.append("The picture is undistorted: boxes belong to the undistorted picture.")
    if any(one.distance.is_doubtful for one in scene):
        lines.append(f"{ABOUT_MARK} The depth map is doubtful there: the explanation says why.")
    if any(one.distance.mixed for one in scene):
        lines.append(f"{MIXED_MARK} The box holds two depths: one number for it is doubtful.")
    if any(one.distance.conflict for one in scene):
        lines.append(f"{CONFLICT_MARK} The cues contradict each other: the explanation shows what each says.")
    if scene.beyond:
        lines.append(f"Not shown: {len(scene.beyond)} farther than the maximum depth or at an unknown distance.")
    return "\n".join(lines)


def _basis(scene: Scene, units: Units) -> str:
    """What the numbers are, and what they are from."""
    source = _source(scene)
    if not scene.is_metric:
        return f"Nearness, 1st the nearest, from {source}: {scene.no_metres}."
    unit = {"m": "metres", "ft": "feet"}[units]
    basis = f"Depth (Z, along the optical axis) in {unit}, from {source}"
    return f"{basis}." if scene.alignment is None else f"{basis}, {_alignment_note(scene.alignment, scene.models)}"


def _source(scene: Scene) -> str:
    """What gave the depth, in words."""
    if "stereo" in scene.models:
        return f"both pictures by {scene.models['stereo']}, with {scene.models['depth']} where they do not tell"
    return "the sizes of things, and the ground" if _rests_on_other_cues(scene) else scene.models["depth"]


def _rests_on_other_cues(scene: Scene) -> bool:
    """Whether there are distances and none of them rests on the depth map."""
    told = [one.distance.cues for one in scene if one.distance.is_known and one.distance.cues]
    return bool(told) and not any(cue.name == "depth" and cue.weight for cues in told for cue in cues)


def _alignment_note(alignment: DepthAlignment, models: Mapping[str, str]) -> str:
    """What a relative map has its metres from."""
    anchor = f" ({models['anchor']})" if "anchor" in alignment.evidence else ""
    evidence = " and ".join(EVIDENCE_TEXTS[kind] + (anchor if kind == "anchor" else "") for kind in alignment.evidence)
    points = f"{alignment.points:,} point{'' if alignment.points == 1 else 's'}"
    return f"aligned to {evidence}: {points}, {_margin(alignment.log_sd)}."


def _camera_note(scene: Scene) -> str:
    """Where the camera is known from, and the scale."""
    known = {"given": "given", "exif": "read from EXIF", "assumed": "assumed"}[scene.camera.origin]
    if scene.depth_scale is None:
        measured = scene.alignment is not None and scene.alignment.is_measured
        if scene.camera.doubt is not None and not measured:
            return f"The camera is {known}{': ' if known == 'assumed' else ', but '}{scene.camera.doubt.reason}."
        return f"The camera is {known}." if measured else CAMERA_NOTES[scene.camera.origin]
    return f"The camera is {known}; depth is scaled by {scene.depth_scale:.3g}, from known distances."


def csv_text(scene: Scene, *, header: bool = False, tracked: bool = False) -> str:
    """The labelled objects of a scene as CSV, one a line, in metres and pixels; what is unknown is empty.

    Args:
        scene: The scene.
        header: Put the line `CSV_HEADER` first.
        tracked: Add the `TRACK_COLUMNS`.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if header:
        writer.writerow((*CSV_HEADER, *TRACK_COLUMNS) if tracked else CSV_HEADER)
    for row, one in zip(csv_rows(scene), scene, strict=True):
        writer.writerow([*row, *_track_cells(one)] if tracked else row)
    return text.getvalue()


def csv_rows(scene: Scene) -> Iterator[list[str]]:
    """The cells under `CSV_HEADER`, one row for each labelled object."""
    frame = "" if scene.frame is None else str(scene.frame)
    for one in scene:
        distance = one.distance
        yield [
            *(cell(scene.source), frame, _decimal(scene.time_s)),
            *(cell(one.label), str(one.class_id), _decimal(one.score)),
            *(_decimal(value, 2) for value in one.box_xyxy_px),
            *(_decimal(value) for value in (distance.depth_m, distance.range_m, distance.low_m, distance.high_m)),
            *(_decimal(value) for value in distance.position_m),
            *(cell(distance.method), _decimal(distance.valid_share)),
            *(str(flag).lower() for flag in (distance.mixed, distance.conflict)),
            "" if one.nearness_rank is None else str(one.nearness_rank),
        ]


def _track_cells(one: SceneObject) -> list[str]:
    """The cells under `TRACK_COLUMNS`."""
    numbers = {} if one.track is None else one.track.to_dict()
    cells = ["" if (value := numbers.get(name)) is None else str(value) for name in TRACK_COLUMNS[:-1]]
    return [*cells, cell("; ".join(one.alerts))]


def _decimal(value: float | None, digits: int = 4) -> str:
    """A number as the scene's JSON rounds it, or nothing."""
    return str(round(float(value), digits)) if value is not None and math.isfinite(value) else ""


def _ranked_cells(one: SceneObject) -> tuple[str, ...]:
    rank = "?" if one.nearness_rank is None else ordinal(one.nearness_rank)
    return (one.label, rank, f"{one.score:.2f}", one.distance.method)


def _cells(one: SceneObject, units: Units) -> tuple[str, ...]:
    distance = one.distance
    numbers = [number_text(in_units(value, units)) for value in distance.position_m] if distance.is_known else []
    return (
        one.label,
        _depth(one, units),
        distance_text(distance.range_m, units),
        f"{one.score:.2f}",
        " ".join(numbers),
        distance.method,
    )


def _depth(one: SceneObject, units: Units) -> str:
    """The depth, its interval and its marks: "~2.3 m (1.9 to 2.8)*"; its rank or why it is not known, if it is not."""
    distance = one.distance
    if not distance.is_known and one.nearness_rank is not None:
        return f"? {units} ({ordinal(one.nearness_rank)} nearest)"
    if not distance.is_known:
        return f"? {units} ({distance.reason})" if distance.reason else f"? {units}"
    ends = interval_text(distance.low_m, distance.high_m, units, " to ")
    interval = f" ({ends})" if ends else ""
    about = ABOUT_MARK if distance.is_doubtful else ""
    return about + distance_text(distance.depth_m, units) + interval + marks(distance)
