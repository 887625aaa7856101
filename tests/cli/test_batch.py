"""`howfar batch`: what it says, and where it goes on."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from howfar.cli import batch as command
from howfar.cli import batching
from howfar.cli.app import app
from howfar.cli.failures import sentence
from howfar.errors import HowfarError
from howfar.pipeline.spec import RangefinderSpec
from tests.batch.conftest import here, photos, spec

__all__ = ["photos", "spec"]

RUN = "from howfar.cli.app import main; import sys; sys.argv[0] = 'howfar'\nif __name__ == '__main__': main()"

Batch = Callable[..., Result]


@pytest.fixture
def batch(spec: RangefinderSpec, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Batch:
    """The command on the tiny networks, with the work done in this process."""
    monkeypatch.setattr(command, "_here", lambda *_, **__: here())

    def run(*more: str, source: Path = photos) -> Result:
        networks = ["--detector", str(spec.detector), "--depth-model", str(spec.depth), "--method", "median"]
        return CliRunner().invoke(app, ["batch", str(source), "--out", str(tmp_path / "out"), *networks, *more])

    return run


def test_it_says_what_there_was_and_what_came_of_it(batch: Batch, tmp_path: Path) -> None:
    ended = batch()
    assert ended.exit_code == 0
    assert ended.stderr.splitlines() == [
        "20 pictures in 3 files.",
        f"19 pictures were looked at, 1 could not be (column `error` says why): {tmp_path / 'out'}",
    ]


def test_once_more_there_is_nothing_to_do(batch: Batch) -> None:
    batch()
    ended = batch()
    assert ended.exit_code == 0
    assert ended.stderr.splitlines()[0] == "20 pictures in 3 files, 20 of them are there."


def test_the_options_reach_the_finder(batch: Batch, tmp_path: Path) -> None:
    ended = batch("--max-depth", "3", "--classes", "cup", "--shard-size", "30", "--fov-deg", "60", "--cues", "depth")
    assert ended.exit_code == 0, ended.stderr
    (row, *_) = pq.read_table(tmp_path / "out" / "part-000000.parquet").to_pylist()
    assert [each["label"] for each in row["objects"]] == ["cup"]
    assert (row["max_depth_m"], row["camera"]["origin"]) == (3.0, "given")


def test_not_one_picture_is_an_exit_code(batch: Batch, tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "1.jpg").write_text("no picture")
    ended = batch(source=tmp_path / "bad")
    assert ended.exit_code == 1
    assert "0 pictures were looked at, 1 could not be" in ended.stderr


@pytest.mark.parametrize(
    ("options", "says"),
    [
        pytest.param(["--method", "median,mean"], "one ranging method: name one (--method)", id="two methods"),
        pytest.param(["--address", "auto"], "--address goes with --on ray", id="an address without a cluster"),
        pytest.param(["--column", "x"], "There is no file", id="a source that is not there"),
    ],
)
def test_what_cannot_be_is_one_sentence(batch: Batch, tmp_path: Path, options: list[str], says: str) -> None:
    ended = batch(*options, source=tmp_path / "missing")
    assert isinstance(ended.exception, HowfarError)
    assert says in sentence(ended.exception)


def test_without_a_terminal_a_line_now_and_then_says_how_far_it_is(
    batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "EVERY_S", 0.0)
    lines = batch().stderr.splitlines()
    assert len(lines) == 5
    assert lines[1].startswith("8 of 20 pictures, ")
    assert lines[1].endswith(" seconds left.")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5.0, "5 seconds"), (600.0, "10 minutes"), (7300.0, "2 hours"), (3e5, "3 days")],
)
def test_a_time_is_told_in_a_unit_that_suits(seconds: float, words: str) -> None:
    assert batching._duration(seconds) == words


@pytest.mark.slow
@pytest.mark.parametrize("least_files", [0, 1], ids=["while they still import", "in the middle"])
def test_ctrl_c_ends_all_processes_and_the_same_command_goes_on(
    spec: RangefinderSpec, photos: Path, tmp_path: Path, least_files: int
) -> None:
    for index in range(20, 200):
        (photos / f"{index}.png").write_bytes((photos / "00.png").read_bytes())
    networks = ["--detector", str(spec.detector), "--depth-model", str(spec.depth), "--method", "median"]
    words = [sys.executable, "-c", RUN, "batch", str(photos), "--out", str(tmp_path / "out"), *networks]
    words += ["--processes", "2", "--shard-size", "5"]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stderr is not None
    assert process.stderr.readline() == "200 pictures in 40 files.\n"
    while len(list(tmp_path.glob("out/part-*"))) < least_files:
        assert process.poll() is None
        time.sleep(0.01)
    time.sleep(0.2)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "pictures are written: the same command goes on." in said
    assert "Traceback" not in said
    ended = subprocess.run(words, stderr=subprocess.PIPE, text=True, timeout=120, check=True)
    assert ("of them are there" in ended.stderr) == bool(least_files)
    assert pq.read_table(tmp_path / "out").column("index").to_pylist() == list(range(200))
