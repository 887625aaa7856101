"""The report of an evaluation of distances of objects: tables, a page, and CSV files."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from howfar.evaluation.detection.tables import Row
from howfar.evaluation.objects.coverage import COLUMNS as COVERAGE_COLUMNS
from howfar.evaluation.objects.coverage import WHAT as COVERAGE_WHAT
from howfar.evaluation.objects.coverage import coverage_cells, coverages
from howfar.evaluation.objects.groups import GROUPINGS, Group, all_objects
from howfar.evaluation.objects.metrics import DisparityErrors, ObjectErrors
from howfar.evaluation.objects.results import ObjectResult, Truth
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
"""Maximum number of methods in one table, so that it fits a terminal of 100 columns."""

COVERED = "Errors are over the covered objects: those that got a distance."
TRUTHS = {
    "centre": "distance of the object along the optical axis, as the data set defines it",
    "nearest": "distance of the object's nearest face along the optical axis",
}


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the data and of the networks, for the report.

    Attributes:
        data: The data set and its split.
        definition: What its objects and their distances are, in words.
        detector: The detector's name; empty with true boxes.
        depth: The depth network's name; empty with true depth.
        anchor: The name of the network that a relative one was aligned to; empty without one.
        camera: The name of the camera file; empty where each picture's own camera was used.
    """

    data: str
    definition: str
    detector: str = ""
    depth: str = ""
    anchor: str = ""
    camera: str = ""


def object_report(result: ObjectResult, names: Names) -> Report:
    """The report of an evaluation of distances."""
    how = protocol_line(result, names)
    return Report(
        title="Distances of objects",
        protocol=_protocol(result, names),
        columns=(),
        figures={},
        fields=protocol_fields(result, names) | method_fields(result),
        tables=(
            _overall(result, how),
            *_both_truths(result, how),
            *_disparities(result, how),
            *_grouped(result, how),
            *_intervals(result, how),
            _flags(result, how),
        ),
        note=how,
    )


def write_object_csv(result: ObjectResult, path: Path, names: Names, *, overwrite: bool = False) -> None:
    """Write the errors by group and the single objects, each to a file of its own beside the report's file.

    Args:
        result: The result of the evaluation.
        path: The report's own file; `csv_files` gives the names of the two others.
        names: The names for the report.
        overwrite: Replace existing files.

    Raises:
        OutputError: If a file exists and overwrite is not set, or cannot be written.
    """
    how = protocol_fields(result, names)
    for file, rows in zip(csv_files(path), (group_rows(result), object_rows(result)), strict=True):
        write_rows([how | row for row in rows], file, overwrite=overwrite)


def csv_files(path: Path) -> tuple[Path, Path]:
    """The files for the errors by group and for the single objects, beside the report's own file."""
    groups, objects = (path.with_stem(f"{path.stem}-{content}") for content in ("groups", "objects"))
    return groups, objects


def protocol_line(result: ObjectResult, names: Names) -> str:
    """The protocol of an evaluation, in one sentence."""
    options = result.options
    boxes = "true boxes"
    if options.boxes == "detector":
        boxes = (
            f"boxes of {names.detector} (score above {options.score:g}, IoU at least {options.iou:g}, "
            f"{len(result.class_map)} classes)"
        )
    depth = "true depth" if options.depth == "true" else f"depth of {names.depth}"
    if names.anchor:
        depth += f" with the metres of {names.anchor}"
    if options.known:
        which = "the nearest object's" if options.known == "nearest" else f"that of the nearest {options.known}"
        depth += f", one true distance given a picture ({which}, which is not counted)"
    if names.camera:
        depth += f", camera of {names.camera}"
    return (
        f"{len(result.objects)} objects in {result.images_measured} pictures of {names.data}; {boxes}, {depth}, "
        f"compared with {'their true distance' if result.truth == 'centre' else 'that of their nearest face'}."
    )


def protocol_fields(result: ObjectResult, names: Names) -> Row:
    """The protocol of an evaluation, as plain column names and values for CSV."""
    options = result.options
    by_detector = options.boxes == "detector"
    return {
        "data": names.data,
        "objects_are": names.definition,
        "images": result.images,
        "images_measured": result.images_measured,
        "boxes": names.detector if by_detector else "true",
        "depth": "true" if options.depth == "true" else names.depth,
        "anchor": names.anchor,
        "known": options.known or "",
        "camera": names.camera,
        "truth": result.truth,
        "cues": cues_line(options.cues),
        "score": options.score if by_detector else math.nan,
        "iou": options.iou if by_detector else math.nan,
        "class_map": "; ".join(f"{label}={name}" for label, name in result.class_map.items()),
        "left_out": sum(result.left_out.values()),
        "without_truth": result.without_truth,
        "baseline_m": math.nan if options.baseline_m is None else options.baseline_m,
    }


def cues_line(cues: CueSettings) -> str:
    """The cues that distances are computed from, in words."""
    line = ", ".join(cues.names) + (" (auto: as the depth network's reach tells)" if cues.auto else "")
    if "ground" in cues.names and cues.camera_height_m is not None:
        line += f"; camera {cues.camera_height_m:g} m above the ground"
    return line


