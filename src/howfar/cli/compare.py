"""`howfar compare`: several depth networks on the same pictures."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from howfar.cli.evaluate_depth import AlignChoice
from howfar.cli.measuring import CapOption, CsvOption, HtmlOption, publish, publish_page, refuse_results, say_written
from howfar.cli.options import (
    DepthInvalid,
    DepthScale,
    DepthUnit,
    Engine,
    FocalPx,
    FovDeg,
    FovDiagonalDeg,
    FovLongDeg,
    Overwrite,
    Precision,
)
from howfar.cli.progress import Step, progress_bar

if TYPE_CHECKING:
    from howfar.cli.caveats import Caveats
    from howfar.datasets import DepthSample, LazySamples
    from howfar.evaluation.comparison.comparison import PictureComparison
    from howfar.evaluation.comparison.pictures import ComparisonPicture
    from howfar.evaluation.comparison.reports import Cost
    from howfar.evaluation.report.report import Report
    from howfar.io.depth_files import OwnMap
    from howfar.io.depth_units import Unit
    from howfar.models import CardDepth, RunOptions
    from howfar.scene.lens import Lens

NAMED = 3
"""Pictures whose names the table gives."""

PICTURED = 8
"""Pictures that the page shows at most: it holds its pictures."""


def compare(
    pictures: Annotated[
        list[str] | None, typer.Argument(metavar="IMAGE...", help="Pictures, folders, 'globs' or addresses.")
    ] = None,
    models: Annotated[
        str, typer.Option("--models", help="Depth networks by name or .onnx file, with commas between them.")
    ] = "",
    truth: Annotated[
        list[Path] | None,
        typer.Option("--truth", metavar="FILE", help="True depth map of an IMAGE; give one for each, in their order."),
    ] = None,
    depth_unit: DepthUnit = "auto",
    depth_scale: DepthScale = None,
    depth_invalid: DepthInvalid = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="In the place of pictures: a data set with true depth.")
    ] = None,
    split: Annotated[str, typer.Option("--split", help="Part of the data set.")] = "test",
    every: Annotated[int, typer.Option("--every", min=1, help="Take every Nth picture only.")] = 1,
    align: Annotated[
        AlignChoice,
        typer.Option("--align", help="Fit what is given in metres to the truth too; what is relative always is."),
    ] = "none",
    cap_m: CapOption = None,
    focal_px: FocalPx = None,
    fov_deg: FovDeg = None,
    fov_long_deg: FovLongDeg = None,
    fov_diagonal_deg: FovDiagonalDeg = None,
    csv: CsvOption = None,
    html: HtmlOption = None,
    overwrite: Overwrite = False,
    engine: Engine = "auto",
    precision: Precision = "auto",
) -> None:
    """Compare depth networks on the same pictures: side by side, against the truth if there is one, and by their cost.

    Relative depth is fitted to the truth, else to the first network that gives metres.
    """
    from howfar.cli.caveats import Caveats
    from howfar.cli.own_depth import depth_unit as read_unit
    from howfar.evaluation.comparison.comparison import ComparisonOptions, compare_networks, gather
    from howfar.evaluation.comparison.reflective_surfaces import SurfaceMasks
    from howfar.evaluation.comparison.reports import comparison_report, comparison_rows
    from howfar.evaluation.depth.protocols import FULL, full_protocol
    from howfar.evaluation.report.report import write_rows
    from howfar.models import RunOptions
    from howfar.scene.lens import Lens

    refuse_results(csv, html, overwrite=overwrite)
    unit = read_unit(depth_unit, depth_scale, depth_invalid)
    shown = _Shown(tuple(pictures or ()), tuple(truth or ()), unit, data, split, every)
    shown.refuse(align)
    running = RunOptions(engine=engine, precision=precision)
    networks = _networks(models, 1 if shown.has_truth else 2, running)
    name, samples = shown.samples(Lens(None, focal_px, fov_deg, fov_long_deg, fov_diagonal_deg))
    surfaces = None if data is None else SurfaceMasks.of_split(data, split)
    options = ComparisonOptions(shown.has_truth, FULL if cap_m is None else full_protocol(cap_m), align, surfaces)
    costs = _costs(networks, samples[0], running)
    drawn: list[ComparisonPicture] = []
    caveats = Caveats(many=True)
    with progress_bar("Comparing", len(samples), "image") as step:
        comparisons = compare_networks(samples, networks, options)
        pictured = PICTURED if html is not None else 0
        result = gather(_watched(comparisons, step, drawn, pictured, caveats), options)
    caveats.tell()
    report = comparison_report(result, costs, data=name)
    publish(report, None, overwrite)
    if csv is not None:
        write_rows(comparison_rows(result, costs, data=name), csv, overwrite=overwrite)
        say_written(csv)
    if html is not None:
        _write_page(report, drawn, html, overwrite)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the networks are shown."""

    pictures: tuple[str, ...]
    truths: tuple[Path, ...]
    depth_unit: "Unit"
    data: Path | None
    split: str
    every: int

    @property
    def has_truth(self) -> bool:
        """Whether the pictures' true depth is known."""
        return self.data is not None or bool(self.truths)

    def refuse(self, align: AlignChoice) -> None:
        """Raise SettingError where the options do not fit together."""
        from howfar.errors import SettingError

        if (self.data is not None) == bool(self.pictures):
            raise SettingError("Networks are compared on pictures or on a data set: name pictures, or give --data.")
        if self.data is not None and self.truths:
            raise SettingError("A data set has its own true depth: leave out --truth, or name pictures, not --data.")
        if align != "none" and not self.has_truth:
            raise SettingError("Only a truth can be aligned to: give --truth or --data, or leave out --align.")

    def samples(self, lens: "Lens") -> "tuple[str, Sequence[DepthSample]]":
        """What the pictures are, in words, and the pictures, read when asked for; a data set has its own cameras."""
        from howfar.datasets import open_depth_dataset
        from howfar.errors import SettingError
        from howfar.evaluation.comparison.samples import picture_samples
        from howfar.scene.lens import Lens
        from howfar.sources.opening import open_sources

        if self.data is None:
            opened = open_sources(self.pictures)
            named = ", ".join(Path(source.name).name for source in opened[:NAMED])
            more = f" and {len(opened) - NAMED} more" if len(opened) > NAMED else ""
            samples = picture_samples(opened, self.truths, lens, self.depth_unit, _told_once())
            return self._part(named + more, samples)
        if lens != Lens():
            raise SettingError("A data set has its own cameras: leave out --focal-px and --fov-….")
        dataset = open_depth_dataset(self.data)
        return self._part(f"{dataset.name} in {self.data.name}, {self.split}", dataset.split(self.split))

    def _part(self, name: str, samples: "LazySamples[DepthSample]") -> "tuple[str, Sequence[DepthSample]]":
        part = name if self.every == 1 else f"{name}, one picture in {self.every}"
        return part, samples[:: self.every]


