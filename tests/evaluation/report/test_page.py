"""The page: it holds all it shows, and takes text as text."""

import base64
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from PIL import Image

from howfar.errors import OutputError, SettingError
from howfar.evaluation.report.page import Page

WITHOUT_END = {"meta", "img", "br"}


class Reader(HTMLParser):
    """What a browser would see: text and attributes by element; elements that are not closed are an error."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.append((tag, dict(attrs)))
        if tag not in WITHOUT_END:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self.open[-1] if self.open else "", data))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.attributes if name == tag]


def drawing(label: str = "recall") -> Figure:
    figure = Figure(figsize=(3, 2))
    axes = figure.subplots()
    axes.plot([0, 1], [1, 0.5])
    axes.set_xlabel(label, parse_math=False)
    return figure


def full_page() -> Page:
    page = Page("Two & two")
    page.paragraph("Measured <today>")
    page.table("Errors", ("room", "REL"), [("kitchen", "0.11"), ("hall", "unknown")], "mean over images")
    page.picture(np.full((4, 6, 3), (250, 10, 10), dtype=np.uint8), 'a "red" picture')
    page.figure(drawing(), "a line")
    page.figure(drawing(), "the same line")
    return page


def test_the_page_is_well_formed_and_shows_everything() -> None:
    texts = Reader(full_page().html()).texts
    for expected in (
        ("title", "Two & two"),
        ("h1", "Two & two"),
        ("p", "Measured <today>"),
        ("caption", "Errors"),
        ("figcaption", "mean over images"),
        ("th", "kitchen"),
        ("td", "unknown"),
        ("figcaption", 'a "red" picture'),
        ("text", "recall"),
    ):
        assert expected in texts


def test_nothing_comes_from_outside_and_nothing_runs() -> None:
    html = full_page().html()
    reader = Reader(html)
    assert not re.search(r"(https?:|//\w|@import|<script|<link|<iframe)", html)
    linked = [value for _, attributes in reader.attributes for name, value in attributes.items() if "href" in name]
    assert linked
    assert all(value is not None and value.startswith("#") for value in linked)
    assert [image["src"][:23] for image in reader.of("img")] == ["data:image/jpeg;base64,"]


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1))
def test_any_text_is_shown_as_it_is(text: str) -> None:
    page = Page(text)
    page.paragraph(text)
    page.table(text, (text, text), [(text, text)], text)
    page.picture(np.zeros((1, 1, 3), dtype=np.uint8), text)
    reader = Reader(page.html())
    shown = [shown for tag, shown in reader.texts if tag != "style"]
    assert shown == ([text] * 10 if text.strip() else [])
    assert [image["alt"] for image in reader.of("img")] == [text]


def test_a_picture_keeps_its_size_and_colour() -> None:
    (image,) = Reader(full_page().html()).of("img")
    picture = Image.open(io.BytesIO(base64.b64decode(str(image["src"]).partition(",")[2])))
    assert picture.size == (6, 4) == (int(str(image["width"])), int(str(image["height"])))
    assert np.abs(np.asarray(picture, dtype=int) - (250, 10, 10)).max() < 8


def test_a_figure_is_drawn_in_lines_and_named_for_those_who_hear_the_page() -> None:
    first, second = Reader(full_page().html()).of("svg")
    assert (first["role"], first["aria-label"], second["aria-label"]) == ("img", "a line", "the same line")


def test_two_figures_share_no_names_and_all_that_is_referred_to_is_there() -> None:
    html = full_page().html()
    names = re.findall(r'\sid="([^"]+)"', html)
    assert len(names) == len(set(names)) > 10
    referred = re.findall(r'(?:href="#|url\(#)([^")]+)', html)
    assert referred
    assert set(referred) <= set(names)


def test_the_same_contents_give_the_same_page() -> None:
    assert full_page().html() == full_page().html()


@pytest.mark.parametrize(
    ("cells", "right"),
    [
        pytest.param(["0.5", "12.25", "-3"], True, id="numbers"),
        pytest.param(["0.5 m", "81.2 %", "< 3 ms"], True, id="numbers with a unit"),
        pytest.param(["1e-4", "1.5E+3"], True, id="powers of ten"),
        pytest.param(["0.5", "unknown", "–", ""], True, id="numbers, some not known"),
        pytest.param(["0.5", "none"], False, id="a number and a word"),
        pytest.param(["unknown", "unknown"], False, id="no number at all"),
        pytest.param(["640×480 px"], False, id="a size"),
    ],
)
def test_a_column_of_numbers_stands_at_the_right(cells: list[str], right: bool) -> None:
    page = Page("page")
    page.table("table", ("name", "value"), [("x", cell) for cell in cells])
    classes = [attributes.get("class") for attributes in Reader(page.html()).of("td")]
    assert classes == ["number" if right else None] * len(cells)


def test_a_table_without_headings_has_no_empty_row_of_them() -> None:
    page = Page("page")
    page.table("How it was measured", ("", ""), [("data", "NYU")])
    assert Reader(page.html()).of("thead") == []


def test_a_row_that_does_not_fit_its_table_is_refused() -> None:
    with pytest.raises(SettingError, match=r"The table 'Errors' has 2 columns and a row of 3 cells"):
        Page("page").table("Errors", ("room", "REL"), [("hall", "0.1", "0.2")])


def test_a_page_that_is_there_is_not_replaced_unless_asked(tmp_path: Path) -> None:
    path = tmp_path / "new" / "page.html"
    Page("mine").write(path)
    with pytest.raises(OutputError, match="exists already"):
        Page("yours").write(path)
    assert "mine" in path.read_text(encoding="utf-8")
    Page("yours").write(path, overwrite=True)
    assert path.read_text(encoding="utf-8") == Page("yours").html()
