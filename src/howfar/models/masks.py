"""Masks of instance segmentation, as YOLACT makes them: a few maps for all objects, and how much of each is in one.

Bolya et al.: YOLACT, Real-time Instance Segmentation, ICCV 2019, section 3: M = σ(P Cᵀ), cut to the object's box.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

MASK_SIDE = 32
"""Points along each side of a mask, over its box."""


class MaskParts(NamedTuple):
    """What the masks of N objects are made of.

    Attributes:
        coefficients: N×K float32.
        prototypes: K×h×w float32, laid over the whole input.
    """

    coefficients: NDArray[np.float32]
    prototypes: NDArray[np.float32]


def masks_in_boxes(
    parts: MaskParts, boxes_xyxy: NDArray[np.float32], size: tuple[int, int], side: int = MASK_SIDE
) -> NDArray[np.float32]:
    """How much each point of a box belongs to its object.

    Args:
        parts: Of N objects.
        boxes_xyxy: N×4 boxes in input pixels.
        size: Width and height of the input.
        side: S, points along each side.

    Returns:
        N×S×S float32, 0 to 1, at the middles of S×S equal cells of each box.
    """
    rows, columns = parts.prototypes.shape[1:]
    to_cells = np.array([columns / size[0], rows / size[1]] * 2)
    steps = (np.arange(side) + 0.5) / side
    masks = np.zeros((len(boxes_xyxy), side, side), dtype=np.float32)
    for mask, coefficients, box in zip(masks, parts.coefficients, boxes_xyxy * to_cells, strict=True):
        logits = np.tensordot(coefficients, parts.prototypes, axes=1)
        across, down = (box[axis] + (box[axis + 2] - box[axis]) * steps - 0.5 for axis in (0, 1))
        columns_at, rows_at = np.meshgrid(across.astype(np.float32), down.astype(np.float32))
        seen = cv2.remap(logits, columns_at, rows_at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        mask[:] = 1 / (1 + np.exp(-seen))
    return masks
