"""Resizing a vision transformer's position embedding to the grid of patches of any picture.

The embedding was learnt on one square grid. For another, Dosovitskiy et al. (ICLR 2021, section 3.2) interpolate it;
DINOv2's published code does so bicubically, with a small offset in the scale. Written as products with matrices made
from the picture's size, it is the same in PyTorch and in an ONNX file of free height and width.
"""

import math

import torch
from torch import Tensor

CUBIC = -0.75
"""The coefficient of the cubic convolution kernel that PyTorch uses (Keys 1981 has -0.5)."""

REACH = 2
"""How many cells of the grid the kernel reaches to either side."""


def resized_positions(table: Tensor, rows: int, columns: int, offset: float) -> Tensor:
    """Interpolate a position embedding.

    Args:
        table: 1×(1 + S·S)×C: the class token's, then those of an S×S grid, row by row.
        rows: Rows of patches of the picture.
        columns: Columns of patches of the picture.
        offset: Added to the number of rows and of columns where the scale is computed, but for the very grid that was
            learnt: 0.1 in DINOv2's published code, 0 for a plain resize.

    Returns:
        1×(1 + rows·columns)×C.
    """
    side = math.isqrt(table.shape[1] - 1)
    # Sizes as tensors: a Python condition on them would tie an exported file to the size that it was traced with.
    wanted = [torch.scalar_tensor(length, device=table.device) for length in (rows, columns)]
    added = torch.where((wanted[0] == side) & (wanted[1] == side), 0.0, offset)
    cells = torch.arange(-REACH, side + REACH, device=table.device)
    down = _weights(rows, side / (wanted[0] + added), cells)
    across = _weights(columns, side / (wanted[1] + added), cells)
    inside = cells.clamp(0, side - 1)  # beyond its ends the grid repeats itself
    grid = table[0, 1:].float().reshape(side, side, -1)[inside][:, inside]
    resized = torch.einsum("rs,ct,stk->rck", down, across, grid).flatten(0, 1)
    return torch.cat([table[:, :1], resized.to(table.dtype).unsqueeze(0)], dim=1)


def _weights(length: int, scale: Tensor, cells: Tensor) -> Tensor:
    """The weight of each cell of the grid for each of `length` patches, length×cells."""
    centres = (torch.arange(length, device=cells.device) + 0.5) * scale - 0.5
    return _cubic((centres.unsqueeze(1) - cells).abs())


def _cubic(distance: Tensor) -> Tensor:
    """The cubic convolution kernel (Keys, IEEE TASSP 1981, Eq. 15)."""
    near = ((CUBIC + 2) * distance - (CUBIC + 3)) * distance**2 + 1
    far = CUBIC * (((distance - 5) * distance + 8) * distance - 4)
    return torch.where(distance <= 1, near, torch.where(distance < REACH, far, 0.0))
