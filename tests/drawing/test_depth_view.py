"""The colour view of a depth map."""

import numpy as np
import pytest

from howfar.drawing import legend
from howfar.drawing.colours import UNKNOWN, colour_of, place_on_scale
from howfar.drawing.depth_view import draw_depth
from howfar.errors import SettingError
from howfar.io.resample import resample
from howfar.scene import DepthMap

HALVES = np.repeat([[1.0, 8.0]], 4, axis=0).repeat(4, axis=1)


def test_the_view_has_the_picture_size_and_a_legend_below() -> None:
    view = draw_depth(DepthMap(HALVES, "metres"), 160, 120)
    assert view.shape[1] == 160
    assert view.shape[0] > 120
    assert tuple(view[60, 5].tolist()) == colour_of(1.0)
    assert tuple(view[60, 155].tolist()) == colour_of(8.0)


def test_one_colour_scale_for_all_pictures() -> None:
    near = draw_depth(DepthMap(np.full((4, 4), 1.0), "metres"), 160, 120)
    mixed = draw_depth(DepthMap(HALVES, "metres"), 160, 120)
    assert (near[60, 5] == mixed[60, 5]).all()
    assert (near[120:] == mixed[120:]).all()


@pytest.mark.parametrize(
    ("depths_m", "places"),
    [
        pytest.param([0.0, 2.0, 5.0, 10.0], [0.0, 0.14, 0.35, 0.7], id="rooms in even steps"),
        pytest.param([10.0, 20.0, 40.0, 80.0, 200.0], [0.7, 0.8, 0.9, 1.0, 1.0], id="streets by doublings"),
        pytest.param([np.nan], [np.nan], id="unknown"),
    ],
)
def test_rooms_and_streets_share_one_scale(depths_m, places) -> None:
    np.testing.assert_allclose(place_on_scale(np.array(depths_m, np.float32)), places, atol=1e-6)


@pytest.mark.parametrize(
    ("max_m", "units", "ticks"),
    [
        pytest.param(None, "m", ["0 m", "80+ m", "5", "10", "20", "50"], id="fixed, metres"),
        pytest.param(None, "ft", ["0 ft", "262+ ft", "10", "20", "30", "50", "100", "200"], id="fixed, feet"),
        pytest.param(5.0, "m", ["0 m", "5+ m", "1", "2", "3", "4"], id="an end of one's own"),
    ],
)
def test_a_legend_marks_round_numbers(max_m, units, ticks, monkeypatch) -> None:
    marked = {}
    monkeypatch.setattr(legend, "_legend", lambda ends, between, *_: marked.update(ends=ends, between=between))
    legend.metre_legend(300, 20, max_m, units)
    assert [*marked["ends"], *(text for _, text in marked["between"])] == ticks


def test_unknown_is_grey() -> None:
    view = draw_depth(DepthMap(np.full((4, 4), np.nan), "metres"), 160, 120)
    assert (view[:120] == UNKNOWN).all()


@pytest.mark.parametrize(
    ("kind", "near_column"),
    [pytest.param("relative_inverse", 155, id="large is near"), pytest.param("relative_depth", 5, id="small is near")],
)
def test_a_relative_map_goes_from_near_to_far_without_metres(kind, near_column: int) -> None:
    view = draw_depth(DepthMap(HALVES, kind), 160, 120)
    metric = draw_depth(DepthMap(HALVES, "metres"), 160, 120)
    assert tuple(view[60, near_column].tolist()) == colour_of(0.0)
    assert tuple(view[60, 160 - near_column].tolist()) == colour_of(80.0)
    assert view.shape != metric.shape or (view[120:] != metric[120:]).any(), "another legend"


@pytest.mark.parametrize("values", [np.full((3, 3), 2.0), np.full((3, 3), np.nan)], ids=["constant", "unknown"])
def test_a_relative_map_without_any_range_can_be_drawn(values) -> None:
    assert draw_depth(DepthMap(values, "relative_depth"), 40, 30).shape[1] == 40


@pytest.mark.parametrize("width", [1, 30, 320, 2000])
def test_legends_fit_pictures_of_any_width(width: int) -> None:
    assert draw_depth(DepthMap(HALVES, "metres"), width, 50, units="ft").shape[1] == width


def test_a_scale_of_nothing_is_refused() -> None:
    with pytest.raises(SettingError, match="positive number of metres"):
        draw_depth(DepthMap(HALVES, "metres"), 40, 30, max_m=0.0)


def test_unknown_values_do_not_leak_into_known_ones() -> None:
    values = np.full((4, 4), 2.0, dtype=np.float32)
    values[:, 2:] = np.nan
    large = resample(values, 40, 40)
    assert np.isnan(large[:, 21:]).all()
    assert large[:, :19] == pytest.approx(2.0)
