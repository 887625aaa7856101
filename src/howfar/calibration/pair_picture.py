"""A sheet that shows how good the calibration of two cameras is."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from howfar.calibration.board_fit import rms_px
from howfar.calibration.board_picture import ORANGE, draw_line, errors_panel, found_panel
from howfar.calibration.boards import Board
from howfar.calibration.pair_fit import PairFit
from howfar.drawing.side_by_side import captioned_grid
from howfar.pipeline.rectification import rectified_pair
from howfar.scene.frame import Frame

ROWS = 12
"""Lines across the rectified pictures."""


def pair_sheet(fit: PairFit, board: Board) -> NDArray[np.uint8]:
    """Six panels: the corners found, the errors enlarged, and the pair rectified, with lines along its rows.

    Args:
        fit: The calibration.
        board: Its board.

    Returns:
        H×W×3 uint8 RGB: the left-hand camera's panels on the left.
    """
    clearest = int(np.argmax([np.ptp(view.corners_px, axis=0).prod() for view in fit.left.views]))
    panels: list[NDArray[np.uint8]] = []
    captions: list[str] = []
    for one in (fit.left, fit.right):
        panels.append(found_panel(one, clearest, board))
        captions.append(f"Corners found in {Path(one.views[clearest].source).name}")
    for one in (fit.left, fit.right):
        panel, times = errors_panel(one)
        panels.append(panel)
        captions.append(f"Errors, {times:.0f} times enlarged: {rms_px(one.errors_px):.2f} px RMS")
    panels += _in_rows(fit, clearest)
    captions += [
        f"Rectified: rows {fit.pair_epipolar_px[clearest]:.2f} px apart here",
        "Each line meets the same corners in both",
    ]
    return captioned_grid(panels, captions, across=2)


def _in_rows(fit: PairFit, index: int) -> list[NDArray[np.uint8]]:
    """Both pictures of a pair rectified, with lines along their rows."""
    left, right = (one.views[index].preview for one in (fit.left, fit.right))
    pair = rectified_pair(Frame(left, "left", right=right), fit.calibration)
    if pair.right is None:
        return []
    panels = [pair.image.copy(), pair.right.copy()]
    height, width = left.shape[:2]
    for panel in panels:
        for y_px in np.linspace(0, height, ROWS + 2)[1:-1]:
            draw_line(panel, np.array([[0.0, y_px], [width, y_px]]), ORANGE)
    return panels
