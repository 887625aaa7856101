"""How far a file is from its source, in tables and in sentences for its card."""

from collections.abc import Mapping, Sequence
from math import isnan
from pathlib import Path

from howfar.evaluation.agreement.agreement import SAME_BOX_IOU, Agreement
from howfar.evaluation.agreement.labelled import Measured
from howfar.evaluation.report.report import FigureTable


def agreement_table(agreement: Agreement, title: str) -> FigureTable:
    """What two networks have in common, one figure a row."""
    rows = [("pictures", str(len(agreement.pictures)))]
    if agreement.boxes:
        rows += [
            ("boxes of both", str(agreement.boxes)),
            ("of these found again by the other", f"{agreement.found_share:.1%}"),
            ("their overlap (IoU)", f"{agreement.iou:.3f}"),
            ("difference of their scores", f"{agreement.score_difference:.3f}"),
        ]
    if not isnan(agreement.depth_difference):
        rows += [
            ("mean difference of depth", f"{agreement.depth_difference:.1%}"),
            ("of the map, known in one alone", f"{agreement.known_in_one:.1%}"),
        ]
    rows.append(("worst picture", f"{Path(agreement.worst.name).name} ({agreement.worst.difference:.1%})"))
    note = (
        f"A box is found again by one of its class that overlaps it by an IoU of {SAME_BOX_IOU:g} and reaches half of "
        "the threshold of the score."
        if agreement.boxes
        else ""
    )
    return FigureTable(title, ("", ""), tuple(rows), note)


def before_and_after(names: tuple[str, str], bytes_of: tuple[int, int], measured: Sequence[Measured]) -> FigureTable:
    """Size, AP and REL of a network and of the file that was made of it.

    Args:
        names: What the two are called.
        bytes_of: How large their files are.
        measured: What they reach on labelled pictures.
    """
    rows = [("file", *(f"{size / 1e6:.1f} MB" for size in bytes_of))]
    for each in measured:
        rows += [
            (f"{figure.name}, {each.data}", f"{figure.source:.4f}", f"{figure.other:.4f}") for figure in each.figures
        ]
    return FigureTable("Before and after", ("", *names), tuple(rows), "")


def times_table(times_ms: Mapping[str, float], size_px: tuple[int, int]) -> FigureTable:
    """Times in turns, and how many times as fast as the first each is."""
    first = next(iter(times_ms.values()))
    rows = tuple((name, f"{took:.1f} ms", f"{first / took:.2f}×") for name, took in times_ms.items())
    note = f"The least of several runs in turns, of the network alone at {size_px[0]}×{size_px[1]}, on this machine."
    return FigureTable("Time", ("", "a picture", "as fast"), rows, note)


def results_of(
    source: str, agreement: Agreement, measured: Sequence[Measured], times_ms: Mapping[str, float]
) -> tuple[str, ...]:
    """What a card says of an int8 file: each a sentence with its protocol.

    Args:
        source: What the network is called that it was made of.
        agreement: What they have in common on pictures that were held out.
        measured: What they reach on labelled pictures.
        times_ms: Milliseconds by network, engine and precision.
    """
    parts = []
    if agreement.boxes:
        parts.append(
            f"{agreement.found_share:.1%} of {agreement.boxes} boxes found again, scores "
            f"{agreement.score_difference:.3f} apart"
        )
    if not isnan(agreement.depth_difference):
        parts.append(f"depth {agreement.depth_difference:.1%} apart")
    lines = [f"against {source} on {len(agreement.pictures)} pictures held out of the calibration: {', '.join(parts)}"]
    for each in measured:
        figures = (f"{figure.name} {figure.other:.4f} ({figure.source:.4f} in float)" for figure in each.figures)
        lines.append(f"{each.data}: {', '.join(figures)}")
    times = (f"{name} {took:.1f} ms" for name, took in times_ms.items())
    return (*lines, f"in turns on the machine that it was made on: {', '.join(times)}")
