"""Groups of objects whose errors are reported separately: by class, distance, occlusion and size."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from howfar.evaluation.objects.results import MeasuredObject

DISTANCE_EDGES_M = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0, 40.0, 60.0, math.inf)
BAND_EDGES_M = (0.0, 1.0, 2.0, 4.0, 6.0, 10.0, 20.0, 40.0, 80.0, math.inf)
"""Edges of the wider bands in which margins are measured, and in which the benchmark over many data sets reports."""
SIZE_EDGES_PX = (0.0, 32.0, 64.0, 128.0, 256.0, math.inf)
"""Edges of the bins of box size: the side of a square with the area of the true box."""

OCCLUSIONS = {0: "fully visible", 1: "partly occluded", 2: "largely occluded", -1: "unknown"}


class Group(NamedTuple):
    """Some of N objects.

    Attributes:
        name: The property that they share.
        members: Their indices among the N objects, in order.
    """

    name: str
    members: NDArray[np.int64]


def all_objects(objects: Sequence[MeasuredObject]) -> Group:
    """All objects, as one group."""
    return Group("all", np.arange(len(objects)))


def by_class(objects: Sequence[MeasuredObject]) -> tuple[Group, ...]:
    """One group for each class, in alphabetical order."""
    labels = [each.label for each in objects]
    return _groups(labels, sorted(set(labels)))


def by_distance(objects: Sequence[MeasuredObject]) -> tuple[Group, ...]:
    """Groups by the true distance, near to far, without empty ones; an edge belongs to the farther group."""
    return binned([each.truth_m for each in objects], DISTANCE_EDGES_M, "m")


def by_occlusion(objects: Sequence[MeasuredObject]) -> tuple[Group, ...]:
    """Groups by occlusion, without empty ones; no group at all if the occlusion of every object is unknown."""
    levels = [OCCLUSIONS[each.occlusion] for each in objects]
    return () if set(levels) <= {OCCLUSIONS[-1]} else _groups(levels, list(OCCLUSIONS.values()))


def by_size(objects: Sequence[MeasuredObject]) -> tuple[Group, ...]:
    """Groups by the size of the true box, small to large, without empty ones."""
    sides = []
    for each in objects:
        x1, y1, x2, y2 = each.box_xyxy_px
        sides.append(math.sqrt(max(x2 - x1, 0.0) * max(y2 - y1, 0.0)))
    return binned(sides, SIZE_EDGES_PX, "px")


GROUPINGS: dict[str, Callable[[Sequence[MeasuredObject]], tuple[Group, ...]]] = {
    "class": by_class,
    "distance": by_distance,
    "occlusion": by_occlusion,
    "box size": by_size,
}
"""The functions that group objects, by the name of the property."""


def binned(values: Sequence[float], edges: Sequence[float], unit: str) -> tuple[Group, ...]:
    """Groups of values between edges, small to large, without empty ones; an edge belongs to the group above it.

    Args:
        values: N values, none below the first edge, and all below the last one.
        edges: The edges, ascending.
        unit: The unit of values and edges, for the names.
    """
    names = [_bin_name(low, high, unit) for low, high in pairwise(edges)]
    return _groups([names[bin_number - 1] for bin_number in np.digitize(values, edges).tolist()], names)


def _bin_name(low: float, high: float, unit: str) -> str:
    return f"{low:g} {unit} and more" if math.isinf(high) else f"{low:g}–{high:g} {unit}"


def _groups(keys: Sequence[str], order: Sequence[str]) -> tuple[Group, ...]:
    """One group for each key, in the given order, without empty ones."""
    found = np.array(keys, dtype=object)
    groups = (Group(name, np.flatnonzero(found == name)) for name in order)
    return tuple(group for group in groups if len(group.members))
