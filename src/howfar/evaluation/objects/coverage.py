"""How well intervals hold: by domain, by domain and distance, and by the cues that a distance rests on."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from howfar.evaluation.objects.groups import BAND_EDGES_M, Group, binned
from howfar.evaluation.objects.metrics import IntervalCoverage, interval_coverage
from howfar.evaluation.objects.results import MeasuredObject
from howfar.ranging.cues.joining import LEAST_WEIGHT
from howfar.scene import Distance
from howfar.scene.domain import Domain, domain_of

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
    for by, group in _groups(objects, truth_m, told):
        members = group.members
        held = interval_coverage(truth_m[members], low_m[members], high_m[members], places[members])
        if held.objects:
            rows.append(Coverage(by, group.name, held, _factor(low_m[members], high_m[members])))
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


def _groups(
    objects: Sequence[MeasuredObject], truth_m: NDArray[np.float64], told: Sequence[Distance]
) -> Iterator[tuple[str, Group]]:
    """The groups of objects, each with the property that it is by; an object whose property is not known is in none."""
    domains = np.array(["" if math.isnan(each.outdoors) else domain_of(each.outdoors) for each in objects])
    known = np.isfinite(truth_m) & (truth_m > 0)
    for domain in get_args(Domain):
        yield "domain", Group(domain, np.flatnonzero(domains == domain))
    for domain in get_args(Domain):
        members = np.flatnonzero((domains == domain) & known)
        for band in binned(truth_m[members].tolist(), BAND_EDGES_M, "m"):
            yield "domain and distance", Group(f"{domain}, {band.name}", members[band.members])
    cues = np.array([cues_of(one) for one in told])
    for name in sorted({*cues.tolist()} - {""}):
        yield "cues", Group(name, np.flatnonzero(cues == name))


def _factor(low_m: NDArray[np.float64], high_m: NDArray[np.float64]) -> float:
    return float(np.nanmedian(np.sqrt(high_m / low_m)))
