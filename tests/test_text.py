"""Text from outside, as it is shown and written."""

import json

import pytest

from howfar.text import ESCAPING, cell, json_text, shown


@pytest.mark.parametrize(
    ("text", "as_shown"),
    [
        pytest.param("椅子 café\tone\ntwo", "椅子 café\tone\ntwo", id="letters of any script, tabs and lines"),
        pytest.param("caf\udce9.jpg", r"caf\xe9.jpg", id="a byte that is not UTF-8"),
        pytest.param("\ud800", r"\ud800", id="half of a pair of surrogates"),
        pytest.param("\x1b]0;owned\x07", r"\x1b]0;owned\x07", id="a terminal's title"),
        pytest.param("a\rb\x08c\x7f", r"a\x0db\x08c\x7f", id="what moves the cursor back"),
        pytest.param("\x9b2J", r"\x9b2J", id="a control sequence in eight bits"),
        pytest.param("a\u202egpj.exe", r"a\u202egpj.exe", id="what turns the direction of writing"),
    ],
)
def test_what_a_terminal_obeys_and_what_is_not_utf8_is_shown_as_an_escape(text: str, as_shown: str) -> None:
    assert shown(text) == as_shown
    assert shown(as_shown) == as_shown
    assert json.loads(json_text([text]))[0] in (text, as_shown)
    assert shown(json_text([text], 2)) == json_text([text], 2)


def test_json_keeps_control_characters_and_is_valid_utf8() -> None:
    assert json.loads(json_text("\x1b\x9b\x7f\u202e")) == "\x1b\x9b\x7f\u202e"
    assert json_text("caf\udce9").encode("utf-8") == rb'"caf\\xe9"'
    with pytest.raises(ValueError, match="JSON"):
        json_text(float("nan"))


@pytest.mark.parametrize(
    ("text", "as_cell"),
    [
        pytest.param("=1+1.jpg", "'=1+1.jpg", id="a formula"),
        pytest.param("+x", "'+x", id="a plus"),
        pytest.param("-x.jpg", "'-x.jpg", id="a minus"),
        pytest.param("@SUM(A1)", "'@SUM(A1)", id="a function of old spreadsheets"),
        pytest.param("\t=1", "'\t=1", id="a tab first"),
        pytest.param("＝1+1", "'＝1+1", id="a wide equals sign"),
        pytest.param("-", "-", id="standard input"),
        pytest.param("-0.5", "-0.5", id="a negative number"),
        pytest.param("+1e-3", "+1e-3", id="a number with its sign"),
        pytest.param("a=b.jpg", "a=b.jpg", id="an equals sign in the middle"),
        pytest.param("caf\udce9", r"caf\xe9", id="a byte that is not UTF-8"),
    ],
)
def test_a_cell_is_no_formula(text: str, as_cell: str) -> None:
    assert cell(text) == as_cell


@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        pytest.param("cp1252", b"caf\xe9 \\u6905 \x85 <=", id="Windows"),
        pytest.param("latin-1", b"caf\xe9 \\u6905 ... <=", id="Latin-1"),
        pytest.param("ascii", b"caf\\xe9 \\u6905 ... <=", id="ASCII"),
        pytest.param("utf-8", "café 椅 … ≤".encode(), id="UTF-8"),
    ],
)
def test_what_an_encoding_lacks_is_written_in_the_nearest_letters_there_are(encoding: str, written: bytes) -> None:
    assert "café 椅 … ≤".encode(encoding, ESCAPING) == written
