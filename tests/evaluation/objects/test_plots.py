"""The plot of estimated against true distance: what is drawn is what was measured."""

import math
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.figure import Figure
from PIL import Image

from howfar.errors import MissingExtraError, OutputError
from howfar.evaluation.objects.plots import scatter_caption, scatter_plot, write_scatter_plots
from howfar.evaluation.report.page import Page
from tests.evaluation.objects.object_cases import distance, measured, object_options, object_result, two_methods

PROTOCOL = "3 objects of $HOME/rooms_{1}$"


def dots(figure: Figure) -> list[list[float]]:
    (axes,) = figure.axes
    (drawn,) = (each for each in axes.collections if isinstance(each, PathCollection))
    return np.asarray(drawn.get_offsets()).tolist()


def test_each_object_with_a_distance_is_a_dot() -> None:
    assert dots(scatter_plot(two_methods(), "median", PROTOCOL)) == [[2.0, 2.1], [4.0, 5.0], [8.0, 8.2]]
    assert dots(scatter_plot(two_methods(), "central-mean", PROTOCOL)) == [[2.0, 3.0], [8.0, 8.0]]


def test_it_states_its_protocol_its_axes_and_how_many_objects_are_shown() -> None:
    figure = scatter_plot(two_methods(), "central-mean", PROTOCOL)
    (axes,) = figure.axes
    assert "central-mean" in str(figure.get_suptitle())
    assert axes.get_title(loc="left") == PROTOCOL
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("true distance in metres", "estimated distance in metres")
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    legend = axes.get_legend()
    assert legend is not None
    assert "2 of 3 objects have a distance" in [text.get_text() for text in legend.get_texts()]
    assert scatter_caption(two_methods(), "central-mean").startswith("Each dot is an object: 2 of 3 objects by central")


def test_the_band_ends_a_tenth_above_and_below_the_truth() -> None:
    (axes,) = scatter_plot(two_methods(), "median", PROTOCOL).axes
    (band,) = (each for each in axes.collections if isinstance(each, PolyCollection))
    corners = band.get_paths()[0].vertices
    ratios = np.asarray(corners)[:, 1] / np.asarray(corners)[:, 0]
    assert sorted(set(ratios.round(9).tolist())) == [0.9, 1.1]


def test_both_axes_have_the_same_limits_and_hold_every_dot() -> None:
    result = object_result(measured(0.4, distance(70.0)), measured(3.0, distance(0.2)))
    (axes,) = scatter_plot(result, "median", PROTOCOL).axes
    assert axes.get_xlim() == axes.get_ylim()
    assert axes.get_xlim()[0] < 0.2
    assert axes.get_xlim()[1] > 70.0


def test_where_no_distance_is_known_the_plot_says_so() -> None:
    figure = scatter_plot(object_result(measured(2.0, distance(math.nan))), "median", PROTOCOL)
    legend = figure.axes[0].get_legend()
    assert dots(figure) == []
    assert legend is not None
    assert "0 of 1 objects have a distance" in [text.get_text() for text in legend.get_texts()]


def test_thousands_of_dots_keep_the_page_light() -> None:
    many = object_result(*(measured(1 + index / 100, distance(1 + index / 90)) for index in range(3000)))
    page = Page("plot")
    page.figure(scatter_plot(many, "median", PROTOCOL), "dots")
    assert len(page.html()) < 200_000


def test_every_methods_plot_is_written_and_not_over_others(tmp_path: Path) -> None:
    both = (distance(2.2, "percentile:40"), distance(2.2))
    result = object_result(measured(2.0, *both), made_by=object_options("percentile:40", "median"))
    write_scatter_plots(result, PROTOCOL, tmp_path / "plots")
    names = sorted(path.name for path in (tmp_path / "plots").iterdir())
    assert names == ["scatter-median.png", "scatter-percentile-40.png"]
    with Image.open(tmp_path / "plots" / names[0]) as picture:
        assert picture.width > 1000
    with pytest.raises(OutputError, match="exists already"):
        write_scatter_plots(result, PROTOCOL, tmp_path / "plots")


def test_without_matplotlib_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"Drawing plots needs .*howfar\[eval\]"):
        write_scatter_plots(two_methods(), PROTOCOL, tmp_path)
    assert list(tmp_path.iterdir()) == []
