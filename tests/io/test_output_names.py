"""Names for results."""

from pathlib import Path

import pytest

from howfar.errors import OutputError, SettingError
from howfar.files import refuse_existing, replacing
from howfar.io.output_names import OutputNames, source_name


@pytest.mark.parametrize(
    ("source", "name"),
    [
        pytest.param("kitchen/photo.jpg", "photo.jpg", id="a file"),
        pytest.param("https://example.org/a/cat.png?w=9#x", "cat.png", id="an address without its query"),
        pytest.param("https://example.org/", "example.org", id="an address without a path"),
        pytest.param("https://example.org/my%20cat.png", "my cat.png", id="an address with an encoded space"),
        pytest.param("camera:0", "camera-0", id="a camera"),
        pytest.param("-", "stdin", id="standard input"),
        pytest.param("https://example.org/..", "picture", id="nothing left"),
    ],
)
def test_source_names(source: str, name: str) -> None:
    assert source_name(source) == name


@pytest.mark.parametrize(
    ("source", "ending", "name"),
    [
        pytest.param("photo.jpg", None, "photo.jpg", id="the same name"),
        pytest.param("photo.heic", None, "photo.png", id="a format that is not written"),
        pytest.param("film.avi", ".mp4", "film.mp4", id="a video"),
        pytest.param("photo.jpg", ".depth.png", "photo.depth.png", id="a depth map"),
        pytest.param("-", None, "stdin.png", id="standard input"),
    ],
)
def test_result_names(tmp_path: Path, source: str, ending: str | None, name: str) -> None:
    assert OutputNames(tmp_path).path(source, ending) == tmp_path / name


@pytest.mark.parametrize("letter", ["a", "é", "椅", "🪑", "e\u0301"])
@pytest.mark.parametrize("ending", [None, ".mp4", ".depth-view.png"])
def test_a_result_of_the_longest_name_there_is_can_be_written(tmp_path: Path, letter: str, ending: str | None) -> None:
    longest = letter * (251 // len(letter.encode())) + ".png"
    names = OutputNames(tmp_path)
    for source in (longest, f"folder/{longest}"):
        path = names.path(source, ending)
        with replacing(path) as temporary:
            temporary.write_bytes(b"result")
        assert path.read_bytes() == b"result"
        assert path.name.startswith(letter * 40)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_whose_name_is_too_long_is_one_sentence(tmp_path: Path) -> None:
    target = OutputNames(tmp_path / ("x" * 300)).path("photo.jpg")
    with pytest.raises(OutputError, match="choose another"):
        refuse_existing(target, overwrite=False)


def test_two_sources_of_one_name_do_not_meet(tmp_path: Path) -> None:
    names = OutputNames(tmp_path)
    assert [names.path(source).name for source in ("a/p.jpg", "b/p.jpg", "c/P.png", "a/p.jpg")] == [
        "p.jpg",
        "p-2.jpg",
        "P-3.png",
        "p.jpg",
    ]


def test_a_result_never_replaces_its_source(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_text("mine")
    with pytest.raises(SettingError, match="would replace it"):
        OutputNames(tmp_path).path(str(tmp_path / "photo.jpg"))
