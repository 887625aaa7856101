"""Streams and videos that are no file with an ending: over HTTP, on standard input, a camera by its number."""

import io
import itertools
import os
import time
from contextlib import closing

import av
import cv2
import numpy as np
import pytest

from howfar.errors import SourceError
from howfar.sources.opening import open_sources
from tests.io.videos import column_of, picture, write_sound, write_video
from tests.sources.server import serving


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")


def jpeg(index):
    return cv2.imencode(".jpg", picture(index)[..., ::-1])[1].tobytes()


def write_playlist(folder, *, ended):
    """A playlist of three parts, each of a second."""
    path = folder / "film.m3u8"
    options = {"hls_time": "1", "hls_list_size": "0", **({} if ended else {"hls_flags": "omit_endlist"})}
    with av.open(str(path), "w", format="hls", options=options) as container:
        stream = container.add_stream("libx264", rate=10, options={"g": "10", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for index in range(30):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture(index), format="rgb24")))
        container.mux(stream.encode(None))
    return path


def test_a_network_camera_of_jpeg_pictures_is_a_live_stream():
    with serving({"0": jpeg(0), "1": jpeg(1)}) as server:
        (source,) = open_sources([f"{server.url}/camera/0,1"])
        start_s = time.monotonic()
        assert source.is_stream
        with closing(source.frames()) as frames:
            seen = list(itertools.islice(frames, 3))
        assert time.monotonic() - start_s < 5, "the server's word is taken at once"
        assert server.left.wait(5), "nobody goes on reading"
    assert {frame.image.shape for frame in seen} == {(240, 320, 3)}
    assert {column_of(frame.image) for frame in seen} <= {0, 1}
    assert [frame.source for frame in seen] == [source.name] * 3


def test_a_stream_that_is_called_a_picture_is_told_at_once():
    with serving({"a.jpg": jpeg(0)}) as server:
        (source,) = open_sources([f"{server.url}/camera/a.jpg"])
        start_s = time.monotonic()
        with pytest.raises(SourceError, match="is a stream of pictures, which has no end"):
            next(source.frames())
        assert time.monotonic() - start_s < 5


@pytest.mark.parametrize(
    ("kind", "is_stream"),
    [
        pytest.param("image/jpeg", False, id="a picture"),
        pytest.param("application/octet-stream", False, id="not said, and a picture"),
        pytest.param("application/octet-stream", True, id="not said, and a video"),
        pytest.param("text/plain", True, id="called text, and a video"),
        pytest.param("video/mp4", True, id="a video"),
    ],
)
def test_an_address_without_an_ending_is_what_the_server_says(tmp_path, kind, is_stream):
    body = write_video(tmp_path / "a.mp4", 5).read_bytes() if is_stream else jpeg(3)
    with serving({"it": body}) as server:
        (source,) = open_sources([f"{server.url}/typed/{kind}/it"])
        assert source.is_stream == is_stream
        assert source.frame_count == (None if is_stream else 1)
        assert [column_of(frame.image) for frame in source.frames()] == (list(range(5)) if is_stream else [3])


def test_an_address_that_fails_says_so_when_it_is_read():
    with serving({}) as server:
        (source,) = open_sources([f"{server.url}/status/404"])
        assert not source.is_stream
        with pytest.raises(SourceError, match="answered 404"):
            next(source.frames())
        assert len(server.asked) == 1


def test_a_playlist_with_an_end_is_a_video(tmp_path):
    path = write_playlist(tmp_path, ended=True)
    (local,) = open_sources([str(path)])
    assert local.is_stream
    assert [column_of(frame.image) for frame in local.frames(10)] == [0, 10, 20]
    with serving({each.name: each.read_bytes() for each in tmp_path.iterdir()}) as server:
        (source,) = open_sources([f"{server.url}/good/film.m3u8"])
        assert source.is_stream
        frames = list(source.frames())
    assert [column_of(frame.image) for frame in frames] == list(range(30))
    assert [frame.time_s for frame in frames] == pytest.approx(np.arange(30) / 10, abs=1e-3)


def test_a_playlist_without_an_end_is_live(tmp_path):
    write_playlist(tmp_path, ended=False)
    with serving({each.name: each.read_bytes() for each in tmp_path.iterdir()}) as server:
        (source,) = open_sources([f"{server.url}/good/film.m3u8"])
        with closing(source.frames()) as frames:
            assert next(frames).image.shape == (240, 320, 3)


