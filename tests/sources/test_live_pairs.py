"""Two live cameras as one pair."""

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import numpy as np
import pytest

from howfar.errors import SettingError, SourceError
from howfar.scene import Frame
from howfar.sources import live_pairs
from howfar.sources.kinds import LiveSource
from howfar.sources.live import LiveStream
from howfar.sources.live_pairs import APART, LivePairSource, nearest_in_time

WAIT_S = 20.0


def at(*times_ms: float) -> list[Frame]:
    """Pictures that were taken at these moments; each is of the grey of its number."""
    return [
        Frame(np.full((2, 2, 3), index, np.uint8), "camera", index=index, time_s=time_ms / 1000)
        for index, time_ms in enumerate(times_ms)
    ]


@pytest.mark.parametrize(
    ("lefts_ms", "rights_ms", "chosen"),
    [
        pytest.param([0, 33], [2, 35], (1, 1), id="of one moment: the newest"),
        pytest.param([0, 33], [30, 63], (1, 0), id="the right-hand one is nearly a picture behind"),
        pytest.param([30, 63], [0, 33], (0, 1), id="the left-hand one is"),
        pytest.param([0, 33, 66], [16, 49, 82], (2, 2), id="half a picture apart: the newest, and it is said"),
        pytest.param([0], [500], (0, 0), id="one of each"),
        pytest.param([0, 33, 66], [66.4], (2, 0), id="the right-hand one has just begun"),
    ],
)
def test_the_pair_is_the_one_nearest_in_time(lefts_ms, rights_ms, chosen: tuple[int, int]) -> None:
    pair = nearest_in_time(at(*lefts_ms), at(*rights_ms))
    assert pair is not None
    assert (pair[0].index, pair[1].index) == chosen


def test_without_a_picture_there_is_no_pair() -> None:
    assert nearest_in_time([], at(0)) is nearest_in_time(at(0), []) is None


class Camera:
    """Gives a picture each time that it is told to."""

    def __init__(self, pictures: int = 100) -> None:
        self.pictures = pictures
        self.step = threading.Semaphore(0)

    def __call__(self) -> Iterator[np.ndarray]:
        for number in range(self.pictures):
            assert self.step.acquire(timeout=WAIT_S)
            yield np.full((4, 6, 3), number, np.uint8)
        raise SourceError("unplugged.")


def source_of(*openers: Callable) -> LivePairSource:
    streams = [LiveStream("camera:0", opener=each, tries=0) for each in openers]
    return LivePairSource(*(LiveSource(f"camera:{index}", stream) for index, stream in enumerate(streams)))


def given(left: Camera, right: Camera, count: int, every: int = 1) -> list[tuple[int | None, int]]:
    """The numbers of the pictures in so many pairs, where both cameras take pictures at the same moments."""
    frames = source_of(left, right).frames(every)
    pairs = []
    taken = threading.Event()

    def shoot() -> None:
        while not taken.wait(0.002):
            left.step.release()
            right.step.release()

    thread = threading.Thread(target=shoot)
    thread.start()
    try:
        for frame in itertools.islice(frames, count):
            assert frame.right is not None
            pairs.append((frame.index, int(frame.right[0, 0, 0])))
    finally:
        taken.set()
        thread.join()
        left.step.release(100)
        right.step.release(100)
        frames.close()
    return pairs


def test_each_pair_has_new_pictures_of_both() -> None:
    for numbers in zip(*given(Camera(), Camera(), 5), strict=True):
        assert list(numbers) == sorted(set(numbers))


def test_pictures_can_be_left_out_between_pairs() -> None:
    numbers = [left or 0 for left, _ in given(Camera(), Camera(), 4, every=5)]
    assert all(later - earlier >= 5 for earlier, later in itertools.pairwise(numbers))


def test_a_camera_that_is_unplugged_ends_the_pair() -> None:
    with pytest.raises(SourceError, match="broke off after frame 2"):
        given(Camera(), Camera(3), 50)


@pytest.mark.parametrize(("most_apart_s", "said"), [(10.0, False), (0.01, True)], ids=["near enough", "too far"])
def test_what_was_taken_at_another_moment_is_said(
    monkeypatch: pytest.MonkeyPatch, most_apart_s: float, said: bool
) -> None:
    monkeypatch.setattr(live_pairs, "MOST_APART_S", most_apart_s)
    left, right = Camera(), Camera()
    with closing(source_of(left, right).frames()) as frames:
        left.step.release()
        threading.Timer(0.05, right.step.release).start()
        notes = next(frames).notes
        left.step.release(100)
        right.step.release(100)
    assert (APART in notes) is said


def test_there_are_no_pairs_of_less_than_every_picture() -> None:
    with pytest.raises(SettingError):
        next(source_of(Camera(), Camera()).frames(0))
