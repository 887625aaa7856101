"""`howfar evaluate depth`: measure a depth network on a data set with known truth."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from howfar.cli.measuring import (
    CapOption,
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
    from howfar.datasets import DepthSample, LazySamples
    from howfar.evaluation.depth.pictures import DepthPicture
    from howfar.evaluation.depth.protocols import DepthProtocol
    from howfar.evaluation.report.report import Report


AlignChoice = Literal["none", "median", "least-squares"]
"""How the prediction is fitted to the truth before they are compared."""

AlignOption = Annotated[
    AlignChoice,
    typer.Option("--align", help="Fit each prediction to its truth first: by the medians, or scale and shift."),
]


def depth(
    data: Annotated[
        Path,
        typer.Option(
            "--data",
            help="NYU Depth v2, or for full any data set; for kitti-garg, the folder that the list's paths start from.",
        ),
    ],
    model: Annotated[str | None, typer.Option("--model", help="Depth network by name or .onnx file.")] = None,
    protocol: Annotated[
        str,
        typer.Option(
            "--protocol", help="How to measure: nyu-eigen, nyu-hybrid, kitti-garg, or full for any other folder."
        ),
    ] = "nyu-eigen",
    split: Annotated[str, typer.Option("--split", help="Part of the data set.")] = "test",
    files: Annotated[
        Path | None,
        typer.Option("--list", help="For kitti-garg: a picture, its depth map and perhaps a focal length a line."),
    ] = None,
    crop: Annotated[
        Literal["full", "portrait", "square", "wide"],
        typer.Option("--crop", help="Show the network the middle of each picture: whole, 3:4, 1:1 or 16:9."),
    ] = "full",
    cap_m: CapOption = None,
    align: AlignOption = "none",
    flip: Annotated[bool, typer.Option("--flip", help="Take the mean with the mirrored picture's output.")] = False,
    boundaries: Annotated[
        Literal["none", "picture", "network"],
        typer.Option(
            "--boundaries",
            help="Measure how sharp outlines are (boundary F1, as Depth Pro does), on the picture's pixels or on the "
            "network's own cells.",
        ),
    ] = "none",
    every: Annotated[int, typer.Option("--every", min=1, help="Take every Nth picture only.")] = 1,
    pictures: Annotated[
        Path | None,
        typer.Option("--pictures", help="Write the worst and the best pictures with truth and error to this folder."),
    ] = None,
    csv: CsvOption = None,
    html: HtmlOption = None,
    overwrite: Overwrite = False,
    engine: Engine = "auto",
    precision: Precision = "auto",
) -> None:
    """Measure a depth network: REL, RMSE, log10, SILog and δ, with their protocol and beside published figures."""
    from howfar.evaluation.depth.evaluation import DepthOptions, evaluate_depth
    from howfar.evaluation.depth.pictures import draw_ranked, write_pictures
    from howfar.evaluation.depth.reports import depth_report
    from howfar.models import DEFAULT_DEPTH, RunOptions, open_depth_network

    refuse_results(csv, html, overwrite=overwrite)
    refuse_filled(pictures, overwrite=overwrite)
    options = DepthOptions(_protocol(protocol, cap_m), crop, align, flip, boundaries)
    name, samples = _samples(options.protocol.name, data, split, files)
    samples = samples[::every]
    network = open_depth_network(model or DEFAULT_DEPTH, RunOptions(engine=engine, precision=precision))
    with progress_bar("Measuring depth", len(samples), "image") as step:
        result = evaluate_depth(counted(samples, step), network, options)
    part = name if every == 1 else f"{name}, one picture in {every}"
    report = depth_report(result, data=part, model=network.name)
    publish(report, csv, overwrite)
    drawn = draw_ranked(samples, network, result) if pictures is not None else []
    if pictures is not None:
        write_pictures(drawn, pictures, overwrite=overwrite)
        say_written(pictures)
    if html is not None:
        _write_page(report, drawn, html, overwrite)


def _protocol(name: str, cap_m: float | None) -> "DepthProtocol":
    """The protocol of a name, `full` with the cap that is asked for."""
    from howfar.errors import SettingError
    from howfar.evaluation.depth.protocols import FULL, find_protocol, full_protocol

    if cap_m is None:
        return find_protocol(name)
    if name != FULL.name:
        raise SettingError(f"The protocol {name} has its own limits: leave out --cap-m, or choose --protocol full.")
    return full_protocol(cap_m)


def _samples(protocol: str, data: Path, split: str, files: Path | None) -> "tuple[str, LazySamples[DepthSample]]":
    """What is measured, in words, and its samples."""
    from howfar.datasets.kitti_depth import KittiDepth
    from howfar.datasets.opening import open_depth_dataset
    from howfar.errors import SettingError
    from howfar.evaluation.depth.protocols import KITTI_GARG

    if (protocol == KITTI_GARG.name) != (files is not None):
        raise SettingError(
            "The protocol kitti-garg, and only that, needs --list: a text that names a picture, its depth map and "
            "perhaps its focal length on each line."
        )
    if files is not None:
        return f"{KittiDepth.name}, {files.name}", KittiDepth(data, files).split()
    dataset = open_depth_dataset(data)
    return f"{dataset.name} in {data.name}, {split}", dataset.split(split)


def _write_page(report: "Report", drawn: "list[DepthPicture]", html: Path, overwrite: bool) -> None:
    from howfar.evaluation.report.report import as_page

    page = as_page(report)
    for picture in drawn:
        page.picture(picture.image, picture.caption)
    publish_page(page, html, overwrite)
