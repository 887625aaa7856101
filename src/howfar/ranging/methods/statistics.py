"""The ranging methods, by name: this is the place where a better one is added.

A method looks at a depth map and at boxes, and gives one reading a box in the map's own unit. What follows from it
(metres, position, straight line) is the same for all and happens in `measure`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.ranging.methods import reductions
from howfar.ranging.methods.cells import covered_cells
from howfar.scene import DepthMap

CENTRAL_SHRINK = 0.4
"""Eq. 8 looks at the central 0.4w × 0.4h."""


class Grids(NamedTuple):
    """How much each place in and round N boxes belongs to the object, on grids of S×S places.

    Attributes:
        values: N×S×S float32, 0 to 1.
        cells: N×4 float64: what each grid covers, left, top, right, bottom in cells of the map.
    """

    values: NDArray[np.float32]
    cells: NDArray[np.float64]


class Readings(NamedTuple):
    """What a method saw in N boxes.

    Attributes:
        values: N float64 in the map's own unit; NaN where there is none.
        cells: N×4 int64: the region measured, left, top, right, bottom in cells, ends excluded.
        valid_shares: N float64: the share of the region's cells that had a usable value.
        log_sds: N float64: standard deviation of the method's own error, in log depth; None from a method that does
            not tell.
        mixed: N bool: whether what was measured has two depths; None likewise.
        weights: What was taken for the object, 0 where nothing is known; None likewise.
    """

    values: NDArray[np.float64]
    cells: NDArray[np.int64]
    valid_shares: NDArray[np.float64]
    log_sds: NDArray[np.float64] | None = None
    mixed: NDArray[np.bool_] | None = None
    weights: Grids | None = None


class Method(Protocol):
    """What every ranging method can do."""

    @property
    def name(self) -> str:
        """The name that the command line knows it by."""

    def read(self, depth: DepthMap, boxes: NDArray[np.float64]) -> Readings:
        """Read N×4 boxes, given in the map's cells, off a depth map."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Depths outside these limits are left out of every statistic (DepthAI's lower and upper threshold).

    Raises:
        SettingError: If they leave nothing in.
    """

    lower_m: float | None = None
    upper_m: float | None = None

    def __post_init__(self) -> None:
        if self.lower_m is not None and self.upper_m is not None and self.lower_m >= self.upper_m:
            raise SettingError(
                f"The lower threshold ({self.lower_m} m) must lie below the upper one ({self.upper_m} m)."
            )

    def usable(self, depth: DepthMap) -> NDArray[np.bool_] | None:
        """H×W mask of the cells that may be used; None when all may."""
        if self.lower_m is None and self.upper_m is None:
            return None if depth.all_valid else depth.valid
        metres = depth.metres()
        lower = -math.inf if self.lower_m is None else self.lower_m
        upper = math.inf if self.upper_m is None else self.upper_m
        return (metres >= lower) & (metres <= upper)


NO_BOUNDS = Bounds()


@dataclass(frozen=True, slots=True)
class BoxStatistic:
    """A statistic over the box, or over its middle.

    Attributes:
        name: Name of the method.
        reduce: From the usable values, 1-D float32, to one number.
        shrink: Share of the box's width and height that is looked at.
        bounds: Limits in metres on what is looked at.
        reduce_near_large: The statistic to take where a large value means near (disparity), if it differs.
    """

    name: str
    reduce: Callable[[NDArray[np.float32]], float]
    shrink: float = 1.0
    bounds: Bounds = NO_BOUNDS
    reduce_near_large: Callable[[NDArray[np.float32]], float] | None = None

    def read(self, depth: DepthMap, boxes: NDArray[np.float64]) -> Readings:
        """Reduce each box's cells to one number."""
        cells = covered_cells(boxes, depth.shape, self.shrink)
        usable = self.bounds.usable(depth)
        reduce = self.reduce_near_large if depth.near_is_large and self.reduce_near_large else self.reduce
        values = np.full(len(cells), np.nan)
        shares = np.zeros(len(cells))
        for place, (left, top, right, bottom) in enumerate(cells.tolist()):
            if right <= left or bottom <= top:
                continue
            patch = depth.values[top:bottom, left:right]
            kept = patch.ravel() if usable is None else patch[usable[top:bottom, left:right]]
            if kept.size:
                values[place] = reduce(kept)
                shares[place] = kept.size / patch.size
        return Readings(values, cells, shares)


class _Recipe(NamedTuple):
    reduce: Callable[[NDArray[np.float32]], float]
    shrink: float = 1.0
    near_large: Callable[[NDArray[np.float32]], float] | None = None
    says: str = ""


def _percentile(q: float, says: str, shrink: float = 1.0) -> _Recipe:
    """A percentile counts from the nearest; on disparity the nearest is the largest."""
    return _Recipe(partial(reductions.percentile, q=q), shrink, partial(reductions.percentile, q=100.0 - q), says)


RECIPES: dict[str, _Recipe] = {
    "central-mean": _Recipe(
        reductions.mean, CENTRAL_SHRINK, says="mean of the middle 0.4w × 0.4h (Zhou et al. 2019, Eq. 8)"
    ),
    "median": _percentile(50.0, "median of the box (Zhou et al. 2019, Eq. 9)"),
    "central-median": _percentile(50.0, "median of the middle 0.4w × 0.4h", CENTRAL_SHRINK),
    "mean": _Recipe(reductions.mean, says="mean of the box"),
    "min": _percentile(0.0, "nearest point of the box"),
    "max": _percentile(100.0, "farthest point of the box"),
    "mode": _Recipe(reductions.mode, says="most frequent depth of the box (middle of the shortest tenth)"),
}


def method_names() -> tuple[str, ...]:
    """Every name that `parse_method` knows."""
    return (*RECIPES, "percentile:Q")


def parse_method(name: str, *, shrink: float | None = None, bounds: Bounds = NO_BOUNDS) -> Method:
    """The method of a name such as `median` or `percentile:40`.

    Args:
        name: One of `method_names()`.
        shrink: Share of the box's sides to look at, above 0 and at most 1; the method's own when None.
        bounds: Limits in metres.

    Raises:
        SettingError: If there is no such method, or the shrink factor cannot be.
    """
    recipe = _percentile_named(name) if name.startswith("percentile:") else RECIPES.get(name)
    if recipe is None:
        raise SettingError(f"No ranging method is called {name!r}; there are {', '.join(method_names())}.")
    if shrink is not None and not 0.0 < shrink <= 1.0:
        raise SettingError(f"The shrink factor must be above 0 and at most 1, not {shrink}.")
    return BoxStatistic(name, recipe.reduce, recipe.shrink if shrink is None else shrink, bounds, recipe.near_large)


def _percentile_named(name: str) -> _Recipe:
    text = name.removeprefix("percentile:")
    try:
        q = float(text)
    except ValueError:
        q = math.nan
    if not 0.0 <= q <= 100.0:
        raise SettingError(f"percentile:Q wants a number from 0 to 100, such as percentile:40, not {text!r}.")
    return _percentile(q, f"{text}th percentile of the box, counted from the nearest")
