"""Whether a picture shows what its depth network knows: one that has seen rooms alone gives rooms everywhere.

What is in the picture tells. A giraffe, a bus or an aeroplane is met outdoors alone, so that a picture with one is no
room, however large it looks and whether or not its size is known; and where the sizes of things put most of the picture
farther than the network reaches, it is none either. One thing alone does not say the latter, for a person may be on a
poster; then it stays undecided.
"""

from collections.abc import Sequence
from enum import Enum

from howfar.ranging.cues.depth_cue import DepthTrust, is_beyond_reach
from howfar.ranging.cues.fusion import Fused
from howfar.ranging.cues.sizes import ClassSize
from howfar.scene import Cue, Distance

ROOMS_END_M = 20.0
"""A network that was trained on nothing farther has seen rooms alone: the depths of NYU Depth v2 end at 10 m, those of
networks for Hypersim's rooms at 20 m, those for streets at 80 m."""


class Verdict(Enum):
    """Whether a depth network knows pictures of this kind."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    UNDECIDED = "undecided"


def judged(
    distances: Sequence[Distance], together: Sequence[Fused], sizes: Sequence[ClassSize | None], trust: DepthTrust
) -> Verdict:
    """Whether the depth network knows pictures of this kind.

    Args:
        distances: N distances read off its map.
        together: What all cues but the map say together of each thing.
        sizes: What is known of the class of each.
        trust: How far the map is to be trusted.
    """
    outdoors = [size is not None and size.outdoors for size in sizes]
    if trust.reach_m is not None and trust.reach_m <= ROOMS_END_M and any(outdoors):
        return Verdict.UNKNOWN
    others = [Cue("size", fused.depth_m, fused.log_sd) for fused in together]
    sure = [is_out or _agree(fused) for is_out, fused in zip(outdoors, together, strict=True)]
    if is_beyond_reach(distances, others, sure, trust):
        return Verdict.UNKNOWN
    if is_beyond_reach(distances, others, [True] * len(others), trust):
        return Verdict.UNDECIDED
    return Verdict.KNOWN


def _agree(fused: Fused) -> bool:
    """Whether a thing stands where its size puts it."""
    return sum(cue.is_known for cue in fused.cues) > 1 and not fused.conflict
