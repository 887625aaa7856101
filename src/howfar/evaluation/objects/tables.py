"""The figures of a measurement of distances, row by row, under plain column names."""

import math
from collections.abc import Sequence
from dataclasses import asdict

from howfar.evaluation.detection.tables import Row
from howfar.evaluation.objects.groups import GROUPINGS, Group, by_occlusion, everything
from howfar.evaluation.objects.metrics import DisparityErrors
from howfar.evaluation.objects.results import MeasuredObject, ObjectProcedure, ObjectResult
from howfar.scene import Cue, CueName, Distance

NO_CUE = Cue("depth", math.nan, math.nan)
"""What an object that was not found is told by."""


def method_fields(result: ObjectResult) -> Row:
    """The figures of all methods over all objects in one row, each under the method's name and its own."""
    group = everything(result.objects)
    return {
        f"{method}_{name}": value
        for method in result.procedure.names
        for name, value in (_errors(result, method, group) | _honesty(result, method)).items()
    }


def group_rows(result: ObjectResult) -> list[Row]:
    """The errors of each method over all objects, and over each group of them."""
    grouped = [("all", everything(result.objects))]
    grouped += [(by, group) for by, sort in GROUPINGS.items() for group in sort(result.objects)]
    return [
        {"by": by, "group": group.name, "method": method, **_errors(result, method, group)}
        for by, group in grouped
        for method in result.procedure.names
    ]


def object_rows(result: ObjectResult) -> list[Row]:
    """Each object with what each method said of it."""
    return [_object_row(thing, result.procedure) for thing in result.objects]


def disparity_rows(result: ObjectResult, baseline_m: float) -> list[tuple[str, str, DisparityErrors]]:
    """Method, group and errors as disparities, over all objects and by occlusion where that is known."""
    groups = (everything(result.objects), *by_occlusion(result.objects))
    return [
        (method, group.name, result.disparity(method, baseline_m, group.members))
        for method in result.procedure.names
        for group in groups
    ]


def _errors(result: ObjectResult, method: str, group: Group) -> Row:
    errors: Row = asdict(result.errors(method, group.members))
    baseline_m = result.procedure.baseline_m
    return errors if baseline_m is None else errors | asdict(result.disparity(method, baseline_m, group.members))


def _honesty(result: ObjectResult, method: str) -> Row:
    """How well a method's margins and warnings hold."""
    margins, warnings = result.intervals(method), result.warnings(method)
    return {
        "intervals": margins.objects,
        "interval_coverage": margins.share,
        "interval_coverage_low": margins.low,
        "interval_coverage_high": margins.high,
        "mixed": warnings.flagged,
        "mixed_precision": warnings.precision,
        "mixed_recall": warnings.recall,
    }


def _object_row(thing: MeasuredObject, procedure: ObjectProcedure) -> Row:
    row: Row = {
        "picture": thing.picture,
        "number": thing.number,
        "class": thing.label,
        **_corners("true", thing.box_xyxy_px),
        **_corners("measured", thing.measured_xyxy_px),
        "found": int(thing.found),
        "confidence": thing.score,
        "truth_m": thing.truth_m,
        "nearest_m": thing.nearest_m,
        "occlusion": math.nan if thing.occlusion < 0 else thing.occlusion,
    }
    for method, distance in zip(procedure.names, thing.distances, strict=True):
        row |= _distance(method, distance, procedure.cues.names)
    return row


def _corners(which: str, box: tuple[float, float, float, float]) -> Row:
    return {f"{which}_{name}_px": value for name, value in zip(("x1", "y1", "x2", "y2"), box, strict=True)}


def _distance(method: str, distance: Distance, cues: Sequence[CueName]) -> Row:
    row: Row = {
        f"{method}_m": distance.depth_m,
        f"{method}_low_m": distance.low_m,
        f"{method}_high_m": distance.high_m,
        f"{method}_mixed": int(distance.mixed),
        f"{method}_conflict": int(distance.conflict),
    }
    said = {cue.name: cue for cue in distance.cues}
    for name in cues:
        cue = said.get(name, NO_CUE)
        row |= {
            f"{method}_{name}_cue_m": cue.depth_m,
            f"{method}_{name}_cue_log_sd": cue.log_sd,
            f"{method}_{name}_cue_weight": cue.weight,
        }
    return row
