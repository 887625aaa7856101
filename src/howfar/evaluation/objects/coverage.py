"""How well intervals hold: by domain, by domain and distance, and by the cues that a distance rests on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from howfar.evaluation.objects.metrics import IntervalCoverage, interval_coverage
from howfar.evaluation.objects.results import MeasuredObject
from howfar.ranging.cues.joining import LEAST_WEIGHT
from howfar.scene import Distance
from howfar.scene.domain import domain_of

EDGES_M = (0.0, 1.0, 2.0, 4.0, 6.0, 10.0, 20.0, 40.0, 80.0, math.inf)
COLUMNS = ("", "intervals", "inside %", "95 % confidence", "width ×")
WHAT = (
    "Inside: share of the true distances between low_m and high_m, where 80 % should be; its confidence is that of "
    "whole places drawn again, such as drives, or of whole pictures where no place is known. Width: the median factor "
    "from the distance to an end. By the domain as it is judged when one looks, by true distance, and by the cues that "
    "a distance rests on."
)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The intervals of some objects.

    Attributes:
        by: The property that the objects share: `domain`, `domain and distance` or `cues`.
        name: Its value.
        held: The share of the true distances that are inside, and its uncertainty.
        factor: The median of the factor from the distance to an end of its interval.
    """

    by: str
    name: str
    held: IntervalCoverage
    factor: float


def coverages(objects: Sequence[MeasuredObject], truth_m: NDArray[np.float64], method: int = 0) -> list[Coverage]:
    """The intervals by domain, by domain and distance, and by cues; groups without an interval are left out.

    Args:
        objects: N objects.
        truth_m: N true distances in metres, NaN where unknown.
        method: The index of the ranging method.
    """
    told = [each.distances[method] for each in objects]
    low_m, high_m = np.array([(one.low_m, one.high_m) for one in told], dtype=np.float64).reshape(-1, 2).T
    places = np.unique([each.place or each.picture for each in objects], return_inverse=True)[1]
    rows = []
    for by, names in _names(objects, truth_m, told).items():
        for name in dict.fromkeys(sorted(names, key=_order)):
            members = np.array([name == other for other in names], dtype=np.bool_)
            held = interval_coverage(truth_m[members], low_m[members], high_m[members], places[members])
            if name and held.objects:
                rows.append(Coverage(by, name[-1], held, _factor(low_m[members], high_m[members])))
    return rows


def coverage_cells(rows: Sequence[Coverage]) -> tuple[tuple[str, ...], ...]:
    """The intervals as cells of a table with the columns `COLUMNS`."""
    return tuple(
        (
            row.name,
            str(row.held.objects),
            f"{100 * row.held.share:.0f}",
            f"{100 * row.held.low:.0f} to {100 * row.held.high:.0f}",
            f"{row.factor:.2f}",
        )
        for row in rows
    )


def cues_of(distance: Distance) -> str:
    """The cues that a distance rests on, as `depth+size`; empty where there are none."""
    return "+".join(cue.name for cue in distance.cues if cue.is_known and cue.weight >= LEAST_WEIGHT)


Name = tuple[float, str] | tuple[()]
"""A place in the order of groups and a name; empty for an object that is in none."""


def _names(
    objects: Sequence[MeasuredObject], truth_m: NDArray[np.float64], told: Sequence[Distance]
) -> dict[str, list[Name]]:
    """The group of each object by each property."""
    domains = ["" if math.isnan(each.outdoors) else domain_of(each.outdoors) for each in objects]
    bins = np.digitize(truth_m, EDGES_M)  # of what is not known: the last one, and it does not count
    bands = [
        f"{near:g} m and more" if math.isinf(far) else f"{near:g}–{far:g} m"
        for near, far in [*pairwise(EDGES_M), (EDGES_M[-2], math.inf)]
    ]
    return {
        "domain": [(0.0, domain) if domain else () for domain in domains],
        "domain and distance": [
            (number + (100 if domain == "outdoors" else 0), f"{domain}, {bands[number - 1]}") if domain else ()
            for domain, number in zip(domains, bins.tolist(), strict=True)
        ],
        "cues": [(0.0, cues_of(one)) if cues_of(one) else () for one in told],
    }


def _order(name: Name) -> tuple[float, str]:
    return name or (-1.0, "")


def _factor(low_m: NDArray[np.float64], high_m: NDArray[np.float64]) -> float:
    return float(np.nanmedian(np.sqrt(high_m / low_m)))
