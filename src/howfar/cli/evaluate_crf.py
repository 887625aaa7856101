"""`howfar evaluate crf`: measure what a field over depth and classes gains on a depth network."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from howfar.cli.measuring import CsvOption, counted, publish, refuse_results, say_written
from howfar.cli.options import Engine, Overwrite, Precision
from howfar.cli.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from howfar.datasets import DepthSample
    from howfar.evaluation.crf.evaluation import Labelled, Stage


def crf(
    data: Annotated[Path, typer.Option("--data", help="NYU Depth v2, with its labels where the network has classes.")],
    model: Annotated[
        str | None,
        typer.Option("--model", help="Depth network by name or .onnx file; one that gives classes is refined by both."),
    ] = None,
    held_out: Annotated[
        int,
        typer.Option(
            "--held-out",
            min=2,
            metavar="N",
            help="What the network's recipe calls held_out: the weights are chosen on every Nth block of ten of the "
            "training pictures.",
        ),
    ] = 10,
    every: Annotated[int, typer.Option("--every", min=1, help="Measure every Nth test picture only.")] = 1,
    csv: CsvOption = None,
    overwrite: Overwrite = False,
    engine: Engine = "auto",
    precision: Precision = "auto",
) -> None:
    """Measure a conditional random field over superpixels, after Wang et al. 2015, on the output of a depth network.

    Its weights are chosen on training pictures that were held out, and what it gains is measured on the test pictures.
    """
    from howfar.cli.extras import need
    from howfar.datasets.nyu import NyuDepthV2
    from howfar.evaluation.crf.evaluation import NETWORK, look_at, measure
    from howfar.evaluation.crf.pictures import refuse_network
    from howfar.evaluation.crf.reports import crf_report, crf_rows
    from howfar.evaluation.report.report import write_rows
    from howfar.models import DEFAULT_DEPTH, RunOptions, open_depth_network

    need("Dividing pictures into superpixels", "eval", ("skimage",))
    refuse_results(csv, overwrite=overwrite)
    dataset = NyuDepthV2(data)
    test = dataset.split("test")[::every]
    learned, away = _divided(dataset.split("train"), held_out)
    network = open_depth_network(model or DEFAULT_DEPTH, RunOptions(engine=engine, precision=precision))
    refuse_network(network)
    with progress_bar("Looking at pictures held out", len(away), "image") as step:
        pictures = look_at(counted(away, step), network)
    stages = [NETWORK, *_fields(learned, pictures)]
    with progress_bar("Measuring", len(test), "image") as step:
        results = measure(counted(test, step), network, stages)
    part = f"{dataset.name} in {data.name}, test" + ("" if every == 1 else f", one picture in {every}")
    chosen_on = f"{len(away)} training pictures, one block of ten in {held_out}"
    report = crf_report(results, data=part, model=network.name, chosen_on=chosen_on)
    publish(report, None, overwrite)
    if csv is not None:
        write_rows(crf_rows(results, report), csv, overwrite=overwrite)
        say_written(csv)


def _divided(samples: "Sequence[DepthSample]", every: int) -> "tuple[Sequence[DepthSample], Sequence[DepthSample]]":
    """The training pictures that a network has learned from, and those that were held out."""
    from howfar.errors import SettingError
    from howfar.training.data.held_out import BLOCK, split_held_out

    learned, away = split_held_out(samples, every)
    if not len(away):
        raise SettingError(
            f"There are {len(samples)} training pictures, too few to hold out each {every}th block of {BLOCK} and "
            "choose weights by it: take the number that the network's recipe has.",
            setting="held_out",
        )
    return learned, away


def _fields(learned: "Sequence[DepthSample]", pictures: "Sequence[Labelled]") -> "list[Stage]":
    """The fields that are measured, with their weights chosen."""
    from howfar.evaluation.crf.evaluation import (
        DEPTH_FIELD,
        JOINT_FIELD,
        Stage,
        choices,
        choose_weights,
        learn_geometry,
    )
    from howfar.evaluation.crf.weights import CrfWeights

    stages = [Stage(DEPTH_FIELD, CrfWeights())]
    classes = pictures[0].seen.classes
    if classes:
        with progress_bar("Learning where classes are", len(learned), "image") as step:
            geometry = learn_geometry(counted(learned, step), classes)
        stages.append(Stage(JOINT_FIELD, CrfWeights(), geometry, with_classes=True))
    with progress_bar("Choosing weights", sum(len(v) for s in stages for v in choices(s).values()), "trial") as step:
        return [choose_weights(pictures, stage, step) for stage in stages]
