"""The method `layers`."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from howfar.errors import SettingError
from howfar.pipeline.open_methods import open_method
from howfar.ranging import Bounds
from howfar.ranging.methods.layers import Layers, split_layers
from howfar.scene import DepthMap, StereoRig

SIDE = 40
BOX = np.array([[0.0, 0.0, SIDE, SIDE]])


def room(*objects: tuple[float, slice, slice], wall_m: float = 4.0) -> DepthMap:
    """Objects at a distance before a wall."""
    values = np.full((SIDE, SIDE), wall_m, dtype=np.float32)
    for metres, rows, columns in objects:
        values[rows, columns] = metres
    return DepthMap(values, "metres")


LEFT_BAR, MIDDLE, RIGHT_EDGE = np.s_[:, 8:12], np.s_[10:30, 10:30], np.s_[:, 36:]


@pytest.mark.parametrize(
    ("depth", "metres"),
    [
        pytest.param(room(), 4.0, id="a wall alone"),
        pytest.param(room((2.0, *MIDDLE)), 2.0, id="an object in the middle"),
        pytest.param(room((3.0, *MIDDLE), (1.0, *RIGHT_EDGE)), 3.0, id="something nearer at the edge"),
        pytest.param(room((1.0, np.s_[5:6], np.s_[5:9])), 4.0, id="a speck of noise"),
        pytest.param(room((2.0, *MIDDLE), wall_m=2.1), 2.0, id="a picture on its wall is one layer with it"),
    ],
)
def test_the_layer_that_is_central_and_near_is_measured(depth: DepthMap, metres: float) -> None:
    assert Layers().read(depth, BOX).values == pytest.approx([metres], rel=0.06)


def test_disparity_gives_the_same_layer() -> None:
    depth = room((2.0, *MIDDLE))
    rig = StereoRig(focal_px=100.0, baseline_m=0.5)
    disparity = DepthMap(50.0 / depth.values, "disparity_px", stereo=rig)
    assert Layers().read(disparity, BOX).values == pytest.approx([25.0])


def test_depths_beyond_the_bounds_are_no_layer() -> None:
    readings = Layers(Bounds(upper_m=3.5)).read(room((2.0, *LEFT_BAR)), BOX)
    assert readings.values == pytest.approx([2.0])
    assert readings.valid_shares == pytest.approx([0.1], abs=0.03)


def test_a_box_outside_the_map_has_no_value() -> None:
    assert np.isnan(Layers().read(room(), np.array([[90.0, 90.0, 95.0, 95.0]])).values).all()


@settings(max_examples=40, deadline=None)
@given(st.floats(0.6, 6), st.floats(1.5, 3), st.floats(0.25, 4))
def test_a_scene_so_many_times_as_far_gives_a_distance_so_many_times_as_far(near, ratio, factor) -> None:
    depth = room((near, *MIDDLE), wall_m=near * ratio)
    (one,) = Layers().read(depth, BOX).values
    (other,) = Layers().read(DepthMap(depth.values * np.float32(factor), "metres"), BOX).values
    assert one == pytest.approx(near)
    assert other == pytest.approx(factor * one, rel=1e-5)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-2, 3), min_size=1, max_size=60))
def test_layers_are_numbered_from_the_nearest_and_do_not_interleave(logs: list[float]) -> None:
    values = np.array(logs)
    layers = split_layers(values)
    assert (np.diff(layers[np.argsort(values)]) >= 0).all()


def test_two_modes_far_apart_are_two_layers() -> None:
    assert split_layers(np.log(np.repeat([2.0, 4.0], 50))).tolist() == [0] * 50 + [1] * 50


def test_it_has_a_name_and_takes_no_shrink_factor() -> None:
    assert open_method("layers").name == "layers"
    with pytest.raises(SettingError, match="method layers finds the object in the whole box"):
        open_method("layers", shrink=0.5)
