"""How a measurement of distances of objects is shown."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from howfar.evaluation.detection.tables import Row
from howfar.evaluation.objects.groups import GROUPINGS, Group, everything
from howfar.evaluation.objects.metrics import DisparityErrors, ObjectErrors
from howfar.evaluation.objects.results import ObjectResult
from howfar.evaluation.objects.tables import disparity_rows, group_rows, method_fields, object_rows
from howfar.evaluation.report.report import FigureTable, Report, time_taken, write_rows
from howfar.models.detector import MAX_DETECTIONS
from howfar.ranging.cues.joining import CueSettings

ERROR_COLUMNS = ("objects", "covered", "REL %", "> 10 %", "MAE m", "RMSE m", "δ1 %")
DISPARITY_COLUMNS = ("objects", "covered", "EPE px", "> 3 px", "> 5 px")
WHAT = (
    "REL is the mean relative error, > 10 % the share off by more than that, δ1 the share off by a factor below 1.25."
)
MOST_COLUMNS = 4
"""Methods beside each other in one table: as many as a terminal of 100 letters holds."""

COVERED = "Errors are over the covered objects: those that got a distance."
TRUTHS = {
    "centre": "distance of the object along the optical axis, as the data set defines it",
    "nearest": "distance of the object's nearest face along the optical axis",
}


@dataclass(frozen=True, slots=True)
class Names:
    """What was measured, by name.

    Attributes:
        data: The data set and the part of it.
        definition: What its objects and their distances are, in words.
        detector: The detector's name; empty with true boxes.
        depth: The depth network's name; empty with true depth.
        anchor: The name of the network that a relative one got its metres from; empty without one.
        camera: The name of the camera file; empty where each picture's own camera was taken.
    """

    data: str
    definition: str
    detector: str = ""
    depth: str = ""
    anchor: str = ""
    camera: str = ""


def object_report(result: ObjectResult, names: Names) -> Report:
    """The report of a measurement of distances."""
    how = protocol_line(result, names)
    return Report(
        title="Distances of objects",
        protocol=_stated(result, names),
        columns=(),
        figures={},
        fields=protocol_fields(result, names) | method_fields(result),
        tables=(
            _overall(result, how),
            *_disparities(result, how),
            *_grouped(result, how),
            *_margins(result, how),
            _warnings(result, how),
        ),
        note=how,
    )


def write_object_csv(result: ObjectResult, path: Path, names: Names, *, overwrite: bool = False) -> None:
    """Write the errors by group, and the objects one by one, each to its own file beside the report's.

    Args:
        result: What was measured.
        path: The report's own file; see `csv_parts` for the others.
        names: What was measured, by name.
        overwrite: Replace files that are there.

    Raises:
        OutputError: If a file exists and overwrite is not set, or cannot be written.
    """
    how = protocol_fields(result, names)
    for part, rows in zip(csv_parts(path), (group_rows(result), object_rows(result)), strict=True):
        write_rows([how | row for row in rows], part, overwrite=overwrite)


def csv_parts(path: Path) -> tuple[Path, Path]:
    """Where the errors by group and the single objects are written, beside the report's own file."""
    groups, objects = (path.with_stem(f"{path.stem}-{part}") for part in ("groups", "objects"))
    return groups, objects


def protocol_line(result: ObjectResult, names: Names) -> str:
    """How a measurement was made, in one sentence."""
    procedure = result.procedure
    boxes = "true boxes"
    if procedure.boxes == "detector":
        boxes = (
            f"boxes of {names.detector} (score above {procedure.score:g}, IoU at least {procedure.iou:g}, "
            f"{len(result.class_map)} classes)"
        )
    depth = "true depth" if procedure.depth == "true" else f"depth of {names.depth}"
    if names.anchor:
        depth += f" with the metres of {names.anchor}"
    if procedure.known:
        which = "the nearest object's" if procedure.known == "nearest" else f"that of the nearest {procedure.known}"
        depth += f", one true distance given a picture ({which}, which is not counted)"
    if names.camera:
        depth += f", camera of {names.camera}"
    return (
        f"{len(result.objects)} objects in {result.images_measured} pictures of {names.data}; {boxes}, {depth}, "
        f"compared with {'their true distance' if procedure.truth == 'centre' else 'that of their nearest face'}."
    )


