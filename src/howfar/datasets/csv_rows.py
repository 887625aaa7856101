"""Tables of commas with a header, as dictionaries of their columns."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from howfar.datasets.files import text_of
from howfar.errors import SourceError


def read_rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The cells of some columns of a table, row by row, without blanks around them; a missing cell is empty.

    Raises:
        SourceError: If the table cannot be read, or lacks a column.
    """
    wanted = "it should have a row for each picture"
    table = csv.DictReader(io.StringIO(text_of(path, str(path), wanted), newline=""))
    try:
        missing = [name for name in columns if name not in (table.fieldnames or ())]
        rows = list(table)
    except csv.Error:
        raise SourceError(f"{path} cannot be read (it is not a table of commas): {wanted}.") from None
    if missing:
        raise SourceError(f"{path} lacks the columns {', '.join(missing)}.")
    return [{name: (row[name] or "").strip() for name in columns} for row in rows]
