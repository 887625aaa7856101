"""Margins put together, and their report."""

import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.evaluation.margins.conformal import Errors
from howfar.evaluation.margins.margins import measured_margins
from howfar.evaluation.margins.measuring import MarginPictures
from howfar.evaluation.margins.reports import left_out_line, margins_report


def errors(log_sd: float, count: int = 80, places: int = 8, seed: int = 0) -> Errors:
    rng = np.random.default_rng(seed)
    return Errors(
        rng.normal(0, log_sd, count),
        np.full(count, 0.1),
        rng.uniform(1, 9, count),
        np.array([f"streets:all, place {index % places}" for index in range(count)]),
    )


MADE = {
    ("depth", "outdoors"): errors(0.4),
    ("depth", "rooms"): errors(0.2),
    ("ground", "outdoors"): errors(0.1, count=12),
    ("joined", "rooms"): errors(0.1),
    ("size", "outdoors"): errors(0.3),
}


def test_margins_rest_on_what_was_measured_enough() -> None:
    margins = measured_margins(MADE, ["streets:all", "rooms:test"]).margins  # type: ignore[arg-type]
    outdoors, rooms = margins.domains
    assert (outdoors.domain, rooms.domain, outdoors.places, outdoors.data) == ("outdoors", "rooms", 8, ("streets:all",))
    assert outdoors.log_sd_at(3.0) > 1.5 * rooms.log_sd_at(3.0)
    assert {(each.of, each.domain) for each in margins.spreads} == {("joined", "rooms"), ("size", "outdoors")}
    assert margins.spread("size", 1.0) == pytest.approx(3.0, rel=0.25)


def test_a_place_that_is_away_does_not_tell() -> None:
    odd = errors(0.05)
    odd.log_errors[odd.places == "streets:all, place 3"] = 2.0
    without = measured_margins({("depth", "rooms"): odd}).without()
    assert (
        without("streets:all, place 3").log_sd("", 3.0, 0.0)
        < without("streets:all, place 1").log_sd("", 3.0, 0.0) + 1e-9
    )
    assert without("elsewhere").domains[0].places == 8


def named(*names: str, learned: bool = False) -> list[MarginPictures]:
    return [MarginPictures(name, {}, (), learned) for name in names]


def test_too_few_objects_or_places_are_refused() -> None:
    with pytest.raises(SettingError, match="there are 12 objects in all: name more data sets"):
        measured_margins({("depth", "rooms"): errors(0.2, count=12), ("size", "rooms"): errors(0.2)})


def test_the_report_states_margins_by_distance_and_what_they_rest_on() -> None:
    pictures = [*named("streets:all", "rooms"), *named("drive", learned=True)]
    report = margins_report(measured_margins(MADE), pictures, "finder", "net")  # type: ignore[arg-type]
    (table,) = report.tables
    rows = {row[0]: row for row in table.rows}
    assert (report.protocol["data"], report.protocol["learned from"]) == ("streets:all; rooms", "drive")
    assert rows["depth, outdoors"][2:4] == ("80", "8")
    assert rows["ground, outdoors"] == ("ground, outdoors", "–", "12", "8", "–", "–", "–")
    assert rows["size, outdoors"][1].startswith("× ")
    assert sum(name.startswith("  at ") for name, *_ in table.rows) >= 2
    assert 78 <= int(rows["depth, rooms"][4]) <= 90


def test_a_card_says_how_its_margins_hold_in_places_left_out() -> None:
    line = left_out_line(measured_margins(MADE))  # type: ignore[arg-type]
    assert line.startswith("truths in the 80 % intervals, in places left out: 8")
    assert "outdoors (8 places, the map alone)" in line
    assert "rooms (8 places, all cues)" in line


def test_the_report_says_where_the_network_pulls_distances_to() -> None:
    true_m = np.geomspace(0.8, 8.0, 80)
    places = errors(0.1).places
    pulled = Errors(0.3 * np.log(2.0 / true_m), np.full(80, 0.1), 2.0 * (true_m / 2.0) ** 0.7, places)
    measured = measured_margins({("depth", "rooms"): pulled}, surface_quantiles={"rooms": 0.3})
    (table,) = margins_report(measured, named("rooms"), "finder", "net").tables
    assert "  surface at 30%" in {row[0] for row in table.rows}
    assert (
        measured.margins.surface_quantile(0.0) == measured.without()("none").surface_quantile(0.0) == pytest.approx(0.3)
    )
    assert ("  pulled to 2.0 m", "slope 0.70") in {row[:2] for row in table.rows}
