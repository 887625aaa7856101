"""The class names of YOLO data sets."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.datasets.yolo_names import find_names, read_names
from howfar.errors import SourceError

NAMES = ("person", "hot dog", "cat")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("names: [person, hot dog, cat]", id="a list in brackets"),
        pytest.param("names: ['person', \"hot dog\", 'cat']  # three", id="quoted, with a comment"),
        pytest.param("names: [ 'person',\n  hot dog , # the food\n\n  cat,\n]\nnc: 3", id="over several lines"),
        pytest.param("names: {0: person, 1: 'hot dog', 2: cat}", id="a map in braces"),
        pytest.param("names:\n  0: person\n  1: hot dog\n  2: cat\n", id="a map, one a line"),
        pytest.param("names:\n- person\n- 'hot dog'\n- cat\nnc: 3\n", id="a list, one a line"),
        pytest.param(
            "names :\n  # of things\n  - person # one\n\n  - hot dog\n  - cat\ntrain: x\n", id="with comments"
        ),
        pytest.param(
            "path: ../x\ntrain: images\nnc: 3\nnames:\n    0: person\n    1: hot dog\n    2: cat", id="at the end"
        ),
    ],
)
def test_names_are_read_in_either_style_of_yaml(tmp_path: Path, text: str) -> None:
    (tmp_path / "data.yaml").write_text(text)
    assert read_names(tmp_path / "data.yaml") == NAMES


def test_names_are_read_from_a_text(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("person\nhot dog\n\ncat\n")
    assert read_names(tmp_path / "names.txt") == NAMES


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("names: ['it''s', x]", "it's", id="a quote within quotes"),
        pytest.param("names: ['a, b', x]", "a, b", id="a comma within quotes"),
        pytest.param("names:\n- c#\n- x", "c#", id="a sharp that is no comment"),
        pytest.param("names: [été, x]", "été", id="an accent"),
        pytest.param("names: [7, x]", "7", id="a name that is a number"),
    ],
)
def test_odd_names_are_kept(tmp_path: Path, text: str, name: str) -> None:
    (tmp_path / "data.yaml").write_text(text, encoding="utf-8")
    assert read_names(tmp_path / "data.yaml") == (name, "x")


@given(st.lists(st.text(st.characters(codec="ascii", categories=("L", "N", "Zs")), min_size=1), min_size=1, max_size=5))
def test_every_list_in_json_is_read_as_it_is(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    path = tmp_path_factory.mktemp("names") / "data.yaml"
    path.write_text(f"names: {json.dumps(names)}\n")
    assert read_names(path) == tuple(names)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("nc: 3", "no field names", id="no names"),
        pytest.param("names: []", "no class names", id="an empty list"),
        pytest.param("names:\nnc: 3", "no class names", id="nothing"),
        pytest.param("names: *others", "a list or a map is needed", id="a reference"),
        pytest.param("names: [a, [b]]", r"a name is needed, not '\[b\]\]'", id="a list in a list"),
        pytest.param("names: [a, b", "after 'b' a comma or ']' is missing", id="no closing bracket"),
        pytest.param("names: ['a' 'b']", "a comma or", id="no comma"),
        pytest.param("names: ['a, b]", "a name is needed", id="an open quote in brackets"),
        pytest.param("names:\n- 'a", "a quote is missing", id="an open quote"),
        pytest.param("names:\n- a: b", "a name is needed", id="a map in a list"),
        pytest.param("names:\n  a\n", "a name is needed", id="a line that is no item"),
        pytest.param("names: {0: a, 2: b}", "without a gap", id="a gap in the numbers"),
        pytest.param("names:\n  1: a\n  2: b", "without a gap", id="numbers from 1"),
        pytest.param("names:\n  1: a\n  0: b", "without a gap", id="numbers out of order"),
    ],
)
def test_another_form_is_refused_rather_than_guessed(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "data.yaml").write_text(text)
    with pytest.raises(SourceError, match=message) as refusal:
        read_names(tmp_path / "data.yaml")
    assert "\n" not in str(refusal.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceError, match="not a text"):
        read_names(tmp_path / "names.txt")


@pytest.mark.parametrize(
    ("files", "found"),
    [
        pytest.param(
            {"a.yaml": "x: 1", "b.yml": "names: [a]", "names.txt": "a"}, "b.yml", id="the YAML with names first"
        ),
        pytest.param({"a.yaml": "x: 1", "classes.txt": "a"}, "classes.txt", id="else a text"),
        pytest.param({"labels/classes.txt": "a"}, "labels/classes.txt", id="also among the labels"),
        pytest.param({"a.yaml": "x: 1"}, None, id="else none"),
    ],
)
def test_the_file_of_the_names_is_found(tmp_path: Path, files: dict[str, str], found: str | None) -> None:
    (tmp_path / "labels").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert find_names(tmp_path) == (None if found is None else tmp_path / found)


def test_a_long_line_takes_no_longer_than_it_is_long(tmp_path: Path) -> None:
    path = tmp_path / "data.yaml"
    path.write_text(f"names:\n  - a{' ' * 200_000}b\n")
    start = time.monotonic()
    assert len(read_names(path)[0]) == 200_002
    assert time.monotonic() - start < 5
