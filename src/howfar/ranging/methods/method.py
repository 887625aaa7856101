"""The base class of ranging methods: a method gives one reading for each box, in the unit of the depth map.

The conversion of a reading to metres, position and range is the same for all methods: see `measure`.
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
    """The weights of N boxes on grids of S×S cells: how much each cell belongs to the object.

    Attributes:
        values: N×S×S float32, 0 to 1.
        cells: N×4 float64: left, top, right, bottom of each grid, in cells of the map.
    """

    values: NDArray[np.float32]
    cells: NDArray[np.float64]


class Readings(NamedTuple):
    """The readings of a method in N boxes.

    Attributes:
        values: N float64 in the map's own unit; NaN where there is no reading.
        cells: N×4 int64: left, top, right, bottom of the region measured, in cells, ends excluded.
        valid_shares: N float64: the share of the region's cells that had a usable value.
        log_sds: N float64: standard deviation of the method's own error in log depth; None from a method that does not
            estimate it.
        mixed: N bool: whether the depths measured are bimodal; None from a method that does not decide it.
        weights: How much each cell belongs to the object, 0 where depth is unknown; None from a method without weights.
        method: The name for the result, where it is not the method's own name; empty otherwise.
    """

    values: NDArray[np.float64]
    cells: NDArray[np.int64]
    valid_shares: NDArray[np.float64]
    log_sds: NDArray[np.float64] | None = None
    mixed: NDArray[np.bool_] | None = None
    weights: Grids | None = None
    method: str = ""


class Method(ABC):
    """A ranging method; subclass it for a method of your own.

    Attributes:
        name: The name of the method, as in results and on the command line.
    """

    name: str

    @abstractmethod
    def read(self, depth: DepthMap, boxes: NDArray[np.float64], masks: NDArray[np.float32] | None = None) -> Readings:
        """Measure boxes on a depth map.

        Args:
            depth: The map.
            boxes: N×4 boxes in its cells.
            masks: N×S×S float32, 0 to 1: the object on a grid over each box; None from a detector without masks.
        """

    def at_quantile(self, quantile: float) -> "Method":
        """This method on a map on which another quantile than the median tells the surface of an object.

        A method that its user chose for what it is stays so; this method itself unless overridden.

        Args:
            quantile: Between 0 and 1; see `scene.margins.DomainMargin`.
        """
        return self

    def on_relative(self, *, bounded: bool = True) -> "Method":
        """The method to use in place of this one on a relative map; this method itself unless overridden.

        Args:
            bounded: Keep limits in metres. A relative map has no metres, so reading it with limits raises an error.
        """
        return self


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits on the depths that a method uses (DepthAI's lower and upper threshold).

    Attributes:
        lower_m: Depths below this are not used; None for no limit.
        upper_m: Depths above this are not used; None for no limit.

    Raises:
        SettingError: If a limit is NaN or below zero, or the lower one is not below the upper one.
    """

    lower_m: float | None = None
    upper_m: float | None = None

    def __post_init__(self) -> None:
        for name, limit_m in (("lower_threshold", self.lower_m), ("upper_threshold", self.upper_m)):
            if limit_m is not None and not limit_m >= 0:
                raise SettingError(f"A threshold must be a number of metres from 0 on, not {limit_m}.", setting=name)
        if self.lower_m is not None and self.upper_m is not None and self.lower_m >= self.upper_m:
            raise SettingError(
                f"The lower threshold ({self.lower_m} m) must lie below the upper one ({self.upper_m} m)."
            )

    def usable(self, depth: DepthMap) -> NDArray[np.bool_] | None:
        """H×W bool: the cells that may be used; None when all may be used.

        Raises:
            SettingError: If there are limits and the map is relative.
        """
        if self.lower_m is None and self.upper_m is None:
            return None if depth.all_valid else depth.valid
        metres = depth.metres()
        lower = -math.inf if self.lower_m is None else self.lower_m
        upper = math.inf if self.upper_m is None else self.upper_m
        return (metres >= lower) & (metres <= upper)


NO_BOUNDS = Bounds()
