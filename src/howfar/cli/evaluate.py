"""`howfar evaluate`: measure a network on a data set with known truth."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from howfar.cli.console import results
from howfar.cli.options import Overwrite
from howfar.cli.progress import Step, progress_bar

if TYPE_CHECKING:
    from howfar.datasets import DepthSample, DetectionSample
    from howfar.evaluation.reports import Report

    Sample = TypeVar("Sample", DepthSample, DetectionSample)

app = typer.Typer(no_args_is_help=True, help="Measure a network on a data set with known truth.")


class CropChoice(StrEnum):
    """What to cut out of each picture first."""

    full = "full"
    portrait = "portrait"
    square = "square"
    wide = "wide"


CsvOption = Annotated[
    Path | None, typer.Option("--csv", help="Write the figures with their protocol to this file too.")
]


@app.command()
def depth(
    data: Annotated[Path, typer.Option("--data", help="Folder of NYU Depth v2: rgb, depth8, train.txt and test.txt.")],
    model: Annotated[str | None, typer.Option("--model", help="Depth network by name or .onnx file.")] = None,
    protocol: Annotated[str, typer.Option("--protocol", help="How to measure: nyu-eigen.")] = "nyu-eigen",
    crop: Annotated[
        CropChoice,
        typer.Option("--crop", help="Show the network the middle of each picture: whole, 3:4, 1:1 or 16:9."),
    ] = CropChoice.full,
    every: Annotated[int, typer.Option("--every", min=1, help="Take every Nth picture only.")] = 1,
    csv: CsvOption = None,
    overwrite: Overwrite = False,
) -> None:
    """Measure a depth network on the 654 test images of NYU Depth v2: REL, RMSE, log10 and δ, with their protocol."""
    from howfar.datasets import NyuDepthV2
    from howfar.evaluation.depth_protocols import evaluate_depth, find_protocol
    from howfar.evaluation.reports import depth_report
    from howfar.models import DEFAULT_DEPTH, open_depth_network

    _refuse_csv(csv, overwrite)
    chosen = find_protocol(protocol)
    samples = NyuDepthV2(data).split("test")[::every]
    network = open_depth_network(model or DEFAULT_DEPTH)
    with progress_bar("Measuring depth", len(samples), "image") as step:
        result = evaluate_depth(_counted(samples, step), network, chosen, crop.value)
    part = "test" if every == 1 else f"test, one picture in {every}"
    _publish(depth_report(result, data=f"{NyuDepthV2.name}, {part}", model=network.name), csv, overwrite)


@app.command()
def detector(
    images: Annotated[Path, typer.Option("--images", help="Folder of the pictures.")],
    annotations: Annotated[Path, typer.Option("--annotations", help="Their true boxes: a COCO JSON file.")],
    model: Annotated[str | None, typer.Option("--model", help="Detector by name or .onnx file.")] = None,
    score: Annotated[float, typer.Option("--score", help="Least confidence of a detection, 0 to 1.")] = 0.02,
    nms: Annotated[float, typer.Option("--nms", help="IoU of the non-maximum suppression, 0 to 1.")] = 0.6,
    csv: CsvOption = None,
    overwrite: Overwrite = False,
) -> None:
    """Measure a detector: COCO's twelve numbers, with their protocol."""
    from howfar.datasets import CocoDetection
    from howfar.evaluation.detection import DetectorProtocol, evaluate_detector, require_coco_eval
    from howfar.evaluation.reports import detector_report
    from howfar.models import DEFAULT_DETECTOR, open_detector

    _refuse_csv(csv, overwrite)
    require_coco_eval()
    protocol = DetectorProtocol(score, nms)
    dataset = CocoDetection(images, annotations)
    opened = open_detector(model or DEFAULT_DETECTOR)
    with progress_bar("Measuring detection", len(dataset), "image") as step:
        result = evaluate_detector(dataset, opened, protocol, _counted(dataset, step))
    _publish(detector_report(result, data=str(annotations), model=opened.name), csv, overwrite)


def _refuse_csv(csv: Path | None, overwrite: bool) -> None:
    from howfar.files import refuse_existing

    if csv is not None:
        refuse_existing(csv, overwrite=overwrite)


def _counted(samples: "Sequence[Sample]", step: Step) -> "Iterator[Sample]":
    """The samples, each counted when it is done with."""
    for sample in samples:
        yield sample
        step(sample.name)


def _publish(report: "Report", csv: Path | None, overwrite: bool) -> None:

    from howfar.evaluation.reports import as_tables, write_csv

    results().print(as_tables(report))
    if csv is not None:
        write_csv(report, csv, overwrite=overwrite)
        typer.echo(f"Written to {csv}", err=True)
