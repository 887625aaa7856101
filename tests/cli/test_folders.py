"""The folder for results when none is named."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from howfar.cli.folders import fresh_folder, remove_empty
from howfar.errors import OutputError


def test_runs_that_start_at_once_get_folders_of_their_own(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        folders = list(pool.map(lambda _: fresh_folder(tmp_path / "howfar-out"), range(8)))
    assert {folder.name for folder in folders} == {"howfar-out", *(f"howfar-out-{n}" for n in range(2, 9))}
    assert all(folder.is_dir() for folder in folders)


def test_one_that_stays_empty_is_removed_and_a_filled_one_is_not(tmp_path: Path) -> None:
    empty, filled = fresh_folder(tmp_path / "out"), fresh_folder(tmp_path / "out")
    (filled / "photo.png").write_bytes(b"")
    for folder in (empty, filled, tmp_path / "gone"):
        remove_empty(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["out-2"]


def test_one_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot be made"):
        fresh_folder(tmp_path / "file" / "out")
