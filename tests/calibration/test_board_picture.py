"""The sheet that shows how good a calibration is."""

import numpy as np
import pytest

from howfar.calibration.board_fit import fit_boards
from howfar.calibration.board_picture import BLUE, ORANGE, board_sheet
from howfar.calibration.boards import Board, find_board
from howfar.scene.frame import Frame
from tests.calibration import rendered

BOARD = Board(rendered.COLUMNS, rendered.ROWS)


@pytest.fixture(scope="module")
def drawn() -> np.ndarray:
    found = (find_board(Frame(rendered.photo(pose), "a.png"), BOARD) for pose in rendered.POSES[:4])
    return board_sheet(fit_boards([view for view in found if view is not None], BOARD), BOARD)


def has(image: np.ndarray, colour: tuple[int, int, int]) -> bool:
    return bool((np.abs(image.astype(int) - colour).max(axis=2) < 12).any())


def test_four_panels_of_the_photos_size_are_on_the_sheet(drawn: np.ndarray) -> None:
    assert drawn.dtype == np.uint8
    assert drawn.shape[0] > 2 * rendered.HEIGHT
    assert drawn.shape[1] > 2 * rendered.WIDTH


@pytest.mark.parametrize(
    ("rows", "columns", "colour"),
    [
        pytest.param(slice(None, 380), slice(None, 480), ORANGE, id="rows of corners on the photo"),
        pytest.param(slice(None, 380), slice(None, 480), BLUE, id="and the corners themselves"),
        pytest.param(slice(400, None), slice(None, 480), ORANGE, id="the errors as arrows"),
        pytest.param(slice(400, None), slice(490, None), ORANGE, id="straight lines on the undistorted photo"),
    ],
)
def test_each_panel_shows_its_part(drawn: np.ndarray, rows: slice, columns: slice, colour) -> None:
    assert has(drawn[rows, columns], colour)


def test_what_boards_covered_is_tinted(drawn: np.ndarray) -> None:
    covered = drawn[30:380, 490:].astype(int)
    assert 0.2 < (covered[..., 2] - covered[..., 0] > 20).mean() < 0.9