def protocol_fields(result: ObjectResult, names: Names) -> Row:
    """How a measurement was made, as plain column names and values for CSV."""
    procedure = result.procedure
    by_detector = procedure.boxes == "detector"
    return {
        "data": names.data,
        "objects_are": names.definition,
        "images": result.images,
        "images_measured": result.images_measured,
        "boxes": names.detector if by_detector else "true",
        "depth": "true" if procedure.depth == "true" else names.depth,
        "anchor": names.anchor,
        "known": procedure.known or "",
        "camera": names.camera,
        "truth": procedure.truth,
        "cues": cues_line(procedure.cues),
        "score": procedure.score if by_detector else math.nan,
        "iou": procedure.iou if by_detector else math.nan,
        "class_map": "; ".join(f"{label}={name}" for label, name in result.class_map.items()),
        "left_out": sum(result.left_out.values()),
        "without_truth": result.without_truth,
        "baseline_m": math.nan if procedure.baseline_m is None else procedure.baseline_m,
    }


def cues_line(cues: CueSettings) -> str:
    """What distances rest on, in words."""
    line = ", ".join(cues.names) + (" (the others where most lies beyond the depth's reach)" if cues.sparing else "")
    if "ground" in cues.names and cues.camera_height_m is not None:
        line += f"; camera {cues.camera_height_m:g} m above the ground"
    return line


def _stated(result: ObjectResult, names: Names) -> dict[str, str]:
    """How it was measured, in words."""
    procedure = result.procedure
    true_depth = procedure.depth == "true"
    stated = {
        "data": names.data,
        "objects": f"{len(result.objects)}, in {result.images_measured} of {result.images} pictures",
        "what they are": names.definition,
        "boxes": "true",
        "depth": "true, at the picture's resolution" if true_depth else f"{names.depth}, at the network's resolution",
        "methods": ", ".join(procedure.names),
        "cues": cues_line(procedure.cues),
        "truth": TRUTHS[procedure.truth],
        "crop": "none",
        "test-time augmentation": "none",
        "ranging time": f"{time_taken(result.ranging_s, result.images_measured)}, all methods",
    }
    if result.without_truth:
        stated["left out"] = f"{result.without_truth} objects, as that distance is unknown"
    if procedure.boxes == "detector":
        stated |= _found_how(result, names)
    if not true_depth:
        stated["depth network time"] = time_taken(result.depth_s, result.images_measured)
    return stated


def _found_how(result: ObjectResult, names: Names) -> dict[str, str]:
    """The detector's part, in words."""
    procedure = result.procedure
    left_out = ", ".join(f"{label} ({count})" for label, count in sorted(result.left_out.items())) or "none"
    return {
        "boxes": f"of {names.detector}: score above {procedure.score:g}, its own NMS, at most {MAX_DETECTIONS} a "
        f"picture; matched one to one within a class, best score first, IoU at least {procedure.iou:g}",
        "classes": ", ".join(
            label if label == name else f"{label} as {name}" for label, name in sorted(result.class_map.items())
        ),
        "classes left out": f"{left_out}, as the detector does not know them",
        "detector time": time_taken(result.detector_s, result.images_measured),
    }


def _overall(result: ObjectResult, how: str) -> FigureTable:
    group = everything(result.objects)
    rows = tuple((method, *_error_cells(result.errors(method, group.members))) for method in result.procedure.names)
    return FigureTable("Distances of objects: result", ("", *ERROR_COLUMNS), rows, f"{WHAT} {COVERED} {how}")


def _disparities(result: ObjectResult, how: str) -> tuple[FigureTable, ...]:
    baseline_m = result.procedure.baseline_m
    if baseline_m is None:
        return ()
    rows = tuple(
        (f"{method}, {group}", *_disparity_cells(errors))
        for method, group, errors in disparity_rows(result, baseline_m)
    )
    note = (
        f"Disparity f·B/Z of a pair of cameras {baseline_m:g} m apart; EPE is its mean absolute error. {COVERED} {how}"
    )
    return (FigureTable("Distances of objects: as disparities, by occlusion", ("", *DISPARITY_COLUMNS), rows, note),)


