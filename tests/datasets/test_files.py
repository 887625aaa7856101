"""The files of a data set."""

from pathlib import Path

import pytest

from howfar.datasets.files import pictures_in, refuse_missing
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
