"""How a measurement is shown: tables that state their protocol, at a terminal, as CSV and on a page."""

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from howfar.files import replacing
from howfar.text import cell

if TYPE_CHECKING:
    from howfar.evaluation.report.page import Page


@dataclass(frozen=True, slots=True)
class FigureTable:
    """One more table of a report.

    Attributes:
        title: What it shows.
        columns: Heading of each column; the first one is of the rows' names.
        rows: A row's name and its figures as texts, one for each column.
        note: How the figures were measured, in a sentence or two.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str


@dataclass(frozen=True, slots=True)
class Report:
    """A measurement ready to be shown.

    Attributes:
        title: What was measured.
        protocol: How, as name and value, in the order to show.
        columns: Heading of each column of figures.
        figures: Name of each figure, and its value in each column; NaN where it is not known. Empty where the further
            tables say all.
        fields: The same as plain column names and values for CSV, protocol first.
        tables: Further tables, such as figures of others to compare with.
        note: The protocol in a sentence, to stand under the figures.
    """

    title: str
    protocol: Mapping[str, str]
    columns: tuple[str, ...]
    figures: Mapping[str, tuple[float, ...]]
    fields: Mapping[str, object]
    tables: tuple[FigureTable, ...] = ()
    note: str = ""


def as_tables(report: Report) -> Group:
    """The report for a terminal: how it was measured, then the figures, then the further tables."""
    stated = Table(title=f"{report.title}: how it was measured", title_justify="left", show_header=False)
    for name, value in report.protocol.items():
        stated.add_row(name, Text(value))
    return Group(stated, *(terminal_table(table) for table in _all_tables(report)))


def as_page(report: Report) -> "Page":
    """The report as a page, which still takes pictures and plots before it is written."""
    from howfar.evaluation.report.page import Page

    page = Page(report.title)
    page.table("How it was measured", ("", ""), list(report.protocol.items()))
    for table in _all_tables(report):
        page.table(table.title, table.columns, table.rows, table.note)
    return page


def figure_text(value: float) -> str:
    """A figure in print: four decimals, a count as it is, or `unknown`."""
    if isinstance(value, int):
        return f"{value:,}"
    return "unknown" if math.isnan(value) else f"{value:.4f}"


def time_taken(seconds: float, images: int) -> str:
    """A time in print, in all and for one picture."""
    return f"{seconds:.1f} s, {1000 * seconds / images:.0f} ms a picture" if images else f"{seconds:.1f} s"


def write_csv(report: Report, path: Path, *, overwrite: bool = False) -> None:
    """Write the report as one row under its column names; an unknown figure is left empty.

    Raises:
        OutputError: If the file exists and overwrite is not set, or cannot be written.
    """
    write_rows([report.fields], path, overwrite=overwrite)


def write_rows(rows: Sequence[Mapping[str, object]], path: Path, *, overwrite: bool = False) -> None:
    """Write rows of the same columns as CSV, under the column names; an unknown figure is left empty.

    Raises:
        OutputError: If the file exists and overwrite is not set, or cannot be written.
    """
    with replacing(path, overwrite=overwrite) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]) if rows else [])
        writer.writeheader()
        for row in rows:
            writer.writerow({name: _cell(value) for name, value in row.items()})


def _cell(value: object) -> object:
    if isinstance(value, str):
        return cell(value)
    return "" if isinstance(value, float) and math.isnan(value) else value


def _all_tables(report: Report) -> Sequence[FigureTable]:
    """The report's own figures as a table, where it has any, then the further ones."""
    if not report.figures:
        return report.tables
    rows = tuple((name, *map(figure_text, values)) for name, values in report.figures.items())
    return (FigureTable(f"{report.title}: result", ("", *report.columns), rows, report.note), *report.tables)


def terminal_table(table: FigureTable) -> Group:
    """A table of a report for a terminal, with its note below."""
    shown = Table(title=table.title, title_justify="left")
    for index, heading in enumerate(table.columns):
        shown.add_column(heading, justify="right" if index else "left", overflow="fold")
    for row in table.rows:
        shown.add_row(*map(Text, row))
    # Not as the table's caption, which would be no wider than a narrow table.
    return Group(shown, Text(table.note)) if table.note else Group(shown)
