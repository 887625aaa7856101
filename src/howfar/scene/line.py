"""A straight line, as fitted from the values of one map to those of another."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Line:
    """The line scale · value + shift; both are NaN where no line could be fitted."""

    scale: float = 1.0
    shift: float = 0.0

    def of(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """The line at each value: an array of the same shape."""
        fitted: NDArray[np.float32] = values * np.float32(self.scale) + np.float32(self.shift)
        return fitted
