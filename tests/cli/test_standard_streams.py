"""The command line with closed standard streams: no traceback, and no file in their place."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

SCRIPT = """
import os, sys
from howfar.cli.standard_streams import open_closed_streams
open_closed_streams()
file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
assert file > 2, file
print("a result")
print("a remark", file=sys.stderr)
os.write(1, b"of a library")
assert sys.stdin.read() == ""
"""
CLOSED = [
    pytest.param((), id="none"),
    pytest.param((0,), id="standard input"),
    pytest.param((1,), id="standard output"),
    pytest.param((2,), id="standard error"),
    pytest.param((1, 2), id="both outputs"),
    pytest.param((0, 1, 2), id="all"),
]


def run(command: Sequence[str | Path], closed: Sequence[int]) -> subprocess.CompletedProcess[str]:
    """Run Python with some streams closed."""

    def close() -> None:
        for number in closed:
            os.close(number)

    return subprocess.run(
        [sys.executable, *command], stdin=subprocess.DEVNULL, capture_output=True, text=True, preexec_fn=close
    )


@pytest.mark.skipif(sys.platform == "win32", reason="streams are closed after a fork")
@pytest.mark.parametrize("closed", CLOSED)
def test_no_file_takes_the_place_of_a_closed_stream(tmp_path: Path, closed: Sequence[int]) -> None:
    done = run(["-c", SCRIPT, tmp_path / "file"], closed)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "file").read_bytes() == b""
    assert ("a result" in done.stdout) == (1 not in closed)
    assert ("a remark" in done.stderr) == (2 not in closed)
    assert ("Standard output is closed, so nothing is printed" in done.stderr) == (1 in closed and 2 not in closed)


@pytest.mark.skipif(sys.platform == "win32", reason="streams are closed after a fork")
def test_a_command_without_streams_ends_well() -> None:
    assert run(["-m", "howfar", "--version"], (0, 1, 2)).returncode == 0
    refused = run(["-m", "howfar", "look", "-"], (0, 1))
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert "- is empty where a picture was expected" in refused.stderr