def _grouped(result: ObjectResult, how: str) -> Iterator[FigureTable]:
    """The errors by group: all of them of a single method, else the REL of each method beside the others'."""
    methods = result.procedure.names
    for by, sort in GROUPINGS.items():
        groups, title = sort(result.objects), f"Distances of objects: by {by}"
        if not groups:
            continue
        if len(methods) == 1:
            rows = tuple((group.name, *_error_cells(result.errors(methods[0], group.members))) for group in groups)
            yield FigureTable(f"{title}, {methods[0]}", (by, *ERROR_COLUMNS), rows, f"{COVERED} {how}")
            continue
        for start in range(0, len(methods), MOST_COLUMNS):
            shown = methods[start : start + MOST_COLUMNS]
            yield _beside_each_other(result, f"{title}, REL in %", (by, groups), shown, how)


def _beside_each_other(
    result: ObjectResult, title: str, grouped: tuple[str, Sequence[Group]], methods: Sequence[str], how: str
) -> FigureTable:
    by, groups = grouped
    rows = []
    for group in groups:
        errors = [result.errors(method, group.members) for method in methods]
        least = min(error.coverage for error in errors)
        rows.append(
            (group.name, str(len(group.members)), _per_cent(least), *(_figure(100 * error.rel, 2) for error in errors))
        )
    note = f"Where methods cover different shares, the least is shown. {COVERED} {how}"
    return FigureTable(title, (by, "objects", "covered", *methods), tuple(rows), note)


def _margins(result: ObjectResult, how: str) -> tuple[FigureTable, ...]:
    """How many true distances lie in the intervals, of the methods that give any."""
    rows = []
    for method in result.procedure.names:
        inside = result.intervals(method)
        if inside.objects:
            between = f"{_per_cent(inside.low)} to {_per_cent(inside.high)}"
            rows.append((method, str(inside.objects), _per_cent(inside.share), between))
    if not rows:
        return ()
    note = (
        "Share of the true distances that lie between low_m and high_m, where 80 % should, and its 95 % confidence "
        f"(whole pictures drawn again). {how}"
    )
    columns = ("", "objects", "inside", "95 % confidence")
    return (FigureTable("Distances of objects: intervals", columns, tuple(rows), note),)


def _warnings(result: ObjectResult, how: str) -> FigureTable:
    rows = []
    for method in result.procedure.names:
        told, known = result.warnings(method), int(np.isfinite(result.estimates_m(method)).sum())
        shares = (told.flagged, told.precision, told.recall)
        rows.append((method, str(known), *(_per_cent(share) for share in shares)))
    note = (
        "How well the flag for a box with two depths tells the distances that are off by more than 10 %: precision is "
        f"the share of the flagged that are, recall the share of those that are flagged. {how}"
    )
    columns = ("", "distances", "flagged", "precision", "recall")
    return FigureTable("Distances of objects: the flag `mixed`", columns, tuple(rows), note)


def _error_cells(errors: ObjectErrors) -> tuple[str, ...]:
    return (
        str(errors.objects),
        _per_cent(errors.coverage),
        _figure(100 * errors.rel, 2),
        _per_cent(errors.over10),
        _figure(errors.mae_m),
        _figure(errors.rmse_m),
        _figure(100 * errors.delta1, 1),
    )


def _disparity_cells(errors: DisparityErrors) -> tuple[str, ...]:
    return (
        str(errors.objects),
        _per_cent(errors.coverage),
        _figure(errors.end_point_px),
        _per_cent(errors.over3px),
        _per_cent(errors.over5px),
    )


def _per_cent(share: float) -> str:
    return "–" if math.isnan(share) else f"{share:.1%}".replace("%", " %")


def _figure(value: float, decimals: int = 3) -> str:
    return "–" if math.isnan(value) else f"{value:.{decimals}f}"
