"""The depth map as a cue: its distances, their uncertainty, and whether the picture is in the network's domain.

The error of a network's map is partly common to what is about equally far in the picture. What the other cues say of
the other objects shows it, and the map's distances are corrected by it (`common_error`). A depth network that was
trained on indoor pictures predicts indoor depths for every picture: if the sizes of the objects show together that the
map is wrong by a large factor, it is wrong for every object of the picture.

The objects show whether the picture is in the domain of a network for indoor scenes. Some classes, such as giraffe, bus
or aeroplane, are found outdoors only: a picture with one of them is outside the domain, even if its size is not known.
A picture is also outside the domain if the sizes of its objects put most of them farther than the network can predict,
or if most people who are seen upright are, by their sizes, at about twice the distance that the map gives. A single
object is not enough for these two rules, since it can be a person on a poster, unless the ground agrees with its size;
the domain is then undecided.
"""

import math
from collections.abc import Sequence
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from howfar.ranging.cues.common_error import COMMON_SHARE, common_error
from howfar.ranging.cues.fusion import Fused
from howfar.ranging.cues.sizes import ClassSize
from howfar.scene import Cue, DepthFacts, Distance

STATISTIC_LOG_SD = 0.06
"""Uncertainty in log depth of a ranging method that does not estimate its own. On 924 objects of NYU's training
pictures with true depth, 80 % of the distances lie within 1.28 times 0.054 (`median`), 0.065 (`central-mean`) or 0.041
(`percentile:40`)."""
FAR_OFF_SDS = 2.0
"""The depth map counts as wrong if the other cues differ from it by more than this many standard deviations."""
NEAR_FACTOR = 2.0
"""People who are nearer than a map says by this factor: it may be wrong, or they are drawn larger than life."""
PERSON_FACTOR = 1.8
"""A person who is farther than the map says by more than this factor is evidence against it. In 16 of COCO's photos the
size of a lone upright person says so of the embedded network's map: 12 are outdoors, 4 are rooms with people behind
tables, in mirrors and pictures."""
SURE_LOG_SD = 0.1
"""A map that states a smaller uncertainty than this in log depth is not corrected by the other cues, whose own one is
larger: people alone differ by 8 % in height."""
PAIR_SPREAD = 2.0
"""What the uncertainty of the ranging method counts on the map of a pair: its edges are sharp, so that whatever is
taken for the object by mistake is at another distance altogether. Measured on 1,100 objects of rendered pairs."""
UNUSED_FACTS = DepthFacts("none")
NO_METRES_NOTE = "the depth map has no metres here"
FAR_OFF_NOTE = "{factor:.2g} times too {which} by the other cues of the picture"
BEYOND_NOTE = "farther than the {reach_m:g} m that the network knows"


def sure_cue(distance: Distance) -> Cue | None:
    """The depth map as a cue, where the map itself states that it is certain; None elsewhere.

    Neither the facts about a network nor what the other cues say of the map's other parts hold there.
    """
    if not (distance.is_known and distance.map_log_sd <= SURE_LOG_SD):  # false for NaN
        return None
    return Cue("depth", distance.depth_m, _log_sd(distance, "", UNUSED_FACTS), note=distance.map_note)


