"""Objects nearer than a depth network has learned: its map has them too far, and by how much nobody knows.

What networks of metric depth learn from begins at some 0.7 m: the depth cameras of NYU's rooms see nothing nearer, and
cars keep their distance. A cup before the lens gets the depth of a table. So the map counts for the less, the nearer
the other cues put an object.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from howfar.ranging.cues.fusion import fuse
from howfar.scene import Cue

TOLD_FROM_M = 0.6
"""Distances that a network for rooms or streets has learned begin about here."""
TIMES = 2.0
"""By so many times the logarithm of what is missing to it the map may be off. Of 104 labelled cups, bowls, cutlery and
food in COCO's 337 photos that are nearer than 0.6 m by their sizes, the map has half at 3.9 times that or farther."""
NEARBY_NOTE = "by the other cues it is nearer than what the depth network has learned"


def with_doubt_nearby(depth_cue: Cue, others: Sequence[Cue]) -> Cue:
    """The depth map as a cue, widened where the others put the object nearer than networks have learned, and the map.

    Args:
        depth_cue: The depth map.
        others: The other cues of the object.
    """
    rest = fuse(others)
    if not (depth_cue.is_known and rest.is_known and rest.depth_m < min(TOLD_FROM_M, depth_cue.depth_m)):
        return depth_cue
    off = TIMES * math.log(TOLD_FROM_M / rest.depth_m)
    return replace(depth_cue, log_sd=math.hypot(depth_cue.log_sd, off), note=NEARBY_NOTE)
