"""Margins that hold in new places, by split-conformal prediction with whole places left out.

Each object with known truth needs a certain width of its interval. The smallest width that is enough for a share s of
them is their quantile (Papadopoulos et al., ECML 2002; Lei et al., JASA 2018). Objects of one place, such as a drive or
a building, share errors, so places count the same, however many objects they have, but for those with very few (compare
hierarchical conformal prediction: Lee, Barber and Willett, 2023). New places differ from all seen ones by more than
these among themselves, and few places tell that badly. So each place is left out in turn, and the level of the quantile
is raised from s until the intervals from the other places hold, over the places left out, the share s of the truths:
that is what a user in a new place gets. A network that pulls distances towards its usual one is given wider intervals
on the side away from it (`pulls`), and the quantiles are of what is left. The interval of all cues together is never
made narrower than they state: eight places once told so, and were wrong.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.evaluation.margins.pulls import beyond_pull, fitted_pull
from howfar.evaluation.objects.groups import BAND_EDGES_M
from howfar.scene.domain import Domain
from howfar.scene.margins import INTERVAL_SDS, DomainMargin, Pull, Spread, SpreadOf

SHARE = 0.8
"""The share of the objects whose true distance is to lie in its interval."""
ENOUGH_OF_PLACE = 10
"""A place with so many objects counts as much as one with more; one with fewer counts less."""
LEAST_PLACES = 3
"""Fewer places tell nothing of new ones."""
LEAST_OBJECTS = 30
"""Fewer objects tell no margin."""
LEAST_IN_BAND = 20
"""A band of distances with fewer objects, or of fewer than `LEAST_PLACES` places, is joined with its neighbour."""
LEVELS = np.arange(SHARE, 0.995, 0.005)
"""The levels of the quantile that are tried."""
LEAST_FACTOR, LEAST_SPREAD = 1.01, 0.1
"""No margin is less than these: that of a map, and of a cue."""
LEAST_ERROR = 1e-9
"""In place of an error of zero, to divide by."""

Of = Literal["depth", "size", "ground", "joined"]
Values = NDArray[np.float64]
Held = Callable[["Errors", float], Values]
"""The widths that errors of other places get at a level, in units of what they need: 1 and more holds the truth."""


@dataclass(frozen=True, eq=False)
class Errors:
    """The errors of N distances by one cue.

    Attributes:
        log_errors: N float64, logarithms of estimate over truth.
        own_log_sds: N float64, the standard deviations that are stated for them without the margin.
        depth_m: N float64, the estimates.
        places: N texts, where each picture was taken.

    Raises:
        SettingError: If the arrays are not of one length.
    """

    log_errors: Values
    own_log_sds: Values
    depth_m: Values
    places: NDArray[np.str_]

    def __post_init__(self) -> None:
        lengths = {len(getattr(self, field.name)) for field in fields(self)}
        if len(lengths) > 1:
            raise SettingError(f"Errors need one value for each object in every array, not {sorted(lengths)}.")

    def __len__(self) -> int:
        return len(self.log_errors)

    @property
    def place_count(self) -> int:
        """The number of places."""
        return len(np.unique(self.places))

    def select(self, members: NDArray[np.bool_]) -> Self:
        """The errors that a mask names."""
        return type(self)(**{field.name: getattr(self, field.name)[members] for field in fields(self)})


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What places show that were left out.

    Attributes:
        coverage: Share of the truths in their intervals, the weighted mean over the places.
        low: The share in the place at the 10 % quantile of all places.
        level: The level of the quantile that this takes, of which the final margins are, too.
    """

    coverage: float
    low: float
    level: float


def place_quantile(values: Values, places: NDArray[np.str_], level: float) -> float:
    """The value that a share of all values does not exceed, if places count as `_place_weights` has it.

    Between values it is interpolated, so that it goes smoothly with the level.

    Args:
        values: N values.
        places: N places.
        level: The share, above 0 and at most 1.
    """
    weights = object_weights(places)
    order = np.argsort(values)
    return float(np.interp(level, np.cumsum(weights[order]), values[order]))


def object_weights(places: NDArray[np.str_]) -> Values:
    """How much each object counts, so that places count the same; all together 1.

    Args:
        places: N places; those with fewer than `ENOUGH_OF_PLACE` objects count less.
    """
    _, each, counts = np.unique(places, return_inverse=True, return_counts=True)
    weights: Values = (_place_weights(counts) / counts)[each]
    return weights


def domain_margin(errors: Errors, domain: Domain, level: float, data: Sequence[str] = ()) -> DomainMargin:
    """The margin of a depth map in a domain, by distance.

    Args:
        errors: The map's errors in that domain; `own_log_sds` are those of the ranging method.
        domain: The domain.
        level: The level of the quantile, as `left_out` finds it.
        data: The data sets that they are from.
    """
    bands, pull = _bands(errors), _pull(errors)
    return DomainMargin(
        domain,
        depth_m=tuple(round(float(np.exp(np.log(band.depth_m).mean())), 3) for band in bands),
        factors=tuple(
            max(LEAST_FACTOR, round(math.exp(INTERVAL_SDS * _added_log_sd(band, pull, level)), 3)) for band in bands
        ),
        objects=tuple(len(band) for band in bands),
        places=errors.place_count,
        data=tuple(data),
        pull=pull,
    )


