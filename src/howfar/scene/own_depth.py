"""A depth map of the user's own beside what a network sees: a wrong unit puts everything many times too near or far."""

import math

import numpy as np

from howfar.scene.depth_map import DepthMap

DOUBT_FACTOR = 5.0
"""Units differ by ten, networks err by two or three: from here on the unit is doubted."""


def unit_doubt(own: DepthMap, seen: DepthMap, seen_by: str) -> str:
    """Whether the unit of a depth map is doubtful, by what a network sees in the same picture.

    Args:
        own: The map of the user's own, in metres or relative.
        seen: The network's map, likewise.
        seen_by: Name of the network.

    Returns:
        A sentence, if their distances differ by more than `DOUBT_FACTOR`; else an empty text.
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
    return doubt_of_factor(float(np.median(own_m[both] / seen_m[both])), f"what {seen_by} sees there")


def doubt_of_factor(factor: float, other: str) -> str:
    """The sentence about a depth map whose distances are so many times those of `other`; empty within the limits."""
    if not abs(math.log(factor)) > math.log(DOUBT_FACTOR):
        return ""
    times, where = (factor, "farther") if factor > 1 else (1 / factor, "nearer")
    return f"The depth map of your own is {times:.3g} times {where} than {other}: check its unit."
