"""`howfar compare`: several depth networks on the same pictures, or one eye and two."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from howfar.cli.compared_pairs import PairsAsked
from howfar.cli.evaluate_depth import AlignChoice
from howfar.cli.measuring import CapOption, CsvOption, HtmlOption, publish, publish_page, refuse_results, say_written
from howfar.cli.options import (
    STEREO,
    CameraFile,
    DepthInvalid,
    DepthScale,
    DepthUnit,
    DetectorModel,
    Engine,
    FocalPx,
    FovDeg,
    FovDiagonalDeg,
    FovLongDeg,
    MaxDisparity,
    Overwrite,
    Precision,
    Repair,
    Right,
    StereoLayout,
)
from howfar.cli.progress import Step, progress_bar

if TYPE_CHECKING:
    from howfar.cli.caveats import Caveats
    from howfar.cli.compared_pairs import LookedAtObjects
    from howfar.datasets import DepthSample
    from howfar.evaluation.comparison.comparison import PictureComparison
    from howfar.evaluation.comparison.pictures import ComparisonPicture
    from howfar.evaluation.comparison.reports import Cost
    from howfar.evaluation.report.report import Report
    from howfar.models import CardDepth, RunOptions
    from howfar.scene import DepthEstimator

PICTURED = 8
"""Pictures that the page shows at most: it holds its pictures."""


def compare(
    pictures: Annotated[
        list[str] | None, typer.Argument(metavar="IMAGE...", help="Pictures, folders, 'globs' or addresses.")
    ] = None,
    models: Annotated[
        str,
        typer.Option(
            "--models",
            help="Depth networks by name or .onnx file, with commas between them (with pairs: depth-rooms-streets).",
        ),
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
    camera: CameraFile = None,
    right: Right = None,
    stereo: StereoLayout = None,
    stereo_method: Annotated[
        str,
        typer.Option(
            "--stereo-method",
            metavar="NAMES",
            help="Compare with two eyes: what matches pairs, with commas between them: sgbm (where pairs are given), "
            "mc-cnn, or the .onnx file of a stereo network. With --data: on its pairs.",
            rich_help_panel=STEREO,
        ),
    ] = "",
    max_disparity: MaxDisparity = None,
    repair: Repair = False,
    detector: DetectorModel = "nanodet-g",
    csv: CsvOption = None,
    html: HtmlOption = None,
    json: Annotated[
        Path | None, typer.Option("--json", help="Write the figures and the objects of pairs to this file too.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="PICTURE", help="Write the pictures of --html to this file too.")
    ] = None,
    overwrite: Overwrite = False,
    engine: Engine = "auto",
    precision: Precision = "auto",
) -> None:
    """Compare depth networks on the same pictures: side by side, against the truth if there is one, and by their cost.

    Relative depth is fitted to the truth, else to the first network that gives metres. With --right or --stereo, or
    with --stereo-method on a data set of pairs, one eye is compared with two: their depth, and each object's distance.
    """
    from howfar.cli.caveats import Caveats
    from howfar.cli.compared_pairs import LookedAtObjects, object_eyes
    from howfar.cli.compared_pictures import Shown
    from howfar.cli.own_depth import depth_unit as read_unit
    from howfar.drawing.side_by_side import stacked
    from howfar.evaluation.comparison.both_eyes import with_both_eyes
    from howfar.evaluation.comparison.comparison import ComparisonOptions, compare_networks, gather
    from howfar.evaluation.comparison.hard_surfaces import SurfaceMasks
    from howfar.evaluation.comparison.object_reports import object_tables, write_json
    from howfar.evaluation.comparison.reports import comparison_report, comparison_rows
    from howfar.evaluation.depth.protocols import FULL, full_protocol
    from howfar.evaluation.report.report import write_rows
    from howfar.io.picture_writer import save_picture
    from howfar.models import DEFAULT_DEPTH, RunOptions
    from howfar.scene.lens import Lens

    refuse_results(csv, html, json, out, overwrite=overwrite)
    pairs = PairsAsked(tuple(right or ()), stereo, stereo_method, max_disparity, repair, camera)
    unit = read_unit(depth_unit, depth_scale, depth_invalid)
    shown = Shown(tuple(pictures or ()), tuple(truth or ()), unit, data, split, every, pairs)
    lens = Lens(None, focal_px, fov_deg, fov_long_deg, fov_diagonal_deg)
    shown.refuse(align, lens)
    running = RunOptions(engine=engine, precision=precision)
    least = 1 if shown.has_truth or pairs.are_wanted else 2
    networks = _networks(models or (DEFAULT_DEPTH if pairs.are_wanted else ""), least, running)
    matchers = pairs.matchers(running)
    everyone = with_both_eyes(networks, matchers, max_disparity)
    name, samples = shown.samples(lens, align)
    options = ComparisonOptions(
        shown.has_truth,
        FULL if cap_m is None else full_protocol(cap_m),
        align,
        None if data is None else SurfaceMasks.of_split(data, split),
        next(iter(matchers), ""),
    )
    costs = _costs(everyone, samples[0], running)
    seen = LookedAtObjects(object_eyes(detector, networks, matchers, pairs, running) if align == "none" else None)
    drawn: list[ComparisonPicture] = []
    caveats = Caveats(many=True)
    with progress_bar("Comparing", len(samples), "image") as step:
        comparisons = compare_networks(samples, everyone, options)
        pictured = 0 if html is None and out is None else PICTURED
        result = gather(_watched(comparisons, step, drawn, pictured, caveats, seen, options.pair), options)
    caveats.tell()
    report = comparison_report(result, costs, data=name)
    report = replace(report, tables=(*report.tables, *object_tables(seen.objects)))
    publish(report, None, overwrite)
    rows = comparison_rows(result, costs, data=name)
    if csv is not None:
        write_rows(rows, csv, overwrite=overwrite)
        say_written(csv)
    if json is not None:
        write_json(rows, seen.objects, json, overwrite=overwrite)
        say_written(json)
    if out is not None:
        save_picture(stacked([each.image for each in drawn], gap_px=8), out, overwrite=overwrite)
        say_written(out)
    if html is not None:
        _write_page(report, drawn, html, overwrite)


def _doubt(comparison: "PictureComparison", pair: str) -> str:
    """What two eyes, else the first network in metres, have against a true depth map's unit; empty for nothing."""
    import numpy as np

    from howfar.evaluation.comparison.comparison import TRUTH
    from howfar.scene.own_depth import NETWORK_FACTOR, doubt_of_factor

    metric = [pair] if pair else [name for name, kind in comparison.kinds.items() if kind == "metres"]
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


