"""What the commands of `howfar evaluate` share: where figures are written, the progress bar's count, the printing."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from howfar.cli.console import results, tell
from howfar.cli.progress import Step

if TYPE_CHECKING:
    from howfar.datasets import DepthSample, DetectionSample, ObjectSample
    from howfar.evaluation.report.page import Page
    from howfar.evaluation.report.report import Report

    Sample = TypeVar("Sample", bound=DepthSample | DetectionSample | ObjectSample)

CsvOption = Annotated[
    Path | None, typer.Option("--csv", help="Write the figures with their protocol to this file too.")
]
CapOption = Annotated[
    float | None,
    typer.Option(
        "--cap-m",
        metavar="METRES",
        help="For whole pictures: compare up to this depth and clip predictions to it (default: 80).",
    ),
]
HtmlOption = Annotated[
    Path | None, typer.Option("--html", help="Write tables and pictures to this self-contained page too.")
]


def refuse_results(*paths: Path | None, overwrite: bool) -> None:
    """Raise OutputError when a file that is to be written is there already, before the long part of a run."""
    from howfar.files import refuse_existing

    for path in paths:
        if path is not None:
            refuse_existing(path, overwrite=overwrite)


def refuse_filled(folder: Path | None, *, overwrite: bool) -> None:
    """Raise OutputError when a folder for results holds something already, before the long part of a run."""
    from howfar.errors import OutputError

    if folder is not None and not overwrite and folder.is_dir() and any(folder.iterdir()):
        raise OutputError(f"The folder {folder} is not empty; give --overwrite to write into it, or another name.")


def counted(samples: "Sequence[Sample]", step: Step) -> "Iterator[Sample]":
    """The samples, each counted when it is done with."""
    for sample in samples:
        yield sample
        step(sample.name)


def publish(report: "Report", csv: Path | None, overwrite: bool) -> None:
    """Print a report's tables, and write them as CSV where a file is named."""
    from howfar.evaluation.report.report import as_tables, write_csv

    results().print(as_tables(report))
    if csv is not None:
        write_csv(report, csv, overwrite=overwrite)
        say_written(csv)


def publish_page(page: "Page", html: Path, overwrite: bool) -> None:
    """Write a report's page."""
    page.write(html, overwrite=overwrite)
    say_written(html)


def say_written(path: Path) -> None:
    """Tell where a result went, on standard error."""
    tell(f"Written to {path}")
