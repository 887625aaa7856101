"""Tables of commas with a header, as dictionaries of their columns."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from howfar.datasets.files import text_of
from howfar.errors import SourceError


def read_table(path: Path, wanted: str) -> tuple[list[str], list[dict[str, str]]]:
    """The header of a table and its rows, without blanks around the cells; a missing cell is empty.

    Args:
        path: The file.
        wanted: What it should hold, in a clause of its own.

    Raises:
        SourceError: If it cannot be read.
    """
    table = csv.DictReader(io.StringIO(text_of(path, str(path), wanted), newline=""), skipinitialspace=True)
    try:
        header = [(name or "").strip() for name in table.fieldnames or ()]
        table.fieldnames = header
        return header, [{name: (row[name] or "").strip() for name in header} for row in table]
    except csv.Error:
        raise SourceError(f"{path} cannot be read (it is not a table of commas): {wanted}.") from None


def read_rows(path: Path, columns: Sequence[str], optional: Sequence[str] = ()) -> list[dict[str, str]]:
    """The cells of some columns of a table, row by row, without blanks around them; a missing cell is empty.

    Args:
        path: The file.
        columns: The columns that it must have.
        optional: Further ones; where one is missing its cells are empty.

    Raises:
        SourceError: If the table cannot be read, or lacks a column.
    """
    header, rows = read_table(path, "it should have a row for each picture")
    missing = [name for name in columns if name not in header]
    if missing:
        raise SourceError(f"{path} lacks the columns {', '.join(missing)}.")
    return [{name: row.get(name, "") for name in (*columns, *optional)} for row in rows]
