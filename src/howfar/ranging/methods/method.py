"""What a ranging method is: it looks at a depth map and at boxes, and gives one reading a box in the map's own unit.

What follows from a reading (metres, position, straight line) is the same for all methods and happens in `measure`.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.scene import DepthMap


class Grids(NamedTuple):
    """How much each cell in and round N boxes belongs to the object, on grids of S×S cells.

    Attributes:
        values: N×S×S float32, 0 to 1.
        cells: N×4 float64: what each grid covers, left, top, right, bottom in cells of the map.
    """

    values: NDArray[np.float32]
    cells: NDArray[np.float64]


class Readings(NamedTuple):
    """What a method read in N boxes.

    Attributes:
        values: N float64 in the map's own unit; NaN where there is none.
        cells: N×4 int64: the region measured, left, top, right, bottom in cells, ends excluded.
        valid_shares: N float64: the share of the region's cells that had a usable value.
        log_sds: N float64: standard deviation of the method's own error, in log depth; None from a method that does
            not tell.
        mixed: N bool: whether what was measured has two depths; None likewise.
        weights: What was taken for the object, 0 where nothing is known; None likewise.
        method: How it was read, where that is not what the method's name says; empty otherwise.
    """

    values: NDArray[np.float64]
    cells: NDArray[np.int64]
    valid_shares: NDArray[np.float64]
    log_sds: NDArray[np.float64] | None = None
    mixed: NDArray[np.bool_] | None = None
    weights: Grids | None = None
    method: str = ""


class Method(ABC):
    """A ranging method; subclass it for one of your own.

    Attributes:
        name: The name that the command line knows it by.
    """

    name: str

    @abstractmethod
    def read(self, depth: DepthMap, boxes: NDArray[np.float64], masks: NDArray[np.float32] | None = None) -> Readings:
        """Read boxes off a depth map.

        Args:
            depth: The map.
            boxes: N×4 boxes in its cells.
            masks: N×S×S float32, 0 to 1, the object on a grid over each box, from a detector that gives them.
        """

    def on_relative(self, *, bounded: bool = True) -> "Method":
        """What stands in for this method on a relative map, whose values have no metres: itself, if not overridden.

        Args:
            bounded: Keep limits in metres, which a relative map refuses.
        """
        return self


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