def _costs(everyone: "Mapping[str, DepthEstimator]", sample: "DepthSample", running: "RunOptions") -> "dict[str, Cost]":
    """What each network takes besides time, looking at a picture of the size of this one; not known of two eyes."""
    from howfar.evaluation.comparison.footprint import MEGABYTE, peak_memory_mb
    from howfar.evaluation.comparison.reports import Cost
    from howfar.models import CardDepth

    height, width = sample.image.shape[:2]
    costs = {}
    for name, network in everyone.items():
        if not isinstance(network, CardDepth):
            costs[name] = Cost(math.nan, math.nan)
            continue
        path = Path(network.session.name)
        costs[name] = Cost(path.stat().st_size / MEGABYTE, peak_memory_mb(path, width, height, running))
    return costs


def _watched(
    comparisons: "Iterator[PictureComparison]",
    step: Step,
    drawn: "list[ComparisonPicture]",
    most: int,
    caveats: "Caveats",
    seen: "LookedAtObjects",
    pair: str,
) -> "Iterator[PictureComparison]":
    """The comparisons as they pass; each is counted, the first ones are drawn, and doubts are collected."""
    from howfar.evaluation.comparison.object_reports import draw_objects
    from howfar.evaluation.comparison.pictures import draw_networks
    from howfar.pipeline.caveats import camera_caveats
    from howfar.scene.caveat import Caveat

    for index, comparison in enumerate(comparisons):
        objects = seen.look(comparison)
        if index < most:
            drawn.extend(draw_networks(comparison))
            drawn.extend([] if objects is None else [draw_objects(objects, comparison.name)])
        if doubt := _doubt(comparison, pair):
            caveats.add(comparison.name, [Caveat("unit", doubt)])
        if "metres" in comparison.kinds.values():
            caveats.add(comparison.name, camera_caveats(comparison.sample.camera))
        caveats.add(comparison.name, [Caveat("picture", note) for note in comparison.sample.notes])
        yield comparison
        step(Path(comparison.name).name)


def _write_page(report: "Report", drawn: "Sequence[ComparisonPicture]", html: Path, overwrite: bool) -> None:
    from howfar.evaluation.report.report import as_page

    page = as_page(report)
    for picture in drawn:
        page.picture(picture.image, picture.caption)
    publish_page(page, html, overwrite)