def _told_once() -> "Callable[[Path, OwnMap], None]":
    """Says what the numbers of a true depth map were taken for, when it is first read."""
    from howfar.cli.own_depth import told

    said: set[Path] = set()

    def tell(path: Path, own: "OwnMap") -> None:
        if path not in said:
            said.add(path)
            told(path, own)

    return tell


def _doubt(comparison: "PictureComparison") -> str:
    """What the first network that gives metres has against the unit of a true depth map; empty for nothing."""
    import numpy as np

    from howfar.evaluation.comparison.comparison import TRUTH
    from howfar.scene.own_depth import NETWORK_FACTOR, doubt_of_factor

    metric = [name for name, kind in comparison.kinds.items() if kind == "metres"]
    if comparison.yardstick != TRUTH or not metric:
        return ""
    with np.errstate(divide="ignore", invalid="ignore"):
        factors = comparison.yardstick_values / comparison.maps[metric[0]]
    known = factors[np.isfinite(factors) & (factors > 0)]
    other = f"what {metric[0]} sees there"
    return doubt_of_factor(float(np.median(known)), other, NETWORK_FACTOR) if known.size else ""


def _networks(models: str, least: int, running: "RunOptions") -> "dict[str, CardDepth]":
    """The networks that are named, by names that tell them apart."""
    from collections import Counter

    from howfar.errors import SettingError
    from howfar.models import open_depth_network

    wanted = [name.strip() for name in models.split(",") if name.strip()]
    repeated = sorted(name for name, times in Counter(wanted).items() if times > 1)
    if repeated:
        raise SettingError(f"--models names {repeated[0]} more than once: name each network once.")
    if len(wanted) < least:
        also = ", or give a truth to measure one network against" if wanted else ""
        raise SettingError(f"--models should name at least {least} depth networks, with commas between them{also}.")
    opened = {name: open_depth_network(name, running) for name in wanted}
    times = Counter(network.name for network in opened.values())
    return {network.name if times[network.name] == 1 else name: network for name, network in opened.items()}


def _costs(networks: "Mapping[str, CardDepth]", sample: "DepthSample", running: "RunOptions") -> "dict[str, Cost]":
    """What each network takes besides time, looking at a picture of the size of this one."""
    from howfar.evaluation.comparison.footprint import MEGABYTE, peak_memory_mb
    from howfar.evaluation.comparison.reports import Cost

    height, width = sample.image.shape[:2]
    costs = {}
    for name, network in networks.items():
        path = Path(network.session.name)
        costs[name] = Cost(path.stat().st_size / MEGABYTE, peak_memory_mb(path, width, height, running))
    return costs


def _watched(
    comparisons: "Iterator[PictureComparison]",
    step: Step,
    drawn: "list[ComparisonPicture]",
    most: int,
    caveats: "Caveats",
) -> "Iterator[PictureComparison]":
    """The comparisons as they pass; each is counted, the first ones are drawn, and doubts are collected."""
    from howfar.evaluation.comparison.pictures import draw_networks
    from howfar.pipeline.caveats import camera_caveats
    from howfar.scene.caveat import Caveat

    for index, comparison in enumerate(comparisons):
        if index < most:
            drawn.extend(draw_networks(comparison))
        if doubt := _doubt(comparison):
            caveats.add(comparison.name, [Caveat("unit", doubt)])
        if "metres" in comparison.kinds.values():
            caveats.add(comparison.name, camera_caveats(comparison.camera))
        yield comparison
        step(Path(comparison.name).name)


def _write_page(report: "Report", drawn: "Sequence[ComparisonPicture]", html: Path, overwrite: bool) -> None:
    from howfar.evaluation.report.report import as_page

    page = as_page(report)
    for picture in drawn:
        page.picture(picture.image, picture.caption)
    publish_page(page, html, overwrite)
