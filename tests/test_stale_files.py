"""Temporary files of processes that were killed are swept away, and no others."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from howfar import stale_files
from howfar.files import replacing

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs locks on files")


def write(folder: Path) -> None:
    """Write another file into a folder, as a later run does."""
    stale_files._swept.clear()
    with replacing(folder / "later.txt") as temporary:
        temporary.write_text("")


def aged(path: Path) -> Path:
    hour_ago = time.time() - 3600
    os.utime(path, (hour_ago, hour_ago))
    return path


def left_by_a_killed_process(folder: Path) -> Path:
    script = f"""
import os, signal
from pathlib import Path
from howfar.files import replacing
with replacing(Path({str(folder)!r}) / "picture.png") as temporary:
    temporary.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    run = subprocess.run([sys.executable, "-c", script], check=False, timeout=20)
    assert run.returncode == -signal.SIGKILL
    (path,) = folder.iterdir()
    return path


def test_what_a_killed_process_left_is_swept_away(tmp_path: Path) -> None:
    aged(left_by_a_killed_process(tmp_path))
    write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["later.txt"]


def test_what_is_younger_than_a_minute_stays(tmp_path: Path) -> None:
    path = left_by_a_killed_process(tmp_path)
    write(tmp_path)
    assert path.exists()


def test_what_is_still_written_stays(tmp_path: Path) -> None:
    with replacing(tmp_path / "picture.png") as temporary:
        temporary.write_text("half")
        aged(temporary)
        write(tmp_path)
        assert temporary.exists()
    assert (tmp_path / "picture.png").read_text() == "half"


@pytest.mark.parametrize("name", [".howfar.toml", ".picture-abcdefgh.png", "picture.png"])
def test_files_of_others_stay(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("mine")
    aged(path)
    write(tmp_path)
    assert path.exists()
