"""`howfar evaluate stereo`: measure stereo matchers on pairs with known disparity."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from howfar.cli.measuring import CsvOption, HtmlOption, publish, publish_page, refuse_results, say_written
from howfar.cli.options import Engine, Overwrite, Precision, Threads
from howfar.cli.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from howfar.cli.progress import Step
    from howfar.datasets.samples import StereoSample
    from howfar.datasets.stereo_pairs import StereoPairs
    from howfar.evaluation.report.report import Report
    from howfar.stereo import Matcher

PICTURED = 4
"""Pairs of each data set that the page shows, by each matcher."""


def stereo(
    data: Annotated[
        list[str],
        typer.Argument(
            metavar="DATA...",
            help="Folders with true disparity: of KITTI 2012 or 2015, Middlebury 2003 or 2014, ETH3D, or howfar synth; "
            "or motorcycle, the pair that scikit-image ships.",
        ),
    ],
    stereo_method: Annotated[
        list[str] | None,
        typer.Option(
            "--stereo-method",
            metavar="NAME",
            help="What matches pairs: sgbm (the default), mc-cnn, or the .onnx file of a stereo network; may be "
            "repeated.",
        ),
    ] = None,
    max_disparity: Annotated[
        int | None,
        typer.Option(
            "--max-disparity",
            min=1,
            metavar="PX",
            help="Largest disparity that is looked for, in pixels (default: as far as each pair needs).",
        ),
    ] = None,
    every: Annotated[int, typer.Option("--every", min=1, help="Take every Nth pair only.")] = 1,
    csv: CsvOption = None,
    html: HtmlOption = None,
    overwrite: Overwrite = False,
    threads: Threads = None,
    engine: Engine = "auto",
    precision: Precision = "auto",
) -> None:
    """Measure stereo matchers: D1, bad pixels and end-point error, with coverage, over all and unoccluded pixels."""
    from howfar.datasets.stereo_pairs import open_stereo_pairs
    from howfar.evaluation.report.report import write_rows
    from howfar.evaluation.stereo.evaluation import evaluate_stereo
    from howfar.evaluation.stereo.reports import stereo_report, stereo_rows
    from howfar.models import RunOptions
    from howfar.pipeline.open_matcher import open_matcher

    refuse_results(csv, html, overwrite=overwrite)
    sets = [open_stereo_pairs(each) for each in data]
    options = RunOptions(threads, engine=engine, precision=precision)
    matchers = [open_matcher(name, options) for name in dict.fromkeys(stereo_method or ["sgbm"])]
    counts = [len(each.pairs[::every]) for each in sets]
    results = []
    with progress_bar("Matching", sum(counts) * len(matchers), "pair") as step:
        for each in sets:
            for matcher in matchers:
                results.append(evaluate_stereo(matcher, each.name, _counted(each, every, step), max_disparity))
    report = stereo_report(results, max_disparity)
    publish(report, None, overwrite)
    if csv is not None:
        write_rows(stereo_rows(results, max_disparity), csv, overwrite=overwrite)
        say_written(csv)
    if html is not None:
        _write_page(
            report, [each.samples()[::every][:PICTURED] for each in sets], matchers, max_disparity, html, overwrite
        )


def _counted(pairs: "StereoPairs", every: int, step: "Step") -> "Iterator[StereoSample]":
    for sample in pairs.samples()[::every]:
        yield sample
        step(sample.name)


def _write_page(
    report: "Report",
    shown: "Sequence[Sequence[StereoSample]]",
    matchers: "Sequence[Matcher]",
    max_disparity_px: int | None,
    html: Path,
    overwrite: bool,
) -> None:
    """Write the page with pictures of some pairs; these are matched once more."""
    from howfar.evaluation.report.report import as_page
    from howfar.evaluation.stereo.reports import draw_pair

    page = as_page(report)
    for samples in shown:
        for sample in samples:
            for matcher in matchers:
                found = matcher.match(sample.left, sample.right, max_disparity_px)
                page.picture(draw_pair(sample, found), f"{sample.name} by {matcher.name}")
    publish_page(page, html, overwrite)
