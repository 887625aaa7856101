"""A sheet that shows how good a calibration from a chessboard is."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.calibration.board_fit import BoardFit
from howfar.calibration.boards import Board
from howfar.drawing.colours import Colour
from howfar.drawing.side_by_side import captioned_grid
from howfar.pipeline.undistortion import OPENCV_OFFSET_PX, undistort, undistorted_points
from howfar.scene.calibration import Distortion

PAPER: Colour = (245, 245, 245)
INK: Colour = (40, 40, 40)
BLUE: Colour = (0, 114, 178)
ORANGE: Colour = (213, 94, 0)

SHARPNESS_BITS = 4
"""Lines are drawn to a sixteenth of a pixel."""

LONGEST_ARROW_SHARE = 0.05
"""Length of the longest error's arrow over the longer side of the panel."""


def board_sheet(fit: BoardFit, board: Board) -> NDArray[np.uint8]:
    """Four panels: the corners found, the frame's coverage, the errors enlarged, and a picture undistorted.

    Args:
        fit: The calibration.
        board: Its board.

    Returns:
        H×W×3 uint8 RGB.
    """
    clearest = int(np.argmax([np.ptp(view.corners_px, axis=0).prod() for view in fit.views]))
    name = Path(fit.views[clearest].source).name
    enlarged, times = errors_panel(fit)
    panels = [found_panel(fit, clearest, board), _covered(fit), enlarged, _straight(fit, clearest, board)]
    rms_px = fit.calibration.chessboard.rms_px if fit.calibration.chessboard is not None else float("nan")
    captions = [
        f"Corners found in {name}",
        f"{len(fit.views)} boards cover {fit.coverage:.0%} of the frame",
        f"Errors, {times:.0f} times enlarged: {rms_px:.2f} px RMS",
        f"{name} undistorted, with straight lines",
    ]
    return captioned_grid(panels, captions, across=2)


def found_panel(fit: BoardFit, index: int, board: Board) -> NDArray[np.uint8]:
    """One picture of a fit with its corners and the rows that they make."""
    view = fit.views[index]
    panel = view.preview.copy()
    corners = view.corners_px * (panel.shape[1] / view.width_px)
    for row in corners.reshape(board.rows, board.columns, 2):
        draw_line(panel, row, ORANGE)
    for corner in corners:
        _dot(panel, corner, BLUE)
    return panel


def _covered(fit: BoardFit) -> NDArray[np.uint8]:
    """The frame with every board in it: the darker, the more boards."""
    panel = _frame(fit)
    scale = panel.shape[1] / fit.views[0].width_px
    count = np.zeros(panel.shape[:2], dtype=np.float32)
    for view in fit.views:
        one = np.zeros(panel.shape[:2], dtype=np.uint8)
        cv2.fillConvexPoly(one, cv2.convexHull((view.corners_px * scale).round().astype(np.int32)), (1,))
        count += one
    share = (1 - 0.8**count)[..., None]
    tinted: NDArray[np.uint8] = (panel * (1 - share) + np.array(BLUE) * share).round().astype(np.uint8)
    for view in fit.views:
        for corner in view.corners_px * scale:
            _dot(tinted, corner, INK, radius_px=1.0)
    return _bordered(tinted)


def errors_panel(fit: BoardFit) -> tuple[NDArray[np.uint8], float]:
    """An arrow from each corner's position by a fit towards where it was found, and how much they are enlarged."""
    panel = _frame(fit)
    scale = panel.shape[1] / fit.views[0].width_px
    longest = max(float(np.linalg.norm(errors, axis=1).max()) for errors in fit.errors_px)
    times = max(panel.shape) * LONGEST_ARROW_SHARE / scale / max(longest, 1e-3)
    for view, errors in zip(fit.views, fit.errors_px, strict=True):
        starts = (view.corners_px - errors) * scale
        for start, end in zip(starts, starts + errors * times * scale, strict=True):
            draw_line(panel, np.stack([start, end]), ORANGE)
            _dot(panel, start, INK, radius_px=1.0)
    return _bordered(panel), times


def _straight(fit: BoardFit, index: int, board: Board) -> NDArray[np.uint8]:
    """One picture undistorted, with straight lines between the board's outermost corners: its rows lie along them."""
    view, camera = fit.views[index], fit.calibration.camera
    distortion = fit.calibration.distortion or Distortion(0.0, 0.0)
    panel = undistort(view.preview, camera.resized(view.preview.shape[1], view.preview.shape[0]), distortion)
    corners = undistorted_points(view.corners_px, camera, distortion) * (panel.shape[1] / view.width_px)
    grid = corners.reshape(board.rows, board.columns, 2)
    for ends in (grid[0, [0, -1]], grid[-1, [0, -1]], grid[[0, -1], 0], grid[[0, -1], -1]):
        draw_line(panel, ends, ORANGE)
    return panel


def _frame(fit: BoardFit) -> NDArray[np.uint8]:
    """An empty panel of the frame's shape."""
    return np.full_like(fit.views[0].preview, PAPER)


def _bordered(panel: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = panel.shape[:2]
    cv2.rectangle(panel, (0, 0), (width - 1, height - 1), INK, 1)
    return panel


def draw_line(panel: NDArray[np.uint8], points_px: NDArray[np.float64], colour: Colour) -> None:
    """Draw a line through points, N×2 pixel coordinates, two or more."""
    cv2.polylines(panel, [_sharp(points_px)], False, colour, _stroke(panel), cv2.LINE_AA, SHARPNESS_BITS)


def _dot(panel: NDArray[np.uint8], point_px: NDArray[np.float64], colour: Colour, radius_px: float = 0.0) -> None:
    radius = round((radius_px or 1.5 * _stroke(panel)) * (1 << SHARPNESS_BITS))
    x, y = _sharp(point_px).tolist()
    cv2.circle(panel, (x, y), radius, colour, -1, cv2.LINE_AA, SHARPNESS_BITS)


def _sharp(points_px: NDArray[np.float64]) -> NDArray[np.int32]:
    """Points in the fractions of a pixel that OpenCV draws with."""
    return np.rint((points_px - OPENCV_OFFSET_PX) * float(1 << SHARPNESS_BITS)).astype(np.int32)


def _stroke(panel: NDArray[np.uint8]) -> int:
    return max(1, int(max(panel.shape)) // 400)
