"""Margins of a depth network by class, from objects that it has not seen: split-conformal prediction.

An interval is a distance divided and multiplied by a factor. Over n objects with known truth, the factor that a share
of at least s of new objects stays within is the ⌈(n + 1)·s⌉-th smallest of theirs (Papadopoulos et al., ECML 2002; Lei
et al., JASA 2018), and taken class group by class group it holds for each of them (Mondrian conformal prediction, Vovk
et al. 2003). A ranging method that tells its own spread is given credit for it: measured is what the depth map adds.
"""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.evaluation.objects.results import ObjectResult
from howfar.ranging.cues.depth_cue import STATISTIC_LOG_SD
from howfar.scene.margins import INTERVAL_SDS, Margin, Margins

SHARE = 0.8
LEAST_OBJECTS = 100
"""A group of fewer has no margin of its own: what they tell of it is too little."""

OTHERS = "all others"

CLASS_GROUPS: Mapping[str, tuple[str, ...]] = {
    "seats": ("chair", "sofa", "couch", "bench", "toilet"),
    "beds": ("bed",),
    "tables": ("table", "dining table", "desk"),
    "cabinets": ("dresser", "night stand", "refrigerator", "oven", "microwave", "box", "suitcase"),
    "screens": ("television", "tv", "laptop", "monitor"),
    "small things": ("pillow", "lamp", "sink", "bag", "backpack", "handbag", "bottle", "vase", "book", "potted plant"),
    "people": ("person",),
}
"""Things that a depth network is wrong about in the same way, by NYU's and COCO's names."""


def class_margins(result: ObjectResult, method: str, scale: float = 1.0) -> Margins:
    """The margins of a depth network as measured on pictures that it has not seen.

    Args:
        result: Distances read off the network's maps, by the depth cue alone.
        method: The ranging method they are measured for.
        scale: The error of the network that they are for over that of the networks measured, which have seen fewer
            pictures where they are those of `howfar train crossfit`; above 0.

    Returns:
        One margin for each group with enough objects, and one for all other things, which all objects tell.

    Raises:
        SettingError: If there are too few objects, true depth was measured on, or the scale cannot be.
    """
    if not scale > 0:
        raise SettingError(f"Margins are scaled by a number above 0, not {scale:g}.")
    if result.procedure.depth == "true" or result.procedure.cues.names != ("depth",):
        raise SettingError("Margins are those of a depth network: measure on its depth, and with the depth cue alone.")
    distances = result.distances(method)
    log_errors = np.log(result.estimates_m(method)) - np.log(result.truth_m)
    own_log_sds = np.nan_to_num([distance.own_log_sd for distance in distances], nan=STATISTIC_LOG_SD)
    labels = np.array([thing.label for thing in result.objects], dtype=object)
    known = np.isfinite(log_errors)
    if int(known.sum()) < LEAST_OBJECTS:
        raise SettingError(f"Margins need {LEAST_OBJECTS} objects with a distance, and there are {int(known.sum())}.")
    margins = [_margin(OTHERS, (), log_errors[known], own_log_sds[known], scale)]
    for group, classes in CLASS_GROUPS.items():
        members = known & np.isin(labels, classes)
        if int(members.sum()) >= LEAST_OBJECTS:
            margins.insert(-1, _margin(group, classes, log_errors[members], own_log_sds[members], scale))
    return Margins(tuple(margins))


def conformal_log_sd(log_errors: NDArray[np.float64], own_log_sds: NDArray[np.float64], share: float = SHARE) -> float:
    """The standard deviation in log depth that, with each object's own, gives intervals of 80 % that hold.

    Args:
        log_errors: N logarithms of estimate over truth.
        own_log_sds: N standard deviations that the ranging method tells, 0 where it tells none.
        share: How often an interval is to hold the truth, above 0 and below 1.

    Returns:
        The ⌈(N + 1)·share⌉-th smallest of what the objects need; infinity where N is too small to tell.
    """
    needed = np.sqrt(np.maximum((log_errors / INTERVAL_SDS) ** 2 - own_log_sds**2, 0.0))
    rank = math.ceil((len(needed) + 1) * share)
    return float(np.sort(needed)[rank - 1]) if rank <= len(needed) else math.inf


def _margin(
    group: str,
    classes: tuple[str, ...],
    log_errors: NDArray[np.float64],
    own_log_sds: NDArray[np.float64],
    scale: float,
) -> Margin:
    factor = math.exp(INTERVAL_SDS * scale * conformal_log_sd(log_errors, own_log_sds))
    return Margin(group, classes, round(factor, 3), len(log_errors))
