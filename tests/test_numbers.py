"""Numbers that a user hands in."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.numbers import is_written_number, plain_count, plain_flag, plain_number


@pytest.mark.parametrize("given", [2, 2.0, np.float32(2), np.float64(2), np.int64(2), np.array(2.0), Fraction(2)])
def test_any_number_becomes_a_plain_one(given: Any) -> None:
    assert type(plain_number(given, "score")) is float
    assert plain_number(given, "score") == 2.0
    assert type(plain_count(given, "every")) is int


def test_a_number_may_be_infinite_where_that_makes_sense() -> None:
    assert plain_number(np.float32("inf"), "max_depth_m", infinite=True) == float("inf")
    assert plain_number(Decimal("0.5"), "score") == 0.5


@pytest.mark.parametrize(
    "given",
    [
        pytest.param("2", id="a text"),
        pytest.param(b"2", id="bytes"),
        pytest.param(True, id="a bool"),
        pytest.param(np.bool_(True), id="a bool of NumPy"),
        pytest.param(None, id="nothing"),
        pytest.param([2.0], id="a list"),
        pytest.param(np.array([2.0]), id="an array"),
        pytest.param(1j, id="a complex number"),
        pytest.param(float("nan"), id="no number"),
        pytest.param(float("inf"), id="infinity"),
        pytest.param(10**400, id="beyond every float"),
    ],
)
def test_what_is_no_number_is_refused(given: Any) -> None:
    with pytest.raises(SettingError, match=r"^focal_px must be .* number") as refused:
        plain_number(given, "focal_px")
    assert refused.value.setting == "focal_px"


@pytest.mark.parametrize(
    ("given", "says"), [(1.5, "a whole number, not 1.5"), (0, "at least 1, not 0"), (-3, "not -3"), ("3", "a number")]
)
def test_a_count_is_whole_and_not_below_its_least(given: Any, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        plain_count(given, "every")


def test_a_flag_is_a_bool() -> None:
    assert plain_flag(np.bool_(False), "camera_scale") is False
    with pytest.raises(SettingError, match="camera_scale must be True or False, not 'no'"):
        plain_flag("no", "camera_scale")


@pytest.mark.parametrize(
    ("word", "is_number"),
    [("1.5", True), ("-3e2", True), ("nan", True), ("Car", False), ("", False), ("1,5", False)],
)
def test_a_written_number_is_told_from_a_word(word: str, is_number: bool) -> None:
    assert is_written_number(word) is is_number
