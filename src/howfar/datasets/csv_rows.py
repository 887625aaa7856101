"""Tables of commas with a header, as dictionaries of their columns."""

import csv
from collections.abc import Sequence
from pathlib import Path

from howfar.errors import SourceError


def read_rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The cells of some columns of a table, row by row, without blanks around them; a missing cell is empty.

    Raises:
        SourceError: If the table cannot be read, or lacks a column.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            table = csv.DictReader(file)
            missing = [name for name in columns if name not in (table.fieldnames or ())]
            rows = list(table)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or "it is not a table of commas"
        raise SourceError(f"{path} cannot be read ({reason}): it should have a row for each picture.") from None
    if missing:
        raise SourceError(f"{path} lacks the columns {', '.join(missing)}.")
    return [{name: (row[name] or "").strip() for name in columns} for row in rows]
