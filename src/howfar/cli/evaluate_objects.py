"""`howfar evaluate objects`: the errors of distances of objects, on a data set with known distances."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

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
from howfar.cli.options import DEPTH, Anchor, CameraFile, CameraHeight, Engine, Overwrite, Precision
from howfar.cli.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from howfar.datasets import ObjectDataset, ObjectSample
    from howfar.evaluation.objects.pictures import ObjectPicture
    from howfar.evaluation.objects.reports import Names
    from howfar.evaluation.objects.results import ObjectResult
    from howfar.evaluation.report.page import Page
    from howfar.evaluation.report.report import Report
    from howfar.models import RunOptions
    from howfar.ranging import Method
    from howfar.scene import DepthEstimator, Detector

COMPARED = ("central-mean", "median", "percentile:40")
"""The methods measured when none is named, besides the default method of `howfar look`."""

TRUE, NETWORK = "true", "network"
"""The values of the option for the depth, besides a folder of maps."""


def objects(
    data: Annotated[
        Path,
        typer.Option(
            "--data", help="NYU Depth v2, KITTI's object data, or a COCO JSON file whose objects have depth_m."
        ),
    ],
    split: Annotated[
        str | None, typer.Option("--split", help="The part of it (default: test, or all where it has one part).")
    ] = None,
    boxes: Annotated[
        Literal["true", "detector"], typer.Option("--boxes", help="Measure in the true boxes or in the detector's.")
    ] = "true",
    depth: Annotated[
        str,
        typer.Option(
            "--depth",
            metavar="true|network|FOLDER",
            help="Measure on the true depth of every pixel, on the network's, or on maps that howfar train crossfit "
            "wrote.",
        ),
    ] = NETWORK,
    method: Annotated[
        str | None,
        typer.Option(
            "--method",
            help=f"Ranging methods as of howfar look, with commas between them (default: {', '.join(COMPARED)} and "
            "look's own); the last one is shown in pictures.",
        ),
    ] = None,
    truth: Annotated[
        Literal["centre", "nearest"] | None,
        typer.Option(
            "--truth",
            help="Compare with the distance of the object or of its nearest face (default: the nearest face where the "
            "data set knows it).",
        ),
    ] = None,
    model: Annotated[str | None, typer.Option("--model", help="Depth network by name or .onnx file.")] = None,
    detector: Annotated[str | None, typer.Option("--detector", help="Detector by name or .onnx file.")] = None,
    score: Annotated[float, typer.Option("--score", help="Least confidence of a detection, 0 to 1.")] = 0.05,
    cues: Annotated[
        str, typer.Option("--cues", help="What distances rest on, as of howfar look: depth, size, ground, all or auto.")
    ] = "depth",
    camera: CameraFile = None,
    camera_height: CameraHeight = None,
    anchor: Anchor = None,
    known: Annotated[
        str | None,
        typer.Option(
            "--known",
            metavar="nearest|CLASS",
            help="Give a relative depth network one object's true distance a picture, which is then not counted: the "
            "nearest object's, or that of the nearest one of a class.",
            rich_help_panel=DEPTH,
        ),
    ] = None,
    baseline_m: Annotated[
        float | None,
        typer.Option(
            "--baseline-m",
            metavar="METRES",
            help="Show the errors as disparities of two cameras so far apart too (KITTI's: 0.54).",
        ),
    ] = None,
    every: Annotated[int, typer.Option("--every", min=1, help="Take every Nth picture only.")] = 1,
    pictures: Annotated[
        Path | None, typer.Option("--pictures", help="Write plots and the worst objects to this folder, as PNG.")
    ] = None,
    csv: CsvOption = None,
    html: HtmlOption = None,
    overwrite: Overwrite = False,
    engine: Engine = "auto",
    precision: Precision = "auto",
) -> None:
    """Measure distances of objects: how far off they are, by class, distance, occlusion and size.

    With true boxes and true depth it is the ranging method's error alone; the networks add theirs.
    """
    from howfar.datasets import open_object_dataset
    from howfar.evaluation.objects.evaluation import evaluate_objects
    from howfar.evaluation.objects.reports import Names
    from howfar.evaluation.objects.results import ObjectOptions
    from howfar.io.camera_files import read_calibration
    from howfar.models import RunOptions, open_depth_network
    from howfar.pipeline.depth_scale import check_scale
    from howfar.ranging.cues.joining import parse_cues
    from howfar.scene.lens import Lens

    output = _Output(csv, html, pictures, overwrite)
    output.refuse()
    lens = Lens(None if camera is None else read_calibration(camera))
    running = RunOptions(engine=engine, precision=precision)
    options = ObjectOptions(
        boxes,
        "true" if depth == TRUE else "network",
        _methods(method, running),
        truth,
        score,
        baseline_m=baseline_m,
        cues=parse_cues(cues, camera_height_m=camera_height),
        lens=lens,
        known=known and known.strip().lower(),
    )
    dataset = open_object_dataset(data)
    used_split = _split(dataset, split, data)
    samples = dataset.objects(used_split)[::every]
    object_detector, network = _networks((boxes, detector), (depth, model), running)
    anchor_network = None if anchor is None else open_depth_network(anchor, running)
    if network is not None:
        check_scale(lens.scale, (anchor_network or network).facts)
    with progress_bar("Measuring distances", len(samples), "image") as step:
        result = evaluate_objects(
            counted(samples, step), options, object_detector, network, dataset.detector_names, anchor=anchor_network
        )
    shown = f"{dataset.name} in {data.name}, {used_split}" + ("" if every == 1 else f", one picture in {every}")
    names = Names(
        shown,
        dataset.definition,
        detector=object_detector.name if object_detector else "",
        depth=network.facts.name if network else "",
        anchor=anchor or "",
        camera=camera.name if camera else "",
    )
    output.write(result, names, samples, network)


@dataclass(frozen=True)
class _Output:
    """The files that the results are written to, besides the terminal."""

    csv: Path | None
    html: Path | None
    pictures: Path | None
    overwrite: bool

    def refuse(self) -> None:
        """Check that all files can be written, before the long part of a run.

        Raises:
            OutputError: If a file exists and overwrite is not set.
            MissingExtraError: If plots are to be drawn and matplotlib is not installed.
        """
        from howfar.evaluation.objects.reports import csv_files
        from howfar.evaluation.report.axes import require_matplotlib

        more_files = () if self.csv is None else csv_files(self.csv)
        refuse_results(self.csv, *more_files, self.html, overwrite=self.overwrite)
        refuse_filled(self.pictures, overwrite=self.overwrite)
        if self.html is not None or self.pictures is not None:
            require_matplotlib()

    def write(
        self,
        result: "ObjectResult",
        names: "Names",
        samples: "Sequence[ObjectSample]",
        network: "DepthEstimator | None",
    ) -> None:
        """Print the tables and write the files that were asked for."""
        from howfar.evaluation.objects.pictures import draw_worst, write_object_pictures
        from howfar.evaluation.objects.plots import write_scatter_plots
        from howfar.evaluation.objects.reports import object_report, write_object_csv

        report = object_report(result, names)
        publish(report, self.csv, self.overwrite)
        if self.csv is not None:
            write_object_csv(result, self.csv, names, overwrite=self.overwrite)
        if self.html is None and self.pictures is None:
            return
        drawn = draw_worst(samples, result, network)
        if self.pictures is not None:
            write_scatter_plots(result, report.note, self.pictures, overwrite=self.overwrite)
            write_object_pictures(drawn, self.pictures, overwrite=self.overwrite)
            say_written(self.pictures)
        if self.html is not None:
            publish_page(_page(report, result, drawn), self.html, self.overwrite)


def _page(report: "Report", result: "ObjectResult", drawn: "Sequence[ObjectPicture]") -> "Page":
    """The report as a page, with its plots and the worst objects."""
    from howfar.evaluation.objects.pictures import LEGEND
    from howfar.evaluation.objects.plots import scatter_caption, scatter_plot
    from howfar.evaluation.report.report import as_page

    page = as_page(report)
    for method in result.options.names:
        page.figure(scatter_plot(result, method, report.note), scatter_caption(result, method))
    if drawn:
        page.paragraph(f"The objects farthest off by {result.options.names[-1]}, the worst first. {LEGEND}")
    for picture in drawn:
        page.picture(picture.image, picture.caption)
    return page


def _methods(names: str | None, running: "RunOptions") -> "tuple[Method, ...]":
    from howfar.pipeline.open_methods import DEFAULT_METHOD, open_method

    if names is None:
        return tuple(open_method(name, options=running) for name in (*COMPARED, DEFAULT_METHOD))
    return tuple(open_method(name.strip(), options=running) for name in names.split(","))


def _networks(
    boxes: tuple[str, str | None], depth: tuple[str, str | None], running: "RunOptions"
) -> "tuple[Detector | None, DepthEstimator | None]":
    """What gives boxes and depth, each by what is measured and a network's name; one that is both is opened once."""
    from howfar.models import DEFAULT_DETECTOR, open_detector, open_heads

    finds = boxes[1] or DEFAULT_DETECTOR
    if boxes[0] != "detector":
        return None, _network(*depth, running)
    if depth[0] == NETWORK:
        return open_heads(finds, depth[1], running)
    return open_detector(finds, running), _network(*depth, running)


def _network(depth: str, model: str | None, running: "RunOptions") -> "DepthEstimator | None":
    """The depth network, or a folder of its maps; None for true depth."""
    from howfar.errors import SettingError
    from howfar.io.depth_folder import DepthFolder
    from howfar.models import DEFAULT_DEPTH, open_depth_network

    if depth == TRUE:
        return None
    if depth == NETWORK:
        return open_depth_network(model or DEFAULT_DEPTH, running)
    if not Path(depth).is_dir():
        raise SettingError(f"--depth is true, network, or a folder of depth maps, and {depth} is none of them.")
    return DepthFolder(Path(depth))


def _split(dataset: "ObjectDataset", split: str | None, data: Path) -> str:
    """The split of the data set to measure on: the one that is given, the only one, or `test`."""
    from howfar.errors import SettingError

    if split is not None:
        return split
    if len(dataset.splits) == 1:
        return dataset.splits[0]
    if "test" in dataset.splits:
        return "test"
    raise SettingError(f"{data} has several parts: choose one by --split, of {', '.join(dataset.splits)}.")
