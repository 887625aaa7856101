"""The figures of an evaluation of distances as rows for CSV, under plain column names."""

import math
from collections.abc import Sequence
from dataclasses import asdict

from howfar.evaluation.detection.tables import Row
from howfar.evaluation.objects.groups import GROUPINGS, Group, all_objects, by_occlusion
from howfar.evaluation.objects.metrics import DisparityErrors
from howfar.evaluation.objects.results import MeasuredObject, ObjectOptions, ObjectResult
from howfar.scene import Cue, CueName, Distance
from howfar.scene.box import Box

NO_CUE = Cue("depth", math.nan, math.nan)
"""Stands for the cues of an object that was not found."""


def method_fields(result: ObjectResult) -> Row:
    """The figures of all methods over all objects in one row; a column is named by the method and the figure."""
    group = all_objects(result.objects)
    return {
        f"{method}_{name}": value
        for method in result.options.names
        for name, value in (_errors(result, method, group) | _intervals_and_flags(result, method)).items()
    }


def group_rows(result: ObjectResult) -> list[Row]:
    """The errors of each method over all objects, and over each group of them."""
    grouped = [("all", all_objects(result.objects))]
    grouped += [(by, group) for by, sort in GROUPINGS.items() for group in sort(result.objects)]
    return [
        {"by": by, "group": group.name, "method": method, **_errors(result, method, group)}
        for by, group in grouped
        for method in result.options.names
    ]


def object_rows(result: ObjectResult) -> list[Row]:
    """One row for each object, with its distances by all methods."""
    return [_object_row(each, result.options) for each in result.objects]


def disparity_rows(result: ObjectResult, baseline_m: float) -> list[tuple[str, str, DisparityErrors]]:
    """Method, group and errors as disparities, over all objects and by occlusion where it is known."""
    groups = (all_objects(result.objects), *by_occlusion(result.objects))
    return [
        (method, group.name, result.disparity(method, baseline_m, group.members))
        for method in result.options.names
        for group in groups
    ]


def _errors(result: ObjectResult, method: str, group: Group) -> Row:
    errors: Row = asdict(result.errors(method, group.members))
    baseline_m = result.options.baseline_m
    return errors if baseline_m is None else errors | asdict(result.disparity(method, baseline_m, group.members))


def _intervals_and_flags(result: ObjectResult, method: str) -> Row:
    """The quality of a method's intervals and of its flag `mixed`."""
    intervals, warnings = result.intervals(method), result.warnings(method)
    return {
        "intervals": intervals.objects,
        "interval_coverage": intervals.share,
        "interval_coverage_low": intervals.low,
        "interval_coverage_high": intervals.high,
        "mixed": warnings.flagged,
        "mixed_precision": warnings.precision,
        "mixed_recall": warnings.recall,
    }


def _object_row(measured: MeasuredObject, options: ObjectOptions) -> Row:
    row: Row = {
        "picture": measured.picture,
        "number": measured.number,
        "class": measured.label,
        **_corners("true", measured.box_xyxy_px),
        **_corners("measured", measured.measured_xyxy_px),
        "found": int(measured.found),
        "confidence": measured.score,
        "truth_m": measured.truth_m,
        "nearest_m": measured.nearest_m,
        "occlusion": math.nan if measured.occlusion < 0 else measured.occlusion,
    }
    for method, distance in zip(options.names, measured.distances, strict=True):
        row |= _distance(method, distance, options.cues.names)
    return row


def _corners(which: str, box: Box) -> Row:
    return {f"{which}_{name}_px": value for name, value in zip(("x1", "y1", "x2", "y2"), box, strict=True)}


def _distance(method: str, distance: Distance, cues: Sequence[CueName]) -> Row:
    row: Row = {
        f"{method}_m": distance.depth_m,
        f"{method}_low_m": distance.low_m,
        f"{method}_high_m": distance.high_m,
        f"{method}_mixed": int(distance.mixed),
        f"{method}_conflict": int(distance.conflict),
    }
    by_name = {cue.name: cue for cue in distance.cues}
    for name in cues:
        cue = by_name.get(name, NO_CUE)
        row |= {
            f"{method}_{name}_cue_m": cue.depth_m,
            f"{method}_{name}_cue_log_sd": cue.log_sd,
            f"{method}_{name}_cue_weight": cue.weight,
        }
    return row
