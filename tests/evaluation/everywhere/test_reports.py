"""Showing the benchmark."""

import csv
from pathlib import Path

import pytest

from howfar.evaluation.everywhere.reports import NOT_COUNTED, Names, everywhere_report, write_everywhere_csv
from howfar.evaluation.everywhere.results import EverywhereOptions
from howfar.evaluation.report.report import as_page
from howfar.ranging.cues.joining import parse_cues
from tests.evaluation.everywhere.everywhere_cases import measured_rooms

NAMES = Names("finder", "depth", 0.3, "median", parse_cues("depth"))
OPTIONS = EverywhereOptions()


def test_each_data_set_has_a_row_and_tables_of_its_own(tmp_path: Path) -> None:
    complete, _ = measured_rooms(tmp_path)
    partial, _ = measured_rooms(tmp_path, name="flats:all", exhaustive=False)
    report = everywhere_report([complete, partial], OPTIONS, NAMES)
    result, distances, intervals, *grouped = report.tables
    assert result.rows == (
        ("rooms:test", "2", "100", "1", "100", "75.0", "0 / 0", "0 / 0", "0 (0 to 0)"),
        ("flats:all", "2", "100", NOT_COUNTED, "100", "75.0", "0 / 0", "0 / 0", "0 (0 to 0)"),
    )
    assert distances.rows[0] == ("rooms:test", "75.0", "75.0", "50.0", "50.0", "–")
    assert [row[:3] for row in intervals.rows] == [("rooms", "4", "0"), ("rooms, 2–4 m", "4", "0"), ("depth", "4", "0")]
    assert [table.title for table in grouped] == [
        "Everywhere: rooms:test, by class",
        "Everywhere: rooms:test, by distance",
        "Everywhere: flats:all, by class",
        "Everywhere: flats:all, by distance",
    ]
    assert "other boxes" in grouped[0].columns
    assert "other boxes" not in grouped[1].columns
    assert all("score above 0.3" in table.note for table in report.tables)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param("2 objects in 1 pictures", id="how many"),
        pytest.param("compared with the nearest face", id="what is held against"),
        pytest.param("chair as Chair", id="the classes"),
        pytest.param("does not know them: lamp (1)", id="what is left out"),
    ],
)
def test_the_protocol_of_a_data_set_tells(tmp_path: Path, said: str) -> None:
    complete, _ = measured_rooms(tmp_path)
    line = everywhere_report([complete], OPTIONS, NAMES).protocol["rooms:test"]
    assert said in line


def test_a_data_set_that_does_not_label_all_says_so(tmp_path: Path) -> None:
    partial, _ = measured_rooms(tmp_path, exhaustive=False)
    report = everywhere_report([partial], OPTIONS, NAMES)
    assert "not all objects are labelled: other boxes are not counted" in report.protocol["rooms:test"]
    assert "not counted" in as_page(report).html()


def test_the_csv_has_all_figures_and_the_objects_beside_them(tmp_path: Path) -> None:
    complete, _ = measured_rooms(tmp_path)
    write_everywhere_csv([complete], tmp_path / "a.csv", OPTIONS, NAMES)
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        figures = list(csv.DictReader(file))
    with (tmp_path / "a-objects.csv").open(encoding="utf-8", newline="") as file:
        objects = list(csv.DictReader(file))
    assert [(row["by"], row["group"], row["objects"]) for row in figures] == [
        ("all", "all", "2"),
        ("class", "Chair", "1"),
        ("class", "couch", "1"),
        ("distance", "2–4 m", "2"),
        ("domain", "rooms", "2"),
        ("cues", "depth", "2"),
    ]
    assert (figures[0]["nearest_rel"], figures[0]["centre_rel"], figures[0]["log_slope"]) == ("0.75", "0.5", "")
    assert [(row["class"], row["detector_class"], row["depth_m"]) for row in objects] == [
        ("chair", "Chair", "3.0"),
        ("sofa", "couch", "6.0"),
    ]
