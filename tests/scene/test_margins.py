"""Margins of a depth network, by class."""

import math

import pytest

from howfar.errors import SettingError
from howfar.scene.margins import Margin, Margins

SEATS = Margin("seats", ("chair", "couch"), 1.4)
OTHERS = Margin("all others", (), 1.3)


@pytest.mark.parametrize(
    ("label", "margin"), [("chair", SEATS), ("Couch", SEATS), ("dog", OTHERS), ("", OTHERS)], ids=str
)
def test_a_class_has_its_own_margin_or_that_of_all_others(label: str, margin: Margin) -> None:
    assert Margins((SEATS, OTHERS)).of(label) is margin


def test_the_interval_of_80_percent_is_the_factor() -> None:
    assert math.exp(1.2816 * SEATS.log_sd) == pytest.approx(1.4)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Margin("seats", (), 1.0), "must be a factor above 1"),
        (lambda: Margin("seats", (), math.nan), "must be a factor above 1"),
        (lambda: Margin("seats", (), math.inf), "must be a factor above 1"),
        (lambda: Margins((SEATS,)), "need one without classes"),
        (lambda: Margins((OTHERS, OTHERS)), "need one without classes"),
        (lambda: Margins((SEATS, Margin("more", ("couch",), 1.2), OTHERS)), "'couch' is named twice"),
    ],
    ids=["no width", "not a number", "no end", "nothing for the others", "two for the others", "a class twice"],
)
def test_margins_that_cannot_be_are_refused(make, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        make()