def test_a_playlist_that_is_not_there():
    with serving({}) as server:
        (source,) = open_sources([f"{server.url}/status/film.m3u8"])
        with pytest.raises(SourceError, match=r"film\.m3u8 cannot be read"):
            next(source.frames())


@pytest.mark.parametrize("spec", ["0", "12"])
def test_a_number_is_a_camera(spec, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (source,) = open_sources([spec])
    assert (source.name, source.is_stream) == (f"camera:{spec}", True)


def test_a_number_that_is_a_file_is_the_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "0").write_bytes(jpeg(0))
    (source,) = open_sources(["0"])
    assert not source.is_stream


class Dripping(io.RawIOBase):
    """A pipe that gives a little at a time, and says what has been taken of it."""

    def __init__(self, data, step=700):
        self.data, self.step, self.at = data, step, 0

    def readable(self):
        return True

    def isatty(self):
        return False

    def readinto(self, buffer):
        chunk = self.data[self.at : self.at + min(self.step, len(buffer))]
        buffer[: len(chunk)] = chunk
        self.at += len(chunk)
        return len(chunk)


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        pytest.param("a.ts", "libx264", {}, id="MPEG-TS"),
        pytest.param("a.mkv", "libx264", {}, id="Matroska"),
        pytest.param("a.webm", "libvpx", {}, id="WebM"),
        pytest.param("a.avi", "mpeg4", {}, id="AVI"),
        pytest.param("a.flv", "flv1", {}, id="FLV"),
        pytest.param("a.h264", "libx264", {}, id="H.264 as it is"),
        pytest.param("a.ivf", "libvpx", {}, id="IVF"),
        pytest.param("a.nut", "libx264", {}, id="NUT"),
        pytest.param("a.mxf", "mpeg2video", {}, id="MXF"),
        pytest.param("a.m2ts", "libx264", {}, id="MPEG-TS of a Blu-ray Disc"),
        pytest.param("a.y4m", "wrapped_avframe", {}, id="YUV4MPEG"),
        pytest.param("a.mp4", "libx264", {}, id="MP4 with its index at the end"),
        pytest.param("a.mov", "libx264", {"movflags": "faststart"}, id="MOV with its index in front"),
    ],
)
def test_a_video_on_standard_input(tmp_path, name, codec, options):
    data = write_video(tmp_path / name, 20, codec, options).read_bytes()
    (source,) = open_sources(["-"], stdin=io.BufferedReader(Dripping(data)))
    assert source.is_stream
    assert source.frame_count is None
    frames = list(source.frames(every=2))
    assert [column_of(frame.image) for frame in frames] == list(range(0, 20, 2))
    assert [frame.time_s for frame in frames] == pytest.approx(np.arange(0, 20, 2) / 30, abs=2e-3)
    assert {frame.source for frame in frames} == {"-"}


def test_frames_come_before_the_pipe_has_ended(tmp_path):
    pipe = Dripping(write_video(tmp_path / "a.ts", 600, width_px=64, height_px=48).read_bytes())
    (source,) = open_sources(["-"], stdin=io.BufferedReader(pipe))
    with closing(source.frames()) as frames:
        next(frames)
    assert pipe.at < len(pipe.data)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        pytest.param(b"", "is empty|gave nothing|holds", id="nothing"),
        pytest.param(b"G" + bytes(187) + b"G" + bytes(187), "Standard input begins as a video", id="a head alone"),
        pytest.param(b"\0\0\0\x20ftypisom" + bytes(500), "begins as a video and cannot be opened", id="a cut MP4"),
    ],
)
def test_what_cannot_be_read_on_standard_input_is_told(data, told):
    (source,) = open_sources(["-"], stdin=io.BytesIO(data))
    with pytest.raises(SourceError, match=told):
        list(source.frames())


def test_sound_on_standard_input(tmp_path):
    sound = write_sound(tmp_path / "a.mkv").read_bytes()
    (source,) = open_sources(["-"], stdin=io.BytesIO(sound))
    with pytest.raises(SourceError, match="no moving pictures"):
        list(source.frames())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("spec", ["", "/*", "/*.jpg"], ids=["a folder", "a glob of all", "a glob of pictures"])
def test_of_a_folder_files_alone_are_taken(tmp_path, spec):
    (tmp_path / "a.jpg").write_bytes(jpeg(0))
    os.mkfifo(tmp_path / "b.jpg")
    (tmp_path / "c.jpg").symlink_to("/dev/zero")
    (tmp_path / "d.jpg").symlink_to(tmp_path / "a.jpg")
    assert [source.path.name for source in open_sources([f"{tmp_path}{spec}"])] == ["a.jpg", "d.jpg"]
