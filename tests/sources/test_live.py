import itertools
import socket
import threading
import time
from contextlib import closing

import cv2
import numpy as np
import pytest

from howfar.errors import SettingError, SourceError
from howfar.sources.live import LiveStream, camera_images, is_live, network_images
from tests.io.videos import column_of, write_sound, write_video

WAIT_S = 20.0


def picture(number):
    return np.full((4, 6, 3), number % 256, np.uint8)


def number_of(frame):
    return int(frame.image[0, 0, 0])


class StandIn:
    """A source that gives, each time it is opened, the next of several lists of pictures, and then breaks.

    A list may hold an exception to break with. What is opened after the last list is refused.
    """

    def __init__(self, *lives):
        self.lives = list(lives)
        self.opened = 0
        self.closed = 0
        self.step = None

    def __call__(self):
        self.opened += 1
        if self.opened > len(self.lives):
            raise SourceError("nobody there.")
        try:
            for item in self.lives[self.opened - 1]:
                if isinstance(item, BaseException):
                    raise item
                if self.step is not None:
                    assert self.step.acquire(timeout=WAIT_S)
                yield picture(item)
        finally:
            self.closed += 1


def live(source, **options):
    return LiveStream("rtsp://stand-in/", opener=source, first_pause_s=0.001, **options)


def stepwise(source, stream):
    """Let the source go on by one picture for each frame that is taken, so that none is missed."""
    source.step = threading.Semaphore(1)
    with closing(stream.frames()) as frames:
        try:
            for frame in frames:
                yield frame
                source.step.release()
        finally:
            source.step.release(100)


def test_frames_have_number_time_and_name():
    source = StandIn([5, 6, 7])
    frames = list(itertools.islice(stepwise(source, live(source)), 3))
    assert [number_of(frame) for frame in frames] == [5, 6, 7]
    assert [frame.index for frame in frames] == [0, 1, 2]
    assert frames[0].time_s == 0.0
    assert frames[0].time_s <= frames[1].time_s <= frames[2].time_s
    assert {frame.source for frame in frames} == {"rtsp://stand-in/"}


def test_a_slow_consumer_sees_the_newest_frame():
    given_all, go_on, left = threading.Event(), threading.Event(), threading.Event()

    def source():
        yield picture(0)
        go_on.wait(WAIT_S)
        for number in range(1, 100):
            yield picture(number)
        given_all.set()
        left.wait(WAIT_S)

    frames = live(source).frames()
    assert next(frames).index == 0
    go_on.set()
    assert given_all.wait(WAIT_S)
    assert next(frames).index == 99
    left.set()
    frames.close()


@pytest.mark.parametrize(
    "break_",
    [None, SourceError("cut."), OSError("gone"), ConnectionResetError()],
    ids=["ends", "refused", "OSError", "reset"],
)
def test_a_source_that_breaks_and_comes_back(break_):
    source = StandIn([0, 1] + ([] if break_ is None else [break_]), [2, 3], [4])
    stream = stepwise(source, live(source))
    frames = list(itertools.islice(stream, 5))
    stream.close()
    assert [number_of(frame) for frame in frames] == [0, 1, 2, 3, 4]
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4]
    assert source.opened >= 3


def test_a_source_that_never_comes_back():
    source = StandIn([0, 1])
    frames = []
    told = r"rtsp://stand-in/ broke off after frame 1 and did not come back in 4 tries \(nobody there\): check"
    with pytest.raises(SourceError, match=told):
        frames.extend(stepwise(source, live(source, tries=4)))
    assert source.opened == 1 + 4
    assert source.closed == 1


def test_the_count_of_tries_starts_anew_when_it_worked():
    lives = [[0], [OSError("busy")], [OSError("busy")], [1], [OSError("busy")], [OSError("busy")], [2]]
    source = StandIn(*lives)
    frames = list(itertools.islice(stepwise(source, live(source, tries=3)), 3))
    assert [number_of(frame) for frame in frames] == [0, 1, 2]


def test_a_source_that_gives_one_picture_each_time_is_given_up():
    source = StandIn(*[[number] for number in range(20)])
    frames = []
    with pytest.raises(SourceError, match=r"ends after one picture each time that it is opened \(5 times\)"):
        frames.extend(stepwise(source, live(source, tries=4)))
    assert [number_of(frame) for frame in frames] == [0, 1, 2, 3, 4]


def test_a_source_that_gives_one_picture_now_and_then_is_not():
    source = StandIn([0], [1], [2, 3], [4], [5], [6, 7])
    frames = list(itertools.islice(stepwise(source, live(source, tries=2)), 8))
    assert [number_of(frame) for frame in frames] == list(range(8))


