"""What speaks against trusting the result for a picture, in words that go wherever its metres go."""

from dataclasses import dataclass
from typing import Literal

CaveatKind = Literal["camera", "scenes", "map", "conflict", "unit", "objects", "picture", "stereo"]


@dataclass(frozen=True, slots=True)
class Caveat:
    """One reason to doubt the result for a picture.

    Attributes:
        kind: `camera` (the scale rests on an assumed or doubtful one), `scenes` (the network knows some kinds of scenes
            alone), `map` (the depth map contradicts the distances of objects), `conflict` (the cues contradict each
            other), `unit` (a depth map of the user's own may be in another unit), `objects` (some are left out),
            `picture` (what is odd about it, or was done to it before it was looked at) or `stereo` (a part of what a
            pair shows is told by one eye alone).
        text: A sentence.
    """

    kind: CaveatKind
    text: str
