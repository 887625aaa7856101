"""Square tiles that cover a surface again and again, each with its coarser versions: noise by rule, and photographs."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from howfar.synth.photograph import GAMMA
from howfar.synth.vectors import rows

NOISE_CELLS = 256
CONTRAST = 4.0
"""A photograph's standard deviations from black to white, where it is a pattern of two colours."""

FOLDER = Path(str(resources.files("howfar.synth"))) / "textures"


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """Cells of a square tile whose edges fit together.

    Attributes:
        cells: Flat cells of all levels, each a number or C channels; a level has the means of 2×2 cells of the last.
        starts: Where each level begins.
        side: Cells along each side of the first level, a power of two.
    """

    cells: NDArray[np.float32]
    starts: NDArray[np.int64]
    side: int

    @classmethod
    def of(cls, square: NDArray[np.float64]) -> "Tile":
        """From S×S or S×S×C numbers, down to a single cell."""
        side, levels = len(square), [square]
        while len(levels[-1]) > 1:
            last = levels[-1]
            levels.append(last.reshape(len(last) // 2, 2, len(last) // 2, 2, *last.shape[2:]).mean(axis=(1, 3)))
        starts = np.cumsum([0, *(len(level) ** 2 for level in levels[:-1])])
        cells = np.concatenate([level.reshape(-1, *square.shape[2:]) for level in levels])
        return cls(cells.astype(np.float32), starts, side)

    def at(self, places: NDArray[np.float32], footprint: NDArray[np.float32]) -> NDArray[np.float32]:
        """The tile's value at points.

        Args:
            places: N×2 points in sides of the tile.
            footprint: N, what a pixel covers there, in sides of the tile: finer cells than that are left out.

        Returns:
            N numbers, or N×C.
        """
        level = np.log2(np.maximum(footprint, 1e-9) * np.float32(self.side))
        level = np.clip(np.floor(level), 0, len(self.starts) - 1).astype(np.int64)
        side, starts = self.side >> level, self.starts[level]
        cells = places * side[:, None].astype(np.float32)
        floor = np.floor(cells)
        across, down = (cells - floor).T.reshape(2, -1, *[1] * (self.cells.ndim - 1))
        corner = floor.astype(np.int64)
        left, top = corner[:, 0] & (side - 1), corner[:, 1] & (side - 1)
        right, below = (left + 1) & (side - 1), ((top + 1) & (side - 1)) * side + starts
        top = top * side + starts
        upper = rows(self.cells, top + left) * (1 - across) + rows(self.cells, top + right) * across
        lower = rows(self.cells, below + left) * (1 - across) + rows(self.cells, below + right) * across
        return np.asarray(upper * (1 - down) + lower * down)


@cache
def noise_tile() -> Tile:
    """Noise whose amplitude falls with frequency, as 1/f."""
    side = NOISE_CELLS
    white = np.fft.rfft2(np.random.default_rng(0).standard_normal((side, side)))
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side))
    frequency[0, 0] = np.inf
    pink = np.fft.irfft2(white / frequency, s=(side, side))
    return Tile.of(pink / (2 * pink.std()))


@cache
def grey_tile(name: str) -> Tile:
    """A grey photograph as shares of a second colour, 0 to 1 with a mean near one half."""
    grey = _photograph(name).mean(axis=2)
    return Tile.of(np.clip(0.5 + (grey.mean() - grey) / (CONTRAST * grey.std()), 0, 1))


@cache
def picture_tile(name: str) -> Tile:
    """A photograph in linear light, in the lower left quarter; its mirror images fill the others."""
    return Tile.of((_photograph(name) / 255) ** GAMMA)


def _photograph(name: str) -> NDArray[np.float64]:
    """2S×2S×3: its lower edge first, with its mirror images, so that the edges fit together."""
    with Image.open(FOLDER / f"{name}.png") as picture:
        pixels = np.asarray(picture.convert("RGB"), dtype=np.float64)[::-1]
    wide = np.concatenate([pixels, pixels[:, ::-1]], axis=1)
    return np.concatenate([wide, wide[::-1]])
