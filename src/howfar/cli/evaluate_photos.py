"""`howfar evaluate photos`: a depth network on photos of unknown cameras, judged by the sizes of labelled objects."""

from typing import Annotated, Literal

import typer

from howfar.cli.labelled_data import name_of, part_of, path_and_part
from howfar.cli.measuring import HtmlOption, counted, publish, publish_page, refuse_results
from howfar.cli.options import Engine, Overwrite, Precision
from howfar.cli.progress import progress_bar


def photos(
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA", help="Photos with labelled boxes: COCO, Pascal VOC or YOLO; a part as DATA:PART."
        ),
    ],
    model: Annotated[str | None, typer.Option("--model", help="Depth network by name or .onnx file.")] = None,
    ids: Annotated[
        Literal["all", "even", "odd"],
        typer.Option("--ids", help="Take only photos of even or odd numbers, where the others serve training."),
    ] = "all",
    html: HtmlOption = None,
    overwrite: Overwrite = False,
    engine: Engine = "auto",
    precision: Precision = "auto",
) -> None:
    """Compare a depth network with the sizes of people, cars and animals in photos: without true depth or a camera."""
    from howfar.datasets import open_detection_dataset
    from howfar.errors import SettingError
    from howfar.evaluation.everywhere.photo_reports import photos_report
    from howfar.evaluation.everywhere.photos import judge_photos, photos_of
    from howfar.evaluation.report.report import as_page
    from howfar.models import DEFAULT_DEPTH, RunOptions, open_depth_network
    from howfar.pipeline.perceivers import DepthAlone
    from howfar.pipeline.rangefinder import Rangefinder

    refuse_results(html, overwrite=overwrite)
    path, part = path_and_part(data)
    dataset = open_detection_dataset(path)
    used = part or part_of(dataset.splits, path)
    samples = photos_of(dataset, used, ids)
    network = open_depth_network(model or DEFAULT_DEPTH, RunOptions(engine=engine, precision=precision))
    if network.spec.kind != "metres":
        raise SettingError(f"{network.name} gives no metres to be compared with: name a metric network.")
    with progress_bar("Judging photos", len(samples), "image") as step:
        judged = judge_photos(counted(samples, step), Rangefinder.of(DepthAlone(network)))
    name = name_of(path, used) + ("" if ids == "all" else f", {ids} numbers")
    report = photos_report(judged, name, len(samples), network.name)
    publish(report, None, overwrite)
    if html is not None:
        publish_page(as_page(report), html, overwrite)
