"""What the ranging network is shown, against a version that goes place by place."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from howfar.ranging.methods.crops import FULL_LOG, crop_boxes, network_input, widened
from howfar.scene import DepthMap

SIDE, MARGIN = 8, 0.25


def noise(seed: int = 0, holes: float = 0.0) -> DepthMap:
    rng = np.random.default_rng(seed)
    values = rng.uniform(1, 9, (30, 40)).astype(np.float32)
    return DepthMap(values, "metres", rng.random((30, 40)) >= holes)


boxes = st.tuples(st.floats(-10, 30), st.floats(-10, 20), st.floats(1, 40), st.floats(1, 30)).map(
    lambda each: np.array([[each[0], each[1], each[0] + each[2], each[1] + each[3]]])
)


@settings(max_examples=40, deadline=None)
@given(box=boxes, seed=st.integers(0, 9))
def test_each_place_has_the_value_of_the_cell_that_it_lies_in(box: NDArray[np.float64], seed: int) -> None:
    depth = noise(seed, holes=0.2)
    crops = crop_boxes(depth, box, SIDE, MARGIN)
    x1, y1, x2, y2 = box[0]
    for row in range(SIDE):
        for column in range(SIDE):
            x = x1 + (x2 - x1) * ((column + 0.5) / SIDE * 1.5 - 0.25)
            y = y1 + (y2 - y1) * ((row + 0.5) / SIDE * 1.5 - 0.25)
            on_map = 0 <= x < 40 and 0 <= y < 30
            known = on_map and bool(depth.valid[math.floor(y), math.floor(x)])
            assert bool(crops.known[0, row, column]) == known
            if known:
                assert crops.values[0, row, column] == depth.values[math.floor(y), math.floor(x)]
            assert bool(crops.inside[row, column]) == (x1 <= x <= x2 and y1 <= y <= y2)


@given(box=boxes, margin=st.floats(0, 0.5))
def test_the_places_looked_at_are_the_middles_of_a_grid_over_the_widened_box(
    box: NDArray[np.float64], margin: float
) -> None:
    crops = crop_boxes(noise(), box, SIDE, margin)
    ((left, top, right, bottom),) = widened(box, margin)
    across, down = np.linspace(left, right, SIDE + 1), np.linspace(top, bottom, SIDE + 1)
    np.testing.assert_allclose(crops.across[0], (across[1:] + across[:-1]) / 2, atol=1e-9)
    np.testing.assert_allclose(crops.down[0], (down[1:] + down[:-1]) / 2, atol=1e-9)


def test_only_usable_values_are_known() -> None:
    depth = noise()
    usable = depth.values < 5
    crops = crop_boxes(depth, np.array([[5.0, 5.0, 20.0, 20.0]]), SIDE, MARGIN, usable)
    np.testing.assert_array_equal(crops.known, crops.values < 5)


@settings(max_examples=25, deadline=None)
@given(box=boxes, factor=st.floats(0.1, 10))
def test_a_scene_that_is_so_many_times_as_far_looks_the_same(box: NDArray[np.float64], factor: float) -> None:
    depth = noise(holes=0.2)
    farther = DepthMap(depth.values * np.float32(factor), "metres", depth.valid)
    shown = [
        network_input(crops, crops.values) for crops in (crop_boxes(d, box, SIDE, MARGIN) for d in (depth, farther))
    ]
    np.testing.assert_allclose(shown[0], shown[1], atol=2e-5)


def test_the_network_sees_logarithms_about_the_boxs_median_what_is_known_and_what_is_inside() -> None:
    values = np.full((8, 8), 2.0, dtype=np.float32)
    values[:, 6:] = (8.0, 100.0)
    values[0] = np.nan
    crops = crop_boxes(DepthMap(values, "metres"), np.array([[1.0, 1.0, 7.0, 7.0]]), 8, 1 / 6)
    (shown,) = network_input(crops, crops.values)
    np.testing.assert_allclose(shown[0, 1:, :6], 0.0, atol=1e-6)
    np.testing.assert_allclose(shown[0, 1:, 6], math.log(4), rtol=1e-6)
    np.testing.assert_allclose(shown[0, 1:, 7], FULL_LOG)
    np.testing.assert_array_equal(shown[0, 0], 0.0)
    np.testing.assert_array_equal(shown[1], np.repeat([0.0, *[1.0] * 7], 8).reshape(8, 8))
    np.testing.assert_array_equal(shown[2], np.pad(np.ones((6, 6)), 1))


@pytest.mark.parametrize("box", [[50.0, 50.0, 60.0, 60.0], [5.0, 5.0, 20.0, 20.0]], ids=["off the map", "all unknown"])
def test_a_box_of_which_nothing_is_known_is_shown_as_nothing(box: list[float]) -> None:
    depth = DepthMap(np.zeros((30, 40), dtype=np.float32), "metres")
    crops = crop_boxes(depth, np.array([box]), SIDE, MARGIN)
    shown = network_input(crops, crops.values)
    assert np.isfinite(shown).all()
    np.testing.assert_array_equal(shown[:, :2], 0.0)
