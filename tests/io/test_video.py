import gc
import itertools
import sys
import tracemalloc
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from howfar.errors import SettingError, SourceError
from howfar.io import video
from howfar.io.video import VideoFile, _Decoding, pictures_of
from howfar.sources.live import network_images
from howfar.sources.piped import PipedSource
from tests.io.videos import RATE, blank, column_of, cut, joined, picture, turn_mp4, write_sound, write_video

FASTSTART = {"movflags": "faststart"}


def read(path, every=1):
    """The frames of a video up to where it breaks, and the error that it broke with."""
    frames = []
    try:
        for frame in VideoFile(path).frames(every):
            frames.append(frame)
    except SourceError as error:
        return frames, str(error)
    return frames, None


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.mp4", "libx264"),
        ("a.mkv", "libx264"),
        ("a.avi", "mpeg4"),
        ("a.webm", "libvpx"),
        ("a.ts", "mpeg2video"),
    ],
)
def test_every_frame_in_order_with_number_and_time(tmp_path, name, codec):
    path = write_video(tmp_path / name, 40, codec)
    frames, error = read(path)
    assert error is None
    assert [frame.index for frame in frames] == list(range(40))
    assert [column_of(frame.image) for frame in frames] == list(range(40))
    assert [frame.time_s for frame in frames] == pytest.approx(np.arange(40) / 30, abs=2e-3)
    assert {frame.source for frame in frames} == {str(path)}
    assert frames[0].image.dtype == np.uint8
    assert np.abs(frames[0].image.astype(int) - picture(0)).mean() < 10


def test_what_the_file_says_of_itself(tmp_path):
    video = VideoFile(write_video(tmp_path / "a.mp4", 45))
    assert (video.fps, video.frame_count, video.size) == (30.0, 45, (320, 240))
    assert video.duration_s == pytest.approx(1.5, abs=0.01)


def test_the_count_is_estimated_where_the_file_states_none(tmp_path):
    assert VideoFile(write_video(tmp_path / "a.mkv", 45)).frame_count == pytest.approx(45, abs=1)


@pytest.mark.parametrize("every", [1, 3, 100])
def test_every_nth_frame_keeps_its_own_number(tmp_path, every):
    frames, error = read(write_video(tmp_path / "a.mp4", 20), every)
    assert error is None
    assert [frame.index for frame in frames] == list(range(0, 20, every))
    assert [column_of(frame.image) for frame in frames] == list(range(0, 20, every))


def test_a_step_below_one_is_refused(tmp_path):
    with pytest.raises(SettingError, match="at least 1, not 0"):
        next(VideoFile(write_video(tmp_path / "a.mp4", 3)).frames(0))


@pytest.mark.parametrize(("clockwise_deg", "quarters"), [(90, 3), (180, 2), (270, 1)])
def test_a_telephone_held_upright(tmp_path, clockwise_deg, quarters):
    video = VideoFile(turn_mp4(write_video(tmp_path / "a.mp4", 3), clockwise_deg))
    image = next(video.frames()).image
    assert video.size == (image.shape[1], image.shape[0])
    assert np.abs(image.astype(int) - np.rot90(picture(0), quarters)).mean() < 10


@pytest.mark.parametrize(
    ("second", "shown"),
    [
        pytest.param((160, 120), (320, 240), id="half the resolution"),
        pytest.param((640, 480), (320, 240), id="twice the resolution"),
        pytest.param((322, 240), (320, 240), id="two columns more"),
        pytest.param((108, 82), (320, 240), id="a third of the resolution, rounded to even sides"),
        pytest.param((240, 320), (240, 320), id="another shape, which stays"),
    ],
)
def test_the_resolution_changes_on_the_way(tmp_path, second, shown):
    first = write_video(tmp_path / "1.ts", 6)
    last = write_video(tmp_path / "2.ts", 6, width_px=second[0], height_px=second[1])
    frames, error = read(joined(tmp_path / "a.ts", first, last))
    assert error is None
    assert [(frame.width_px, frame.height_px) for frame in frames] == [(320, 240)] * 6 + [shown] * 6
    assert [frame.index for frame in frames] == list(range(12))
    assert [frame.time_s for frame in frames] == pytest.approx(np.arange(12) / RATE, abs=1e-3)
    assert [frame.reshaped for frame in frames] == [False] * 6 + [shown != (320, 240)] * 6
    if shown == (320, 240):
        expected = cv2.resize(picture(3, *second), shown, interpolation=cv2.INTER_AREA)
        assert np.abs(frames[9].image.astype(int) - expected).mean() < 10


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.mxf", "mpeg2video"),
        ("a.m2v", "mpeg2video"),
        ("a.h264", "libx264"),
        ("a.hevc", "libx265"),
        ("a.ts", "libx264"),
        ("a.nut", "libx264"),
    ],
)
def test_time_begins_at_the_first_frame_at_the_rate_of_the_codec(tmp_path, name, codec):
    frames = VideoFile(write_video(tmp_path / name, 6, codec)).frames()
    assert [frame.time_s for frame in frames] == pytest.approx(np.arange(6) / RATE, abs=1e-3)


