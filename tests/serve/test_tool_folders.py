"""Which files a client of the tools may read: those in allowed folders, however they are named."""

import os
from pathlib import Path

import pytest

from howfar.errors import SettingError, SourceError
from howfar.serve.tools.allowed_folders import AllowedFolders

MOST = 1000


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two folders that are allowed, one that is not, and links between them."""
    for name in ("photos/deep", "more", "secret", "photos-of-others"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("photos/a.png", "photos/deep/b.png", "more/c.png", "secret/s.png", "photos-of-others/o.png"):
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "photos" / "large.png").write_bytes(bytes(MOST + 1))
    (tmp_path / "photos" / "empty.png").touch()
    (tmp_path / "photos" / "a..b.png").write_bytes(b"dots")
    (tmp_path / "photos" / "out").symlink_to(tmp_path / "secret")
    (tmp_path / "photos" / "out.png").symlink_to(tmp_path / "secret" / "s.png")
    (tmp_path / "photos" / "over.png").symlink_to(tmp_path / "more" / "c.png")
    (tmp_path / "photos" / "round.png").symlink_to(tmp_path / "photos" / "round.png")
    (tmp_path / "photos" / "within.png").symlink_to("deep/b.png")
    os.mkfifo(tmp_path / "photos" / "pipe.png")
    (tmp_path / "by-link").symlink_to(tmp_path / "photos")
    return tmp_path


@pytest.fixture
def allowed(home: Path) -> AllowedFolders:
    return AllowedFolders.of([home / "photos", home / "more"], MOST)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("a.png", "photos/a.png", id="a name in the first folder"),
        pytest.param("c.png", "more/c.png", id="a name in the second folder"),
        pytest.param("deep/b.png", "photos/deep/b.png", id="a folder in a folder"),
        pytest.param("./a.png", "photos/a.png", id="a dot"),
        pytest.param("{home}/photos/a.png", "photos/a.png", id="an absolute path"),
        pytest.param("{home}/by-link/a.png", "photos/a.png", id="an absolute path by a link to an allowed folder"),
        pytest.param("within.png", "photos/deep/b.png", id="a link that stays inside"),
        pytest.param("over.png", "more/c.png", id="a link into another allowed folder"),
        pytest.param("a..b.png", "dots", id="two dots in a name"),
    ],
)
def test_what_lies_in_the_folders_is_read(home: Path, allowed: AllowedFolders, name: str, content: str) -> None:
    assert allowed.read(name.format(home=home)) == content.encode()


OUTSIDE = [
    pytest.param("{home}/secret/s.png", id="an absolute path elsewhere"),
    pytest.param("{home}/secret/none.png", id="one that is not there is told in the same way"),
    pytest.param("/etc/passwd", id="a file of the system"),
    pytest.param("/dev/zero", id="a device"),
    pytest.param("../secret/s.png", id="up and over"),
    pytest.param("deep/../../secret/s.png", id="down, up and over"),
    pytest.param("deep/../a.png", id="up at all"),
    pytest.param("{home}/photos/../secret/s.png", id="up in an absolute path"),
    pytest.param(r"..\secret\s.png", id="up by the other sign"),
    pytest.param("{home}/photos-of-others/o.png", id="a folder whose name begins alike"),
    pytest.param("out.png", id="a link to a file elsewhere"),
    pytest.param("out/s.png", id="a link to a folder elsewhere"),
    pytest.param("out/none.png", id="what is not there behind such a link"),
]


@pytest.mark.parametrize("name", OUTSIDE)
def test_nothing_leads_out_of_them(home: Path, allowed: AllowedFolders, name: str) -> None:
    named = name.format(home=home)
    with pytest.raises(SourceError) as refusal:
        allowed.read(named)
    assert str(refusal.value) == (
        f"{named} is not in the allowed folders, which are {home / 'photos'}, {home / 'more'}: name a picture there."
    )


@pytest.mark.parametrize(
    ("name", "says"),
    [
        pytest.param("none.png", "There is no picture none.png in the allowed folders", id="what is not there"),
        pytest.param("deep", "is no file|cannot be read", id="a folder"),
        pytest.param("pipe.png", "is no file", id="a pipe, which nobody writes into"),
        pytest.param("round.png", "no picture|cannot be read|not in the allowed", id="a link to itself"),
        pytest.param("large.png", "is larger than", id="a file that is too large"),
        pytest.param("empty.png", "is empty", id="an empty file"),
        pytest.param("", "no name", id="no name"),
        pytest.param("a\0.png", "no name", id="the character 0"),
        pytest.param("a" * 5000, "no name", id="a name of 5000 letters"),
        pytest.param("a" * 300, "cannot be read|no picture", id="a name that no file can have"),
        pytest.param("https://example.org/a.png", "Nothing is fetched", id="an address"),
        pytest.param("file:///etc/passwd", "Nothing is fetched", id="a file as an address"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(allowed: AllowedFolders, name: str, says: str) -> None:
    with pytest.raises(SourceError, match=says):
        allowed.read(name)


def test_a_link_that_takes_the_place_of_a_file_meanwhile_is_not_followed(
    home: Path, allowed: AllowedFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = AllowedFolders._found

    def swapped(self: AllowedFolders, name: str) -> Path:
        path = found(self, name)
        path.unlink()
        path.symlink_to(home / "secret" / "s.png")
        return path

    monkeypatch.setattr(AllowedFolders, "_found", swapped)
    with pytest.raises(SourceError, match="cannot be read"):
        allowed.read("a.png")


def test_a_folder_that_becomes_a_link_meanwhile_is_not_followed(
    home: Path, allowed: AllowedFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = AllowedFolders._found
    (home / "secret" / "b.png").write_bytes(b"secret")

    def swapped(self: AllowedFolders, name: str) -> Path:
        path = found(self, name)
        path.parent.rename(home / "moved")
        path.parent.symlink_to(home / "secret")
        return path

    monkeypatch.setattr(AllowedFolders, "_found", swapped)
    with pytest.raises(SourceError, match="not in the allowed folders"):
        allowed.read("deep/b.png")


@pytest.mark.parametrize(
    ("folders", "says"),
    [
        pytest.param([], "no folder is allowed", id="none"),
        pytest.param(["{home}/none"], "There is no folder", id="one that is not there"),
        pytest.param(["{home}/photos/a.png"], "There is no folder", id="a file"),
    ],
)
def test_folders_are_needed(home: Path, folders: list[str], says: str) -> None:
    with pytest.raises(SettingError, match=says) as refusal:
        AllowedFolders.of([each.format(home=home) for each in folders], MOST)
    assert refusal.value.setting == "allow_folder"
