"""Where a depth map is left out, since other cues are to be believed in its place."""

import math
from collections.abc import Sequence
from dataclasses import replace

from howfar.ranging.cues.fusion import Fused, contradict, fuse
from howfar.scene import Cue

OUTVOTED = "size and ground agree on another distance"
NEARER_SHOWS = "its size puts it far behind what the depth map shows here"
OUTVOTED_FACTOR = 2.0
"""A map that is contradicted by this factor is left out: a mean would be the distance of neither."""
SURELY_OUTDOORS = 0.8
"""From this probability on, a picture counts as taken outdoors where a size overrules the map: of those above it one
in a hundred was not (`scene.domain`)."""


def by_majority(depth_cue: Cue, others: Sequence[Cue], outdoors: float) -> Fused:
    """All cues of an object together; without the map where it is far from what the others say of it.

    The others have to agree, if there are several. If there is one, it has to be a size that puts the object behind
    what the map shows, in a picture that was surely taken outdoors: there a blurred map shows, in place of what is far
    and small, what stands before it. In rooms what is small is a picture on the wall, and the map is right.

    Args:
        depth_cue: The depth map.
        others: The other cues.
        outdoors: The probability that the picture was taken outdoors.
    """
    fused, rest = fuse((depth_cue, *others)), fuse(others)
    if rest.conflict or not (fused.conflict and contradict(depth_cue, rest)):
        return fused
    farther = math.log(rest.depth_m / depth_cue.depth_m)
    known = [cue.name for cue in others if cue.is_known]
    is_behind = farther > 0 and known == ["size"] and outdoors > SURELY_OUTDOORS
    if abs(farther) < math.log(OUTVOTED_FACTOR) or not (len(known) > 1 or is_behind):
        return fused
    note = OUTVOTED if len(known) > 1 else NEARER_SHOWS
    return rest._replace(conflict=True, cues=(replace(depth_cue, weight=0.0, note=note), *rest.cues))
