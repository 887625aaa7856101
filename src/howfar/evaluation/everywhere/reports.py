"""The report of the benchmark over many data sets: tables, a page, and CSV files."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from howfar.evaluation.detection.tables import Row
from howfar.evaluation.everywhere.metrics import Figures, RightAnswers
from howfar.evaluation.everywhere.results import DataSetResult, EverywhereOptions
from howfar.evaluation.everywhere.tables import figure_rows, object_rows
from howfar.evaluation.objects.coverage import COLUMNS as COVERAGE_COLUMNS
from howfar.evaluation.objects.coverage import WHAT as COVERAGE_WHAT
from howfar.evaluation.objects.coverage import coverage_cells, coverages
from howfar.evaluation.objects.reports import cues_line
from howfar.evaluation.report.report import FigureTable, Report, time_taken, write_rows
from howfar.ranging.cues.joining import CueSettings

TITLE = "Everywhere"
OTHERS = "other boxes"
COLUMNS = ("objects", "found %", OTHERS, "metres %", "REL %", "≤ 10 %", "≤ 25 %", "interval %")
DISTANCE_COLUMNS = ("REL face %", "median", "REL centre %", "median", "slope")
NOT_COUNTED = "not counted"
TRUTHS = {"nearest": "nearest face", "centre": "distance as the data set defines it"}
WHAT = (
    "Found: share of the labelled objects. Other boxes: boxes of these classes that match no labelled object. "
    "Metres: share of the found that have a distance. REL: their mean relative error, to the nearest face if the "
    "data set gives it. ≤ 10 %: distances that are off by no more than that, as share of all labelled objects / of "
    "all distances given. Interval: share of the true distances between low_m and high_m, where 80 % should be, and "
    "its 95 % confidence: whole places drawn again, or pictures where no place is known."
)
NOT_COUNTED_NOTE = (
    "If a data set does not label all objects, other boxes are not counted, and the second share is of the distances "
    "of matched boxes only."
)
DISTANCE_WHAT = (
    "REL: mean relative error, and its median, to the nearest face and to the distance as the data set "
    "defines it. Slope: of log reported distance on log true distance."
)
BY_DISTANCE_NOTE = "Other boxes have no true distance, so the second share is of the distances of matched boxes only."


@dataclass(frozen=True, slots=True)
class Names:
    """The names of what was measured.

    Attributes:
        detector: The detector.
        depth: The depth network.
        score: Least confidence of a detection, 0 to 1.
        method: The ranging method.
        cues: What distances rest on.
    """

    detector: str
    depth: str
    score: float
    method: str
    cues: CueSettings


def everywhere_report(results: Sequence[DataSetResult], options: EverywhereOptions, names: Names) -> Report:
    """The report: a row for each data set, then each data set by class and by distance."""
    how = protocol_line(options, names)
    overall = {one.data.name: one.figures() for one in results}
    distances = tuple((name, *_distance_cells(figures)) for name, figures in overall.items())
    return Report(
        title=TITLE,
        protocol=_stated(results, options, names),
        columns=(),
        figures={},
        fields={},
        tables=(
            _table(f"{TITLE}: result", overall, f"{WHAT} {NOT_COUNTED_NOTE} {how}"),
            FigureTable(f"{TITLE}: distances", ("", *DISTANCE_COLUMNS), distances, f"{DISTANCE_WHAT} {how}"),
            FigureTable(f"{TITLE}: intervals", COVERAGE_COLUMNS, _coverage_cells(results), f"{COVERAGE_WHAT} {how}"),
            *(each for one in results for each in _grouped(one, how)),
        ),
        note=how,
    )


def write_everywhere_csv(
    results: Sequence[DataSetResult],
    path: Path,
    options: EverywhereOptions,
    names: Names,
    *,
    overwrite: bool = False,
) -> None:
    """Write all figures, and the objects one by one to a file beside them, each row with its protocol.

    Raises:
        OutputError: If a file exists and overwrite is not set, or cannot be written.
    """
    how = protocol_fields(options, names)
    for part, rows in ((path, figure_rows(results)), (objects_path(path), object_rows(results))):
        write_rows([how | row for row in rows], part, overwrite=overwrite)


def objects_path(path: Path) -> Path:
    """Where the single objects are written, beside the figures."""
    return path.with_stem(f"{path.stem}-objects")


def protocol_line(options: EverywhereOptions, names: Names) -> str:
    """How a measurement was made, in one sentence."""
    return (
        f"Boxes of {names.detector} (score above {names.score:g}), depth of {names.depth}, ranging method "
        f"{names.method}, cues {cues_line(names.cues)}; found at an IoU of {options.iou:g} or more."
    )


def protocol_fields(options: EverywhereOptions, names: Names) -> Row:
    """How a measurement was made, as plain column names and values for CSV."""
    return {
        "detector": names.detector,
        "depth": names.depth,
        "score": names.score,
        "method": names.method,
        "cues": cues_line(names.cues),
        "iou": options.iou,
    }


def _stated(results: Sequence[DataSetResult], options: EverywhereOptions, names: Names) -> dict[str, str]:
    """The protocol in words: what all data sets share, then each of them."""
    stated = {
        "what": "the pipeline of howfar look on every picture, with the data set's camera",
        "boxes": f"of {names.detector}: score above {names.score:g}; matched one to one within a class, best score "
        f"first, IoU at least {options.iou:g}",
        "depth": names.depth,
        "method": names.method,
        "cues": cues_line(names.cues),
        "crop": "none",
        "test-time augmentation": "none",
    }
    for one in results:
        stated |= {one.data.name: "; ".join(_data_lines(one))}
    return stated


def _data_lines(one: DataSetResult) -> Iterator[str]:
    yield f"{len(one.objects)} objects in {one.images} pictures"
    yield one.data.definition
    yield f"compared with the {TRUTHS[one.truth]}"
    yield "classes: " + ", ".join(
        label if label == name else f"{label} as {name}" for label, name in sorted(one.class_map.items())
    )
    if one.left_out:
        others = ", ".join(f"{label} ({count})" for label, count in sorted(one.left_out.items()))
        yield f"left out, because the detector does not know them: {others}"
    if one.without_truth:
        yield f"left out, because that distance is not known: {one.without_truth} objects"
    if not one.data.exhaustive:
        yield "not all objects are labelled: other boxes are not counted"
    yield time_taken(one.seconds, one.images)


def _coverage_cells(results: Sequence[DataSetResult]) -> tuple[tuple[str, ...], ...]:
    """The intervals of all data sets together."""
    objects = [each for one in results for each in one.objects]
    return coverage_cells(coverages(objects, np.concatenate([one.truth_m for one in results])))


def _grouped(one: DataSetResult, how: str) -> Iterator[FigureTable]:
    name = one.data.name
    yield _table(f"{TITLE}: {name}, by class", one.by_class(), how)
    distances = _table(f"{TITLE}: {name}, by distance", one.by_distance(), f"{BY_DISTANCE_NOTE} {how}")
    yield _without(OTHERS, distances)


def _table(title: str, rows: Mapping[str, Figures], note: str) -> FigureTable:
    return FigureTable(title, ("", *COLUMNS), tuple((name, *_cells(figures)) for name, figures in rows.items()), note)


def _without(column: str, table: FigureTable) -> FigureTable:
    index = table.columns.index(column)
    rows = tuple((*row[:index], *row[index + 1 :]) for row in table.rows)
    return replace(table, columns=(*table.columns[:index], *table.columns[index + 1 :]), rows=rows)


def _cells(figures: Figures) -> tuple[str, ...]:
    return (
        str(figures.objects),
        _per_cent(figures.recall),
        NOT_COUNTED if figures.others is None else str(figures.others),
        _per_cent(figures.metres_share),
        _per_cent(figures.compared.mean, 1),
        _right(figures.within10),
        _right(figures.within25),
        _held(figures),
    )


def _distance_cells(figures: Figures) -> tuple[str, ...]:
    errors = [share for each in (figures.nearest, figures.centre) for share in (each.mean, each.median)]
    return (
        *(_per_cent(share, 1) for share in errors),
        "–" if math.isnan(figures.log_slope) else f"{figures.log_slope:.2f}",
    )


def _held(figures: Figures) -> str:
    interval = figures.interval
    return "–" if not interval.objects else f"{_per_cent(interval.share)} ({_span(figures)})"


def _span(figures: Figures) -> str:
    """The 95 % confidence of the interval's share."""
    return f"{_per_cent(figures.interval.low)} to {_per_cent(figures.interval.high)}"


def _right(answers: RightAnswers) -> str:
    return f"{_per_cent(answers.recall)} / {_per_cent(answers.precision)}"


def _per_cent(share: float, decimals: int = 0) -> str:
    return "–" if math.isnan(share) else f"{100 * share:.{decimals}f}"
