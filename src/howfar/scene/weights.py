"""How much each cell of a grid over a box counted for the object."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.scene.box import Box


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """The weight of each cell of a grid in the distance of one object.

    Attributes:
        values: H×W float32, 0 to 1.
        xyxy_px: The part of the picture that the grid covers: x1, y1, x2, y2 in pixels. It may extend beyond the
            picture.

    Raises:
        SettingError: If the grid is not two-dimensional, or is empty.
    """

    values: NDArray[np.float32]
    xyxy_px: Box

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.size == 0:
            raise SettingError(
                f"Weights are a grid of H×W numbers, at least 1×1, not an array of shape {self.values.shape}."
            )
        values = self.values.view()  # a read-only view: the caller keeps a writable array
        values.flags.writeable = False
        object.__setattr__(self, "values", values)

    def shifted(self, right_px: float, down_px: float) -> Self:
        """These weights in the pixels of a larger picture, in which this one starts at right_px, down_px."""
        x1, y1, x2, y2 = self.xyxy_px
        return replace(self, xyxy_px=(x1 + right_px, y1 + down_px, x2 + right_px, y2 + down_px))
