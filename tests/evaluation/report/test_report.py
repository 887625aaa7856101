"""Reports of any kind, at a terminal, as CSV and on a page."""

import csv
import math
from pathlib import Path

import pytest

from howfar.errors import OutputError
from howfar.evaluation.report.report import FigureTable, Report, as_page, time_taken, write_csv, write_rows
from tests.evaluation.report.printing import printed

REPORT = Report(
    title="Height",
    protocol={"data": "towers [all]", "alignment": "none"},
    columns=("mean", "pooled"),
    figures={"error (m)": (0.5, math.nan)},
    fields={"data": "towers [all]", "error_m": 0.5, "error_pooled_m": math.nan},
    tables=(FigureTable("Worst", ("", "error"), (("tower <1>", "0.9000"),), "Worst towers, alignment none."),),
    note="Measured without alignment.",
)


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param("towers [all]", id="the protocol, brackets and all"),
        pytest.param("Height: result", id="the title"),
        pytest.param("pooled", id="each column's heading"),
        pytest.param("0.5000", id="a figure with four decimals"),
        pytest.param("unknown", id="a figure that is not known"),
        pytest.param("Measured without alignment.", id="the protocol in short under the figures"),
        pytest.param("tower <1>", id="a further table"),
        pytest.param("Worst towers, alignment none.", id="how the further table was got"),
    ],
)
def test_terminal_and_page_show_it_all(shown: str) -> None:
    assert shown in printed(REPORT)
    assert shown.replace("<", "&lt;").replace(">", "&gt;") in as_page(REPORT).html()


def test_csv_has_one_row_where_an_unknown_figure_is_empty(tmp_path: Path) -> None:
    write_csv(REPORT, tmp_path / "new" / "a.csv")
    (row,) = csv.DictReader((tmp_path / "new" / "a.csv").open(encoding="utf-8"))
    assert row == {"data": "towers [all]", "error_m": "0.5", "error_pooled_m": ""}


def test_several_rows_stand_under_one_heading(tmp_path: Path) -> None:
    write_rows([{"name": "a", "error": 0.25}, {"name": "b", "error": math.nan}], tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text().split() == ["name,error", "a,0.25", "b,"]


def test_a_csv_file_that_is_there_is_not_replaced_unless_asked(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        write_csv(REPORT, path)
    assert path.read_text() == "mine"
    write_csv(REPORT, path, overwrite=True)
    assert path.read_text().startswith("data,")


@pytest.mark.parametrize(("images", "expected"), [(4, "0.2 s, 50 ms a picture"), (0, "0.2 s")])
def test_a_time_is_stated_in_all_and_for_a_picture(images: int, expected: str) -> None:
    assert time_taken(0.2, images) == expected
