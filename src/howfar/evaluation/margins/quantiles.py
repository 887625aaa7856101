"""The quantile of an object's depths on a map at which its surface is read.

A network's map is not sharp: what is behind an object shines through it (depth bleeding). On streets that is many times
as far, so that the median of the object's depths is farther than its surface; in rooms a wall stands near behind it.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from howfar.evaluation.margins.conformal import Errors, is_enough, object_weights
from howfar.evaluation.margins.measuring import QUANTILES, Measured, errors_of
from howfar.scene.domain import Domain
from howfar.scene.margins import MIDDLE

AS_GOOD = 1.01
"""A quantile with so many times the smallest error counts as good as the one with that."""


def surface_quantiles(measured: Sequence[Measured]) -> dict[Domain, float]:
    """The quantile in each domain that has objects and places enough.

    Args:
        measured: The distances on the map, at each of `QUANTILES`. How sharp the map is, pictures tell as well that its
            network has learned from.
    """
    by_domain: dict[Domain, dict[float, Errors]] = {}
    for quantile in QUANTILES:
        at_quantile: dict[Domain, float] = {"rooms": quantile, "outdoors": quantile}
        for (of, domain), errors in errors_of(measured, at_quantile, learned=True).items():
            if of == "depth" and is_enough(errors):
                by_domain.setdefault(domain, {})[quantile] = errors
    return {domain: surface_quantile(each) for domain, each in by_domain.items()}


def surface_quantile(errors: Mapping[float, Errors]) -> float:
    """The quantile of the smallest mean error in log depth, places counting the same; of those as good the middlemost.

    It is the median, unless the quantiles that all other places tell are better in the places left out in turn.

    Args:
        errors: The errors of the same objects at each quantile, the median among them.
    """
    places = errors[MIDDLE].places
    weights = object_weights(places)
    off = {quantile: np.abs(each.log_errors) for quantile, each in errors.items()}
    left_out = at_median = 0.0
    for place in np.unique(places):
        away = places == place
        told = _best(off, weights * ~away)
        left_out += float(weights[away] @ off[told][away])
        at_median += float(weights[away] @ off[MIDDLE][away])
    return _best(off, weights) if left_out < at_median else MIDDLE


def _best(off: Mapping[float, NDArray[np.float64]], weights: NDArray[np.float64]) -> float:
    errors = {quantile: float(weights @ each) for quantile, each in off.items()}
    least = min(errors.values())
    as_good = (quantile for quantile, error in errors.items() if error <= AS_GOOD * least)
    return min(as_good, key=lambda quantile: abs(quantile - MIDDLE))
