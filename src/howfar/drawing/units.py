"""Distances as text, in metres or feet."""

import math
from typing import Literal

Units = Literal["m", "ft"]

FEET_IN_A_METRE = 1 / 0.3048


def in_units(metres: float, units: Units) -> float:
    """A length in metres, counted in the units asked for."""
    return metres * FEET_IN_A_METRE if units == "ft" else metres


def number_text(value: float) -> str:
    """A length with two significant digits: what one camera can honestly tell.

    0.42, 2.3, 12, 120; "?" when it is not known.
    """
    if not math.isfinite(value):
        return "?"
    rounded = float(f"{value:.2g}")
    decimals = 2 if abs(rounded) < 1 else 1 if abs(rounded) < 10 else 0
    return f"{rounded:.{decimals}f}"


def interval_text(low_m: float, high_m: float, units: Units, between: str = "–") -> str:
    """An interval without its unit, as "1.8–2.9"; nothing when it is not known."""
    if not (math.isfinite(low_m) and math.isfinite(high_m)):
        return ""
    return between.join(number_text(in_units(metres, units)) for metres in (low_m, high_m))


def distance_text(metres: float, units: Units) -> str:
    """A distance for a label or a table: "2.3 m", "7.5 ft", "? m" when it is not known."""
    return f"{number_text(in_units(metres, units))} {units}"