class DomainVerdict(Enum):
    """Whether a picture is in the domain of a depth network, that is, of a kind that it was trained on."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    UNDECIDED = "undecided"


def depth_cues(
    distances: Sequence[Distance], labels: Sequence[str], others: Sequence[Fused], facts: DepthFacts
) -> tuple[Cue, ...]:
    """The depth map as a cue for each object.

    Args:
        distances: N distances measured on the depth map.
        labels: The classes of the N objects.
        others: The N distances that all other cues give together; unknown where they give none.
        facts: Facts about the source of the map, such as its uncertainty.

    Returns:
        N cues. They are corrected by the error that the map has in common around an object, as the other cues show it
        at the other objects. If the other cues contradict a network's map over the whole picture, or put an object
        beyond its reach, the square of the difference in log depth is added to the variance.
    """
    depths = np.array([each.depth_m for each in distances], dtype=np.float64)
    log_sds = np.array([_log_sd(*each, facts) for each in zip(distances, labels, strict=True)], dtype=np.float64)
    other = np.array([each.depth_m for each in others], dtype=np.float64)
    other_sds = np.array([each.log_sd for each in others], dtype=np.float64)
    offsets = np.log(other) - np.log(depths)
    by_pair = np.isfinite([each.map_log_sd for each in distances])  # the network's error is not the pair's
    scene = 0.0 if facts.measured or facts.knows_streets else _scene_offset(offsets, np.hypot(log_sds, other_sds))
    if facts.knows_streets:
        error = common_error(np.log(np.where(by_pair, np.nan, depths)), log_sds**2, offsets, other_sds**2)
        depths = depths * np.exp(error.means)
        common = np.sqrt((1 - COMMON_SHARE) * log_sds**2 + error.variances)
        log_sds, offsets = np.where(by_pair, log_sds, common), offsets - error.means
    cues = []
    for index, depth_m in enumerate(depths.tolist()):
        if not math.isfinite(depth_m):
            cues.append(Cue.unknown("depth", distances[index].reason or NO_METRES_NOTE))
            continue
        log_sd, note = float(np.hypot(log_sds[index], scene)), distances[index].map_note
        if scene:
            note = FAR_OFF_NOTE.format(factor=math.exp(abs(scene)), which="near" if scene > 0 else "far")
        if facts.reach_m is not None and other[index] > facts.reach_m:  # false where it is unknown (NaN)
            log_sd, note = max(log_sd, math.hypot(log_sds[index], offsets[index])), note or _beyond(facts.reach_m)
        cues.append(Cue("depth", depth_m, log_sd, note=note))
    return tuple(cues)


def judge_domain(
    distances: Sequence[Distance], others: Sequence[Fused], sizes: Sequence[ClassSize | None], facts: DepthFacts
) -> DomainVerdict:
    """Decide whether a picture is in the domain of the depth network.

    Args:
        distances: N distances measured on the network's map.
        others: The N distances that all cues but the map give together.
        sizes: The sizes of the N objects' classes; None where unknown.
        facts: Facts about the network.
    """
    outdoors = [size is not None and size.outdoors for size in sizes]
    if facts.knows_rooms_alone and any(outdoors):
        return DomainVerdict.UNKNOWN
    sure = [is_outdoors or _agree(fused) for is_outdoors, fused in zip(outdoors, others, strict=True)]
    if is_beyond_reach(distances, others, sure, facts):
        return DomainVerdict.UNKNOWN
    by_people = _by_people(distances, others, sizes) if facts.knows_rooms_alone else DomainVerdict.KNOWN
    if by_people is DomainVerdict.KNOWN and is_beyond_reach(distances, others, [True] * len(others), facts):
        return DomainVerdict.UNDECIDED
    return by_people


def _by_people(
    distances: Sequence[Distance], others: Sequence[Fused], sizes: Sequence[ClassSize | None]
) -> DomainVerdict:
    """The verdict by the people who are seen whole and upright: where most are elsewhere than the map says, by two."""
    upright = [
        (math.log(other.depth_m / distance.depth_m), _agree(other))
        for distance, other, size in zip(distances, others, sizes, strict=True)
        if size is not None and size.stands_upright and distance.is_known and other.is_known and not other.conflict
    ]
    far = [agrees for off, agrees in upright if off > math.log(PERSON_FACTOR)]
    near = [off for off, _ in upright if off < -math.log(NEAR_FACTOR)]
    if 2 * len(near) > len(upright):
        return DomainVerdict.UNDECIDED
    if not far or 2 * len(far) <= len(upright):
        return DomainVerdict.KNOWN
    return DomainVerdict.UNKNOWN if len(far) > 1 or far[0] else DomainVerdict.UNDECIDED


def is_beyond_reach(
    distances: Sequence[Distance], others: Sequence[Fused], sure: Sequence[bool], facts: DepthFacts
) -> bool:
    """Whether the other cues put most of a picture beyond the reach of its depth map.

    A single object is enough only if it is certainly a real object of its class, and not a person on a poster.

    Args:
        distances: N distances measured on the depth map.
        others: The N distances that all other cues give together.
        sure: N bool: whether each object is certainly a real object of its class.
        facts: Facts about the source of the map, such as its reach.
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
    """The uncertainty of the map and that of the ranging method together, in log depth."""
    own = distance.own_log_sd if math.isfinite(distance.own_log_sd) else STATISTIC_LOG_SD
    if math.isfinite(distance.map_log_sd):
        return math.hypot(distance.map_log_sd, PAIR_SPREAD * own)
    return math.hypot(facts.log_sd_of(label, distance.depth_m), own)


def _scene_offset(offsets: NDArray[np.float64], sds: NDArray[np.float64]) -> float:
    """The error in log depth that the map has over the whole picture; 0 where it is within the uncertainty.

    The weighted median is robust against single objects of a wrong size, such as a toy or a face on a poster.
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
    """Whether several cues give a distance for the object, and agree: its size and the ground."""
    return sum(cue.is_known for cue in fused.cues) > 1 and not fused.conflict