def test_time_begins_at_the_first_frame_that_is_shown_of_a_video_that_was_cut(tmp_path):
    path = tmp_path / "trimmed.mp4"
    with av.open(str(write_video(tmp_path / "a.mp4", 60))) as container, av.open(str(path), "w") as trimmed:
        stream = trimmed.add_stream_from_template(container.streams.video[0])
        for packet in container.demux(container.streams.video[0]):
            if packet.size:
                second = round(1 / packet.time_base)
                packet.pts, packet.dts, packet.stream = packet.pts - second, packet.dts - second, stream
                trimmed.mux(packet)
    frames, error = read(path)
    assert error is None
    assert [column_of(frame.image) for frame in frames] == list(range(30, 60))
    assert [frame.time_s for frame in frames] == pytest.approx(np.arange(30) / RATE, abs=1e-3)


UNKNOWN = [
    pytest.param("a.avi", "mpeg4", b"FMP4", b"QQZZ", id="letters that name no codec, in AVI"),
    pytest.param("a.mp4", "libx264", b"avc1", b"zzzz", id="in MP4"),
    pytest.param("a.mkv", "libvpx", b"V_VP8", b"V_QQQ", id="in Matroska"),
]


@pytest.mark.parametrize(("name", "codec", "known", "unknown"), UNKNOWN)
def test_an_unknown_codec_is_told_at_once(tmp_path, name, codec, known, unknown):
    path = write_video(tmp_path / name, 10, codec)
    path.write_bytes(path.read_bytes().replace(known, unknown))
    with pytest.raises(SourceError, match="lacks: convert it"):
        list(VideoFile(path).frames())
    with pytest.raises(SourceError, match="lacks: convert it"):
        list(network_images(str(path)))


def test_a_decoder_that_fails_for_ever_is_given_up():
    tries = itertools.count()

    class Stubborn:
        size, pts, is_discard = 0, None, False

        def decode(self):
            next(tries)
            raise av.error.InvalidDataError(1094995529, "Invalid data")

    class Container:
        def demux(self, stream):
            return [Stubborn()]

    class Stream:
        start_time = time_base = None

    assert list(_Decoding(Container(), Stream())) == []
    assert next(tries) < 100


@pytest.mark.parametrize(
    ("codecs", "least"),
    [
        pytest.param(("libx264", "mpeg2video"), 35, id="H.264, then MPEG-2"),
        pytest.param(("mpeg2video", "libx264"), 35, id="MPEG-2, then H.264"),
        pytest.param(("mpeg4", "libx264"), 35, id="MPEG-4 Part 2, then H.264"),
        pytest.param(("libx264", "mpeg2video", "libx264"), 70, id="H.264 around MPEG-2"),
    ],
)
def test_parts_of_other_codecs_in_one_stream_are_not_passed_over_in_silence(tmp_path, codecs, least):
    parts = [write_video(tmp_path / f"{number}.ts", 40, codec) for number, codec in enumerate(codecs)]
    frames, error = read(joined(tmp_path / "a.ts", *parts))
    assert len(frames) >= least
    assert [frame.index for frame in frames] == list(range(len(frames)))
    assert error is not None
    assert "breaks after frame" in error


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "libx264"), ("a.ts", "mpeg2video"), ("a.mkv", "libx264")])
def test_what_the_decoder_holds_when_reading_fails_is_kept(tmp_path, name, codec):
    path = write_video(tmp_path / name, 30, codec)

    class Breaking:
        def __init__(self, container):
            self.container = container

        def demux(self, stream):
            yield from itertools.islice(self.container.demux(stream), 20)
            raise av.error.OSError(5, "Input/output error")

    with av.open(str(path)) as container:
        decoding = _Decoding(Breaking(container), pictures_of(container, "film"))
        assert len([frame.pts for frame in decoding]) == 20
        assert decoding.broken_after is not None


@pytest.mark.parametrize("every", [1, 7])
@pytest.mark.parametrize(("name", "codec", "options"), [("a.mp4", "libx264", FASTSTART), ("a.mkv", "libx264", {})])
def test_a_file_that_was_cut_off_keeps_what_was_read(tmp_path, name, codec, options, every):
    path = cut(write_video(tmp_path / name, 90, codec, options))
    frames, error = read(path, every)
    # By its time, not its number: where the frames before the last one are what was cut off, that one comes early.
    assert [column_of(frame.image) for frame in frames] == [round(frame.time_s * RATE) for frame in frames]
    assert 10 / every < len(frames) < 80 / every
    assert error is not None
    assert error.startswith(f"{path} breaks after frame ")
    assert 0 <= int(error.split("after frame ")[1].split(":")[0]) - frames[-1].index < every


def test_frames_after_a_damaged_part_are_kept(tmp_path):
    path = blank(write_video(tmp_path / "a.mp4", 90))
    frames, error = read(path)
    assert error is not None
    assert "breaks after frame " in error
    assert f"what was read is kept ({len(frames)} frames)" in error
    assert 60 < len(frames) < 90
    assert frames[-1].time_s > 2.5


