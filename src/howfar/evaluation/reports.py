"""How a measurement is shown: a table that states its protocol, and the same as CSV."""

import csv
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Group
from rich.table import Table
from rich.text import Text

from howfar.evaluation.depth_protocols import DepthResult, crop_window
from howfar.evaluation.detection import DetectorResult
from howfar.files import replacing

DEPTH_NAMES = {
    "rel": "REL",
    "rmse_m": "RMSE (m)",
    "log10": "log10",
    "delta1": "δ < 1.25",
    "delta2": "δ < 1.25²",
    "delta3": "δ < 1.25³",
}
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


@dataclass(frozen=True, slots=True)
class Report:
    """A measurement ready to be shown.

    Attributes:
        title: What was measured.
        protocol: How, as name and value, in the order to show.
        columns: Heading of each column of figures.
        figures: Name of each figure, and its value in each column; NaN where it is not known.
        fields: The same as plain column names and values for CSV, protocol first.
    """

    title: str
    protocol: Mapping[str, str]
    columns: tuple[str, ...]
    figures: Mapping[str, tuple[float, ...]]
    fields: Mapping[str, object]


def depth_report(result: DepthResult, *, data: str, model: str) -> Report:
    """The report of a depth measurement.

    Args:
        result: What was measured.
        data: The data set and the part of it.
        model: The network's name.
    """
    protocol, coverage = result.protocol, result.sums.coverage
    window, cut = protocol.window, crop_window(protocol, result.crop)
    compared = window.within(cut)
    per_image, pooled = result.errors("images"), result.errors("pixels")
    return Report(
        title="Depth",
        protocol={
            "data": data,
            "images": str(result.images),
            "model": model,
            "protocol": f"{protocol.name}, which quotes the mean over {protocol.average}",
            "crop": f"{result.crop}, {cut.width_px}×{cut.height_px} px",
            "compared": f"{compared.width_px}×{compared.height_px} px of each crop: rows {window.y1}:{window.y2} and "
            f"columns {window.x1}:{window.x2} of the picture, where the crop holds them",
            "cap": f"prediction clipped to {protocol.least_m:g}–{protocol.most_m:g} m",
            "alignment": "none",
            "test-time augmentation": "none",
            "coverage": _coverage(coverage),
            "network time": _time(result.network_s, result.images),
        },
        columns=("mean over images", "pooled over pixels"),
        figures={shown: (getattr(per_image, name), getattr(pooled, name)) for name, shown in DEPTH_NAMES.items()},
        fields={
            "data": data,
            "images": result.images,
            "model": model,
            "protocol": protocol.name,
            "crop": result.crop,
            "window_xyxy_px": f"{window.x1} {window.y1} {window.x2} {window.y2}",
            "least_m": protocol.least_m,
            "most_m": protocol.most_m,
            "alignment": "none",
            "augmentation": "none",
            "coverage": coverage,
            "network_s": result.network_s,
        }
        | {f"{name}_over_images": value for name, value in asdict(per_image).items()}
        | {f"{name}_over_pixels": value for name, value in asdict(pooled).items()},
    )


def detector_report(result: DetectorResult, *, data: str, model: str) -> Report:
    """The report of a detector's measurement.

    Args:
        result: What was measured.
        data: The data set.
        model: The detector's name.
    """
    protocol, numbers = result.protocol, asdict(result.numbers)
    return Report(
        title="Detection",
        protocol={
            "data": data,
            "images": str(result.images),
            "model": model,
            "protocol": "COCO detection: boxes, IoU 0.50:0.95, 101 recall points (faster-coco-eval)",
            "detections": f"score above {protocol.score:g}, NMS at IoU {protocol.nms:g}, {protocol.limit} a picture",
            "crop": "none",
            "test-time augmentation": "none",
            "coverage": f"the detector knows {result.classes_known} of the data's {result.classes} classes, by name",
            "detector time": _time(result.detector_s, result.images),
        },
        columns=("value",),
        figures={shown: (numbers[name],) for name, shown in COCO_NAMES.items()},
        fields={
            "data": data,
            "images": result.images,
            "model": model,
            "protocol": "coco-bbox",
            "score": protocol.score,
            "nms": protocol.nms,
            "limit": protocol.limit,
            "augmentation": "none",
            "classes_known": result.classes_known,
            "classes": result.classes,
            "detector_s": result.detector_s,
        }
        | numbers,
    )


def as_tables(report: Report) -> Group:
    """The report for a terminal: how it was measured, then the figures."""
    stated = Table(title=f"{report.title}: how it was measured", title_justify="left", show_header=False)
    for name, value in report.protocol.items():
        stated.add_row(name, Text(value))
    measured = Table(title=f"{report.title}: result", title_justify="left")
    measured.add_column("")
    for heading in report.columns:
        measured.add_column(heading, justify="right")
    for name, values in report.figures.items():
        measured.add_row(name, *("unknown" if math.isnan(value) else f"{value:.4f}" for value in values))
    return Group(stated, measured)


def write_csv(report: Report, path: Path, *, overwrite: bool = False) -> None:
    """Write the report as one row under its column names; an unknown figure is left empty.

    Raises:
        OutputError: If the file exists and overwrite is not set, or cannot be written.
    """
    row = {
        name: "" if isinstance(value, float) and math.isnan(value) else value for name, value in report.fields.items()
    }
    with replacing(path, overwrite=overwrite) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(row))
        writer.writeheader()
        writer.writerow(row)


def _coverage(share: float) -> str:
    return "unknown: no truth there" if math.isnan(share) else f"{share:.2%} of the pixels there with a known truth"


def _time(seconds: float, images: int) -> str:
    return f"{seconds:.1f} s, {1000 * seconds / images:.0f} ms a picture" if images else f"{seconds:.1f} s"
