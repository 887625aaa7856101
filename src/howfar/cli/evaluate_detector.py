"""`howfar evaluate detector`: measure a detector on a data set with known objects."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from howfar.cli.measuring import (
    CsvOption,
    HtmlOption,
    counted,
    publish,
    publish_page,
    refuse_filled,
    refuse_results,
    say_written,
)
from howfar.cli.options import Engine, Overwrite, Precision
from howfar.cli.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from howfar.datasets import CocoDetection, DetectionSample
    from howfar.evaluation.detection.evaluation import DetectorResult
    from howfar.evaluation.detection.reports import Names
    from howfar.evaluation.report.page import Page
    from howfar.evaluation.report.report import Report


def detector(
    data: Annotated[
        Path | None, typer.Option("--data", help="Data set in COCO's, YOLO's or Pascal VOC's form: folder or file.")
    ] = None,
    split: Annotated[
        str | None, typer.Option("--split", help="The part of it, as val; needed if it has several.")
    ] = None,
    images: Annotated[Path | None, typer.Option("--images", help="Instead of --data: folder of the pictures.")] = None,
    annotations: Annotated[
        Path | None, typer.Option("--annotations", help="With --images: their true boxes, a COCO JSON file.")
    ] = None,
    model: Annotated[str | None, typer.Option("--model", help="Detector by name or .onnx file.")] = None,
    score: Annotated[float, typer.Option("--score", help="Least confidence of a detection, 0 to 1.")] = 0.02,
    nms: Annotated[float, typer.Option("--nms", help="IoU of the non-maximum suppression, 0 to 1.")] = 0.6,
    confidence: Annotated[
        float | None,
        typer.Option(
            "--confidence", help="State precision and recall at this confidence; the detector's own if not given."
        ),
    ] = None,
    every: Annotated[int, typer.Option("--every", min=1, help="Take every Nth picture only.")] = 1,
    csv: CsvOption = None,
    html: HtmlOption = None,
    plots: Annotated[Path | None, typer.Option("--plots", help="Write the plots to this folder, as PNG.")] = None,
    overwrite: Overwrite = False,
    engine: Engine = "auto",
    precision: Precision = "auto",
) -> None:
    """Measure a detector: COCO's twelve numbers, precision, recall and F1, by class and by confidence threshold."""
    from howfar.evaluation.detection.coco import require_coco_eval
    from howfar.evaluation.detection.evaluation import DetectionOptions, evaluate_detector
    from howfar.evaluation.detection.reports import Names, input_in_words
    from howfar.models import DEFAULT_DETECTOR, RunOptions, open_detector

    output = _Output(csv, html, plots, overwrite)
    output.refuse()
    require_coco_eval()
    name, dataset = _open_data(data, split, images, annotations)
    opened = open_detector(model or DEFAULT_DETECTOR, RunOptions(engine=engine, precision=precision))
    stated = max(opened.spec.score, score) if confidence is None else confidence
    options = DetectionOptions(score, nms, confidence=stated)
    samples = dataset[::every]
    with progress_bar("Measuring detection", len(samples), "image") as step:
        result = evaluate_detector(dataset, opened, options, counted(samples, step))
    part = name if every == 1 else f"{name}, one picture in {every}"
    output.write(result, Names(part, opened.name, input_in_words(opened.card.input)))


@dataclass(frozen=True)
class _Output:
    """Where the figures go, besides the terminal."""

    csv: Path | None
    html: Path | None
    plots: Path | None
    overwrite: bool

    def refuse(self) -> None:
        """Raise an error before the long part of a run if the figures could not be written."""
        from howfar.evaluation.detection.reports import csv_parts
        from howfar.evaluation.report.axes import require_matplotlib

        parts = () if self.csv is None else csv_parts(self.csv)
        refuse_results(self.csv, *parts, self.html, overwrite=self.overwrite)
        refuse_filled(self.plots, overwrite=self.overwrite)
        if self.html is not None or self.plots is not None:
            require_matplotlib()

    def write(self, result: "DetectorResult", names: "Names") -> None:
        """Print the tables and write what is asked for."""
        from howfar.evaluation.detection.plots import write_plots
        from howfar.evaluation.detection.reports import detector_report, protocol_line, write_detector_csv

        report, how = detector_report(result, names), protocol_line(result, names)
        publish(report, self.csv, self.overwrite)
        if self.csv is not None:
            write_detector_csv(result, self.csv, names, overwrite=self.overwrite)
        if self.plots is not None:
            write_plots(result, how, self.plots, overwrite=self.overwrite)
            say_written(self.plots)
        if self.html is not None:
            publish_page(_page(report, result, how), self.html, self.overwrite)


def _page(report: "Report", result: "DetectorResult", how: str) -> "Page":
    """The report with its plots."""
    from howfar.evaluation.detection.plots import PLOTS
    from howfar.evaluation.report.report import as_page

    page = as_page(report)
    for plot in PLOTS:
        page.figure(plot.draw(result, how), plot.caption)
    return page


def _open_data(
    data: Path | None, split: str | None, images: Path | None, annotations: Path | None
) -> "tuple[str, CocoDetection | Sequence[DetectionSample]]":
    """What is measured, in words, and its samples."""
    from howfar.datasets import CocoDetection
    from howfar.errors import SettingError

    if data is not None and images is None and annotations is None:
        return _open_split(data, split)
    if data is None and split is None and images is not None and annotations is not None:
        return str(annotations), CocoDetection(images, annotations)
    raise SettingError("Name the data set by --data (and its part by --split), or else by --images and --annotations.")


def _open_split(data: Path, split: str | None) -> "tuple[str, CocoDetection | Sequence[DetectionSample]]":
    from howfar.datasets.coco_folder import CocoFolder
    from howfar.datasets.opening import open_detection_dataset
    from howfar.errors import SettingError

    found = open_detection_dataset(data)
    if split is None and len(found.splits) > 1:
        raise SettingError(f"{data} has several parts: choose one by --split, of {', '.join(found.splits)}.")
    part = split or found.splits[0]
    # COCO's own reader knows the areas of outlines, by which COCO tells small objects from large ones.
    samples = found.detection(part) if isinstance(found, CocoFolder) else found.split(part)
    return str(data) if len(found.splits) == 1 else f"{data}, {part}", samples
