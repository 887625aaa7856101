"""What can be wrong with a stereo pair, and in which words it is said."""

from dataclasses import dataclass
from typing import Literal

FaultKind = Literal[
    "size",
    "same",
    "unrelated",
    "moments",
    "exposure",
    "swapped",
    "rows",
    "rotation",
    "scale",
    "rectification",
    "offset",
]
"""What can be wrong with a pair.

`size`: the pictures differ in size. `same`: one picture twice, or a baseline of 0. `swapped`: each is in the other's
place. `rows`: one is moved up or down; `rotation`: turned about its middle; `scale`: taken with another focal length.
`rectification`: off in another way, which a calibration alone can mend. `offset`: much would be farther than infinity.
`exposure`: of another brightness or contrast. `moments`: the cameras have moved between the two. `unrelated`: of
different places.
"""


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
        faults: What is wrong with it; empty for a good pair, and for one that cannot be judged.
        points: Number of points that were found in both pictures: with fewer than 30, nothing is said of rows.
        swapped: Whether each picture is in the other's place.
        row_shift_px: How far the right-hand picture, once in its place, has to be moved down, to lie in the rows of
            the left-hand one.
        roll_deg: The angle that it has to be turned by about its middle before, clockwise.
    """

    faults: tuple[PairFault, ...] = ()
    points: int = 0
    swapped: bool = False
    row_shift_px: float = 0.0
    roll_deg: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether nothing speaks against the pair."""
        return not self.faults

    @property
    def is_repairable(self) -> bool:
        """Whether there are faults, and all of them can be repaired."""
        return bool(self.faults) and all(fault.repairable for fault in self.faults)

    def text(self) -> str:
        """All faults, a sentence each; empty for a good pair."""
        return " ".join(fault.text for fault in self.faults)
