"""How certain a disparity is: by how much it won, and how far off those were that won by as much."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError

NEIGHBOURS = 1
"""Disparities so near to the winner are the same minimum."""

WITHIN = 1.2816
"""Standard deviations that 80 % of a normal distribution lie within."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Standard deviations of the error, measured by how clearly a disparity won.

    Attributes:
        margins: Rising bounds of the margin between the best cost and the second-best.
        sds_px: Of the disparities that passed the left-right check: below the first bound, between each two, and above
            the last; in pixels.
        failed_sd_px: Of those that did not.

    Raises:
        SettingError: If there is not one more standard deviation than bounds, or the bounds do not rise.
    """

    margins: tuple[float, ...]
    sds_px: tuple[float, ...]
    failed_sd_px: float

    def __post_init__(self) -> None:
        if len(self.sds_px) != len(self.margins) + 1 or list(self.margins) != sorted(set(self.margins)):
            raise SettingError(
                f"{len(self.margins)} margins that rise go with {len(self.margins) + 1} standard deviations, not "
                f"{self.margins} with {self.sds_px}."
            )
        if not min(*self.sds_px, self.failed_sd_px) > 0:
            raise SettingError(f"Standard deviations are above 0, not {self.sds_px} and {self.failed_sd_px}.")

    def of(self, margins: NDArray[np.float32], correct: NDArray[np.bool_]) -> NDArray[np.float32]:
        """The standard deviation of each disparity in pixels, H×W, from its margin and its left-right check."""
        measured = np.array(self.sds_px, dtype=np.float32)[np.searchsorted(self.margins, margins)]
        return np.where(correct, measured, np.float32(self.failed_sd_px))


def margins_of(cost: NDArray[np.float32], disparity: NDArray[np.intp]) -> NDArray[np.float32]:
    """How much better each disparity is than the best that is not its neighbour: H×W, infinite where there is none.

    Args:
        cost: H×W×D, after semi-global matching.
        disparity: H×W whole disparities of least cost.
    """
    others = cost.copy()
    least = np.take_along_axis(cost, disparity[..., None], axis=2)[..., 0]
    for offset in range(-NEIGHBOURS, NEIGHBOURS + 1):
        index = np.clip(disparity + offset, 0, cost.shape[2] - 1)
        np.put_along_axis(others, index[..., None], np.inf, axis=2)
    margin: NDArray[np.float32] = others.min(axis=2) - least
    return margin


def measured_spread(
    errors_px: NDArray[np.floating],
    margins: NDArray[np.floating],
    correct: NDArray[np.bool_],
    bounds: tuple[float, ...],
) -> Spread:
    """Measure on pixels with known truth: 80 % of the errors of each group lie within 1.28 standard deviations.

    Args:
        errors_px: N errors.
        margins: N margins, as `margins_of` gives them.
        correct: N: which passed the left-right check.
        bounds: Of the margins.

    Raises:
        SettingError: If a group is empty.
    """
    group = np.where(correct, np.searchsorted(bounds, margins), len(bounds) + 1)
    sds = []
    for index in range(len(bounds) + 2):
        inside = np.abs(errors_px[group == index])
        if not inside.size:
            raise SettingError(f"No disparity has a margin of group {index} of {bounds}: choose other bounds.")
        sds.append(float(np.quantile(inside, 0.8)) / WITHIN)
    return Spread(bounds, tuple(sds[:-1]), sds[-1])
