"""Plots of a detector's measurement; the lines differ in their dashes too, for whoever prints in grey."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from howfar.evaluation.detection.curves import (
    RECALLS,
    map_by_confidence,
    mean_interpolated_precision,
    operating_point,
    pooled,
)
from howfar.evaluation.detection.evaluation import DetectorResult
from howfar.evaluation.detection.matching import Ranking
from howfar.evaluation.report.axes import BLUE, DOTS_PER_INCH, GREEN, GREY, ORANGE, titled_axes
from howfar.files import replacing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

THRESHOLD_STEP = 0.01
"""Distance of the confidence thresholds between which a line is drawn."""

THRESHOLD_LABEL = "confidence threshold (weaker detections are dropped)"


@dataclass(frozen=True, slots=True)
class Plot:
    """One kind of plot.

    Attributes:
        name: A short name, for files.
        caption: What it shows, in a sentence.
        draw: Draws it from a result and its protocol in words.
    """

    name: str
    caption: str
    draw: "Callable[[DetectorResult, str], Figure]"


def precision_recall_plot(result: DetectorResult, protocol: str) -> "Figure":
    """Precision against recall at IoU 0.50 and 0.75; the area below a line is its mAP.

    Args:
        result: What was measured.
        protocol: How, in a sentence or two above the plot.
    """
    figure, axes = _empty("Precision and recall: mean over the classes", protocol)
    for iou, rankings, colour, dashes in _at_each_iou(result):
        precision = mean_interpolated_precision(rankings)
        label = f"IoU {iou}, area below: mAP {precision.mean():.3f}"
        axes.plot(RECALLS, precision, color=colour, linestyle=dashes, label=label)
    axes.set(xlabel="recall", ylabel="precision (best at this recall or a higher one)")
    axes.legend(loc="upper right")
    return figure


def map_plot(result: DetectorResult, protocol: str) -> "Figure":
    """The mAP at IoU 0.50 and 0.75 against the confidence below which detections are dropped.

    Args:
        result: What was measured.
        protocol: How, in a sentence or two above the plot.
    """
    figure, axes = _empty("Mean average precision by confidence threshold", protocol)
    thresholds = _thresholds(result)
    for iou, rankings, colour, dashes in _at_each_iou(result):
        values = map_by_confidence(rankings, thresholds.tolist())
        axes.plot(thresholds, values, color=colour, linestyle=dashes, label=f"mAP at IoU {iou}")
    axes.set(xlabel=THRESHOLD_LABEL, ylabel="mAP")
    axes.legend(loc="upper right")
    return figure


def f1_plot(result: DetectorResult, protocol: str) -> "Figure":
    """Precision, recall and F1 against the confidence threshold, at IoU 0.50 and with all classes pooled.

    Args:
        result: What was measured.
        protocol: How, in a sentence or two above the plot.
    """
    figure, axes = _empty("Precision, recall and F1 at IoU 0.50: all classes pooled", protocol)
    ranking, thresholds = pooled(one.at50 for one in result.classes), _thresholds(result)
    points = [operating_point(ranking, threshold) for threshold in thresholds.tolist()]
    for name, label, colour, dashes in (
        ("precision", "precision", BLUE, "-"),
        ("recall", "recall", ORANGE, "--"),
        ("f1", "F1", GREEN, "-."),
    ):
        axes.plot(thresholds, [getattr(point, name) for point in points], color=colour, linestyle=dashes, label=label)
    confidence = result.options.confidence
    axes.axvline(confidence, color=GREY, linestyle=":", label=f"stated threshold, {confidence:g}")
    axes.set(xlabel=THRESHOLD_LABEL, ylabel="share")
    axes.legend(loc="center right")
    return figure


PLOTS = (
    Plot(
        "precision_recall",
        "How precise the detector is at each recall; the area below a line is its mAP.",
        precision_recall_plot,
    ),
    Plot(
        "map_by_confidence", "What is left of mAP when detections below a confidence threshold are dropped.", map_plot
    ),
    Plot("f1_by_confidence", "What a confidence threshold does to precision and recall.", f1_plot),
)
"""All plots of a measurement."""


def write_plots(result: DetectorResult, protocol: str, folder: Path, *, overwrite: bool = False) -> None:
    """Write all plots as PNG files under their names.

    Args:
        result: What was measured.
        protocol: How, in a sentence or two above each plot.
        folder: Where to; it is made if it is missing.
        overwrite: Replace files that are there.

    Raises:
        OutputError: If a file exists and overwrite is not set, or cannot be written.
        MissingExtraError: If matplotlib is not installed.
    """
    for plot in PLOTS:
        with replacing(folder / f"{plot.name}.png", overwrite=overwrite) as temporary:
            plot.draw(result, protocol).savefig(temporary, dpi=DOTS_PER_INCH)


def _empty(title: str, protocol: str) -> "tuple[Figure, Axes]":
    """Axes for two shares.

    Raises:
        MissingExtraError: If matplotlib is not installed.
    """
    figure, axes = titled_axes(title, protocol)
    axes.set(xlim=(0, 1), ylim=(0, 1.01))
    return figure, axes


def _at_each_iou(result: DetectorResult) -> list[tuple[str, list[Ranking], str, str]]:
    """Name, detections, colour and dashes of the line of each IoU."""
    return [
        ("0.50", [one.at50 for one in result.classes], BLUE, "-"),
        ("0.75", [one.at75 for one in result.classes], ORANGE, "--"),
    ]


def _thresholds(result: DetectorResult) -> NDArray[np.float64]:
    """From the least confidence that was kept, below which nothing is known, to 1."""
    return np.append(np.arange(result.options.score, 1.0, THRESHOLD_STEP), 1.0)
