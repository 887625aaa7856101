"""What in a box was taken for the object, place by place."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """How much each place of a part of the picture counted in a distance.

    Attributes:
        values: H×W float32, 0 to 1, on a grid that is laid over xyxy_px.
        xyxy_px: x1, y1, x2, y2 in pixels of the picture, beyond which it may reach.

    Raises:
        SettingError: If the grid is not two-dimensional, or empty.
    """

    values: NDArray[np.float32]
    xyxy_px: tuple[float, float, float, float]

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.size == 0:
            raise SettingError(
                f"Weights are a grid of H×W numbers, at least 1×1, not an array of shape {self.values.shape}."
            )
        values = self.values.view()  # whoever made them may keep them; nobody changes them from here
        values.flags.writeable = False
        object.__setattr__(self, "values", values)

    def shifted(self, right_px: float, down_px: float) -> Self:
        """The same in a picture that has this one at right_px, down_px."""
        x1, y1, x2, y2 = self.xyxy_px
        return replace(self, xyxy_px=(x1 + right_px, y1 + down_px, x2 + right_px, y2 + down_px))