def _protocol(result: ObjectResult, names: Names) -> dict[str, str]:
    """The protocol of an evaluation, as names and values for people."""
    options = result.options
    true_depth = options.depth == "true"
    protocol = {
        "data": names.data,
        "objects": f"{len(result.objects)}, in {result.images_measured} of {result.images} pictures",
        "what they are": names.definition,
        "boxes": "true",
        "depth": "true, at the picture's resolution" if true_depth else f"{names.depth}, at the network's resolution",
        "methods": ", ".join(options.names),
        "cues": cues_line(options.cues),
        "truth": TRUTHS[result.truth],
        "crop": "none",
        "test-time augmentation": "none",
        "ranging time": f"{time_taken(result.ranging_s, result.images_measured)}, all methods",
    }
    if result.without_truth:
        protocol["left out"] = f"{result.without_truth} objects, as that distance is unknown"
    if options.boxes == "detector":
        protocol |= _found_how(result, names)
    if not true_depth:
        protocol["depth network time"] = time_taken(result.depth_s, result.images_measured)
    return protocol


def _found_how(result: ObjectResult, names: Names) -> dict[str, str]:
    """The part of the protocol that concerns the detector, as names and values for people."""
    options = result.options
    left_out = ", ".join(f"{label} ({count})" for label, count in sorted(result.left_out.items())) or "none"
    return {
        "boxes": f"of {names.detector}: score above {options.score:g}, its own NMS, at most {MAX_DETECTIONS} a "
        f"picture; matched one to one within a class, best score first, IoU at least {options.iou:g}",
        "classes": ", ".join(
            label if label == name else f"{label} as {name}" for label, name in sorted(result.class_map.items())
        ),
        "classes left out": f"{left_out}, as the detector does not know them",
        "detector time": time_taken(result.detector_s, result.images_measured)
        if result.detector_s
        else "within that of the depth network, in one pass",
    }


def _overall(result: ObjectResult, how: str) -> FigureTable:
    group = all_objects(result.objects)
    rows = tuple((method, *_error_cells(result.errors(method, group.members))) for method in result.options.names)
    return FigureTable("Distances of objects: result", ("", *ERROR_COLUMNS), rows, f"{WHAT} {COVERED} {how}")


def _both_truths(result: ObjectResult, how: str) -> tuple[FigureTable, ...]:
    """The errors to the nearest face, which the camera sees, and to the distance as the data set defines it."""
    if not np.isfinite([each.nearest_m for each in result.objects]).any():
        return ()
    named: dict[Truth, str] = {"nearest": "nearest face", "centre": "centre"}
    rows = [
        (f"{method}, {name}", *_error_cells(result.errors_to(truth, method)))
        for method in result.options.names
        for truth, name in named.items()
    ]
    note = f"A distance is that of the visible surface; the centre is the distance as the data set defines it. {how}"
    return (FigureTable("Distances of objects: by what is true", ("", *ERROR_COLUMNS), tuple(rows), note),)


def _disparities(result: ObjectResult, how: str) -> tuple[FigureTable, ...]:
    baseline_m = result.options.baseline_m
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
    """The errors by group: all errors of a single method, or the REL of several methods side by side."""
    methods = result.options.names
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
            yield _side_by_side(result, f"{title}, REL in %", (by, groups), shown, how)


def _side_by_side(
    result: ObjectResult, title: str, grouped: tuple[str, Sequence[Group]], methods: Sequence[str], how: str
) -> FigureTable:
    """The REL of several methods by group; `grouped` is the name of the property and its groups."""
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


def _intervals(result: ObjectResult, how: str) -> tuple[FigureTable, ...]:
    """The share of true distances in the intervals, for the methods that give intervals."""
    rows = []
    for method in result.options.names:
        coverage = result.intervals(method)
        if coverage.objects:
            confidence = f"{_per_cent(coverage.low)} to {_per_cent(coverage.high)}"
            rows.append((method, str(coverage.objects), _per_cent(coverage.share), confidence))
    if not rows:
        return ()
    note = (
        "Share of the true distances that lie between low_m and high_m, where 80 % should, and its 95 % confidence "
        f"(whole pictures drawn again). {how}"
    )
    columns = ("", "objects", "inside", "95 % confidence")
    return (FigureTable("Distances of objects: intervals", columns, tuple(rows), note), *_coverages(result, how))


def _coverages(result: ObjectResult, how: str) -> Iterator[FigureTable]:
    """The intervals of the last method by domain, distance and cues."""
    method = result.options.names[-1]
    rows = coverages(result.objects, result.truth_m, len(result.options.names) - 1)
    if rows:
        yield FigureTable(
            f"Distances of objects: intervals by domain, distance and cues, {method}",
            COVERAGE_COLUMNS,
            coverage_cells(rows),
            f"{COVERAGE_WHAT} {how}",
        )


def _flags(result: ObjectResult, how: str) -> FigureTable:
    """The quality of the flag `mixed` of each method."""
    rows = []
    for method in result.options.names:
        quality, known = result.warnings(method), int(np.isfinite(result.estimates_m(method)).sum())
        shares = (quality.flagged, quality.precision, quality.recall)
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
