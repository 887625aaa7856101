"""Finding a chessboard in rendered photos."""

import cv2
import numpy as np
import pytest

from howfar.calibration.boards import Board, BoardView, find_board, of_one_size, shrunk
from howfar.errors import SettingError
from howfar.scene.frame import Frame
from tests.calibration import rendered

BOARD = Board(rendered.COLUMNS, rendered.ROWS)


def errors_px(found: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """N×2: from where the corners are to where they were found; a board looks the same from its two ends."""
    return min((found - each for each in (expected, expected[::-1])), key=lambda errors: np.abs(errors).mean())


@pytest.mark.parametrize("place", range(0, len(rendered.POSES), 3))
def test_corners_are_found_where_they_are(place: int) -> None:
    pose = rendered.POSES[place]
    view = find_board(Frame(rendered.photo(pose), "photo"), BOARD)
    assert view is not None
    assert view.size_px == (rendered.WIDTH, rendered.HEIGHT)
    errors = errors_px(view.corners_px, rendered.corners_px(pose))
    assert np.linalg.norm(errors, axis=1).max() < 0.35
    assert np.abs(errors.mean(axis=0)).max() < 0.05, "half a pixel of another convention would show"


def test_in_a_large_picture_they_are_found_at_its_own_accuracy() -> None:
    pose, factor = rendered.POSES[5], 4
    large = cv2.resize(rendered.photo(pose), None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    view = find_board(Frame(large, "photo"), BOARD)
    assert view is not None
    errors = errors_px(view.corners_px, rendered.corners_px(pose) * factor)
    assert np.linalg.norm(errors, axis=1).mean() < 0.1 * factor
    assert max(view.preview.shape) <= 800


@pytest.mark.parametrize(
    ("image", "board"),
    [
        pytest.param(np.full((120, 160, 3), 128, np.uint8), BOARD, id="an empty picture"),
        pytest.param(rendered.photo(rendered.POSES[0]), Board(8, 6), id="a board counted by its squares"),
        pytest.param(rendered.photo(rendered.POSES[0])[:, :240], BOARD, id="half a board"),
    ],
)
def test_a_board_that_is_not_there_is_not_found(image: np.ndarray, board: Board) -> None:
    assert find_board(Frame(np.ascontiguousarray(image), "photo"), board) is None


@pytest.mark.parametrize(
    ("text", "square_mm", "board"),
    [
        pytest.param("9x6", 25.0, Board(9, 6, 0.025), id="as on the box"),
        pytest.param(" 7 × 5 ", None, Board(7, 5), id="with a sign and spaces"),
        pytest.param("9X6", None, Board(9, 6), id="with a capital"),
    ],
)
def test_a_board_in_words(text: str, square_mm: float | None, board: Board) -> None:
    assert Board.parse(text, square_mm) == board


@pytest.mark.parametrize(
    ("text", "square_mm", "says"),
    [
        pytest.param("nine by six", None, "such as 9x6", id="letters"),
        pytest.param("9x6x3", None, "such as 9x6", id="three numbers"),
        pytest.param("9x2", None, "at least 3×3", id="too few corners"),
        pytest.param("9x6", 0.0, "above 0 mm", id="squares of nothing"),
        pytest.param("9x6", float("nan"), "above 0 mm", id="squares of an unknown size"),
    ],
)
def test_what_is_no_board_is_refused(text: str, square_mm: float | None, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        Board.parse(text, square_mm)


def test_the_points_go_along_the_rows() -> None:
    assert Board(4, 3).points()[:5].tolist() == [[0, 0, 0], [1, 0, 0], [2, 0, 0], [3, 0, 0], [0, 1, 0]]


def test_the_commonest_size_is_used() -> None:
    large, other, small = (
        BoardView(name, *size, np.zeros((4, 2)), np.zeros((1, 1, 3), np.uint8))
        for name, size in (
            ("a", (640, 480)),
            ("b", (640, 480)),
            ("c", (480, 640)),
        )
    )
    assert of_one_size([small, large, other]) == ([large, other], [small])
    assert of_one_size([]) == ([], [])


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        pytest.param((600, 1600, 3), (300, 800, 3), id="a wide picture"),
        pytest.param((1600, 1200, 3), (800, 600, 3), id="a tall one"),
        pytest.param((60, 80, 3), (60, 80, 3), id="a small one stays as it is"),
        pytest.param((2, 16000, 3), (1, 800, 3), id="a thin one keeps a row"),
    ],
)
def test_a_picture_is_made_no_larger_than_a_preview(shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
    image = np.full(shape, 90, dtype=np.uint8)
    assert shrunk(image).shape == expected
    assert (shrunk(image) == 90).all()
