"""The parts of a data set and their lists."""

from pathlib import Path

import pytest

from howfar.datasets.splits import is_of_half, read_list, refuse_unknown_split
from howfar.errors import SettingError, SourceError


def test_a_list_has_an_entry_a_line_without_the_space_around(tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_bytes("a b.png \r\n\n  été\n".encode())
    assert read_list(tmp_path / "train.txt", "one picture a line") == ["a b.png", "été"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "cannot be read .*: it should name one picture a line", id="no list"),
        pytest.param(b"\xff\xfe\x00", "it is not a text", id="a binary list"),
        pytest.param(b" \n", "is empty: it should name one picture a line", id="an empty list"),
        pytest.param(b"a.png\n../b.png\n", "names '../b.png', which leads out of", id="a picture elsewhere"),
        pytest.param(b"a.png /etc/b.png 7\n", "leads out of the data set", id="a depth map elsewhere"),
    ],
)
def test_a_list_that_names_nothing_is_refused(tmp_path: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / "train.txt").write_bytes(content)
    with pytest.raises(SourceError, match=message):
        read_list(tmp_path / "train.txt", "one picture a line")


def test_only_a_split_that_is_there_passes() -> None:
    refuse_unknown_split("val", ("train", "val"), "Rooms")
    with pytest.raises(SettingError, match="Rooms has no split 'test': choose train or val"):
        refuse_unknown_split("test", ("train", "val"), "Rooms")


@pytest.mark.parametrize(("half", "kept"), [("all", [1, 2, 3, 4]), ("odd", [1, 3]), ("even", [2, 4])])
def test_photos_are_halved_by_their_numbers(half: str, kept: list[int]) -> None:
    assert [number for number in (1, 2, 3, 4) if is_of_half(number, half)] == kept
