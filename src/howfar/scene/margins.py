"""The error margins of a depth network, measured on objects in places that it has not seen.

By domain and distance, as `howfar evaluate margins` measures them, with how the network pulls distances towards its
usual one, and what the other cues' own spreads are multiplied by; or by class, the older form.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from howfar.errors import SettingError
from howfar.scene.domain import Domain, domain_of

INTERVAL_SDS = 1.2816
"""Half the width of an interval of 80 %, in standard deviations of a normal distribution."""
MIDDLE = 0.5
"""The quantile of the depths of an object that is their median."""
UNMEASURED_DOMAIN = 2.0
"""A domain without margins has the standard deviations of the other one, times this."""

SpreadOf = Literal["size", "ground", "joined"]


@dataclass(frozen=True, slots=True)
class Margin:
    """The margin of a group of classes.

    Attributes:
        group: Name of the group.
        classes: Names of its classes, in lower case; empty for all classes that no other margin names.
        factor: In four of five cases the true distance lies within this factor of the estimate; above 1.
        objects: Number of objects that it was measured on.

    Raises:
        SettingError: If the factor is not above 1 and finite.
    """

    group: str
    classes: tuple[str, ...]
    factor: float
    objects: int = 0

    def __post_init__(self) -> None:
        _refuse_no_factor(self.factor, self.group)

    @property
    def log_sd(self) -> float:
        """The margin as a standard deviation of the natural logarithm of the distance."""
        return math.log(self.factor) / INTERVAL_SDS


@dataclass(frozen=True, slots=True)
class Pull:
    """How a depth network pulls all distances towards its usual one.

    An object t metres away is given usual_m · (t / usual_m)^slope in the middle: what is near comes out too far, and
    what is far too near. No correction makes the mean error smaller, as among all objects of one given distance most
    are usual. But an interval that is to hold what is unusually near or far as well must reach there.

    Attributes:
        usual_m: The distance that is pulled nowhere.
        slope: The slope of the logarithm of the given distance on that of the true one.

    Raises:
        SettingError: If usual_m is not above 0, or slope not above 0 and at most 1.
    """

    usual_m: float
    slope: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.usual_m) and self.usual_m > 0 and 0 < self.slope <= 1):
            raise SettingError(
                f"A pull needs usual_m above 0 and a slope above 0 and at most 1, not {self.usual_m} and {self.slope}."
            )

    def log_at(self, depth_m: float) -> float:
        """What undoes the pull at a given distance, in log depth: below 0 towards the near side, above to the far."""
        return (1 / self.slope - 1) * math.log(depth_m / self.usual_m) if depth_m > 0 else 0.0


@dataclass(frozen=True, slots=True)
class DomainMargin:
    """The margin of a depth network in one domain, by the distance that it gives.

    Attributes:
        domain: The domain.
        depth_m: K distances in metres, ascending. Between them the logarithm of the factor is linear in that of the
            distance; before the first and beyond the last it stays.
        factors: The factor at each: in four of five cases the true distance lies within it; above 1.
        objects: Number of objects that each was measured on.
        places: Number of places, such as drives or buildings, that all objects are from.
        data: The data sets, by name.
        pull: How the network pulls distances there; None where it does not, or that was not measured.
        surface_quantile: The quantile of an object's depths on the map at which its surface is read. Through an object
            on a map that is not sharp shines what is behind it, so that its surface is nearer than the median.

    Raises:
        SettingError: If the lists are not of one length, the distances do not ascend, a factor is not above 1, or the
            quantile is not between 0 and 1.
    """

    domain: Domain
    depth_m: tuple[float, ...]
    factors: tuple[float, ...]
    objects: tuple[int, ...] = ()
    places: int = 0
    data: tuple[str, ...] = ()
    pull: Pull | None = None
    surface_quantile: float = MIDDLE

    def __post_init__(self) -> None:
        lengths = {len(self.depth_m), len(self.factors), len(self.objects or self.depth_m)}
        if len(lengths) > 1 or not self.depth_m:
            raise SettingError(f"The margins of {self.domain} need a factor, and objects, for each distance.")
        ascend = all(near < far for near, far in pairwise(self.depth_m))
        if not (ascend and self.depth_m[0] > 0 and math.isfinite(self.depth_m[-1])):
            raise SettingError(f"The distances of the margins of {self.domain} must ascend from above 0.")
        for factor in self.factors:
            _refuse_no_factor(factor, self.domain)
        if not 0 < self.surface_quantile < 1:
            raise SettingError(
                f"The surface_quantile of {self.domain} must lie between 0 and 1, not {self.surface_quantile}."
            )

    def log_sd_at(self, depth_m: float) -> float:
        """The margin at a distance, as a standard deviation of its natural logarithm; the widest where it is NaN."""
        sds = np.log(self.factors) / INTERVAL_SDS
        return float(np.interp(math.log(depth_m), np.log(self.depth_m), sds) if depth_m > 0 else sds.max())


@dataclass(frozen=True, slots=True)
class Spread:
    """What the standard deviations that a cue states for itself are multiplied by in one domain.

    Attributes:
        of: The cue; `joined` for what all cues give together.
        domain: The domain.
        factor: The factor, above 0.
        objects: Number of objects that it was measured on.
        places: Number of places that they are from.

    Raises:
        SettingError: If the factor is not above 0 and finite.
    """

    of: SpreadOf
    domain: Domain
    factor: float
    objects: int = 0
    places: int = 0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.factor) and self.factor > 0):
            raise SettingError(f"The spread of {self.of} in {self.domain} must be above 0, not {self.factor}.")


@dataclass(frozen=True, slots=True)
class Margins:
    """The margins of all classes, or of all domains.

    Attributes:
        all: By class: one margin for each group of classes, and one for all other classes; empty if by domain.
        domains: By domain and distance: one margin for each domain that was measured; empty if by class.
        spreads: The factors on the spreads of the other cues, and of all together; 1 where there is none.

    Raises:
        SettingError: If the margins are neither by class nor by domain, not exactly one is for all other classes, or a
            class, a domain or a spread is given twice.
    """

    all: tuple[Margin, ...] = ()
    domains: tuple[DomainMargin, ...] = ()
    spreads: tuple[Spread, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.all) == bool(self.domains):
            raise SettingError("Margins are given by class or by domain, one of them.")
        if self.all and sum(not margin.classes for margin in self.all) != 1:
            raise SettingError("Margins need one without classes, for all the classes that no other margin names.")
        _refuse_doubles("class", [name for margin in self.all for name in margin.classes])
        _refuse_doubles("domain", [margin.domain for margin in self.domains])
        _refuse_doubles("spread", [f"{each.of} in {each.domain}" for each in self.spreads])

    def of(self, label: str) -> Margin:
        """The margin of a class; that of all other classes where it has none of its own. For margins by class."""
        name = label.lower()
        own = (margin for margin in self.all if name in margin.classes)
        return next(own, None) or next(margin for margin in self.all if not margin.classes)

    def log_sd(self, label: str, depth_m: float, outdoors: float) -> float:
        """The standard deviation of the natural logarithm of an object's distance by the network.

        Between the domains it goes smoothly, in variance, with the probability that the picture was taken outdoors.

        Args:
            label: Its class.
            depth_m: The distance; NaN where it is not known.
            outdoors: The probability that the picture was taken outdoors.
        """
        if self.all:
            return self.of(label).log_sd
        by_domain: dict[Domain, float] = {margin.domain: margin.log_sd_at(depth_m) for margin in self.domains}
        known = max(by_domain.values())
        rooms, outside = (by_domain.get(domain, UNMEASURED_DOMAIN * known) for domain in ("rooms", "outdoors"))
        return _between(rooms, outside, outdoors)

    def pulled(self, depth_m: float, outdoors: float) -> float:
        """How much farther the interval has to reach on one side, as the network pulls distances towards its usual one.

        In log depth: below 0 on the near side, above 0 on the far side. It goes with the probability of the domains.
        """
        shares = _shares(outdoors)
        return sum(shares[each.domain] * each.pull.log_at(depth_m) for each in self.domains if each.pull is not None)

    def surface_quantile(self, outdoors: float) -> float:
        """The quantile of an object's depths at which its surface is read, by the probability of the domains."""
        shares = _shares(outdoors)
        return MIDDLE + sum(shares[each.domain] * (each.surface_quantile - MIDDLE) for each in self.domains)

    def spread(self, of: SpreadOf, outdoors: float) -> float:
        """What the standard deviation that a cue states, or all together do, is multiplied by; as in `log_sd`."""
        by_domain = {each.domain: each.factor for each in self.spreads if each.of == of}
        likelier = by_domain.get(domain_of(outdoors), 1.0)
        return _between(by_domain.get("rooms", likelier), by_domain.get("outdoors", likelier), outdoors)


def _shares(outdoors: float) -> dict[Domain, float]:
    return {"rooms": 1 - outdoors, "outdoors": outdoors}


def _between(rooms: float, outside: float, outdoors: float) -> float:
    """The root of the mean square of two numbers, by the probability of the second."""
    return math.hypot(rooms * math.sqrt(1 - outdoors), outside * math.sqrt(outdoors))


def _refuse_no_factor(factor: float, of: str) -> None:
    if not (math.isfinite(factor) and factor > 1):
        raise SettingError(f"The margin of {of} must be a factor above 1, not {factor}.")


def _refuse_doubles(what: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SettingError(f"Margins name each {what} once, and {twice[0]!r} is named twice.")
