"""Whether two pictures are a rectified pair, found out before they give metres."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from howfar.scene.frame import Frame

FaultKind = Literal["size", "same", "swapped", "rows", "rotation", "scale", "exposure", "moments", "unrelated"]
"""What can be wrong with a pair: `same` is one picture twice or a baseline of 0, `unrelated` is two other places."""


@dataclass(frozen=True, slots=True)
class PairFault:
    """One thing that is wrong with a pair.

    Attributes:
        kind: What it is.
        text: A sentence with a next step.
        repairable: Whether `repaired_pair` does away with it.
    """

    kind: FaultKind
    text: str
    repairable: bool = False


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """What was found out about a pair.

    Attributes:
        faults: What is wrong with it, the worst first; empty for a good pair, and for one that cannot be judged.
        points: Number of points that were found in both pictures: below 30 or so, nothing is said of rows.
        row_shift_px: What the right-hand picture has to be moved down by, in its middle, to lie in the rows of the
            left-hand one.
        roll_deg: What it has to be turned by about its middle, clockwise.
        swapped: Whether the two pictures are in the other's place.
    """

    faults: tuple[PairFault, ...] = ()
    points: int = 0
    row_shift_px: float = 0.0
    roll_deg: float = 0.0
    swapped: bool = False

    @property
    def is_good(self) -> bool:
        """Whether nothing speaks against the pair."""
        return not self.faults

    @property
    def is_repairable(self) -> bool:
        """Whether there are faults, and all of them can be repaired."""
        return bool(self.faults) and all(fault.repairable for fault in self.faults)


def check_pair(left: NDArray[np.uint8], right: NDArray[np.uint8], offset_px: float = 0.0) -> PairVerdict:
    """Find out whether two pictures are a rectified pair.

    Args:
        left: H×W×3 uint8 RGB.
        right: The same of the right-hand camera.
        offset_px: Difference of the principal points, x_right − x_left: what is infinitely far has the disparity
            −offset_px (`StereoRig.offset_px`).
    """
    raise NotImplementedError


def repaired_pair(frame: Frame, verdict: PairVerdict) -> Frame:
    """The frame with its pictures swapped, its right-hand one moved or turned, as the verdict on it wants.

    Its notes say what was done.

    Raises:
        SettingError: If a fault cannot be repaired.
    """
    raise NotImplementedError
