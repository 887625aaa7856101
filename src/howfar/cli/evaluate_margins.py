"""`howfar evaluate margins`: the margins of a depth network that hold in places that nobody looked at."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from howfar.cli.labelled_data import opened_for_margins
from howfar.cli.measuring import HtmlOption, counted, publish, publish_page, refuse_results, say_written
from howfar.cli.options import CameraHeight, Engine, Overwrite, Precision
from howfar.cli.progress import progress_bar

if TYPE_CHECKING:
    from howfar.evaluation.margins.margins import MeasuredMargins
    from howfar.evaluation.margins.measuring import MarginPictures
    from howfar.pipeline.rangefinder import Rangefinder


def margins(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Depth network by name or .onnx file.")],
    data: Annotated[
        list[str],
        typer.Argument(
            metavar="DATA...",
            help="Pictures that it has not learned from, with objects of known distance, as of evaluate everywhere; or "
            "with depth alone, where the objects that are found are measured. A part as DATA:PART.",
        ),
    ],
    learned: Annotated[
        list[str] | None,
        typer.Option(
            "--learned",
            metavar="DATA",
            help="The same, of what it has learned from: sizes, the ground, and at which of its depths an object is "
            "read, are measured there too. May be repeated.",
        ),
    ] = None,
    card: Annotated[
        Path | None,
        typer.Option("--card", metavar="FILE", help="Write the network's card with these margins to this file."),
    ] = None,
    detector: Annotated[str | None, typer.Option("--detector", help="Detector by name or .onnx file.")] = None,
    camera_height: CameraHeight = None,
    held_out: Annotated[
        int,
        typer.Option(
            "--held-out",
            min=0,
            help="Of a part called train, take only what a training with this held_out leaves out (0: all).",
        ),
    ] = 0,
    every: Annotated[int, typer.Option("--every", min=1, help="Take every Nth picture of each data set only.")] = 1,
    html: HtmlOption = None,
    overwrite: Overwrite = False,
    engine: Engine = "auto",
    precision: Precision = "auto",
) -> None:
    """Measure how far off a depth network is, by rooms and outdoors and by distance, and write it into its card.

    Each place, such as a drive, is left out in turn: the margins are those that hold four in five truths there.
    """
    from dataclasses import replace

    from howfar.errors import SettingError
    from howfar.evaluation.margins.reports import LEFT_OUT, left_out_line, margins_report
    from howfar.evaluation.report.report import as_page
    from howfar.models import DEFAULT_DETECTOR, RunOptions, open_heads
    from howfar.models.card_writing import write_card
    from howfar.pipeline.rangefinder import Rangefinder

    refuse_results(card, html, overwrite=overwrite)
    running = RunOptions(engine=engine, precision=precision)
    finds, network = open_heads(detector or DEFAULT_DETECTOR, model, running)
    if network.card.depth is None or network.spec.kind != "metres":
        raise SettingError(f"{network.name} gives no metres, and margins are those of metres: name a metric network.")
    pictures = [opened_for_margins(each, every, held_out) for each in data]
    pictures += [opened_for_margins(each, every, held_out, learned=True) for each in learned or ()]
    names = [each.name for each in pictures]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SettingError(f"{twice[0]} is named twice, and its pictures would count twice: name it once.")
    finder = Rangefinder(finds, network, camera_height_m=camera_height, engine=engine, precision=precision)
    measured = _measured(pictures, finder)
    report = margins_report(measured, pictures, finds.name, network.name)
    publish(report, None, overwrite)
    if card is not None:
        spec = replace(network.card.depth, margins=measured.margins)
        earlier = [each for each in network.card.results if not each.startswith(LEFT_OUT)]
        results = (*earlier, left_out_line(measured))
        write_card(replace(network.card, depth=spec, results=results), card, overwrite=overwrite)
        say_written(card)
    if html is not None:
        publish_page(as_page(report), html, overwrite)


def _measured(pictures: "list[MarginPictures]", finder: "Rangefinder") -> "MeasuredMargins":
    """The margins by cue first; with them, what all cues give together."""
    from howfar.evaluation.margins.margins import measured_margins
    from howfar.evaluation.margins.measuring import errors_of, measure_alone, measure_joined
    from howfar.evaluation.margins.quantiles import surface_quantiles

    unseen = [each for each in pictures if not each.learned]
    names = [each.name for each in unseen]
    with progress_bar("Measuring margins", sum(len(each.samples) for each in pictures + unseen), "image") as step:
        alone = [one for each in pictures for one in measure_alone(each, counted(each.samples, step), finder)]
        quantiles = surface_quantiles(alone)
        by_cue = measured_margins(errors_of(alone, quantiles), names, quantiles)
        without = by_cue.without()
        joined = [one for each in unseen for one in measure_joined(each, counted(each.samples, step), finder, without)]
    return measured_margins({**by_cue.errors, **errors_of(joined)}, names, quantiles)