def test_the_pauses_grow(monkeypatch):
    pauses = []
    event_class = type(threading.Event())
    real_wait = event_class.wait

    def wait(self, timeout=None):
        if threading.current_thread().name == "howfar-live":
            pauses.append(timeout)
            return real_wait(self, 0)
        return real_wait(self, timeout)

    monkeypatch.setattr(event_class, "wait", wait)
    stream = LiveStream("rtsp://stand-in/", opener=StandIn([0]), tries=4, first_pause_s=0.5)
    with pytest.raises(SourceError):
        list(stream.frames())
    assert pauses == [0.5, 1.0, 2.0, 4.0]


def test_a_source_that_never_worked_is_not_tried_again():
    source = StandIn()
    with pytest.raises(SourceError, match="nobody there"):
        next(live(source).frames())
    assert source.opened == 1


def test_a_step_below_one_is_refused():
    with pytest.raises(SettingError, match="at least 1"):
        next(live(StandIn([0])).frames(every=0))


def test_every_nth_frame_of_the_source():
    step = threading.Semaphore(5)

    def source():
        for number in itertools.count():
            step.acquire(timeout=WAIT_S)
            yield picture(number)

    numbers = []
    with closing(live(source).frames(every=5)) as frames:
        for frame in itertools.islice(frames, 3):
            numbers.append(frame.index)
            step.release(5)
    assert numbers == [0, 5, 10]


def test_a_mistake_in_the_source_reaches_the_consumer():
    with pytest.raises(ZeroDivisionError):
        next(live(StandIn([ZeroDivisionError()])).frames())


def test_leaving_closes_the_source_and_ends_the_thread():
    source = StandIn(itertools.count())
    before = set(threading.enumerate())
    frames = live(source).frames()
    next(frames)
    frames.close()
    assert source.closed == source.opened >= 1
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("address", ["camera:", "camera:front", "camera:-1", "rtsp://", "http://a"])
def test_addresses_that_name_nothing(address):
    with pytest.raises(SourceError, match=r"names no live source: give camera:0"):
        LiveStream(address)


@pytest.mark.parametrize(
    ("address", "expected"),
    [("camera:0", True), ("rtsp://a/b", True), ("RTSPS://a/b", True), ("camera.jpg", False), ("http://a", False)],
)
def test_is_live(address, expected):
    assert is_live(address) is expected


def test_camera_pictures_are_rgb(tmp_path, monkeypatch):
    """OpenCV reads a file in place of the camera: the same class, the same loop."""
    path = write_video(tmp_path / "a.avi", 5, "mpeg4")
    real = cv2.VideoCapture
    monkeypatch.setattr(cv2, "VideoCapture", lambda number: real(str(path)))
    images = []
    with pytest.raises(SourceError, match="camera:0 gave no more pictures"):
        images.extend(camera_images(0))
    images = list(itertools.islice(camera_images(0), 5))
    assert [column_of(image) for image in images] == list(range(5))
    assert images[0][10, 100].argmax() == 0
    assert images[0][230, 100].argmax() == 2


def test_a_camera_that_is_not_there(capfd):
    with pytest.raises(SourceError, match="camera:97 cannot be opened: check that it is plugged in"):
        next(LiveStream("camera:97").frames())


def test_network_pictures(tmp_path):
    """FFmpeg reads a file in place of the stream: the same container, the same loop."""
    path = write_video(tmp_path / "a.mp4", 5)
    assert [column_of(image) for image in network_images(str(path))] == list(range(5))


def test_a_stream_without_pictures(tmp_path):
    with pytest.raises(SourceError, match="holds no moving pictures"):
        next(network_images(str(write_sound(tmp_path / "a.m4a"))))


@pytest.mark.parametrize("scheme", ["rtsp", "RTSP"])
def test_a_stream_that_refuses(scheme):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    told = rf"{scheme}://127\.0\.0\.1:{port}/live cannot be read \(connection refused\)"
    with pytest.raises(SourceError, match=told):
        next(LiveStream(f"{scheme}://127.0.0.1:{port}/live").frames())


def test_a_stream_that_stays_silent(monkeypatch):
    monkeypatch.setattr("howfar.sources.live.NETWORK_TIMEOUT_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        start = time.monotonic()
        with pytest.raises(SourceError, match="cannot be read"):
            next(LiveStream(f"rtsp://127.0.0.1:{server.getsockname()[1]}/live").frames())
        assert time.monotonic() - start < 10
