"""How far a depth map is to be trusted, and what its distances say as a cue.

A depth network that has seen rooms gives rooms everywhere, so that its error is one of the whole picture: when things
of known size say together that it is off by far, it is off for all things of the picture.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.scene import Cue, Distance
from howfar.scene.margins import Margins

MEASURED_LOG_SD = 0.01
"""Of the depths of a measured map: depth cameras err by about a hundredth."""
STATISTIC_LOG_SD = 0.06
"""Of a ranging method that does not tell its own error: on 924 objects of NYU's training pictures with true depth four
fifths of the distances lie within 1.28 times 0.054 (`median`), 0.065 (`central-mean`) or 0.041 (`percentile:40`)."""
NETWORK_LOG_SD = 0.2
"""Of the depths of a network's map in scenes of the kind that it has seen, where nobody has measured its margins."""
FAR_OFF_SDS = 2.0
"""A picture's depth is off by far when the other cues contradict it by more than this many standard deviations."""
SILENT_NOTE = "the depth map has no metres here"
FAR_OFF_NOTE = "{factor:.2g} times too {which} by the other cues of the picture"
BEYOND_NOTE = "farther than the {reach_m:g} m that the network knows"


@dataclass(frozen=True, slots=True)
class DepthTrust:
    """How far the distances read off a depth map are to be trusted.

    Attributes:
        log_sd: Standard deviation of the natural logarithm of its depths, where there are no margins.
        margins: What was measured of it by class; None where nothing was.
        reach_m: The farthest distance that the map can tell; None where there is no such limit.
        measured: Whether the map was measured; no other cue overrules such a map.

    Raises:
        SettingError: If one of the two is not above 0.
    """

    log_sd: float = NETWORK_LOG_SD
    margins: Margins | None = None
    reach_m: float | None = None
    measured: bool = False

    def __post_init__(self) -> None:
        for name, value in (("log_sd", self.log_sd), ("reach_m", self.reach_m)):
            if value is not None and not value > 0:
                raise SettingError(f"The trust in a depth map: {name} must be above 0, not {value}.")

    def log_sd_of(self, label: str) -> float:
        """Standard deviation of the natural logarithm of the distance of a thing of this class."""
        return self.log_sd if self.margins is None else self.margins.of(label).log_sd


MEASURED = DepthTrust(MEASURED_LOG_SD, measured=True)
"""The trust in a map that was measured, or rendered, or given as such."""


def depth_cues(
    distances: Sequence[Distance], labels: Sequence[str], others: Sequence[Cue], trust: DepthTrust
) -> tuple[Cue, ...]:
    """What the depth map says of each thing, as a cue.

    Args:
        distances: N distances read off the depth map.
        labels: The class of each thing.
        others: What all other cues together say of each; silent where they say nothing.
        trust: How far the map is to be trusted where nothing contradicts it.

    Returns:
        N cues; where the others contradict a network's map over the whole picture, or put a thing beyond its reach,
        their variance grows by the square of the contradiction.
    """
    depths = np.array([each.depth_m for each in distances], dtype=np.float64)
    log_sds = np.array([_log_sd(*each, trust) for each in zip(distances, labels, strict=True)], dtype=np.float64)
    other = np.array([each.depth_m for each in others], dtype=np.float64)
    other_sds = np.array([each.log_sd for each in others], dtype=np.float64)
    offsets = np.log(other) - np.log(depths)
    scene = 0.0 if trust.measured else _scene_offset(offsets, np.hypot(log_sds, other_sds))
    cues = []
    for place, depth_m in enumerate(depths.tolist()):
        if not math.isfinite(depth_m):
            cues.append(Cue.silent("depth", distances[place].reason or SILENT_NOTE))
            continue
        log_sd, note = float(np.hypot(log_sds[place], scene)), ""
        if scene:
            note = FAR_OFF_NOTE.format(factor=math.exp(abs(scene)), which="near" if scene > 0 else "far")
        if trust.reach_m is not None and other[place] > trust.reach_m:  # false where it is unknown (NaN)
            log_sd, note = max(log_sd, math.hypot(log_sds[place], offsets[place])), note or _beyond(trust.reach_m)
        cues.append(Cue("depth", depth_m, log_sd, note=note))
    return tuple(cues)


def is_beyond_reach(
    distances: Sequence[Distance], others: Sequence[Cue], sure: Sequence[bool], trust: DepthTrust
) -> bool:
    """Whether a picture is of a kind that its depth map cannot tell: the other cues put most of it beyond its reach.

    One thing alone does not decide that, unless it is surely what it seems: a person may be on a poster.

    Args:
        distances: N distances read off the depth map.
        others: What all other cues together say of each.
        sure: Whether each is surely what it seems.
        trust: How far the map is to be trusted.
    """
    if trust.reach_m is None or not any(distance.is_known for distance in distances):
        return False
    known = [(cue.depth_m, cue.log_sd) for cue in others if cue.is_known]
    any_sure = any(each and cue.is_known for each, cue in zip(sure, others, strict=True))
    if not known or (len(known) == 1 and not any_sure):
        return False
    depths, log_sds = np.array(known).T
    return _weighted_median(depths, log_sds**-2) > trust.reach_m


def _beyond(reach_m: float) -> str:
    return BEYOND_NOTE.format(reach_m=reach_m)


def _log_sd(distance: Distance, label: str, trust: DepthTrust) -> float:
    """The map's and the ranging method's own, together."""
    own = distance.own_log_sd if math.isfinite(distance.own_log_sd) else STATISTIC_LOG_SD
    return math.hypot(trust.log_sd_of(label), own)


def _scene_offset(offsets: NDArray[np.float64], sds: NDArray[np.float64]) -> float:
    """By how much the logarithm of the map's distances is off over the whole picture; 0 where that is no surprise.

    The weighted median holds against single things that are not what they seem: a toy, a face on a poster.
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
