"""What the user names becomes a list of pictures."""

from collections.abc import Callable
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from howfar.batch import inputs
from howfar.batch.inputs import list_pictures
from howfar.errors import HowfarError, MissingExtraError, SettingError, SourceError


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with pictures, other files and folders, which is the working directory; and the same in a store."""
    memory = fsspec.filesystem("memory")
    memory.store.clear()
    memory.pseudo_dirs[:] = [""]
    for name in ("a/10.jpg", "a/2.JPG", "a/b/1.png", "a/.hidden.png", "a/note.txt.bak", "a/film.mp4", "a/.git/x.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
        memory.pipe(f"/{name}", b"")
    (tmp_path / "list.txt").write_text("a/2.JPG\n\n  a/10.jpg\n")
    (tmp_path / "list.csv").write_text("\ufeffname,path\nx,a/2.JPG\ny,/abs/3.jpg\nz\n")
    (tmp_path / "own.csv").write_text("photo\ns3://bucket/1.jpg\n")
    pq.write_table(pa.table({"uri": ["http://host/1.jpg", "a/2.JPG"]}), tmp_path / "list.parquet")
    (tmp_path / "bad.parquet").write_text("no table")
    (tmp_path / "empty.txt").write_text("\n")
    (tmp_path / "bare.csv").write_text("")
    (tmp_path / "list of others").mkdir()
    (tmp_path / "list of others" / "list.txt").write_text("a/2.JPG\n")
    memory.pipe("/lists/list.txt", b"1.jpg\nmemory://a/2.JPG\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def here(*names: str) -> Callable[[Path], list[str]]:
    """These names in the folder, and what is an address or a path as it is."""
    return lambda folder: [name if name.startswith("/") or "://" in name else str(folder / name) for name in names]


@pytest.mark.parametrize(
    ("names", "column", "listed"),
    [
        pytest.param(["a"], None, here("a/10.jpg", "a/2.JPG", "a/b/1.png"), id="a folder with the folders in it"),
        pytest.param(["a/*.jpg"], None, here("a/10.jpg"), id="a glob"),
        pytest.param(["a/*"], None, here("a/2.JPG", "a/10.jpg", "a/note.txt.bak"), id="a glob passes over videos"),
        pytest.param(["a/**/*.png"], None, here("a/b/1.png"), id="a glob through folders"),
        pytest.param(["a/10.jpg", "a/2.JPG"], None, here("a/10.jpg", "a/2.JPG"), id="pictures in their order"),
        pytest.param(["list.txt"], None, here("a/2.JPG", "a/10.jpg"), id="a text file"),
        pytest.param(["list.csv"], None, here("a/2.JPG", "/abs/3.jpg"), id="a table with a known column"),
        pytest.param(["list.csv"], "name", here("x", "y", "z"), id="a column that is named"),
        pytest.param(["own.csv"], "photo", here("s3://bucket/1.jpg"), id="addresses in a table"),
        pytest.param(["list.parquet"], None, here("http://host/1.jpg", "a/2.JPG"), id="a Parquet file"),
        pytest.param(["https://host/p?id=3"], None, here("https://host/p?id=3"), id="an address on the web"),
        pytest.param(
            ["memory://a"],
            None,
            here("memory:///a/10.jpg", "memory:///a/2.JPG", "memory:///a/b/1.png"),
            id="a folder of a store",
        ),
        pytest.param(["memory://a/*.jpg"], None, here("memory:///a/10.jpg"), id="a glob in a store"),
        pytest.param(["memory://a/2.JPG"], None, here("memory:///a/2.JPG"), id="a picture in a store"),
        pytest.param(
            ["memory://lists/list.txt"],
            None,
            here("memory://lists/1.jpg", "memory://a/2.JPG"),
            id="a text file in a store",
        ),
    ],
)
def test_names_stand_for_pictures(
    tree: Path, names: list[str], column: str | None, listed: Callable[[Path], list[str]]
) -> None:
    assert list(list_pictures(names, column)) == listed(tree)


def test_a_folder_is_addressed_as_a_file_too(tree: Path) -> None:
    assert list(list_pictures([f"file://{tree}/a/b"])) == [f"file://{tree}/a/b/1.png"]


@pytest.mark.parametrize(
    ("names", "column", "kind", "says"),
    [
        pytest.param(["b"], None, SourceError, "There is no file or folder b", id="nothing of that name"),
        pytest.param(["a/.git/y"], None, SourceError, "There is no file", id="nothing in a folder"),
        pytest.param(["a/film.mp4"], None, SettingError, "use  howfar look  for it", id="a video"),
        pytest.param(["camera:0"], None, SettingError, "is no picture", id="a camera"),
        pytest.param(["-"], None, SettingError, "is no picture", id="standard input"),
        pytest.param(["empty.txt"], None, SourceError, "empty.txt holds no picture", id="an empty list"),
        pytest.param(
            ["missing.txt"], None, SourceError, "There is nothing at missing.txt", id="a list that is missing"
        ),
        pytest.param(["bad.parquet"], None, SourceError, "bad.parquet cannot be read", id="a list that is no table"),
        pytest.param(["own.csv"], None, SettingError, "has no column source, but photo", id="no column of pictures"),
        pytest.param(["bare.csv"], None, SettingError, "no column source, but none", id="a table of nothing"),
        pytest.param(["list.csv"], "pics", SettingError, "no column pics, but name, path", id="no such column"),
        pytest.param(["list of others/list.txt"], None, SourceError, "not beside the manifest", id="a list moved away"),
        pytest.param(["memory://nothing"], None, SourceError, "There is nothing at memory://", id="nothing in a store"),
        pytest.param(["odd://a/b"], None, SourceError, "Protocol not known: odd", id="a store that nobody knows"),
    ],
)
def test_what_stands_for_none_is_told(
    tree: Path, names: list[str], column: str | None, kind: type[HowfarError], says: str
) -> None:
    with pytest.raises(kind, match=says):
        list(list_pictures(names, column))


def test_a_store_that_needs_a_library_says_which_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(address: str) -> None:
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr("fsspec.core.url_to_fs", refuse)
    with pytest.raises(MissingExtraError, match=r"howfar\[s3\]"):
        list(list_pictures(["s3://bucket/photos"]))
    with pytest.raises(SourceError, match="needs a library"):
        list(list_pictures(["gs://bucket/photos"]))


def test_passwords_are_not_told() -> None:
    with pytest.raises(SourceError) as caught:
        list(list_pictures(["odd://me:secret@host/a"]))
    assert "secret" not in str(caught.value)


def test_bytes_of_a_name_that_are_no_text_become_an_escape(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "_pictures", lambda name, column: iter(["/a/\udcff.jpg"]))
    assert list(list_pictures(["a"])) == ["/a/\\xff.jpg"]
