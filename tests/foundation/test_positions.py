"""Resizing a position embedding: PyTorch's own bicubic interpolation, with and without the offset."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import interpolate

from howfar.foundation.positions import resized_positions

SIDE = 5
TABLE = torch.randn(1, 1 + SIDE**2, 8, generator=torch.Generator().manual_seed(0))
GRID = TABLE[:, 1:].unflatten(1, (SIDE, SIDE)).permute(0, 3, 1, 2)

SIZES = [
    pytest.param(7, 9, id="a larger grid"),
    pytest.param(3, 2, id="a smaller one"),
    pytest.param(1, 12, id="one row"),
    pytest.param(40, 5, id="upright, and of the learnt width"),
]


@pytest.mark.parametrize(("rows", "columns"), SIZES)
@pytest.mark.parametrize("offset", [0.1, 0.0], ids=["with the authors' offset", "without"])
def test_it_is_pytorchs_bicubic_interpolation(rows: int, columns: int, offset: float) -> None:
    scales = ((rows + offset) / SIDE, (columns + offset) / SIDE)
    expected = interpolate(GRID, scale_factor=scales, mode="bicubic").flatten(2).transpose(1, 2)
    torch.testing.assert_close(resized_positions(TABLE, rows, columns, offset)[:, 1:], expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("offset", [0.1, 0.0], ids=["with the authors' offset", "without"])
def test_the_learnt_grid_stays_as_it_is(offset: float) -> None:
    torch.testing.assert_close(resized_positions(TABLE, SIDE, SIDE, offset), TABLE, rtol=0, atol=0)


@settings(deadline=None)
@given(rows=st.integers(1, 60), columns=st.integers(1, 60), offset=st.sampled_from([0.0, 0.1]))
def test_what_is_the_same_everywhere_stays_so(rows: int, columns: int, offset: float) -> None:
    table = torch.full((1, 1 + SIDE**2, 2), 3.0)
    table[:, 0] = -1.0
    resized = resized_positions(table, rows, columns, offset)
    assert resized.shape == (1, 1 + rows * columns, 2)
    assert resized[:, 0].tolist() == [[-1.0, -1.0]], "the class token has no place in the grid"
    torch.testing.assert_close(resized[:, 1:], torch.full((1, rows * columns, 2), 3.0), rtol=1e-5, atol=0)
