"""A report as one HTML file that holds all it shows, and asks nothing of the network."""

import base64
import re
from collections.abc import Sequence
from html import escape
from io import StringIO
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.files import replacing
from howfar.io.picture_writer import encode
from howfar.text import shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STYLE = Path(__file__).with_name("page.css")

DOCUMENT = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>$title</title>
<style>
$style</style>
</head>
<body>
<h1>$title</h1>
$parts
</body>
</html>
""")
"""The policy in its head has the browser refuse whatever would come from outside the file."""

NUMBER = re.compile(r"[-−+±<>≤≥≈]?\s?\d[\d.,]*([eE][-+]?\d+)?(\s?[%°a-zA-Zµ²³/]{1,8})?")
"""A number, perhaps with its sign and unit."""

NO_NUMBER = {"", "-", "–", "—", "unknown", "nan"}
"""What stands in a column of numbers where there is none."""


class Page:
    """A page that grows from top to bottom; all text is taken literally, as no HTML.

    Example:
        >>> page = Page("Depth in two rooms")
        >>> page.table("Errors", ["", "REL"], [["kitchen", "0.112"], ["hall", "0.140"]], "mean over all pixels")
        >>> page.write(Path("errors.html"))  # doctest: +SKIP
    """

    def __init__(self, title: str) -> None:
        """Begin an empty page under a title."""
        self.title = title
        self._parts: list[str] = []

    def paragraph(self, text: str) -> None:
        """Add a paragraph."""
        self._parts.append(f"<p>{escape(text)}</p>")

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], note: str = "") -> None:
        """Add a table; a column that holds numbers is aligned at the right.

        Args:
            title: What it shows, above the table.
            columns: The heading of each column; the first names the rows.
            rows: The cells of each row.
            note: How the figures were measured, below the table.

        Raises:
            SettingError: If a row does not have a cell for each column.
        """
        for row in rows:
            if len(row) != len(columns):
                raise SettingError(f"The table {title!r} has {len(columns)} columns and a row of {len(row)} cells.")
        self._add_figure(f'<div class="wide">\n{_table(title, columns, rows)}\n</div>', note)

    def picture(self, image: NDArray[np.uint8], caption: str) -> None:
        """Add a picture.

        Args:
            image: H×W×3 uint8 RGB.
            caption: What it shows.

        Raises:
            OutputError: If it is too large to be encoded.
        """
        height, width = image.shape[:2]
        data = base64.b64encode(encode(np.ascontiguousarray(image[..., ::-1]), ".jpg")).decode("ascii")
        size = f'width="{width}" height="{height}"'
        self._add_figure(f'<img src="data:image/jpeg;base64,{data}" {size} alt="{escape(caption)}">', caption)

    def figure(self, figure: "Figure", caption: str) -> None:
        """Add a matplotlib figure, as lines and text that stay sharp at any size."""
        self._add_figure(f'<div class="wide">\n{_as_svg(figure, len(self._parts), caption)}</div>', caption)

    def html(self) -> str:
        """The whole page so far."""
        style = STYLE.read_text(encoding="utf-8")
        return DOCUMENT.substitute(title=escape(self.title), style=style, parts="\n".join(self._parts))

    def write(self, path: Path, overwrite: bool = False) -> None:
        """Write the page.

        Raises:
            OutputError: If the file exists and overwrite is not set, or cannot be written.
        """
        with replacing(path, overwrite=overwrite) as temporary:
            temporary.write_text(shown(self.html()), encoding="utf-8")

    def _add_figure(self, content: str, caption: str) -> None:
        below = f"\n<figcaption>{escape(caption)}</figcaption>" if caption else ""
        self._parts.append(f"<figure>\n{content}{below}\n</figure>")


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    numeric = [_is_numeric([row[index] for row in rows]) for index in range(len(columns))]
    cells = "".join(_cell("th", text, right, "col") for text, right in zip(columns, numeric, strict=True))
    head = f"<thead><tr>{cells}</tr></thead>\n" if any(columns) else ""
    body = "\n".join(_row(row, numeric) for row in rows)
    return f"<table>\n<caption>{escape(title)}</caption>\n{head}<tbody>\n{body}\n</tbody>\n</table>"


def _row(cells: Sequence[str], numeric: Sequence[bool]) -> str:
    first, *others = (
        _cell("td" if index else "th", text, right, "" if index else "row")
        for index, (text, right) in enumerate(zip(cells, numeric, strict=True))
    )
    return f"<tr>{first}{''.join(others)}</tr>"


def _cell(tag: str, text: str, right: bool, scope: str) -> str:
    attributes = (f' scope="{scope}"' if scope else "") + (' class="number"' if right else "")
    return f"<{tag}{attributes}>{escape(text)}</{tag}>"


def _is_numeric(cells: Sequence[str]) -> bool:
    texts = [cell.strip() for cell in cells]
    return any(map(NUMBER.fullmatch, texts)) and all(text in NO_NUMBER or NUMBER.fullmatch(text) for text in texts)


def _as_svg(figure: "Figure", number: int, caption: str) -> str:
    from matplotlib import rc_context

    paper = StringIO()
    # Text stays text, to be searched and read aloud; a fixed salt gives the same page for the same figure.
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "howfar"}):
        figure.savefig(paper, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    drawing = paper.getvalue()
    drawing = drawing[drawing.index("<svg") :]  # a drawing inside a page has no prologue of its own
    opening, rest = drawing.split(">", 1)
    opening = re.sub(r'\s(xmlns(:\w+)?|version)="[^"]*"', "", opening)
    # Two figures on one page may not share the names of their parts.
    rest = re.sub(r'(\sid="|url\(#|href="#)', rf"\g<1>figure-{number}-", rest)
    return f'{opening} role="img" aria-label="{escape(caption)}">{rest}'
