"""What a depth map says as a cue, how far it is to be trusted, and whether its network knows pictures of this kind.

A depth network that has seen rooms gives rooms everywhere, so that its error is one of the whole picture: when objects
of known size say together that it is off by far, it is off for all objects of the picture.

What is in the picture tells. A giraffe, a bus or an aeroplane is met outdoors alone, so that a picture with one is no
room, however large it looks and whether or not its size is known; and where the sizes of objects put most of the
picture farther than the network reaches, it is none either. One object alone does not say the latter, for a person may
be on a poster; then it stays undecided.
"""

import math
from collections.abc import Sequence
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from howfar.ranging.cues.fusion import Fused
from howfar.ranging.cues.sizes import ClassSize
from howfar.scene import Cue, DepthFacts, Distance

STATISTIC_LOG_SD = 0.06
"""Of a ranging method that does not tell its own error: on 924 objects of NYU's training pictures with true depth four
fifths of the distances lie within 1.28 times 0.054 (`median`), 0.065 (`central-mean`) or 0.041 (`percentile:40`)."""
FAR_OFF_SDS = 2.0
"""A picture's depth is off by far when the other cues contradict it by more than this many standard deviations."""
SILENT_NOTE = "the depth map has no metres here"
FAR_OFF_NOTE = "{factor:.2g} times too {which} by the other cues of the picture"
BEYOND_NOTE = "farther than the {reach_m:g} m that the network knows"
ROOMS_END_M = 20.0
"""A network that was trained on nothing farther has seen rooms alone: the depths of NYU Depth v2 end at 10 m, those of
networks for Hypersim's rooms at 20 m, those for streets at 80 m."""


class DomainVerdict(Enum):
    """Whether a depth network knows pictures of this kind."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    UNDECIDED = "undecided"


def depth_cues(
    distances: Sequence[Distance], labels: Sequence[str], others: Sequence[Fused], facts: DepthFacts
) -> tuple[Cue, ...]:
    """What the depth map says of each object, as a cue.

    Args:
        distances: N distances read off the depth map.
        labels: The class of each object.
        others: What all other cues together say of each; unknown where they say nothing.
        facts: How far the map is to be trusted where nothing contradicts it.

    Returns:
        N cues; where the others contradict a network's map over the whole picture, or put an object beyond its reach,
        their variance grows by the square of the contradiction.
    """
    depths = np.array([each.depth_m for each in distances], dtype=np.float64)
    log_sds = np.array([_log_sd(*each, facts) for each in zip(distances, labels, strict=True)], dtype=np.float64)
    other = np.array([each.depth_m for each in others], dtype=np.float64)
    other_sds = np.array([each.log_sd for each in others], dtype=np.float64)
    offsets = np.log(other) - np.log(depths)
    scene = 0.0 if facts.measured else _scene_offset(offsets, np.hypot(log_sds, other_sds))
    cues = []
    for index, depth_m in enumerate(depths.tolist()):
        if not math.isfinite(depth_m):
            cues.append(Cue.silent("depth", distances[index].reason or SILENT_NOTE))
            continue
        log_sd, note = float(np.hypot(log_sds[index], scene)), ""
        if scene:
            note = FAR_OFF_NOTE.format(factor=math.exp(abs(scene)), which="near" if scene > 0 else "far")
        if facts.reach_m is not None and other[index] > facts.reach_m:  # false where it is unknown (NaN)
            log_sd, note = max(log_sd, math.hypot(log_sds[index], offsets[index])), note or _beyond(facts.reach_m)
        cues.append(Cue("depth", depth_m, log_sd, note=note))
    return tuple(cues)


def judge_domain(
    distances: Sequence[Distance], together: Sequence[Fused], sizes: Sequence[ClassSize | None], facts: DepthFacts
) -> DomainVerdict:
    """Whether the depth network knows pictures of this kind.

    Args:
        distances: N distances read off its map.
        together: What all cues but the map say together of each object.
        sizes: What is known of the class of each.
        facts: What is known of the network.
    """
    outdoors = [size is not None and size.outdoors for size in sizes]
    if facts.reach_m is not None and facts.reach_m <= ROOMS_END_M and any(outdoors):
        return DomainVerdict.UNKNOWN
    sure = [is_out or _agree(fused) for is_out, fused in zip(outdoors, together, strict=True)]
    if is_beyond_reach(distances, together, sure, facts):
        return DomainVerdict.UNKNOWN
    if is_beyond_reach(distances, together, [True] * len(together), facts):
        return DomainVerdict.UNDECIDED
    return DomainVerdict.KNOWN


def is_beyond_reach(
    distances: Sequence[Distance], others: Sequence[Fused], sure: Sequence[bool], facts: DepthFacts
) -> bool:
    """Whether a picture is of a kind that its depth map cannot tell: the other cues put most of it beyond its reach.

    One object alone does not decide that, unless it is surely what it seems: a person may be on a poster.

    Args:
        distances: N distances read off the depth map.
        others: What all other cues together say of each.
        sure: Whether each is surely what it seems.
        facts: How far the map is to be trusted, and how far it reaches.
    """
    if facts.reach_m is None or not any(distance.is_known for distance in distances):
        return False
    known = [(each.depth_m, each.log_sd) for each in others if each.is_known]
    any_sure = any(each and other.is_known for each, other in zip(sure, others, strict=True))
    if not known or (len(known) == 1 and not any_sure):
        return False
    depths, log_sds = np.array(known).T
    return _weighted_median(depths, log_sds**-2) > facts.reach_m


def _beyond(reach_m: float) -> str:
    return BEYOND_NOTE.format(reach_m=reach_m)


def _log_sd(distance: Distance, label: str, facts: DepthFacts) -> float:
    """The map's and the ranging method's own, together."""
    own = distance.own_log_sd if math.isfinite(distance.own_log_sd) else STATISTIC_LOG_SD
    return math.hypot(facts.log_sd_of(label), own)


def _scene_offset(offsets: NDArray[np.float64], sds: NDArray[np.float64]) -> float:
    """By how much the logarithm of the map's distances is off over the whole picture; 0 where that is no surprise.

    The weighted median holds against single objects that are not what they seem: a toy, a face on a poster.
    """
    known = np.isfinite(offsets)
    if not known.any():
        return 0.0
    median = _weighted_median(offsets[known], sds[known] ** -2)
    return median if abs(median) > FAR_OFF_SDS * float(np.median(sds[known])) else 0.0


def _weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    order = np.argsort(values)
    ordered = weights[order]
    return float(np.interp(ordered.sum() / 2, np.cumsum(ordered) - ordered / 2, values[order]))


def _agree(fused: Fused) -> bool:
    """Whether an object stands where its size puts it."""
    return sum(cue.is_known for cue in fused.cues) > 1 and not fused.conflict
