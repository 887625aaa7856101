"""Margins of a depth network by class, by split-conformal prediction on objects that it was not trained on.

An interval goes from the distance divided by a factor to the distance multiplied by it. Each object with known truth
needs a certain factor. The ⌈(n + 1)·s⌉-th smallest factor of n objects is enough for a share of at least s of new
objects (Papadopoulos et al., ECML 2002; Lei et al., JASA 2018). Computed for each group of classes, it holds for each
of them (Mondrian conformal prediction, Vovk et al. 2003). Where a ranging method estimates its own uncertainty, this is
subtracted first, so that the margin is that of the depth map.
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
"""The share of the objects whose true distance lies in its interval."""
LEAST_OBJECTS = 100
"""A group of fewer objects has no margin of its own, since it could not be estimated well."""

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
"""Classes with similar errors of a depth network, by the names of NYU and COCO."""


def class_margins(result: ObjectResult, method: str, scale: float = 1.0) -> Margins:
    """The margins of a depth network, from an evaluation on pictures that it was not trained on.

    Args:
        result: Distances measured on the network's maps, by the depth cue alone.
        method: The ranging method that they are measured by.
        scale: A factor on the log error, above 0: the error of the network that the margins are for, divided by that of
            the networks measured. Those of `howfar train crossfit` were trained on fewer pictures.

    Returns:
        One margin for each group with enough objects, and one for all other classes, computed from all objects.

    Raises:
        SettingError: If there are too few objects, if the depth was true or other cues were used, or if the scale is
            not above 0.
    """
    if not scale > 0:
        raise SettingError(f"Margins are scaled by a number above 0, not {scale:g}.", setting="margin_scale")
    if result.options.depth == "true" or result.options.cues.names != ("depth",):
        raise SettingError("Margins are those of a depth network: measure on its depth, and with the depth cue alone.")
    distances = result.distances(method)
    log_errors = np.log(result.estimates_m(method)) - np.log(result.truth_m)
    own_log_sds = np.nan_to_num([distance.own_log_sd for distance in distances], nan=STATISTIC_LOG_SD)
    labels = np.array([each.label for each in result.objects], dtype=object)
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
    """The standard deviation in log depth to add to each object's own, so that intervals hold the truth often enough.

    Args:
        log_errors: N logarithms of estimate over truth.
        own_log_sds: N standard deviations of the ranging method's own error; 0 where it does not estimate it.
        share: The share of the intervals that are to hold the truth, above 0 and below 1.

    Returns:
        The ⌈(N + 1)·share⌉-th smallest of the standard deviations that the objects need; infinity where N is too small.
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
