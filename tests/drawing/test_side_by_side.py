"""Several pictures as one."""

import numpy as np
import pytest

from howfar.drawing.side_by_side import captioned_grid, side_by_side, stacked, tile_grid
from howfar.errors import SettingError

RED = np.full((100, 200, 3), (200, 0, 0), dtype=np.uint8)
BLUE = np.full((60, 200, 3), (0, 0, 200), dtype=np.uint8)


def test_pictures_stand_in_a_row_under_their_captions() -> None:
    row = side_by_side([RED, BLUE], ["one", "two"])
    assert row.shape[0] > 100
    assert row.shape[1] >= 400
    assert (row == (200, 0, 0)).all(axis=-1).sum() == 100 * 200
    assert (row == (0, 0, 200)).all(axis=-1).sum() == 60 * 200
    assert (row[: row.shape[0] - 100] < 100).any(), "the captions are written"


@pytest.mark.parametrize(
    ("pictures", "captions"),
    [
        pytest.param([], [], id="no picture"),
        pytest.param([RED], ["one", "two"], id="a caption too many"),
    ],
)
def test_each_picture_needs_its_caption(pictures, captions) -> None:
    with pytest.raises(SettingError, match="one caption"):
        side_by_side(pictures, captions)


@pytest.mark.parametrize(
    ("count", "rows", "columns"),
    [
        pytest.param(1, 1, 1, id="one alone"),
        pytest.param(2, 1, 2, id="two in a row"),
        pytest.param(3, 2, 2, id="the third in a row of its own"),
    ],
)
def test_captioned_pictures_stand_in_rows(count: int, rows: int, columns: int) -> None:
    made = captioned_grid([np.zeros((100, 120, 3), np.uint8)] * count, ["a"] * count, across=2)
    assert (made.shape[0] // 100, made.shape[1] // 120) == (rows, columns)
    black = (made == 0).all(axis=2).sum()
    assert count * 12000 <= black < count * 12000 + 500, "each is there once, besides the letters"


def test_a_grid_needs_a_caption_for_each_picture() -> None:
    with pytest.raises(SettingError, match="one caption"):
        captioned_grid([RED, BLUE, RED], ["one", "two"], across=2)


def test_tiles_have_white_on_the_right_and_below() -> None:
    grid = tile_grid([RED, RED, RED], across=2, gap_px=4)
    assert grid.shape == (208, 408, 3)
    assert (grid == (200, 0, 0)).all(axis=-1).sum() == 3 * 100 * 200
    assert (grid[:, 200:204] == 255).all()
    assert (grid[100:104] == 255).all()
    assert (grid[104:, 204:] == 255).all(), "no fourth tile"


def test_rows_are_stacked_at_the_left() -> None:
    both = stacked([RED, BLUE[:, :50]], gap_px=3)
    assert both.shape == (166, 200, 3)
    assert (both[103:163, :50] == (0, 0, 200)).all()
    assert (both[103:163, 50:] == 255).all()
