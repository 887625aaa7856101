"""How a detector's measurement is shown."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from howfar.evaluation.detection.evaluation import DetectorResult
from howfar.evaluation.detection.matching import LIMIT
from howfar.evaluation.detection.tables import Row, class_rows, point_rows, threshold_rows
from howfar.evaluation.report.report import FigureTable, Report, time_taken, write_rows
from howfar.models.card import InputSpec

COCO_NAMES = {
    "ap": "AP (IoU 0.50:0.95)",
    "ap50": "AP50",
    "ap75": "AP75",
    "ap_small": "AP small (< 32² px)",
    "ap_medium": "AP medium",
    "ap_large": "AP large (> 96² px)",
    "ar1": "AR, 1 a picture",
    "ar10": "AR, 10 a picture",
    "ar100": "AR, 100 a picture",
    "ar_small": "AR small",
    "ar_medium": "AR medium",
    "ar_large": "AR large",
}
HEADINGS = {
    "threshold": "",
    "class": "class",
    "objects": "objects",
    "confidence": "confidence",
    "map50": "mAP50",
    "map75": "mAP75",
    "ap": "AP",
    "ap50": "AP50",
    "ap75": "AP75",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
}
POOLED = "Precision, recall and F1 are at IoU 0.50, with the detections of all classes pooled."
UNDEFINED = "Precision is unknown where nothing was detected."


@dataclass(frozen=True, slots=True)
class Names:
    """What a report calls data and detector.

    Attributes:
        data: The data set.
        model: The detector's name.
        input: How it was fed; see `input_in_words`.
    """

    data: str
    model: str
    input: str


def detector_report(result: DetectorResult, names: Names) -> Report:
    """The report of a detector's measurement."""
    options, numbers, how = result.options, asdict(result.numbers), protocol_line(result, names)
    return Report(
        title="Detection",
        protocol={
            "data": names.data,
            "images": str(result.images),
            "model": names.model,
            "input": names.input,
            "protocol": "COCO detection: boxes, IoU 0.50:0.95, 101 recall points (faster-coco-eval)",
            "detections": f"score above {options.score:g}, NMS at IoU {options.nms:g}, {LIMIT} a picture",
            "sizes": f"by the area of an object's {_sized_by(result)}",
            "crop": "none",
            "test-time augmentation": "none",
            "coverage": f"the detector knows {result.classes_known} of the data's {len(result.classes)} classes, "
            "by name",
            "detector time": time_taken(result.detector_s, result.images),
        },
        columns=("value",),
        figures={shown: (numbers[name],) for name, shown in COCO_NAMES.items()},
        fields=protocol_fields(result, names) | numbers | _point_fields(result),
        tables=_further_tables(result, how),
        note=how,
    )


def write_detector_csv(result: DetectorResult, path: Path, names: Names, *, overwrite: bool = False) -> None:
    """Write the figures by class and by confidence threshold, each to its own file beside the report's.

    Args:
        result: What was measured.
        path: The report's own file; see `csv_parts` for the others.
        names: What to call data and detector.
        overwrite: Replace files that are there.

    Raises:
        OutputError: If a file exists and overwrite is not set, or cannot be written.
    """
    how = protocol_fields(result, names)
    for part, rows in zip(csv_parts(path), (class_rows(result), threshold_rows(result)), strict=True):
        write_rows([how | row for row in rows], part, overwrite=overwrite)


def csv_parts(path: Path) -> tuple[Path, Path]:
    """Where the figures by class and those by confidence threshold are written, beside the report's own file."""
    classes, thresholds = (path.with_stem(f"{path.stem}-{part}") for part in ("classes", "thresholds"))
    return classes, thresholds


def protocol_line(result: DetectorResult, names: Names) -> str:
    """How a measurement was made, in one sentence."""
    options = result.options
    return (
        f"{names.model} on {result.images} pictures of {names.data}; input {names.input}; score above "
        f"{options.score:g}, NMS at IoU {options.nms:g}, at most {LIMIT} detections a picture."
    )


def protocol_fields(result: DetectorResult, names: Names) -> Row:
    """How a measurement was made, as plain column names and values for CSV."""
    options = result.options
    return {
        "data": names.data,
        "images": result.images,
        "model": names.model,
        "input": names.input,
        "protocol": "coco-bbox",
        "score": options.score,
        "nms": options.nms,
        "limit": LIMIT,
        "sized_by": _sized_by(result),
        "augmentation": "none",
        "classes_known": result.classes_known,
        "classes": len(result.classes),
        "detector_s": result.detector_s,
    }


def input_in_words(spec: InputSpec) -> str:
    """How pictures are fed to a network: the size, and how they are brought to it."""
    size = f"{spec.width_px}×{spec.height_px} px"
    if spec.fit == "letterbox":
        return f"{size}, letterbox with bars of grey {spec.pad}"
    if spec.fit == "letterbox-area":
        return f"the area of {size}, aspect ratio kept, bars of grey {spec.pad} to multiples of {spec.multiple_px}"
    return f"{size}, stretched" if spec.fit == "stretch" else f"about {size}, aspect ratio kept"


def _further_tables(result: DetectorResult, how: str) -> tuple[FigureTable, ...]:
    left_out = sum(not one.at50.truths for one in result.classes)
    return (
        _table("Detection: precision, recall and F1", point_rows(result), f"{POOLED} {how}"),
        _table(
            "Detection: by confidence threshold",
            threshold_rows(result),
            f"Detections below the confidence are dropped. {POOLED} {UNDEFINED} {how}",
        ),
        _table(
            "Detection: by class",
            class_rows(result),
            f"Precision, recall and F1 are at IoU 0.50 and a confidence of {result.options.confidence:g}. {UNDEFINED} "
            f"Classes left out, as no object of theirs is in these pictures: {left_out}. {how}",
        ),
    )


def _table(title: str, rows: Sequence[Row], note: str) -> FigureTable:
    columns = tuple(HEADINGS[name] for name in rows[0]) if rows else ("class",)
    return FigureTable(title, columns, tuple(tuple(map(_text, row.values())) for row in rows), note)


def _text(value: str | int | float) -> str:
    """In three digits: eight columns have to fit a terminal."""
    if isinstance(value, float):
        return "unknown" if math.isnan(value) else f"{value:.3f}"
    return str(value)


def _point_fields(result: DetectorResult) -> Row:
    stated, best = point_rows(result)
    return (
        {name: stated[name] for name in ("confidence", "precision", "recall", "f1")}
        | {f"best_f1_{name}": best[name] for name in ("confidence", "precision", "recall")}
        | {"best_f1": best["f1"]}
    )


def _sized_by(result: DetectorResult) -> str:
    return "outline" if result.outlined else "box"
