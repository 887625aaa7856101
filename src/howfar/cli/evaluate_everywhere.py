"""`howfar evaluate everywhere`: what a user gets of the labelled objects of several data sets."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from howfar.cli.labelled_data import opened_pictures
from howfar.cli.measuring import (
    CsvOption,
    HtmlOption,
    counted,
    publish_page,
    refuse_filled,
    refuse_results,
    say_written,
)
from howfar.cli.options import CameraHeight, Engine, Overwrite, Precision
from howfar.cli.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from howfar.evaluation.everywhere.reports import Names
    from howfar.evaluation.everywhere.results import DataSetResult, EverywhereOptions, LabelledPictures
    from howfar.pipeline.rangefinder import Rangefinder


def everywhere(
    data: Annotated[
        list[str],
        typer.Argument(
            metavar="DATA...",
            help="NYU Depth v2, KITTI's object data, streets by an index.csv, or a COCO JSON file whose objects have "
            "depth_m; a part of it as DATA:PART (default: test, or all).",
        ),
    ],
    model: Annotated[str | None, typer.Option("--model", help="Depth network by name or .onnx file.")] = None,
    detector: Annotated[str | None, typer.Option("--detector", help="Detector by name or .onnx file.")] = None,
    score: Annotated[
        float | None, typer.Option("--score", help="Least confidence of a detection, 0 to 1 (default: the detector's).")
    ] = None,
    cues: Annotated[
        str, typer.Option("--cues", help="What distances rest on, as of howfar look: depth, size, ground, all or auto.")
    ] = "auto",
    camera_height: CameraHeight = None,
    every: Annotated[int, typer.Option("--every", min=1, help="Take every Nth picture of each data set only.")] = 1,
    pictures: Annotated[
        Path | None, typer.Option("--pictures", help="Write the twenty worst objects to this folder, and as one grid.")
    ] = None,
    csv: CsvOption = None,
    html: HtmlOption = None,
    overwrite: Overwrite = False,
    engine: Engine = "auto",
    precision: Precision = "auto",
) -> None:
    """Measure what howfar look gives on several data sets: found, with metres, right, and honest about it."""
    from howfar.evaluation.everywhere.evaluation import evaluate_data_set
    from howfar.evaluation.everywhere.reports import Names
    from howfar.evaluation.everywhere.results import EverywhereOptions
    from howfar.models import DEFAULT_DETECTOR, RunOptions, open_heads
    from howfar.pipeline.rangefinder import Rangefinder

    output = _Output(csv, html, pictures, overwrite)
    output.refuse()
    opened = [opened_pictures(each, every) for each in data]
    _refuse_doubles(opened)
    running = RunOptions(engine=engine, precision=precision)
    finds, depth = open_heads(detector or DEFAULT_DETECTOR, model, running)
    finder = Rangefinder(
        finds, depth, cues=cues, camera_height_m=camera_height, score=score, engine=engine, precision=precision
    )
    options = EverywhereOptions()
    with progress_bar("Looking everywhere", sum(len(each.samples) for each in opened), "image") as step:
        results = [
            evaluate_data_set(each, finder, finds.class_names, options, counted(each.samples, step)) for each in opened
        ]
    names = Names(
        finds.name,
        depth.facts.name,
        finds.spec.score if score is None else score,
        finder.method_names[0],
        finder.ranging.cues,
    )
    output.write(results, options, names, finder)


@dataclass(frozen=True)
class _Output:
    """Where the figures go, besides the terminal."""

    csv: Path | None
    html: Path | None
    pictures: Path | None
    overwrite: bool

    def refuse(self) -> None:
        """See to it that all can be written, before the long part of a run."""
        from howfar.evaluation.everywhere.reports import objects_path

        parts = () if self.csv is None else (self.csv, objects_path(self.csv))
        refuse_results(*parts, self.html, overwrite=self.overwrite)
        refuse_filled(self.pictures, overwrite=self.overwrite)

    def write(
        self,
        results: "Sequence[DataSetResult]",
        options: "EverywhereOptions",
        names: "Names",
        finder: "Rangefinder",
    ) -> None:
        """Print the tables and write what is wished for."""
        from howfar.cli import console
        from howfar.evaluation.everywhere.pictures import draw_worst, write_worst
        from howfar.evaluation.everywhere.reports import everywhere_report, write_everywhere_csv
        from howfar.evaluation.objects.pictures import LEGEND
        from howfar.evaluation.report.report import as_page, as_tables

        report = everywhere_report(results, options, names)
        console.results().print(as_tables(report))
        if self.csv is not None:
            write_everywhere_csv(results, self.csv, options, names, overwrite=self.overwrite)
            say_written(self.csv)
        if self.html is None and self.pictures is None:
            return
        drawn = draw_worst(results, finder)
        if self.pictures is not None:
            write_worst(drawn, self.pictures, overwrite=self.overwrite)
            say_written(self.pictures)
        if self.html is not None:
            page = as_page(report)
            if drawn:
                page.paragraph(f"The objects farthest off, the worst first. {LEGEND}")
            for picture in drawn:
                page.picture(picture.image, picture.caption)
            publish_page(page, self.html, self.overwrite)


def _refuse_doubles(opened: "Sequence[LabelledPictures]") -> None:
    """Each row of a table needs a name of its own."""
    from howfar.errors import SettingError

    names = [each.name for each in opened]
    for name in names:
        if names.count(name) > 1:
            raise SettingError(f"Two data sets are called {name}: name each once, or give one folder another name.")
