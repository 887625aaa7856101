"""`howfar evaluate ssim`: how alike predicted maps and true ones look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from howfar.cli.evaluate_depth import AlignChoice, AlignOption
from howfar.cli.measuring import CsvOption, HtmlOption, publish, publish_page, refuse_results, say_written
from howfar.cli.options import Overwrite
from howfar.cli.progress import progress_bar

if TYPE_CHECKING:
    from howfar.evaluation.report.report import Report
    from howfar.evaluation.ssim.files import MapPair
    from howfar.evaluation.ssim.metric import SsimResult
    from howfar.evaluation.ssim.reports import SsimScore

ScaleChoice = Literal["each", "shared"]
"""How a map becomes 8 bits."""

DEFAULT_OUT = Path("howfar-ssim")
PICTURED = 8
"""Pairs that the page shows at most: it holds its pictures."""


def ssim(
    prediction: Annotated[Path, typer.Argument(help="Predicted map: an 8-bit picture or depth file; or a folder.")],
    truth: Annotated[Path, typer.Argument(help="True map of the same kind; or a folder of maps of the same names.")],
    scale: Annotated[
        ScaleChoice,
        typer.Option("--scale", help="What becomes 0 to 255: each map's own range, or the truth's range for both."),
    ] = "each",
    align: AlignOption = "none",
    zero_unknown: Annotated[
        bool, typer.Option("--zero-unknown", help="Zeros of an 8-bit truth are unknown, as they are in a depth file.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help=f"Folder for the pictures (default: {DEFAULT_OUT}).")
    ] = None,
    csv: CsvOption = None,
    html: HtmlOption = None,
    overwrite: Overwrite = False,
) -> None:
    """Compare predicted maps with true ones: SSIM of 8-bit maps, where they differ, and the worst regions boxed."""
    from howfar.cli.folders import fresh_folder
    from howfar.evaluation.report.report import write_rows
    from howfar.evaluation.ssim.files import map_pairs
    from howfar.evaluation.ssim.reports import SsimScore, ssim_report, ssim_rows, write_pictures

    refuse_results(csv, html, overwrite=overwrite)
    pairs, folder = map_pairs(prediction, truth), out or fresh_folder(DEFAULT_OUT)
    method = _Method(scale, align, zero_unknown)
    scores = []
    with progress_bar("Comparing", len(pairs), "map") as step:
        for pair in pairs:
            result = method.compare(pair)
            write_pictures(result, folder, pair.name, overwrite=overwrite)
            scores.append(SsimScore.of(pair.name, result))
            step(pair.name)
    report = ssim_report(scores, prediction=str(prediction), truth=str(truth), scale=scale, alignment=align)
    publish(report, None, overwrite)
    say_written(folder)
    if csv is not None:
        write_rows(ssim_rows(scores, report), csv, overwrite=overwrite)
        say_written(csv)
    if html is not None:
        _write_page(report, {pair.name: pair for pair in pairs}, scores, method, html, overwrite)


@dataclass(frozen=True, slots=True)
class _Method:
    """How a pair is compared."""

    scale: ScaleChoice
    align: AlignChoice
    zero_unknown: bool

    def compare(self, pair: "MapPair") -> "SsimResult":
        """Read the two maps and compare them."""
        from howfar.evaluation.ssim.files import read_map, read_truth
        from howfar.evaluation.ssim.metric import compare_maps

        truth = read_truth(pair.truth, zero_unknown=self.zero_unknown)
        return compare_maps(read_map(pair.prediction), truth, scale=self.scale, alignment=self.align)


def _write_page(
    report: "Report",
    pairs: Mapping[str, "MapPair"],
    scores: Sequence["SsimScore"],
    method: _Method,
    html: Path,
    overwrite: bool,
) -> None:
    """Write the page with the pictures of the pairs that are least alike; these are compared once more."""
    from howfar.evaluation.report.report import as_page
    from howfar.evaluation.ssim.reports import draw_comparison, least_alike

    page = as_page(report)
    for score in least_alike(scores, PICTURED):
        page.picture(draw_comparison(method.compare(pairs[score.name])), f"{score.name}: SSIM {score.score:.4f}")
    publish_page(page, html, overwrite)
