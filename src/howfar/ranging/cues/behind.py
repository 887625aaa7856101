"""Objects behind others: what a pair of pictures shows in their boxes is mostly something else."""

import math
from collections.abc import Sequence
from dataclasses import replace

from howfar.ranging.cues.whole import are_covered
from howfar.scene import Cue, Detections, Distance

PARTLY, PARTLY_LOG_SD = 0.3, 0.2
"""Of an object of which a nearer one's box covers more than this share, a ranging method may read that one on the map;
the boxes in both pictures pass over what is covered."""
MOSTLY = 0.8
"""An object of which it covers more than this share."""
BEHIND_LOG_SD = 0.5
"""Uncertainty in log depth of what the pair tells of it: of 215 such objects of 100 rendered pairs, half were seen at
the distance of what hides them, and one in five by a factor of two or more too near."""
BEHIND_NOTE = "something nearer covers a part of the box"


def with_doubt_behind(
    distances: Sequence[Distance], boxes: Sequence[Cue], found: Detections
) -> tuple[tuple[Distance, ...], tuple[Cue, ...]]:
    """Widen what a pair tells of objects that are mostly behind others.

    Args:
        distances: N distances measured on the map of the pair.
        boxes: N cues by the boxes in both pictures.
        found: The N objects.
    """
    partly, mostly = (are_covered(found.boxes_xyxy_px, share).tolist() for share in (PARTLY, MOSTLY))
    more = [
        BEHIND_LOG_SD if most else PARTLY_LOG_SD if part else 0.0 for part, most in zip(partly, mostly, strict=True)
    ]
    return (
        tuple(_doubted(*each) if each[1] else each[0] for each in zip(distances, more, strict=True)),
        tuple(_widened(cue) if hidden else cue for cue, hidden in zip(boxes, mostly, strict=True)),
    )


def _doubted(distance: Distance, log_sd: float) -> Distance:
    note = distance.map_note or BEHIND_NOTE
    return replace(distance, map_log_sd=math.hypot(distance.map_log_sd, log_sd), map_note=note)


def _widened(cue: Cue) -> Cue:
    return replace(cue, log_sd=math.hypot(cue.log_sd, BEHIND_LOG_SD), note=BEHIND_NOTE) if cue.is_known else cue
