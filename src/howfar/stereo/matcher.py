"""The protocol of stereo matchers, and what they give."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError


@dataclass(frozen=True, eq=False)
class Disparities:
    """The disparity of each pixel of the left-hand picture, and how certain it is.

    Attributes:
        values_px: H×W float32, at the size of the left-hand picture: column in the left minus column in the right;
            NaN where the matcher gives none.
        sd_px: H×W float32: standard deviation of the error of each disparity; NaN where there is no disparity.
        matched: H×W bool: where the disparity was matched; elsewhere it was filled in from its neighbours, or is NaN.

    Raises:
        SettingError: If the three arrays are not of one shape H×W.
    """

    values_px: NDArray[np.float32]
    sd_px: NDArray[np.float32]
    matched: NDArray[np.bool_]

    def __post_init__(self) -> None:
        if self.values_px.ndim != 2 or not self.values_px.shape == self.sd_px.shape == self.matched.shape:
            raise SettingError(
                "Disparities, their standard deviations and what was matched are three arrays of one shape H×W, not "
                f"{self.values_px.shape}, {self.sd_px.shape} and {self.matched.shape}."
            )


class Matcher(Protocol):
    """Matches the two pictures of a rectified pair: any object with this method can be used."""

    @property
    def name(self) -> str:
        """The matcher's short name."""

    def match(
        self, left: NDArray[np.uint8], right: NDArray[np.uint8], max_disparity_px: int | None = None
    ) -> Disparities:
        """Find the disparity of each pixel of the left-hand picture.

        Args:
            left: H×W×3 uint8 RGB, rectified.
            right: H×W×3 uint8 RGB, of the same size: the same point lies in the same row, further left.
            max_disparity_px: The largest disparity that is looked for; the matcher's own for this width when None.

        Raises:
            SettingError: If the pictures differ in size, or the largest disparity is not within the width.
        """
