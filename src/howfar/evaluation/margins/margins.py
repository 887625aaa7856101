"""The margins of a depth network and of the cues, put together from their errors, with what left-out places show."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from howfar.errors import SettingError
from howfar.evaluation.margins.conformal import (
    LEAST_OBJECTS,
    LEAST_PLACES,
    Errors,
    LeftOut,
    domain_margin,
    is_enough,
    left_out,
    spread_of,
)
from howfar.evaluation.margins.measuring import Key
from howfar.scene.domain import Domain
from howfar.scene.margins import MIDDLE, Margins


@dataclass(frozen=True, eq=False)
class MeasuredMargins:
    """Margins, and what they rest on.

    Attributes:
        margins: The margins.
        errors: The errors of each cue in each domain, those with too few objects or places as well.
        shown: What left-out places show, for those with enough.
        surface_quantiles: The quantile of an object's depths that the map was read at, by domain.
    """

    margins: Margins
    errors: Mapping[Key, Errors]
    shown: Mapping[Key, LeftOut]
    surface_quantiles: Mapping[Domain, float]

    def without(self) -> Callable[[str], Margins]:
        """A function that gives the margins of all places but one, with the same levels and quantiles."""

        @cache
        def margins(place: str) -> Margins:
            kept = {key: self.errors[key].select(self.errors[key].places != place) for key in self.shown}
            there = {key: errors for key, errors in kept.items() if len(errors)}
            return _margins(there, self.shown, (), self.surface_quantiles)

        return margins


def measured_margins(
    errors: Mapping[Key, Errors], data: Sequence[str] = (), surface_quantiles: Mapping[Domain, float] | None = None
) -> MeasuredMargins:
    """The margins that hold in places left out.

    Args:
        errors: The errors of each cue in each domain.
        data: The data sets that they are from.
        surface_quantiles: The quantile of an object's depths that the map was read at, by domain; else the median.

    Raises:
        SettingError: If no domain has objects and places enough for the depth map.
    """
    shown = {key: left_out(each, key[0]) for key, each in errors.items() if is_enough(each)}
    if not any(of == "depth" for of, _ in shown):
        count = sum(len(each) for (of, _), each in errors.items() if of == "depth")
        raise SettingError(
            f"Margins need {LEAST_OBJECTS} objects with a distance, from {LEAST_PLACES} places of one domain, rooms or "
            f"outdoors; there are {count} objects in all: name more data sets."
        )
    read_at = surface_quantiles or {}
    return MeasuredMargins(_margins(errors, shown, data, read_at), errors, shown, read_at)


def _margins(
    errors: Mapping[Key, Errors],
    shown: Mapping[Key, LeftOut],
    data: Sequence[str],
    surface_quantiles: Mapping[Domain, float],
) -> Margins:
    used = {key: each for key, each in errors.items() if key in shown}
    return Margins(
        domains=tuple(
            replace(
                domain_margin(each, domain, shown[of, domain].level, _of_these(data, each)),
                surface_quantile=surface_quantiles.get(domain, MIDDLE),
            )
            for (of, domain), each in used.items()
            if of == "depth"
        ),
        spreads=tuple(
            spread_of(each, of, domain, shown[of, domain].level) for (of, domain), each in used.items() if of != "depth"
        ),
    )


def _of_these(data: Sequence[str], errors: Errors) -> list[str]:
    """The data sets that errors are from, by the names of their places."""
    return [name for name in data if any(place.startswith(f"{name}, ") for place in errors.places.tolist())]
