"""Plots of a detector's measurement: what is drawn is what was measured."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from howfar.errors import MissingExtraError, OutputError
from howfar.evaluation.detection.curves import map_by_confidence, mean_interpolated_precision, operating_point, pooled
from howfar.evaluation.detection.evaluation import DetectionOptions
from howfar.evaluation.detection.plots import PLOTS, f1_plot, map_plot, precision_recall_plot, write_plots
from tests.evaluation.detection.detector_results import detector_result

PROTOCOL = "detector-x on 4 pictures of $HOME/instances_{1}$.json"


def lines(figure: Figure) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The x and y of each line of a figure, by its label."""
    (axes,) = figure.axes
    return {str(line.get_label()): line.get_data() for line in axes.get_lines()}


def test_the_area_below_a_precision_recall_line_is_the_map_in_its_label() -> None:
    result = detector_result()
    drawn = lines(precision_recall_plot(result, PROTOCOL))
    for iou, rankings in (
        ("0.50", [one.at50 for one in result.classes]),
        ("0.75", [one.at75 for one in result.classes]),
    ):
        precision = mean_interpolated_precision(rankings)
        recall, height = drawn[f"IoU {iou}, area below: mAP {precision.mean():.3f}"]
        assert height.tolist() == precision.tolist()
        assert recall[[0, -1]].tolist() == [0.0, 1.0]


def test_map_is_drawn_from_the_least_confidence_that_was_kept() -> None:
    result = replace(detector_result(), options=DetectionOptions(score=0.2, confidence=0.5))
    drawn = lines(map_plot(result, PROTOCOL))
    for iou, rankings in (
        ("0.50", [one.at50 for one in result.classes]),
        ("0.75", [one.at75 for one in result.classes]),
    ):
        thresholds, values = drawn[f"mAP at IoU {iou}"]
        assert thresholds[[0, -1]].tolist() == [0.2, 1.0]
        assert values.tolist() == map_by_confidence(rankings, thresholds.tolist()).tolist()


def test_precision_recall_and_f1_are_drawn_with_the_stated_threshold() -> None:
    result = detector_result()
    drawn = lines(f1_plot(result, PROTOCOL))
    thresholds, f1 = drawn["F1"]
    ranking = pooled(one.at50 for one in result.classes)
    assert f1.tolist() == [operating_point(ranking, score).f1 for score in thresholds.tolist()]
    assert set(drawn["stated threshold, 0.5"][0]) == {0.5}


@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.name)
def test_every_plot_states_its_protocol_and_labels_its_axes(plot) -> None:
    figure = plot.draw(detector_result(), PROTOCOL)
    (axes,) = figure.axes
    assert axes.get_title(loc="left").replace("\n", " ") == PROTOCOL
    assert axes.get_xlabel()
    assert axes.get_ylabel()
    assert figure.get_suptitle()
    assert (axes.get_xlim(), axes.get_ylim()[0]) == ((0.0, 1.0), 0.0)


@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.name)
def test_lines_differ_in_colour_and_in_dashes(plot) -> None:
    (axes,) = plot.draw(detector_result(), PROTOCOL).axes
    drawn = axes.get_lines()
    assert len({line.get_color() for line in drawn}) == len(drawn) > 1
    assert len({line.get_linestyle() for line in drawn}) == len(drawn)


def test_all_plots_are_written_as_pictures_and_not_over_others(tmp_path: Path) -> None:
    write_plots(detector_result(), PROTOCOL, tmp_path / "plots")
    names = sorted(path.name for path in (tmp_path / "plots").iterdir())
    assert names == ["f1_by_confidence.png", "map_by_confidence.png", "precision_recall.png"]
    with Image.open(tmp_path / "plots" / names[0]) as picture:
        assert picture.format == "PNG"
        assert picture.width > 1000
    with pytest.raises(OutputError, match="exists already"):
        write_plots(detector_result(), PROTOCOL, tmp_path / "plots")


def test_without_matplotlib_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"Drawing plots needs .*howfar\[eval\]"):
        write_plots(detector_result(), PROTOCOL, tmp_path)
    assert list(tmp_path.iterdir()) == []
