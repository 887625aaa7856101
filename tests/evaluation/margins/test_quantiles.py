"""The quantile at which the surface of objects is read."""

import numpy as np
import pytest

from howfar.evaluation.margins.conformal import LEAST_OBJECTS, Errors
from howfar.evaluation.margins.measuring import QUANTILES, Measured
from howfar.evaluation.margins.quantiles import surface_quantile, surface_quantiles
from howfar.scene.margins import MIDDLE

PLACES = ("one", "two", "three", "four")


def errors_at(best: dict[str, float], slope: float = 1.0) -> dict[float, Errors]:
    """Twelve objects of each place, whose error grows with the distance from a quantile of the place."""
    places = np.repeat(PLACES, 12)
    return {
        quantile: Errors(
            np.array([slope * (quantile - best[place]) for place in places]), np.full(48, 0.1), np.ones(48), places
        )
        for quantile in QUANTILES
    }


@pytest.mark.parametrize(
    ("best", "quantile"),
    [
        pytest.param(dict.fromkeys(PLACES, 0.25), 0.25, id="what all places tell"),
        pytest.param({"one": 0.2, "two": 0.25, "three": 0.25, "four": 0.3}, 0.25, id="about the same in each"),
        pytest.param({"one": 0.1, "two": 0.6, "three": 0.6, "four": 0.6}, MIDDLE, id="the median for most"),
        pytest.param(dict.fromkeys(PLACES, MIDDLE), MIDDLE, id="the median for all"),
        pytest.param({"one": 0.1, "two": 0.2, "three": 0.4, "four": 0.6}, MIDDLE, id="worse in the places left out"),
        pytest.param({"one": 0.1, "two": 0.1, "three": 0.6, "four": 0.6}, MIDDLE, id="no place tells of the others"),
    ],
)
def test_it_is_the_one_that_helps_in_places_left_out(best: dict[str, float], quantile: float) -> None:
    assert surface_quantile(errors_at(best)) == quantile


def test_of_those_that_are_as_good_it_is_the_middlemost() -> None:
    flat = errors_at(dict.fromkeys(PLACES, 0.1), slope=1e-6)
    offset = {each: Errors(0.2 + e.log_errors, e.own_log_sds, e.depth_m, e.places) for each, e in flat.items()}
    assert surface_quantile(offset) == MIDDLE


def test_a_domain_with_too_few_objects_or_places_has_none() -> None:
    def measured(domain: str, place: str, count: int) -> list[Measured]:
        one = Measured("depth", domain, place, 10.0, 10.0, 0.1)  # type: ignore[arg-type]
        at = [one._replace(quantile=quantile, depth_m=10 * (1 + abs(quantile - 0.3))) for quantile in QUANTILES]
        return at * count

    many = [each for place in PLACES for each in measured("outdoors", place, LEAST_OBJECTS)]
    assert surface_quantiles([*many, *measured("rooms", "here", 3)]) == {"outdoors": 0.3}
    assert surface_quantiles([one._replace(learned=True) for one in many]) == {"outdoors": 0.3}
