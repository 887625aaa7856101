"""Objects behind others: what a pair of pictures shows in their boxes is mostly something else."""

import math
from collections.abc import Sequence
from dataclasses import replace

from howfar.ranging.cues.whole import are_covered
from howfar.scene import Cue, Detections, Distance

PARTLY, PARTLY_MAP_LOG_SD, PARTLY_BOXES_LOG_SD = 0.3, 0.3, 0.2
"""Of an object of which a nearer one's box covers more than this share, the pair may show that one: of 106 such objects
of 120 rendered pairs that were largely hidden, the map was off by 0.60 in log depth in the mean, the boxes in both
pictures, which pass over what is covered, by 0.36."""
MOSTLY = 0.8
"""An object of which it covers more than this share."""
BEHIND_LOG_SD = 0.8
"""Uncertainty in log depth of what the pair tells of it: of 215 such objects of 100 rendered pairs, half were seen at
the distance of what hides them, and one in five by a factor of two or more too near. With this and the spreads above,
intervals of what is largely hidden hold 81 % on those 120 pairs, 75 % with 0.5 and boxes that are believed."""
BEHIND_NOTE = "something nearer covers a part of the box"


def with_doubt_behind(
    distances: Sequence[Distance], boxes: Sequence[Cue], found: Detections
) -> tuple[tuple[Distance, ...], tuple[Cue, ...]]:
    """Widen what a pair tells of objects that are partly or mostly behind others.

    Args:
        distances: N distances measured on the map of the pair.
        boxes: N cues by the boxes in both pictures.
        found: The N objects.
    """
    partly, mostly = (are_covered(found.boxes_xyxy_px, share).tolist() for share in (PARTLY, MOSTLY))
    on_map, in_both = (
        [BEHIND_LOG_SD if most else log_sd if part else 0.0 for part, most in zip(partly, mostly, strict=True)]
        for log_sd in (PARTLY_MAP_LOG_SD, PARTLY_BOXES_LOG_SD)
    )
    return (
        tuple(_doubted(*each) if each[1] else each[0] for each in zip(distances, on_map, strict=True)),
        tuple(_widened(*each) if each[1] else each[0] for each in zip(boxes, in_both, strict=True)),
    )


def _doubted(distance: Distance, log_sd: float) -> Distance:
    note = distance.map_note or BEHIND_NOTE
    return replace(distance, map_log_sd=math.hypot(distance.map_log_sd, log_sd), map_note=note)


def _widened(cue: Cue, log_sd: float) -> Cue:
    return replace(cue, log_sd=math.hypot(cue.log_sd, log_sd), note=BEHIND_NOTE) if cue.is_known else cue