def test_a_file_with_no_frame_left(tmp_path):
    path = blank(write_video(tmp_path / "a.mp4", 30), 0.005, 0.9)
    with pytest.raises(SourceError, match=r"(No frame of .* can be decoded|cannot be opened)"):
        list(VideoFile(path).frames())


def text(path):
    path.write_text("Dear diary, today I saw a cat.\n" * 50)
    return path


def empty(path):
    path.touch()
    return path


def noise(path):
    path.write_bytes(np.random.default_rng(0).integers(128, 255, 5000, dtype=np.uint8).tobytes())
    return path


@pytest.mark.parametrize(
    ("make", "name", "told"),
    [
        pytest.param(empty, "a.mp4", "is empty where a video was expected", id="empty"),
        pytest.param(text, "a.mp4", "holds text where a video was expected", id="text called MP4"),
        pytest.param(text, "a.txt", "holds text where a video was expected", id="text that FFmpeg would draw"),
        pytest.param(noise, "a.mp4", "is in no format that howfar knows", id="noise"),
        pytest.param(write_sound, "a.m4a", "holds no moving pictures, at most sound", id="sound alone"),
        pytest.param(lambda p: cut(write_video(p, 30)), "a.mp4", "damaged or cut off", id="index cut off"),
    ],
)
def test_refused_when_opened(tmp_path, make, name, told):
    path = make(tmp_path / name)
    with pytest.raises(SourceError, match=told) as caught:
        VideoFile(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_missing(tmp_path):
    with pytest.raises(SourceError, match="There is no file"):
        VideoFile(tmp_path / "gone.mp4")


def test_the_name_given_is_used(tmp_path):
    path = write_video(tmp_path / "a.mp4", 2)
    assert next(VideoFile(path, "http://host/a.mp4").frames()).source == "http://host/a.mp4"


def test_a_colon_in_the_name_is_no_protocol(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_video(tmp_path / "a.mp4", 2).rename("12:30.mp4")
    assert len(read(Path("12:30.mp4"))[0]) == 2


@pytest.mark.parametrize("where", ["the whole", "the stream of pictures"])
def test_a_title_that_is_not_utf8(tmp_path, where):
    path = tmp_path / "named.mkv"
    with av.open(str(write_video(tmp_path / "a.mkv", 2))) as container, av.open(str(path), "w") as named:
        stream = named.add_stream_from_template(container.streams.video[0])
        (named if where == "the whole" else stream).metadata["title"] = "Kamera"
        for packet in container.demux(container.streams.video[0]):
            if packet.size:
                packet.stream = stream
                named.mux(packet)
    path.write_bytes(path.read_bytes().replace(b"Kamera", b"\xff\xfe\xfdera"))
    assert len(read(path)[0]) == 2
    assert len(list(network_images(str(path)))) == 2
    with path.open("rb") as piped:
        assert len(list(PipedSource(piped).frames())) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_the_file_is_closed_whoever_leaves(tmp_path):
    path = write_video(tmp_path / "a.mp4", 30)

    def is_open():
        gc.collect()
        return path.resolve() in [link.resolve() for link in Path("/proc/self/fd").iterdir()]

    video = VideoFile(path)
    assert not is_open()
    frames = video.frames()
    next(frames)
    assert is_open()
    frames.close()
    assert not is_open()
    frames = video.frames()
    next(frames)
    with pytest.raises(KeyboardInterrupt):
        frames.throw(KeyboardInterrupt)
    assert not is_open()


def test_memory_does_not_grow_with_the_length(tmp_path):
    path = write_video(tmp_path / "a.mp4", 300)
    frames = VideoFile(path).frames()
    for _ in range(30):
        next(frames)
    tracemalloc.start()
    for _ in frames:
        pass
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 8 * 320 * 240 * 3


def test_a_cover_is_no_video(tmp_path):
    path = tmp_path / "song.mp3"
    Image.new("RGB", (16, 16)).save(tmp_path / "cover.png")
    with av.open(str(path), "w") as container:
        sound = container.add_stream("mp3", rate=44100)
        cover = container.add_stream("png")
        cover.width = cover.height = 16
        cover.pix_fmt = "rgb24"
        cover.disposition = av.stream.Disposition.attached_pic.value
        container.mux(cover.encode(av.VideoFrame(16, 16, "rgb24")))
        for start in range(0, 44100, 1152):
            frame = av.AudioFrame.from_ndarray(np.zeros((2, 1152), np.float32), format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = 44100, start
            container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    with pytest.raises(SourceError, match="holds no moving pictures"):
        VideoFile(path)


def test_frames_that_would_take_gigabytes_are_refused_before_one_is_decoded(tmp_path, monkeypatch):
    path = write_video(tmp_path / "a.mp4", 4)
    monkeypatch.setattr(video, "MAX_FRAME_PIXELS", 320 * 240)
    assert len(list(VideoFile(path).frames())) == 4
    monkeypatch.setattr(video, "MAX_FRAME_PIXELS", 320 * 240 - 1)
    with pytest.raises(SourceError, match="its frames have 320×240 pixels, and at most 0 megapixels are read"):
        VideoFile(path)
