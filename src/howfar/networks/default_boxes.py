"""The default boxes that an SSD's outputs are offsets from: their places and shapes, and the way back from offsets.

Liu et al.: SSD: Single Shot MultiBox Detector, ECCV 2016, section 2.2. NumPy alone, as whoever runs a network needs
them as well as whoever trains it.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

MOST_LOG_GROWTH = 10.0
"""A side is at most exp of this times that of its default box: offsets of an untrained network stay numbers."""


@dataclass(frozen=True)
class DefaultBoxes:
    """Where the default boxes of an SSD lie, and how offsets from them are scaled.

    A cell of map k has a square of side s_k, one of √(s_k · s_k+1), and of each of the map's ratios r two boxes of the
    first square's area: r times as wide as high, and r times as high as wide.

    Attributes:
        side_px: Side of the network's square input.
        maps: Cells along a side of each map, the finest first.
        steps_px: Distance of neighbouring cells of each map.
        scales: s_k as a share of the input's side: one for each map, and one more.
        ratios: Of each map, the ratios beside 1.
        variances: What offsets of centres, and those of logarithms of sides, are multiplied by.
        shift: Of a detector of pairs: how far the right-hand box of a default pair lies left of the left-hand one, in
            widths of the box. None for a detector of single boxes.

    Raises:
        ValueError: If the numbers of maps, steps, scales and ratios do not fit together.
    """

    side_px: int
    maps: tuple[int, ...]
    steps_px: tuple[float, ...]
    scales: tuple[float, ...]
    ratios: tuple[tuple[float, ...], ...]
    variances: tuple[float, float] = (0.1, 0.2)
    shift: float | None = None

    def __post_init__(self) -> None:
        if not len(self.maps) == len(self.steps_px) == len(self.ratios) == len(self.scales) - 1:
            raise ValueError("default boxes have as many steps and ratios as maps, and one scale more")

    def __len__(self) -> int:
        return sum(side * side * count for side, count in zip(self.maps, self.per_cell, strict=True))

    @property
    def per_cell(self) -> tuple[int, ...]:
        """How many a cell of each map has."""
        return tuple(2 + 2 * len(ratios) for ratios in self.ratios)

    @property
    def numbers(self) -> int:
        """How many numbers tell a box, or a pair."""
        return 4 if self.shift is None else 6

    @cached_property
    def table_px(self) -> NDArray[np.float32]:
        """N×4 centre x, y, width and height in pixels of the input, no side beyond it: map by map, row by row."""
        parts = [
            _of_map(cells, step_px, self._shapes_px(low, high, ratios))
            for cells, step_px, (low, high), ratios in zip(
                self.maps, self.steps_px, pairwise(self.scales), self.ratios, strict=True
            )
        ]
        table = np.concatenate(parts).astype(np.float32)
        table.flags.writeable = False
        return table

    def decode(self, offsets: NDArray[np.float32]) -> NDArray[np.float32]:
        """Turn offsets into boxes in pixels of the input.

        Args:
            offsets: Any shape that ends in N×4, or N×6 of pairs.

        Returns:
            The same shape: centre x, y, width and height, and of pairs centre x and width of the right-hand box, whose
            rows are those of the left-hand one.
        """
        boxes = self.table_px
        centre, side = np.float32(self.variances[0]), np.float32(self.variances[1])
        decoded = np.empty_like(offsets)
        decoded[..., :2] = boxes[:, :2] + offsets[..., :2] * centre * boxes[:, 2:]
        decoded[..., 2:4] = boxes[:, 2:] * _grown(offsets[..., 2:4] * side)
        if self.shift is not None:
            decoded[..., 4] = boxes[:, 0] + (offsets[..., 4] * centre - np.float32(self.shift)) * boxes[:, 2]
            decoded[..., 5] = boxes[:, 2] * _grown(offsets[..., 5] * side)
        return decoded

    def _shapes_px(self, low: float, high: float, ratios: tuple[float, ...]) -> NDArray[np.float64]:
        """Width and height of each default box of a cell."""
        between = math.sqrt(low * high)
        shapes = [(low, low), (between, between)]
        for ratio in ratios:
            long, short = low * math.sqrt(ratio), low / math.sqrt(ratio)
            shapes += [(long, short), (short, long)]
        return np.minimum(shapes, 1.0) * self.side_px


def _of_map(cells: int, step_px: float, shapes_px: NDArray[np.float64]) -> NDArray[np.float64]:
    middles = (np.arange(cells) + 0.5) * step_px
    y, x, shape = np.meshgrid(middles, middles, np.arange(len(shapes_px)), indexing="ij")
    return np.concatenate([np.stack([x.ravel(), y.ravel()], axis=1), shapes_px[shape.ravel()]], axis=1)


def _grown(logarithms: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.exp(np.clip(logarithms, -MOST_LOG_GROWTH, MOST_LOG_GROWTH))
