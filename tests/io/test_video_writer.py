"""Writing videos."""

import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import av
import numpy as np
import pytest

from howfar.errors import OutputError, SourceError
from howfar.files import replacing
from howfar.io import video_writer
from howfar.io.video import VideoFile
from howfar.io.video_writer import VideoWriter


def grey(level: int, size: tuple[int, int] = (64, 48)) -> np.ndarray:
    return np.full((size[1], size[0], 3), level, dtype=np.uint8)


def frames(path: Path) -> list[tuple[float, int, tuple[int, int]]]:
    """Time, middle grey level and size of each frame."""
    with av.open(str(path)) as container:
        return [
            (float(frame.time), int(frame.to_ndarray(format="rgb24")[10, 10, 1]), (frame.width, frame.height))
            for frame in container.decode(video=0)
        ]


def test_frames_are_written_as_h264_in_order(tmp_path: Path) -> None:
    path = tmp_path / "new" / "film.mp4"
    with VideoWriter(path, 10.0) as video:
        for level in (40, 120, 200):
            video.write(grey(level))
        assert not path.exists(), "the file has another name until it is finished"
    assert [round(time, 3) for time, _, _ in frames(path)] == [0.0, 0.1, 0.2]
    assert [level for _, level, _ in frames(path)] == pytest.approx([40, 120, 200], abs=4)
    with av.open(str(path)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        assert container.streams.video[0].codec_context.pix_fmt == "yuv420p"
        assert not container.streams.audio
    assert [each.name for each in path.parent.iterdir()] == ["film.mp4"]


@pytest.mark.parametrize(
    ("size", "even"),
    [pytest.param((63, 47), (64, 48), id="odd sides are made even"), pytest.param((64, 48), (64, 48), id="even stay")],
)
def test_the_size_is_even(tmp_path: Path, size: tuple[int, int], even: tuple[int, int]) -> None:
    with VideoWriter(tmp_path / "film.mp4", 10.0) as video:
        video.write(grey(90, size))
    assert frames(tmp_path / "film.mp4")[0][2] == even


def test_frames_keep_their_own_times(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "film.mp4", 25.0) as video:
        for time_s in (5.0, 5.5, 7.0, 6.0):
            video.write(grey(90), time_s)
    times = [time for time, _, _ in frames(tmp_path / "film.mp4")]
    assert times[:3] == pytest.approx([0.0, 0.5, 2.0], abs=0.01)
    assert times == sorted(times), "a time that goes back is put after the last"


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt], ids=["the source breaks", "Ctrl-C"])
def test_what_was_written_is_kept(tmp_path: Path, error: type[BaseException]) -> None:
    def watch() -> None:
        with VideoWriter(tmp_path / "film.mp4", 10.0) as video:
            video.write(grey(90))
            video.write(grey(120))
            raise error

    with pytest.raises(error):
        watch()
    assert len(frames(tmp_path / "film.mp4")) == 2


def test_ctrl_c_within_a_write_keeps_the_frames_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def watch() -> None:
        with VideoWriter(tmp_path / "film.mp4", 10.0) as video:
            video.write(grey(90))
            monkeypatch.setattr(video_writer.cv2, "copyMakeBorder", interrupted)
            video.write(grey(120))

    with pytest.raises(KeyboardInterrupt):
        watch()
    assert len(frames(tmp_path / "film.mp4")) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["film.mp4"]


def test_ctrl_c_while_the_film_is_finished_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = VideoWriter(tmp_path / "film.mp4", 10.0)
    video.write(grey(90))
    monkeypatch.setattr(video_writer._Encoding, "finish", interrupted)
    with pytest.raises(KeyboardInterrupt):
        video.close()
    assert list(tmp_path.iterdir()) == []


def interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_without_a_frame_there_is_no_file(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "film.mp4", None):
        pass
    assert list(tmp_path.iterdir()) == []


def test_an_existing_video_is_kept_unless_asked(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_text("mine")
    with pytest.raises(OutputError, match="allow overwriting"):
        VideoWriter(path, 10.0)
    assert path.read_text() == "mine"
    with VideoWriter(path, 10.0, overwrite=True) as video:
        video.write(grey(90))
    assert len(frames(path)) == 1


@pytest.mark.parametrize(
    ("size", "edges"),
    [
        pytest.param((32, 24), (0, 0), id="half the resolution"),
        pytest.param((128, 96), (0, 0), id="twice the resolution"),
        pytest.param((48, 48), (8, 0), id="a square, with black left and right"),
        pytest.param((128, 48), (0, 12), id="twice as wide, with black above and below"),
    ],
)
def test_a_frame_of_another_size_is_fitted(tmp_path: Path, size: tuple[int, int], edges: tuple[int, int]) -> None:
    path = tmp_path / "film.mp4"
    with VideoWriter(path, 10.0) as video:
        video.write(grey(90))
        video.write(grey(200, size))
        video.write(grey(90))
    with av.open(str(path)) as container:
        images = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert [image.shape for image in images] == [(48, 64, 3)] * 3
    left, top = edges
    assert images[1][24, 32].mean() == pytest.approx(200, abs=30)
    if left:
        assert images[1][24, : left - 4].max(initial=0) < 40
    if top:
        assert images[1][: top - 4, 32].max(initial=0) < 40


def test_without_an_h264_encoder_another_does_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video_writer, "ENCODERS", ("an-encoder-that-is-not-there", "mpeg4"))
    with VideoWriter(tmp_path / "film.mp4", 10.0) as video:
        video.write(grey(90))
        video.write(grey(180))
    assert "MPEG-4 Part 2" in video.notice
    assert [level for _, level, _ in frames(tmp_path / "film.mp4")] == pytest.approx([90, 180], abs=6)


@pytest.mark.parametrize("most_bytes", [50_000, 120_000, 30])
def test_a_disk_that_is_full_keeps_what_was_written(tmp_path: Path, most_bytes: int) -> None:
    resource = pytest.importorskip("resource", reason="needs a limit on the size of files")
    noise = np.random.default_rng(0).integers(0, 255, (120, 160, 3), dtype=np.uint8)

    def write() -> None:
        with VideoWriter(tmp_path / "film.mp4", 10.0) as video:
            for shift in range(60):
                video.write(np.roll(noise, shift * 7, axis=1))

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, before[1]))
    try:
        with pytest.raises(OutputError, match="could not be written"):
            write()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    kept: list[np.ndarray] = []
    if most_bytes < 1000:
        assert list(tmp_path.iterdir()) == []
    else:
        assert [each.name for each in tmp_path.iterdir()] == ["film.mp4"]
        with suppress(SourceError):  # of the last frame there may be a part only
            for frame in VideoFile(tmp_path / "film.mp4").frames():
                kept.append(frame.image)
        assert 1 < len(kept) < 40


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_process_that_is_killed_leaves_a_video_that_can_be_played(tmp_path: Path) -> None:
    script = f"""
import os, signal, numpy as np
from pathlib import Path
from howfar.io.video_writer import VideoWriter
video = VideoWriter(Path({str(tmp_path)!r}) / "film.mp4", 10.0)
for number in range(20):
    video.write(np.full((48, 64, 3), 5 * number, np.uint8))
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", script], check=False, timeout=20)
    (left,) = tmp_path.iterdir()
    assert left.name.startswith("film.unfinished-")
    assert left.suffix == ".mp4"
    assert len(frames(left)) >= 12
    with replacing(tmp_path / "other.txt") as temporary:
        temporary.write_text("")
    assert left.exists(), "it is a result, which nobody sweeps away"
