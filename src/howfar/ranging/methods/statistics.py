"""Statistics of a box as ranging methods, by name."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.ranging.methods import reductions
from howfar.ranging.methods.cells import covered_cells
from howfar.ranging.methods.method import NO_BOUNDS, Bounds, Method, Readings
from howfar.scene import DepthMap

CENTRAL_SHRINK = 0.4
"""Eq. 8 looks at the central 0.4w × 0.4h."""


@dataclass(frozen=True, slots=True)
class BoxStatistic(Method):
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

    def read(self, depth: DepthMap, boxes: NDArray[np.float64], masks: NDArray[np.float32] | None = None) -> Readings:
        """Reduce each box's cells to one number; masks are not looked at."""
        cells = covered_cells(boxes, depth.shape, self.shrink)
        usable = self.bounds.usable(depth)
        reduce = self.reduce_near_large if depth.near_is_large and self.reduce_near_large else self.reduce
        values = np.full(len(cells), np.nan)
        shares = np.zeros(len(cells))
        for index, (left, top, right, bottom) in enumerate(cells.tolist()):
            if right <= left or bottom <= top:
                continue
            patch = depth.values[top:bottom, left:right]
            kept = patch.ravel() if usable is None else patch[usable[top:bottom, left:right]]
            if kept.size:
                values[index] = reduce(kept)
                shares[index] = kept.size / patch.size
        return Readings(values, cells, shares)

    def on_relative(self, *, bounded: bool = True) -> "BoxStatistic":
        """A statistic is itself on every map."""
        return self if bounded else replace(self, bounds=NO_BOUNDS)


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


RELATIVE_METHOD = "percentile:40"
"""What stands in for a method that looks at logarithms of depth, which a map of unknown shift has not: the statistic
that comes nearest to `auto` on true depth."""


def relative_stand_in(bounds: Bounds, *, bounded: bool) -> Method:
    """`RELATIVE_METHOD`, with the limits of the method that it stands in for if they are to be kept."""
    return parse_method(RELATIVE_METHOD, bounds=bounds if bounded else NO_BOUNDS)
