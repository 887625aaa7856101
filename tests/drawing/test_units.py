"""Distances as text."""

import math

import pytest

from howfar.drawing.units import Units, distance_text, interval_text


@pytest.mark.parametrize(
    ("metres", "units", "text"),
    [
        pytest.param(2.345, "m", "2.3 m", id="two digits"),
        pytest.param(0.4249, "m", "0.42 m", id="centimetres below a metre"),
        pytest.param(12.4, "m", "12 m", id="whole metres above ten"),
        pytest.param(9.96, "m", "10 m", id="rounded up to ten"),
        pytest.param(123.0, "m", "120 m", id="two digits far away too"),
        pytest.param(2.0, "ft", "6.6 ft", id="feet"),
        pytest.param(math.nan, "m", "? m", id="unknown"),
    ],
)
def test_distance_text(metres: float, units: Units, text: str) -> None:
    assert distance_text(metres, units) == text


@pytest.mark.parametrize(
    ("low_m", "high_m", "units", "text"),
    [
        pytest.param(1.84, 2.91, "m", "1.8–2.9", id="metres"),
        pytest.param(0.951, 12.3, "m", "0.95–12", id="each end with two digits"),
        pytest.param(1.84, 2.91, "ft", "6.0–9.5", id="feet"),
        pytest.param(math.nan, math.nan, "m", "", id="unknown is nothing"),
        pytest.param(1.84, math.inf, "m", "", id="and so is one without an end"),
    ],
)
def test_interval_text(low_m: float, high_m: float, units: Units, text: str) -> None:
    assert interval_text(low_m, high_m, units) == text