def spread_of(errors: Errors, of: SpreadOf, domain: Domain, level: float) -> Spread:
    """What a cue's own standard deviations must be multiplied by.

    Args:
        errors: The errors of the cue in that domain.
        of: The cue.
        domain: The domain.
        level: The level of the quantile, as `left_out` finds it.
    """
    return Spread(of, domain, round(_factor(errors, of, level), 3), len(errors), errors.place_count)


def is_enough(errors: Errors) -> bool:
    """Whether there are objects and places enough for a margin."""
    return len(errors) >= LEAST_OBJECTS and errors.place_count >= LEAST_PLACES


def left_out(errors: Errors, of: Of, share: float = SHARE) -> LeftOut:
    """Leave each place out in turn, and find the least level at which the others' margins hold there.

    Args:
        errors: The errors of at least two places.
        of: The cue: `depth` is given a margin by distance, all others a factor.
        share: The share of the truths to be held.
    """
    names, counts = np.unique(errors.places, return_counts=True)
    weights, away = _place_weights(counts), [errors.places == name for name in names]
    kept = [errors.select(~place) for place in away]
    held_by = [_held_by_bands(others) if of == "depth" else _held_by_spread(others, of) for others in kept]
    each = [(held, errors.select(place)) for held, place in zip(held_by, away, strict=True)]
    for level in LEVELS.tolist():
        coverages = np.array([(held(place, level) >= 1).mean() for held, place in each])
        mean = float(weights @ coverages)
        if mean >= share:
            break
    return LeftOut(mean, float(np.quantile(coverages, 0.1)), level)


def _place_weights(counts: NDArray[np.int64]) -> Values:
    """How much each place counts, by its number of objects; all together 1."""
    weights: Values = np.minimum(counts, ENOUGH_OF_PLACE) / np.minimum(counts, ENOUGH_OF_PLACE).sum()
    return weights


def _held_by_bands(errors: Errors) -> Held:
    bands, pull = _bands(errors), _pull(errors)
    knots = np.array([np.log(band.depth_m).mean() for band in bands])

    def held(others: Errors, level: float) -> Values:
        sds = np.array([_added_log_sd(band, pull, level) for band in bands])
        stated = np.hypot(np.interp(np.log(others.depth_m), knots, sds), others.own_log_sds)
        left = beyond_pull(others.log_errors, others.depth_m, pull)
        widths: Values = INTERVAL_SDS * stated / np.maximum(left, LEAST_ERROR)
        return widths

    return held


def _held_by_spread(errors: Errors, of: Of) -> Held:
    return lambda others, level: _factor(errors, of, level) / np.maximum(_ratios(others), LEAST_ERROR)


def _factor(errors: Errors, of: Of, level: float) -> float:
    """What the standard deviations are multiplied by; those of all cues together do not shrink."""
    least = 1.0 if of == "joined" else LEAST_SPREAD
    return max(least, place_quantile(_ratios(errors), errors.places, level))


def _ratios(errors: Errors) -> Values:
    """The factors that the stated standard deviations need."""
    ratios: Values = np.abs(errors.log_errors) / (INTERVAL_SDS * errors.own_log_sds)
    return ratios


def _added_log_sd(errors: Errors, pull: Pull | None, level: float) -> float:
    """The standard deviation in log depth to add to each object's own, beside the pull."""
    left = beyond_pull(errors.log_errors, errors.depth_m, pull)
    needed = np.sqrt(np.maximum((left / INTERVAL_SDS) ** 2 - errors.own_log_sds**2, 0.0))
    return place_quantile(needed, errors.places, level)


def _pull(errors: Errors) -> Pull | None:
    return fitted_pull(errors.log_errors, errors.depth_m, object_weights(errors.places))


def _bands(errors: Errors) -> list[Errors]:
    """The errors by distance, near to far; a band with too few is joined with the next, the last with the one before.

    All are one band if there are not enough for any.
    """
    bands: list[Errors] = []
    waiting = np.zeros(len(errors), dtype=np.bool_)
    for near, far in pairwise(BAND_EDGES_M):
        waiting |= (errors.depth_m >= near) & (errors.depth_m < far)
        band = errors.select(waiting)
        if len(band) >= LEAST_IN_BAND and band.place_count >= LEAST_PLACES:
            bands.append(band)
            waiting = np.zeros(len(errors), dtype=np.bool_)
    rest = errors.select(waiting)
    if not bands:
        return [errors]
    if len(rest):
        bands[-1] = _joined(bands[-1], rest)
    return bands


def _joined(one: Errors, other: Errors) -> Errors:
    return Errors(
        **{field.name: np.concatenate([getattr(one, field.name), getattr(other, field.name)]) for field in fields(one)}
    )
