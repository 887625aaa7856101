"""`howfar look` on videos when something goes wrong on the way, as it is typed: nothing is lost, nothing hangs."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from howfar.errors import SourceError
from howfar.io.video import VideoFile
from tests.io.videos import joined, write_video
from tests.models.onnx_files import constant_detector, mean_depth

CARD = 'layout = "yolov8"\nclasses = ["cup"]\nscore = 0.5\nnms = 0.5'
BOX = np.array([[(16, 24, 20, 20, 0.9)]], dtype=np.float32).transpose(0, 2, 1)
MODELS = ("--detector", "models/detector.onnx", "--depth-model", "models/depth.onnx")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs signals, pipes and limits as Unix has them")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with two models: each picture has a cup."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    constant_detector(tmp_path / "models", {"out": BOX}, CARD)
    mean_depth(tmp_path / "models")
    return tmp_path


def started(*words: str, limit: str = "", command: str = "look", **pipes) -> subprocess.Popen:
    """Howfar, running; `limit` is for the shell that starts it."""
    line = [sys.executable, "-m", "howfar", command, *words, *(MODELS if command == "look" else MODELS[2:])]
    if limit:
        line = ["bash", "-c", f'{limit}; exec "$@"', "bash", *line]
    return subprocess.Popen(line, text=True, **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **pipes})


def look(*words: str, **settings) -> tuple[int, list[dict], str]:
    """Exit code, scenes and what was told."""
    running = started(*words, "--format", "jsonl", **settings)
    out, told = running.communicate(timeout=60)
    return running.returncode, [json.loads(line) for line in (out or "").splitlines()], told


def drawn_frames(path: Path) -> int:
    count = 0
    try:
        for _ in VideoFile(path).frames():
            count += 1
    except SourceError:  # of the last frame there may be a part only
        pass
    return count


def test_the_resolution_changes_on_the_way(folder: Path) -> None:
    parts = [
        write_video(folder / "1.ts", 6, width_px=128, height_px=96),
        write_video(folder / "2.ts", 6, width_px=64, height_px=48),
    ]
    joined(folder / "film.ts", *parts)
    code, scenes, told = look("film.ts", "--out", "drawn", "--focal-px", "100")
    assert (code, told) == (0, "")
    assert [scene["frame"] for scene in scenes] == list(range(12))
    assert all(one["time_s"] < after["time_s"] for one, after in pairwise(scenes))
    assert {scene["camera"]["fx_px"] for scene in scenes} == {100.0}
    assert drawn_frames(folder / "drawn" / "film.mp4") == 12


@pytest.mark.parametrize(
    "given", [("--focal-px", "100"), ("--fov-deg", "60")], ids=["a focal length", "a field of view"]
)
def test_where_the_shape_changes_the_numbers_go_on_without_the_camera(folder: Path, given: tuple[str, str]) -> None:
    shapes = [(128, 96), (96, 128), (128, 96)]
    parts = [
        write_video(folder / f"{number}.ts", 3, width_px=width, height_px=height)
        for number, (width, height) in enumerate(shapes)
    ]
    joined(folder / "film.ts", *parts)
    code, scenes, told = look("film.ts", "--out", "drawn", *given)
    assert code == 0
    assert [scene["camera"]["origin"] for scene in scenes] == ["given"] * 3 + ["assumed"] * 3 + ["given"] * 3
    assert "The pictures change their shape to 96×128" in told
    assert drawn_frames(folder / "drawn" / "film.mp4") == 9


def test_a_stream_that_changes_to_oblong_pixels(folder: Path) -> None:
    parts = [
        write_video(folder / "1.ts", 3, width_px=128, height_px=96),
        write_video(folder / "2.ts", 3, width_px=96, height_px=96, sample_aspect_ratio=Fraction(4, 3)),
    ]
    joined(folder / "film.ts", *parts)
    code, scenes, told = look("film.ts", "--out", "drawn", "--focal-px", "100")
    assert (code, told) == (0, "")
    assert [scene["width_px"] for scene in scenes] == [128] * 6
    assert len({round(scene["objects"][0]["box_xyxy_px"][2]) for scene in scenes}) == 1
    assert next(VideoFile(folder / "drawn" / "film.mp4").frames()).width_px == 128


@pytest.mark.parametrize(
    ("out", "limit", "kept"),
    [
        pytest.param("file/drawn", "", False, id="a folder that cannot be made"),
        pytest.param("/proc/drawn", "", False, id="a folder that cannot be written to"),
        pytest.param("drawn", "ulimit -f 10", True, id="a disk that is full"),
    ],
)
def test_where_drawing_fails_the_numbers_go_on(folder: Path, out: str, limit: str, kept: bool) -> None:
    write_video(folder / "film.mp4", 40)
    (folder / "file").touch()
    code, scenes, told = look("film.mp4", "--out", out, limit=limit)
    assert code == 1
    assert len(scenes) == 40
    assert len([line for line in told.splitlines() if line.startswith("howfar: ")]) == 1
    assert (folder / "drawn" / "film.mp4").exists() == kept
    if kept:
        assert "what was written until then is kept" in told
        assert 1 <= drawn_frames(folder / "drawn" / "film.mp4") < 40


def test_standard_output_that_takes_nothing_ends_it_and_does_not_abort(folder: Path) -> None:
    write_video(folder / "film.mp4", 20)
    with Path("/dev/full").open("w") as full:
        code, _, told = look("film.mp4", "--out", "drawn", stdout=full)
    assert code == 1
    assert "terminate" not in told


@pytest.mark.parametrize(
    ("number", "code", "command"),
    [
        pytest.param(signal.SIGTERM, 143, "look", id="SIGTERM, as docker stop sends it"),
        pytest.param(signal.SIGHUP, 129, "depth", id="SIGHUP, as a closed terminal sends it"),
    ],
)
def test_a_request_to_end_keeps_the_frames_that_are_done(
    folder: Path, number: signal.Signals, code: int, command: str
) -> None:
    write_video(folder / "film.mp4", 400, width_px=64, height_px=48)
    running = started(
        "film.mp4",
        "--out",
        "drawn",
        *(["--format", "jsonl"] if command == "look" else []),
        command=command,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a job in the background may ignore it
    )
    wait_for(lambda: any(each.stat().st_size > 5000 for each in folder.glob("drawn/*.mp4")))
    running.send_signal(number)
    _, told = running.communicate(timeout=30)
    assert running.returncode == code, told
    assert "Traceback" not in told
    assert [path.name for path in (folder / "drawn").iterdir()] == ["film.mp4"]
    assert 1 <= drawn_frames(folder / "drawn" / "film.mp4") < 400


def wait_for(holds) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_hangup_that_is_ignored_stays_ignored(folder: Path) -> None:
    write_video(folder / "film.mp4", 3)
    running = started("film.mp4", "--format", "jsonl", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    for _ in range(20):
        time.sleep(0.02)
        running.send_signal(signal.SIGHUP)
    out, _ = running.communicate(timeout=30)
    assert running.returncode == 0
    assert len(out.splitlines()) == 3


def test_ctrl_c_ends_the_wait_for_a_pipe_that_nobody_writes(folder: Path) -> None:
    os.mkfifo("pipe.jpg")
    running = started("pipe.jpg", preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    threading.Timer(1.5, running.send_signal, [signal.SIGINT]).start()
    start_s = time.monotonic()
    running.communicate(timeout=30)
    assert running.returncode == 130
    assert time.monotonic() - start_s < 10


def test_a_pipe_that_stalls_in_the_middle_of_a_video_does_not_hold_up_the_end(folder: Path) -> None:
    half = write_video(folder / "film.mp4", 40).read_bytes()[:3000]
    (folder / "tmp").mkdir()
    environment = {**os.environ, "TMPDIR": str(folder / "tmp")}
    running = started("-", "--format", "jsonl", stdin=subprocess.PIPE, env=environment)
    assert running.stdin is not None
    running.stdin.buffer.write(half)
    running.stdin.flush()
    until_s = time.monotonic() + 30
    while not list((folder / "tmp").glob("howfar-*/video.mp4")):
        assert time.monotonic() < until_s
        time.sleep(0.01)
    time.sleep(0.1)
    running.send_signal(signal.SIGTERM)
    assert running.wait(timeout=20) == 128 + signal.SIGTERM
    assert running.stderr is not None
    assert running.stderr.read() == ""
    assert list((folder / "tmp").iterdir()) == []
    running.stdin.close()
