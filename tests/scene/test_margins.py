"""Margins of a depth network: by class, and by domain and distance."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.errors import SettingError
from howfar.scene.margins import INTERVAL_SDS, MIDDLE, UNMEASURED_DOMAIN, DomainMargin, Margin, Margins, Pull, Spread

SEATS = Margin("seats", ("chair", "couch"), 1.4)
OTHERS = Margin("all others", (), 1.3)
ROOMS = DomainMargin("rooms", (1.0, 4.0), (1.5, 1.2), (30, 40), 9)
STREETS = DomainMargin("outdoors", (5.0, 20.0), (1.3, 1.6))
BOTH = Margins(domains=(ROOMS, STREETS))
PULL = Pull(2.0, 0.8)


@pytest.mark.parametrize(
    ("label", "margin"), [("chair", SEATS), ("Couch", SEATS), ("dog", OTHERS), ("", OTHERS)], ids=str
)
def test_a_class_has_its_own_margin_or_that_of_all_others(label: str, margin: Margin) -> None:
    assert Margins((SEATS, OTHERS)).of(label) is margin
    assert Margins((SEATS, OTHERS)).log_sd(label, 3.0, 0.2) == margin.log_sd


def test_the_interval_of_80_percent_is_the_factor() -> None:
    assert math.exp(1.2816 * SEATS.log_sd) == pytest.approx(1.4)


@pytest.mark.parametrize(
    ("depth_m", "factor"),
    [(1.0, 1.5), (4.0, 1.2), (2.0, math.sqrt(1.5 * 1.2)), (0.1, 1.5), (90.0, 1.2), (math.nan, 1.5)],
    ids=["at the first", "at the last", "half way in log distance", "nearer", "farther", "not known: the widest"],
)
def test_a_margin_by_distance_is_interpolated(depth_m: float, factor: float) -> None:
    assert math.exp(INTERVAL_SDS * ROOMS.log_sd_at(depth_m)) == pytest.approx(factor)


@pytest.mark.parametrize(
    ("outdoors", "factor"), [(0.0, 1.2), (1.0, 1.3)], ids=["certainly a room", "certainly outdoors"]
)
def test_a_domain_that_is_certain_has_its_own_margin(outdoors: float, factor: float) -> None:
    assert BOTH.log_sd("car", 5.0, outdoors) == pytest.approx(math.log(factor) / INTERVAL_SDS)


@given(st.floats(0, 1), st.floats(0.3, 90))
def test_between_the_domains_the_margin_is_between_theirs(outdoors: float, depth_m: float) -> None:
    ends = ROOMS.log_sd_at(depth_m), STREETS.log_sd_at(depth_m)
    assert min(ends) - 1e-9 <= BOTH.log_sd("", depth_m, outdoors) <= max(ends) + 1e-9


def test_a_domain_that_was_not_measured_is_twice_as_uncertain() -> None:
    assert Margins(domains=(ROOMS,)).log_sd("", 4.0, 1.0) == pytest.approx(UNMEASURED_DOMAIN * ROOMS.log_sd_at(4.0))


@pytest.mark.parametrize("true_m", [0.7, 2.0, 6.0], ids=["near", "usual", "far"])
def test_the_pull_of_a_distance_leads_back_to_the_true_one(true_m: float) -> None:
    given_m = 2.0 * (true_m / 2.0) ** 0.8
    assert given_m * math.exp(PULL.log_at(given_m)) == pytest.approx(true_m)


@pytest.mark.parametrize(
    ("depth_m", "outdoors", "pulled"),
    [
        (1.0, 0.0, -0.25 * math.log(2)),
        (4.0, 0.0, 0.25 * math.log(2)),
        (4.0, 0.5, 0.125 * math.log(2)),
        (4.0, 1.0, 0.0),
        (math.nan, 0.0, 0.0),
    ],
    ids=["near", "far", "undecided", "outdoors, where there is none", "not known"],
)
def test_a_pull_goes_with_its_domain(depth_m: float, outdoors: float, pulled: float) -> None:
    margins = Margins(domains=(replace(ROOMS, pull=PULL), STREETS))
    assert margins.pulled(depth_m, outdoors) == pytest.approx(pulled)
    assert BOTH.pulled(depth_m, outdoors) == 0.0


@pytest.mark.parametrize(
    ("outdoors", "quantile"), [(0.0, 0.5), (0.5, 0.4), (1.0, 0.3)], ids=["in rooms", "undecided", "outdoors"]
)
def test_a_quantile_goes_with_its_domain(outdoors: float, quantile: float) -> None:
    margins = Margins(domains=(ROOMS, replace(STREETS, surface_quantile=0.3)))
    assert margins.surface_quantile(outdoors) == pytest.approx(quantile)
    assert Margins(domains=(replace(STREETS, surface_quantile=0.3),)).surface_quantile(outdoors) == pytest.approx(
        quantile
    )
    assert Margins((SEATS, OTHERS)).surface_quantile(outdoors) == MIDDLE


@pytest.mark.parametrize(
    ("of", "outdoors", "factor"),
    [("size", 1.0, 2.0), ("size", 0.0, 1.5), ("size", 0.5, math.sqrt((2.0**2 + 1.5**2) / 2)), ("joined", 0.3, 1.0)],
    ids=["outdoors", "in rooms", "undecided", "not measured"],
)
def test_a_spread_is_multiplied_by_the_factor_of_its_domain(of, outdoors: float, factor: float) -> None:
    margins = Margins(domains=(ROOMS,), spreads=(Spread("size", "rooms", 1.5), Spread("size", "outdoors", 2.0)))
    assert margins.spread(of, outdoors) == pytest.approx(factor)


def test_a_spread_of_one_domain_alone_stays_in_it() -> None:
    margins = Margins(domains=(ROOMS,), spreads=(Spread("size", "outdoors", 2.0),))
    assert margins.spread("size", 0.1) == pytest.approx(math.sqrt(0.9 + 0.1 * 4))
    assert margins.spread("size", 0.9) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Margin("seats", (), 1.0), "must be a factor above 1"),
        (lambda: Margin("seats", (), math.nan), "must be a factor above 1"),
        (lambda: Margin("seats", (), math.inf), "must be a factor above 1"),
        (lambda: Margins((SEATS,)), "need one without classes"),
        (lambda: Margins((OTHERS, OTHERS)), "need one without classes"),
        (lambda: Margins((SEATS, Margin("more", ("couch",), 1.2), OTHERS)), "'couch' is named twice"),
        (lambda: Margins(), "by class or by domain"),
        (lambda: Margins((OTHERS,), (ROOMS,)), "by class or by domain"),
        (lambda: Margins(domains=(ROOMS, ROOMS)), "'rooms' is named twice"),
        (lambda: Margins(domains=(ROOMS,), spreads=(Spread("size", "rooms", 2.0),) * 2), "'size in rooms'"),
        (lambda: DomainMargin("rooms", (), ()), "need a factor"),
        (lambda: DomainMargin("rooms", (1.0, 2.0), (1.2,)), "need a factor"),
        (lambda: DomainMargin("rooms", (1.0,), (1.2,), (3, 4)), "need a factor"),
        (lambda: DomainMargin("rooms", (2.0, 1.0), (1.2, 1.2)), "must ascend"),
        (lambda: DomainMargin("rooms", (0.0, 1.0), (1.2, 1.2)), "must ascend from above 0"),
        (lambda: DomainMargin("rooms", (1.0, math.inf), (1.2, 1.2)), "must ascend"),
        (lambda: DomainMargin("rooms", (1.0,), (0.9,)), "must be a factor above 1"),
        (lambda: replace(ROOMS, surface_quantile=0.0), "must lie between 0 and 1, not 0.0"),
        (lambda: replace(ROOMS, surface_quantile=1.0), "must lie between 0 and 1, not 1.0"),
        (lambda: replace(ROOMS, surface_quantile=math.nan), "must lie between 0 and 1"),
        (lambda: Pull(0.0, 0.8), "a slope above 0 and at most 1, not 0.0 and 0.8"),
        (lambda: Pull(math.inf, 0.8), "usual_m above 0"),
        (lambda: Pull(2.0, 0.0), "a slope above 0"),
        (lambda: Pull(2.0, 1.1), "at most 1"),
        (lambda: Spread("size", "rooms", 0.0), "must be above 0"),
        (lambda: Spread("size", "rooms", math.nan), "must be above 0"),
    ],
    ids=[
        "no width",
        "not a number",
        "no end",
        "nothing for the others",
        "two for the others",
        "a class twice",
        "none at all",
        "by class and by domain",
        "a domain twice",
        "a spread twice",
        "no distances",
        "a factor too few",
        "a count too many",
        "distances that fall",
        "a distance of nought",
        "a distance without end",
        "a factor below one",
        "a quantile of nothing",
        "a quantile of all",
        "a quantile that is no number",
        "a pull to nought",
        "a pull to where no end is",
        "a flat pull",
        "a pull that pushes",
        "no spread",
        "a spread that is no number",
    ],
)
def test_margins_that_cannot_be_are_refused(make, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        make()
