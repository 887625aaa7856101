"""Ranging methods by name that are a statistic of the depths in a box."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.numbers import plain_number
from howfar.ranging.methods import reductions
from howfar.ranging.methods.cells import covered_cells
from howfar.ranging.methods.method import NO_BOUNDS, Bounds, Method, Readings
from howfar.scene import DepthMap

CENTRAL_SHRINK = 0.4
"""Eq. 8 of Zhou et al. uses the central 0.4w × 0.4h of the box."""


@dataclass(frozen=True, slots=True)
class BoxStatistic(Method):
    """A statistic of the depths in the box, or in its central part.

    Attributes:
        name: Name of the method.
        reduce: Reduces the usable values, 1-D float32, to one number.
        shrink: The share of the box's width and height that is used.
        bounds: Limits in metres on the depths that are used.
        reduce_near_large: The statistic for maps on which a large value means near (disparity), if it is another one.
    """

    name: str
    reduce: Callable[[NDArray[np.float32]], float]
    shrink: float = 1.0
    bounds: Bounds = NO_BOUNDS
    reduce_near_large: Callable[[NDArray[np.float32]], float] | None = None

    def read(self, depth: DepthMap, boxes: NDArray[np.float64], masks: NDArray[np.float32] | None = None) -> Readings:
        """Reduce each box's cells to one number; masks are not used."""
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
        """This statistic itself, which works on every map; without its limits if they are not to be kept."""
        return self if bounded else replace(self, bounds=NO_BOUNDS)


class _Statistic(NamedTuple):
    """A statistic, and the share of the box's sides that it uses; see `BoxStatistic`."""

    reduce: Callable[[NDArray[np.float32]], float]
    shrink: float = 1.0
    reduce_near_large: Callable[[NDArray[np.float32]], float] | None = None


def _percentile(q: float, shrink: float = 1.0) -> _Statistic:
    """A percentile counted from the nearest value, which is the largest one on a disparity map."""
    return _Statistic(partial(reductions.percentile, q=q), shrink, partial(reductions.percentile, q=100.0 - q))


STATISTICS: dict[str, _Statistic] = {
    "central-mean": _Statistic(reductions.mean, CENTRAL_SHRINK),  # Zhou et al., IEEE Access 2019, Eq. 8
    "median": _percentile(50.0),  # the same, Eq. 9
    "central-median": _percentile(50.0, CENTRAL_SHRINK),
    "mean": _Statistic(reductions.mean),
    "min": _percentile(0.0),
    "max": _percentile(100.0),
    "mode": _Statistic(reductions.mode),
}
"""The statistics that have a fixed name; `percentile:Q` comes beside them."""


def method_names() -> tuple[str, ...]:
    """Every name that `parse_method` knows."""
    return (*STATISTICS, "percentile:Q")


def parse_method(name: str, *, shrink: float | None = None, bounds: Bounds = NO_BOUNDS) -> Method:
    """The method of a name such as `median` or `percentile:40`.

    Args:
        name: One of `method_names()`.
        shrink: The share of the box's sides to use, above 0 and at most 1; the method's own when None.
        bounds: Limits in metres on the depths that are used.

    Raises:
        SettingError: If there is no such method, or the shrink factor is not above 0 and at most 1.
    """
    statistic = _percentile_named(name) if name.startswith("percentile:") else STATISTICS.get(name)
    if statistic is None:
        raise SettingError(
            f"No ranging method is called {name!r}; there are {', '.join(method_names())}.", setting="method"
        )
    shrink = None if shrink is None else plain_number(shrink, "shrink")
    if shrink is not None and not 0.0 < shrink <= 1.0:
        raise SettingError(f"The shrink factor must be above 0 and at most 1, not {shrink}.", setting="shrink")
    used = statistic.shrink if shrink is None else shrink
    return BoxStatistic(name, statistic.reduce, used, bounds, statistic.reduce_near_large)


def _percentile_named(name: str) -> _Statistic:
    text = name.removeprefix("percentile:")
    try:
        q = float(text)
    except ValueError:
        q = math.nan
    if not 0.0 <= q <= 100.0:
        raise SettingError(
            f"percentile:Q needs a number from 0 to 100, such as percentile:40, not {text!r}.", setting="method"
        )
    return _percentile(q)


RELATIVE_METHOD = "percentile:40"
"""Replaces, on relative maps, a method that needs logarithms of depth: these are not defined on a relative map, whose
shift is unknown. Among the statistics this one is nearest to `auto` on true depth."""


def relative_stand_in(bounds: Bounds, *, bounded: bool) -> Method:
    """`RELATIVE_METHOD`, with the limits of the method that it replaces if they are to be kept."""
    return parse_method(RELATIVE_METHOD, bounds=bounds if bounded else NO_BOUNDS)
