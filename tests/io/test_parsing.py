"""TOML and JSON that anybody may have written: read, or refused with a reason in a few words."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from howfar.errors import HowfarError
from howfar.io.camera_files import read_calibration
from howfar.io.parsing import UnreadableError, parse_json, parse_toml, read_json_file, read_large_json, read_toml_file
from howfar.models.card_reading import read_card
from howfar.ranging.cues.sizes import read_sizes

LONG = "9" * 5000


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("x = 1", {"x": 1}, id="a number"),
        pytest.param('x = "日本"', {"x": "日本"}, id="a text"),
        pytest.param(f"x = {2**63 - 1}", {"x": 2**63 - 1}, id="the largest whole number"),
        pytest.param(f"# {'.' * 500}\nx = [{'0.5, ' * 500}]", {"x": [0.5] * 500}, id="many dots, but in no name"),
        pytest.param("[a.b]\nx = [[1.5]]", {"a": {"b": {"x": [[1.5]]}}}, id="tables and lists in each other"),
    ],
)
def test_toml_is_read(text: str, value: object) -> None:
    assert parse_toml(text) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("x = ", "Invalid value", id="no TOML"),
        pytest.param(f"x = {'[' * 100_000}", "nested too deeply", id="a hundred thousand lists in each other"),
        pytest.param(f"x = {'[' * 60}{']' * 60}", "nested too deeply", id="sixty lists in each other"),
        pytest.param(f"[{'a.' * 3000}a]", "nested too deeply", id="a table in three thousand tables"),
        pytest.param("a" + ".a" * 100_000 + " = 1", "nested too deeply", id="a name of a hundred thousand parts"),
        pytest.param("x = [{a" + " . 'a'" * 100_000 + " = 1}]", "nested too deeply", id="such a name in a list"),
        pytest.param(f"x = {LONG}", "4300", id="a whole number of 5000 digits"),
        pytest.param(f"x = {2**63}", "more than 64 bits", id="a whole number of more than 64 bits"),
        pytest.param("x = 1e999", "inf, which is no finite number", id="a number beyond all"),
        pytest.param("x = [{y = nan}]", "nan, which is no finite number", id="no number, in a list of tables"),
        pytest.param("x = 2026-02-31", "day|Invalid", id="a day that no calendar has"),
        pytest.param('x = "\\u0000"', "character 0", id="a text with the character 0"),
        pytest.param('"\\u0000" = 1', "character 0", id="a name with the character 0"),
    ],
)
def test_toml_that_cannot_be_used_is_refused_in_words(text: str, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason) as refusal:
        parse_toml(text)
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("{", "line 1 column 2", id="no JSON"),
        pytest.param("[" * 100_000, "nested too deeply", id="a hundred thousand lists in each other"),
        pytest.param('{"a":' * 60 + "1" + "}" * 60, "nested too deeply", id="sixty objects in each other"),
        pytest.param(LONG, "4300", id="a whole number of 5000 digits"),
        pytest.param("[1e999]", "inf, which is no finite number", id="a number beyond all"),
        pytest.param("[NaN]", "nan, which is no finite number", id="no number"),
        pytest.param('["\\ud800"]', "half a character", id="half of a pair of surrogates"),
        pytest.param('{"a": "\\u0000"}', "character 0", id="a text with the character 0"),
    ],
)
def test_json_that_cannot_be_used_is_refused_in_words(text: str, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        parse_json(text)


def test_a_mark_in_front_of_the_text_is_no_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "notepad"
    path.write_text("\ufeffx = 1", encoding="utf-8")
    assert read_toml_file(path) == {"x": 1}
    path.write_text('\ufeff{"x": 1}', encoding="utf-8")
    assert read_json_file(path) == {"x": 1}


@pytest.mark.parametrize("read", [read_toml_file, read_json_file], ids=["TOML", "JSON"])
def test_a_file_is_not_taken_whatever_its_size(read: Callable[[Path], Any], tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(10 * 2**30)  # takes no room on the disk
    with pytest.raises(UnreadableError, match="larger than 16 MB"):
        read(path)


def test_the_numbers_of_a_large_file_are_left_to_its_reader(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"x": [1e999, 99999999999999999999], "y": {"z": 1}}')
    read = read_large_json(path, lambda entry: {"z": 2} if "z" in entry else entry)
    assert read == {"x": [float("inf"), 99999999999999999999], "y": {"z": 2}}


@pytest.mark.parametrize("read", [read_calibration, read_card, read_sizes], ids=["camera", "card", "sizes"])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"x = {'[' * 100_000}", id="nested without end"),
        pytest.param(f"width_px = {LONG}", id="a number of 5000 digits"),
        pytest.param("width_px = 1e999\nheight_px = 480\nfx_px = 1\nfy_px = 1", id="a whole number beyond all"),
        pytest.param("width_px = nan\nheight_px = 480\nfx_px = 1\nfy_px = 1", id="no number for a whole one"),
        pytest.param("[car]\nheight_m = 1e999\nlog_sd = nan", id="a size of nan"),
    ],
)
def test_every_file_of_settings_is_refused_in_one_sentence(
    read: Callable[[Path], object], text: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.toml"
    path.write_text(text)
    with pytest.raises(HowfarError, match="cannot be read as TOML") as refusal:
        read(path)
    assert "\n" not in str(refusal.value)
