"""A chessboard in pictures: the board, and its corners found."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.pipeline.undistortion import OPENCV_OFFSET_PX
from howfar.scene.frame import Frame

LEAST_CORNERS = 3
"""Inner corners along each side that a board needs to be told from other patterns."""

SEARCH_SIDE_PX = 1600
"""Boards are searched for in pictures no larger than this, and their corners then refined in the picture itself."""

PREVIEW_SIDE_PX = 800
"""The longer side of a picture's preview."""


@dataclass(frozen=True, slots=True)
class Board:
    """A chessboard.

    Attributes:
        columns: Inner corners along one side, where four squares meet: a board of 10×7 squares has 9×6.
        rows: Inner corners along the other.
        square_m: Side of a square; None where it is not known. Distances of the board depend on it, intrinsics do not.

    Raises:
        SettingError: If there are too few corners, or the side of a square is not positive.
    """

    columns: int
    rows: int
    square_m: float | None = None

    def __post_init__(self) -> None:
        if min(self.columns, self.rows) < LEAST_CORNERS:
            raise SettingError(
                f"A chessboard needs at least {LEAST_CORNERS}×{LEAST_CORNERS} inner corners, not "
                f"{self.columns}×{self.rows}."
            )
        if self.square_m is not None and not 0 < self.square_m < np.inf:
            raise SettingError(f"The side of a square must be above 0 mm, not {1e3 * self.square_m:g}.")

    @classmethod
    def parse(cls, text: str, square_mm: float | None = None) -> Self:
        """From text such as `9x6`.

        Raises:
            SettingError: If it is no such text, or there can be no such board.
        """
        numbers = re.fullmatch(r"\s*([0-9]{1,4})\s*[x×]\s*([0-9]{1,4})\s*", text, re.IGNORECASE)
        if numbers is None:
            raise SettingError(f"A chessboard is named by its inner corners, such as 9x6, not by {text!r}.")
        return cls(int(numbers[1]), int(numbers[2]), None if square_mm is None else square_mm / 1e3)

    @property
    def name(self) -> str:
        """Its inner corners in words: `9×6`."""
        return f"{self.columns}×{self.rows}"

    def points(self) -> NDArray[np.float32]:
        """N×3 positions of the corners on the board in squares, row by row."""
        row, column = np.mgrid[: self.rows, : self.columns]
        return np.stack([column.ravel(), row.ravel(), np.zeros(row.size)], axis=1).astype(np.float32)


@dataclass(frozen=True, eq=False)
class BoardView:
    """One picture in which the board was found.

    Attributes:
        source: The picture.
        width_px: Its width.
        height_px: Its height.
        corners_px: N×2 float64 pixel coordinates of the inner corners, in the order of `Board.points`.
        preview: The picture at a smaller size, H×W×3 uint8 RGB.
    """

    source: str
    width_px: int
    height_px: int
    corners_px: NDArray[np.float64]
    preview: NDArray[np.uint8]

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height."""
        return self.width_px, self.height_px


def find_board(frame: Frame, board: Board) -> BoardView | None:
    """Find the board in a picture; None where it is not, or not whole.

    The board comes from OpenCV's sector-based search (Duda and Frese, BMVC 2018), the exact positions of its corners
    from the gradients around them (`cornerSubPix`), which halves the error on rendered boards.
    """
    corners = _corners(cv2.cvtColor(frame.image, cv2.COLOR_RGB2GRAY), board)  # type: ignore[arg-type]
    if corners is None:
        return None
    return BoardView(frame.source, frame.width_px, frame.height_px, corners, shrunk(frame.image))


def of_one_size(views: Sequence[BoardView]) -> tuple[list[BoardView], list[BoardView]]:
    """The views of the commonest picture size, and the others: one camera file is for one size."""
    if not views:
        return [], []
    ((size, _),) = Counter(view.size_px for view in views).most_common(1)
    return [view for view in views if view.size_px == size], [view for view in views if view.size_px != size]


def shrunk(image: NDArray[np.uint8], side_px: int = PREVIEW_SIDE_PX) -> NDArray[np.uint8]:
    """A picture (H×W×3 uint8) made so small that its longer side is at most side_px; a small one is copied."""
    scale = side_px / max(image.shape)
    if scale >= 1.0:
        return image.copy()
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)  # type: ignore[return-value]


def _corners(grey: NDArray[np.uint8], board: Board) -> NDArray[np.float64] | None:
    scale = min(1.0, SEARCH_SIDE_PX / max(grey.shape))
    small = grey if scale == 1.0 else cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found, small_corners = cv2.findChessboardCornersSB(
        small, (board.columns, board.rows), flags=cv2.CALIB_CB_NORMALIZE_IMAGE
    )
    if not found:
        return None
    corners = small_corners.reshape(-1, 2).astype(np.float64) + OPENCV_OFFSET_PX
    return _refined(grey, corners / (np.array(small.shape[::-1]) / grey.shape[::-1]))


def _refined(grey: NDArray[np.uint8], corners_px: NDArray[np.float64]) -> NDArray[np.float64]:
    """Corners found roughly, or in a smaller picture, at the accuracy of this one."""
    spacing_px = np.linalg.norm(corners_px[1:] - corners_px[:-1], axis=1).min()
    reach = max(2, min(15, int(spacing_px / 4)))  # a window that holds no other corner
    start = (corners_px - OPENCV_OFFSET_PX).astype(np.float32).reshape(-1, 1, 2)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_COUNT, 40, 0.001)
    refined = cv2.cornerSubPix(grey, start, (reach, reach), (-1, -1), stop)
    return refined.reshape(-1, 2).astype(np.float64) + OPENCV_OFFSET_PX
