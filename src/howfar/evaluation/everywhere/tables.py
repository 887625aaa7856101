"""The figures of the benchmark as rows with plain column names, for CSV."""

import math
from collections.abc import Iterator, Sequence

from howfar.evaluation.detection.tables import Row
from howfar.evaluation.everywhere.metrics import Figures
from howfar.evaluation.everywhere.results import DataSetResult
from howfar.evaluation.objects.coverage import cues_of
from howfar.evaluation.objects.results import MeasuredObject


def figure_rows(results: Sequence[DataSetResult]) -> list[Row]:
    """The figures of each data set: over all objects, by class and by true distance."""
    return [
        {
            "data": one.data.name,
            "objects_are": one.data.definition,
            "images": one.images,
            "truth": one.truth,
            "by": by,
            "group": name,
            **figures_row(figures),
        }
        for one in results
        for by, name, figures in _grouped(one)
    ]


def object_rows(results: Sequence[DataSetResult]) -> list[Row]:
    """One row for each labelled object."""
    return [_object_row(one, each) for one in results for each in one.objects]


def figures_row(figures: Figures) -> Row:
    """Figures as one row; unknown ones are NaN."""
    interval = figures.interval
    return {
        "objects": figures.objects,
        "found": figures.found,
        "recall": figures.recall,
        "other_boxes": math.nan if figures.others is None else figures.others,
        "with_metres": figures.with_metres,
        "metres_share": figures.metres_share,
        "nearest_rel": figures.nearest.mean,
        "nearest_rel_median": figures.nearest.median,
        "centre_rel": figures.centre.mean,
        "centre_rel_median": figures.centre.median,
        "within10_recall": figures.within10.recall,
        "within10_precision": figures.within10.precision,
        "within25_recall": figures.within25.recall,
        "within25_precision": figures.within25.precision,
        "intervals": interval.objects,
        "interval_coverage": interval.share,
        "interval_coverage_low": interval.low,
        "interval_coverage_high": interval.high,
        "log_slope": figures.log_slope,
    }


def _grouped(one: DataSetResult) -> Iterator[tuple[str, str, Figures]]:
    yield "all", "all", one.figures()
    yield from (("class", name, figures) for name, figures in one.by_class().items())
    yield from (("distance", name, figures) for name, figures in one.by_distance().items())
    yield from (("domain", name, figures) for name, figures in one.by_domain().items())
    yield from (("cues", name, figures) for name, figures in one.by_cues().items())


def _object_row(one: DataSetResult, measured: MeasuredObject) -> Row:
    distance = measured.distances[0]
    true, seen = (
        {f"{which}_{corner}_px": value for corner, value in zip(("x1", "y1", "x2", "y2"), box, strict=True)}
        for which, box in (("true", measured.box_xyxy_px), ("found", measured.measured_xyxy_px))
    )
    return {
        "data": one.data.name,
        "picture": measured.picture,
        "number": measured.number,
        "class": measured.label,
        "detector_class": one.class_map[measured.label],
        **true,
        **seen,
        "found": int(measured.found),
        "confidence": measured.score,
        "nearest_m": measured.nearest_m,
        "centre_m": measured.truth_m,
        "occlusion": math.nan if measured.occlusion < 0 else measured.occlusion,
        "depth_m": distance.depth_m,
        "low_m": distance.low_m,
        "high_m": distance.high_m,
        "cues": cues_of(distance),
        "outdoors": measured.outdoors,
        "place": measured.place,
        "reason": distance.reason,
    }
