"""A depth map of the user's own beside what a network sees: a wrong unit puts everything many times too near or far."""

import math

import numpy as np

from howfar.scene.depth_map import DepthMap

NETWORK_FACTOR = 3.5
"""From here on a network doubts the unit: steps in use differ from millimetres by 3.9 (1/256 m) or more, and a network
that knows such pictures errs by less than two."""
SIZES_FACTOR = 5.0
"""The same of the sizes of things, of which one may be a toy or half hidden: in 3 of 1,147 pictures of NYU with objects
of known size they would doubt its true depth."""


def unit_doubt(own: DepthMap, seen: DepthMap, seen_by: str) -> str:
    """Whether the unit of a depth map is doubtful, by what a network sees in the same picture.

    Args:
        own: The map of the user's own, in metres or relative.
        seen: The network's map, likewise.
        seen_by: Name of the network.

    Returns:
        A sentence, if their distances differ by more than `NETWORK_FACTOR`; else an empty text.
    """
    if not (own.is_metric and seen.is_metric):
        return ""
    rows, columns = (
        ((np.arange(count) + 0.5) * there / count).astype(int)
        for count, there in zip(own.shape, seen.shape, strict=True)
    )
    own_m, seen_m = own.metres(), seen.metres()[rows[:, None], columns[None, :]]
    both = np.isfinite(own_m) & np.isfinite(seen_m)
    if not both.any():
        return ""
    return doubt_of_factor(float(np.median(own_m[both] / seen_m[both])), f"what {seen_by} sees there", NETWORK_FACTOR)


def doubt_of_factor(factor: float, other: str, most: float) -> str:
    """The sentence about a depth map whose distances are so many times those of `other`; empty where `most` is more."""
    if not abs(math.log(factor)) > math.log(most):
        return ""
    times, where = (factor, "farther") if factor > 1 else (1 / factor, "nearer")
    return f"The depth map of your own is {times:.3g} times {where} than {other}: check its unit."
