"""Several pictures on one sheet, each under its caption."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.drawing.colours import LIGHT_TEXT
from howfar.drawing.side_by_side import side_by_side

PANEL_SIDE_PX = 800


def shrunk(image: NDArray[np.uint8], side_px: int = PANEL_SIDE_PX) -> NDArray[np.uint8]:
    """A picture (H×W×3 uint8) made so small that its longer side is at most side_px; a small one is copied."""
    scale = side_px / max(image.shape)
    if scale >= 1.0:
        return image.copy()
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)  # type: ignore[return-value]


def sheet(panels: Sequence[NDArray[np.uint8]], captions: Sequence[str]) -> NDArray[np.uint8]:
    """Pictures two in a row, captions on top; one uint8 RGB image, white between them.

    Args:
        panels: H×W×3 uint8 RGB each, at least one.
        captions: One for each.
    """
    in_a_row = 1 if len(panels) == 1 else 2
    rows = []
    for start in range(0, len(panels), in_a_row):
        end = start + in_a_row
        rows.append(side_by_side(panels[start:end], captions[start:end]))
    width = max(row.shape[1] for row in rows)
    filled = [
        cv2.copyMakeBorder(row, 0, 0, 0, width - row.shape[1], cv2.BORDER_CONSTANT, value=LIGHT_TEXT) for row in rows
    ]
    return np.vstack(filled)
