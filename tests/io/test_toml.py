"""TOML files: read, checked field by field, and written."""

import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.errors import ModelError, OutputError, SettingError
from howfar.io.toml import Fields, Lines, Value, read_own_toml, read_toml, toml_text, toml_value, write_toml

TABLE = tomllib.loads(
    'name = "balls"\nclasses = ["ball", "bat"]\nscore = 0.5\nsides = [640, 480]\nwhole = 3.0\nfast = true\n'
    "day = 2026-01-31\n[part]\nsize = 2\n[[rows]]\nx = 1\n[[rows]]\nx = 2\n"
)


def test_a_file_is_read_as_a_table(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('name = "Stühle"\n', encoding="utf-8")
    assert read_toml(path, "recipe") == {"name": "Stühle"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(None, r"There is no recipe .*a\.toml: write one\.", id="a file that is missing"),
        pytest.param(b"x = ", r"The recipe .*a\.toml cannot be read as TOML: Invalid value", id="no TOML"),
        pytest.param(b"\xff\xfe\x00", r"The recipe .*a\.toml cannot be read as TOML: .*utf-8", id="no text"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, says: str) -> None:
    path = tmp_path / "a.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=says):
        read_toml(path, "recipe", ModelError, "write one")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"The recipe .* cannot be read"):
        read_toml(tmp_path, "recipe")


def test_a_file_of_howfars_own() -> None:
    assert read_own_toml("howfar.models.zoo", "registry.toml")["model"]


@pytest.mark.parametrize(
    ("ask", "value"),
    [
        pytest.param(lambda fields: fields.text("name"), "balls", id="a text"),
        pytest.param(lambda fields: fields.texts("classes"), ("ball", "bat"), id="texts"),
        pytest.param(lambda fields: fields.number("score"), 0.5, id="a number"),
        pytest.param(lambda fields: fields.whole("whole"), 3, id="a whole number with a point"),
        pytest.param(lambda fields: fields.numbers("sides"), (640, 480), id="numbers"),
        pytest.param(lambda fields: fields.numbers("sides", 2), (640, 480), id="two numbers"),
        pytest.param(lambda fields: fields.flag("fast"), True, id="true"),
        pytest.param(lambda fields: fields.day("day"), date(2026, 1, 31), id="a day"),
        pytest.param(lambda fields: fields.choice("name", ("balls", "bats")), "balls", id="a choice"),
        pytest.param(lambda fields: fields.subtable("part").whole("size"), 2, id="a table in the table"),
        pytest.param(lambda fields: [row.whole("x") for row in fields.subtables("rows")], [1, 2], id="many tables"),
        pytest.param(lambda fields: fields.subtables("none"), [], id="no tables"),
        pytest.param(lambda fields: fields.text("none", "x"), "x", id="a default"),
        pytest.param(lambda fields: fields.day("none", None), None, id="no day"),
        pytest.param(lambda fields: ("name" in fields, "none" in fields), (True, False), id="whether it is there"),
    ],
)
def test_a_field_has_its_kind(ask: Callable[[Fields], object], value: object) -> None:
    assert ask(Fields(TABLE, "a.toml")) == value


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        pytest.param(
            lambda fields: fields.text("none"), "a: the field 'none' is missing; it should be a text.", id="missing"
        ),
        pytest.param(
            lambda fields: fields.text("score"), "a: the field 'score' should be a text, not 0.5.", id="no text"
        ),
        pytest.param(lambda fields: fields.texts("sides"), "should be a list of texts, not", id="no texts"),
        pytest.param(lambda fields: fields.number("fast"), "should be a number, not True", id="a truth for a number"),
        pytest.param(lambda fields: fields.whole("score"), "should be a whole number, not 0.5", id="half of one"),
        pytest.param(lambda fields: fields.numbers("sides", 3), "should be a list of 3 numbers", id="too few"),
        pytest.param(lambda fields: fields.numbers("classes"), "should be a list of numbers", id="no numbers"),
        pytest.param(lambda fields: fields.flag("score"), "should be true or false", id="no truth"),
        pytest.param(lambda fields: fields.day("score"), "should be a day such as 2026-01-31", id="no day"),
        pytest.param(
            lambda fields: fields.choice("name", ("x", "y")), "should be one of x, y, not 'balls'", id="no such choice"
        ),
        pytest.param(lambda fields: fields.subtable("name"), "should be a table", id="no table"),
        pytest.param(lambda fields: fields.subtables("sides"), r"should be tables, each under \[\[sides", id="numbers"),
        pytest.param(
            lambda fields: fields.subtable("part").text("size"), r"a \[part\]: the field 'size'", id="in a table"
        ),
        pytest.param(
            lambda fields: fields.subtables("rows")[1].text("x"), "a, rows 2: the field 'x'", id="in the second table"
        ),
        pytest.param(
            lambda fields: fields.refuse_others(("name",)), "unknown field 'classes'; known are name.", id="unknown"
        ),
    ],
)
def test_a_field_that_cannot_be_is_refused_in_one_sentence(ask: Callable[[Fields], object], says: str) -> None:
    with pytest.raises(ModelError, match=says) as refusal:
        ask(Fields(TABLE, "a", ModelError))
    assert "\n" not in str(refusal.value)


def test_fields_that_nobody_asked_for_are_unknown() -> None:
    fields = Fields({"b": 1, "a": 2}, "")
    fields.number("a")
    with pytest.raises(SettingError, match=r"^unknown field 'b'; known are a\.$"):
        fields.refuse_others()
    fields.number("b")
    fields.refuse_others()


values: st.SearchStrategy[Value] = st.one_of(
    st.text(st.characters(codec="utf-8")),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.lists(st.text(st.characters(codec="utf-8"))),
    st.lists(st.floats(allow_nan=False, allow_infinity=False)),
)


@given(values)
def test_a_value_that_is_written_is_read_back(value: Value) -> None:
    assert tomllib.loads(f"x = {toml_value(value)}")["x"] == value


def test_a_long_list_has_a_line_for_each_value() -> None:
    assert toml_value(["x" * 40, "y" * 60]).splitlines() == ["[", f'    "{"x" * 40}",', f'    "{"y" * 60}",', "]"]


def test_tables_are_written_under_their_headings(tmp_path: Path) -> None:
    tables: list[tuple[str, Lines]] = [
        ("", [("name", "a"), ("day", None)]),
        ("[part]", [("size", [1, 2])]),
        ("[[row]]", [("x", True)]),
    ]
    expected = 'name = "a"\n\n[part]\nsize = [1, 2]\n\n[[row]]\nx = true\n'
    assert toml_text(tables) == expected
    path = tmp_path / "a.toml"
    write_toml(tables, path)
    assert path.read_text(encoding="utf-8") == expected
    with pytest.raises(OutputError):
        write_toml(tables, path)
