"""The files of a data set."""

from collections.abc import Callable
from pathlib import Path

import pytest

from howfar.datasets.csv_rows import read_rows
from howfar.datasets.files import pictures_in, refuse_missing
from howfar.datasets.kitti_labels import read_objects
from howfar.datasets.splits import read_list
from howfar.datasets.yolo_labels import read_labels
from howfar.datasets.yolo_names import read_names
from howfar.errors import SourceError


def test_the_pictures_of_a_folder_are_known_by_their_endings(tmp_path: Path) -> None:
    for name in ("b.PNG", "a.jpeg", "a.txt", "c.webp"):
        (tmp_path / name).touch()
    assert [path.name for path in pictures_in(tmp_path)] == ["a.jpeg", "b.PNG", "c.webp"]


def test_missing_files_are_counted_and_the_first_is_named(tmp_path: Path) -> None:
    (tmp_path / "here").touch()
    paths = [tmp_path / name for name in ("here", "gone", "a" * 300)]
    refuse_missing(paths[:1], "1 pictures")
    with pytest.raises(SourceError, match=r"2 of the 3 pictures are missing, the first being .*gone"):
        refuse_missing(paths, "3 pictures")


READERS = [
    pytest.param(lambda path: read_list(path, "one picture a line"), "a.png\n", ["a.png"], id="a split"),
    pytest.param(read_names, "chair\n", ("chair",), id="names of classes"),
    pytest.param(lambda path: read_labels(path, ("chair",)), "0 1 1 1 1", [(0, 1, 1, 1, 1)], id="YOLO's labels"),
    pytest.param(lambda path: read_rows(path, ["image"]), "image,fx\na.png,5\n", [{"image": "a.png"}], id="a table"),
    pytest.param(read_objects, "DontCare -1 -1 -10 0 0 5 5 -1 -1 -1 -9 -9 -9 -10\n", [], id="KITTI's labels"),
]
"""What reads a text of a data set, a text of its kind, and what is in that."""


@pytest.mark.parametrize(("read", "text", "content"), READERS)
def test_the_mark_that_windows_puts_in_front_is_no_part_of_a_text(
    read: Callable[[Path], object], text: str, content: object, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8-sig")
    assert read(tmp_path / "a.txt") == content


@pytest.mark.parametrize(("read", "text", "content"), READERS)
def test_a_text_without_end_is_not_taken_into_memory(
    read: Callable[[Path], object], text: str, content: object, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(10 * 2**30)  # takes no room on the disk
    with pytest.raises(SourceError, match="larger than 256 MB"):
        read(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(SourceError, match="Is a directory"):
        read(path)
