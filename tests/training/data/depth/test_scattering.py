"""Sparse truth at a network's resolution, against a slow version that goes pixel by pixel."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from howfar.training.data.depth.scattering import scattered


def slow(depth_m: NDArray, to_cells: NDArray, cells_px: tuple[int, int]) -> NDArray:
    cells = np.full(cells_px[::-1], np.nan, dtype=np.float32)
    nearest: dict[tuple[int, int], tuple[float, float]] = {}
    for row, column in zip(*np.nonzero(np.isfinite(depth_m)), strict=True):
        across, down, _ = to_cells @ (column + 0.5, row + 0.5, 1.0)
        x, y = math.floor(across), math.floor(down)
        if 0 <= x < cells_px[0] and 0 <= y < cells_px[1]:
            place = (round(math.hypot(across - x - 0.5, down - y - 0.5), 6), float(depth_m[row, column]))
            nearest[y, x] = min(nearest.get((y, x), place), place)
            cells[y, x] = nearest[y, x][1]
    return cells


def lidar(seed: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    depth_m = np.full((40, 60), np.nan, dtype=np.float32)
    known = rng.random(depth_m.shape) < 0.05
    depth_m[known] = rng.uniform(2, 80, known.sum())
    return depth_m


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 99),
    angle=st.floats(-0.3, 0.3),
    scale=st.floats(0.15, 0.9),
    shift=st.tuples(st.floats(-4, 4), st.floats(-4, 4)),
)
def test_each_cell_has_the_known_depth_that_is_nearest_to_its_middle(
    seed: int, angle: float, scale: float, shift: tuple[float, float]
) -> None:
    cosine, sine = scale * math.cos(angle), scale * math.sin(angle)
    to_cells = np.array([[cosine, -sine, shift[0]], [sine, cosine, shift[1]], [0, 0, 1]])
    np.testing.assert_array_equal(scattered(lidar(seed), to_cells, (16, 12)), slow(lidar(seed), to_cells, (16, 12)))


def test_every_known_pixel_of_a_map_that_keeps_its_size_stays_where_it_is() -> None:
    np.testing.assert_array_equal(scattered(lidar(3), np.eye(3), (60, 40)), lidar(3))


@pytest.mark.parametrize("scale", [0.5, 0.1], ids=["halved", "a tenth"])
def test_no_depth_is_mixed_from_two(scale: float) -> None:
    depth_m = lidar(0)
    found = scattered(depth_m, np.diag([scale, scale, 1.0]), (30, 20))
    assert set(found[np.isfinite(found)].tolist()) <= set(depth_m[np.isfinite(depth_m)].tolist())


def test_where_nothing_is_known_nothing_appears() -> None:
    assert np.isnan(scattered(np.full((4, 4), np.nan, np.float32), np.eye(3), (4, 4))).all()
