"""Live pictures: a camera at this computer or an RTSP stream. Only the newest frame counts.

Tried with stand-in sources and with FFmpeg reading files in place of a network. Not tried on real hardware: there was
no camera and no RTSP server at hand.
"""

import os
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SourceError
from howfar.io.addresses import hiding_passwords, without_password
from howfar.io.steady_size import SteadySize
from howfar.io.video import TITLES, check_every, pictures_of
from howfar.io.video_frames import RgbConverter
from howfar.scene.frame import Frame
from howfar.sources.workers import Worker, refuse_in_fork

if TYPE_CHECKING:
    from av.container import InputContainer

Opener = Callable[[], Generator[NDArray[np.uint8], None, None]]
"""Opens the source and gives its pictures, H×W×3 uint8 RGB; ends or raises SourceError or OSError when it breaks."""

TRIES = 5
FIRST_PAUSE_S = 0.5
NETWORK_TIMEOUT_S = 10.0
STOP_WAIT_S = 2.0
"""How long to wait for the reader when the consumer leaves; one that hangs in a driver is left to end by itself."""
WAKE_S = 0.5
"""How often a waiting consumer looks up, so that Ctrl-C reaches it on every system."""

LAST_FRAMES = 3
"""Of two cameras of one rate, each with moments of its own, the newest two pictures hold the pair nearest in time."""

_CAMERA = re.compile(r"camera:(\d+)")
_RTSP = re.compile(r"rtsps?://.+", re.IGNORECASE)


def is_live(address: str) -> bool:
    """Whether an address is meant for a camera or a stream."""
    return address.startswith("camera:") or address.lower().startswith(("rtsp://", "rtsps://"))


class LiveStream:
    """A camera (`camera:0`) or an RTSP stream (`rtsp://…`), read in a thread of its own.

    A consumer slower than the source sees the newest frame each time and misses those between. A source that worked and
    breaks is opened again after a pause that doubles from try to try; a frame makes the count start anew. One that
    gives a single picture each time is no stream, and given up after as many openings.
    """

    def __init__(
        self,
        address: str,
        *,
        opener: Opener | None = None,
        tries: int = TRIES,
        first_pause_s: float = FIRST_PAUSE_S,
    ) -> None:
        """Set up; nothing is opened before `frames`.

        Args:
            address: `camera:N`, with N from 0, or `rtsp://…`.
            opener: Opens the source in place of what the address names.
            tries: How often a source that broke is opened again before it is given up.
            first_pause_s: Pause before the first of these tries.

        Raises:
            SourceError: If the address is neither and no opener is given.
        """
        self.address = without_password(address)
        self._opener = opener or _opener(address)
        self._tries = tries
        self._first_pause_s = first_pause_s

    def frames(self, every: int = 1) -> Generator[Frame, None, None]:
        """Give the newest frame whenever one is asked for, waiting for the next where needed.

        The number of a frame counts what the source gave, missed ones too; its time is that since the first frame.

        Args:
            every: Take only the frames 0, every, 2·every, … that the source gives.

        Raises:
            SettingError: If `every` is below 1.
            SourceError: If the source cannot be opened, or broke and did not come back.
        """
        check_every(every)
        process = os.getpid()
        with self.reading(every) as reader:
            while (frame := reader.take()) is not None:
                yield frame
                refuse_in_fork(process)

    @contextmanager
    def reading(self, every: int = 1, start_s: float | None = None) -> Iterator["Reader"]:
        """Read the source in a thread for the time of a block.

        Args:
            every: Keep only the frames 0, every, 2·every, … that the source gives.
            start_s: The moment, of `time.monotonic`, that times of frames are counted from; that of the first frame if
                None.
        """
        reader = Reader(self.address, self._opener, every, start_s, (self._tries, self._first_pause_s))
        worker = Worker("howfar-live", reader.run, reader.leave, STOP_WAIT_S)
        try:
            worker.start()
            yield reader
        finally:
            worker.end()


class Reader:
    """Reads a source and keeps its newest frames, or the error that ended it."""

    def __init__(
        self, address: str, opener: Opener, every: int, start_s: float | None, patience: tuple[int, float]
    ) -> None:
        """Set up; `run` reads. `patience` is the number of tries and the first pause; for the rest see `reading`."""
        self._address = address
        self._opener = opener
        self._every = every
        self._start_s = start_s
        self._tries, self._first_pause_s = patience
        self._steady = SteadySize()
        self._changed = threading.Condition()
        self._leave = threading.Event()
        self._newest: Frame | None = None
        self._last: deque[Frame] = deque(maxlen=LAST_FRAMES)
        self._error: BaseException | None = None
        self._count = 0
        self._failures = 0
        self._single_pictures = 0

    def take(self) -> Frame | None:
        """Wait for a frame that was not taken yet; None where the thread is told to leave.

        Raises:
            BaseException: What ended the source, once its last frame is taken.
        """
        with self._changed:
            while self._newest is None:
                if self._leave.is_set():
                    return None
                if self._error is not None:
                    raise self._error
                self._changed.wait(WAKE_S)
            frame, self._newest = self._newest, None
            return frame

    def last(self) -> list[Frame]:
        """The last frames that came, up to `LAST_FRAMES`, the newest at the end."""
        with self._changed:
            return list(self._last)

    def leave(self) -> None:
        """Make `run` and `take` end."""
        self._leave.set()
        with self._changed:
            self._changed.notify_all()

    def run(self) -> None:
        """Read until told to leave or until the source is given up."""
        try:
            self._read_and_reopen()
        except BaseException as error:  # noqa: BLE001  whatever it is belongs to the consumer
            with self._changed:
                self._error = error
                self._changed.notify_all()

    def _read_and_reopen(self) -> None:
        while not self._leave.is_set():
            broken = self._read()
            if self._leave.is_set():
                return
            if not self._count:
                raise broken
            if self._single_pictures > self._tries:
                raise SourceError(
                    f"{self._address} ends after one picture each time that it is opened ({self._count} times): it is "
                    "no stream, so fetch it and give the file."
                )
            if self._failures == self._tries:
                raise SourceError(
                    f"{self._address} broke off after frame {self._count - 1} and did not come back in {self._tries} "
                    f"tries ({str(broken).rstrip('.')}): check the source and start again."
                )
            self._leave.wait(self._first_pause_s * 2**self._failures)
            self._failures += 1

    def _read(self) -> Exception:
        """Read the source until it breaks; the reason."""
        count_before = self._count
        try:
            with closing(self._opener()) as images:
                for image in images:
                    self._offer(image)
                    if self._leave.is_set():
                        break
        except (SourceError, OSError) as error:
            return error
        finally:
            given = self._count - count_before
            self._single_pictures = self._single_pictures + 1 if given == 1 else 0 if given else self._single_pictures
        return SourceError(f"{self._address} gave no more pictures")

    def _offer(self, image: NDArray[np.uint8]) -> None:
        now_s = time.monotonic()
        if self._start_s is None:
            self._start_s = now_s
        if self._count % self._every == 0:
            image, reshaped = self._steady(image)
            time_s = now_s - self._start_s
            frame = Frame(image, self._address, index=self._count, time_s=time_s, reshaped=reshaped)
            with self._changed:
                self._newest = frame
                self._last.append(frame)
                self._changed.notify_all()
        self._count += 1
        self._failures = 0


def _opener(address: str) -> Opener:
    camera = _CAMERA.fullmatch(address)
    if camera:
        return partial(camera_images, int(camera[1]))
    if _RTSP.fullmatch(address):
        return partial(network_images, address)
    raise SourceError(f"{address} names no live source: give camera:0, camera:1, … or rtsp://HOST/PATH.")


def camera_images(number: int) -> Generator[NDArray[np.uint8], None, None]:
    """The pictures of a camera at this computer, H×W×3 uint8 RGB.

    Raises:
        SourceError: If it cannot be opened, or gives no more pictures.
    """
    import cv2

    capture = cv2.VideoCapture(number)
    try:
        if not capture.isOpened():
            raise SourceError(
                f"camera:{number} cannot be opened: check that it is plugged in and free, or try another number."
            )
        while True:
            read, image = capture.read()
            if not read:
                raise SourceError(f"camera:{number} gave no more pictures")
            yield np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), dtype=np.uint8)
    finally:
        capture.release()


def network_images(address: str, form: str | None = None) -> Generator[NDArray[np.uint8], None, None]:
    """The pictures of a stream, H×W×3 uint8 RGB, over TCP, as lost packets smear a picture.

    Args:
        address: The address.
        form: FFmpeg's name of the stream's format; None where it is to be found out.

    Raises:
        SourceError: If it cannot be opened, breaks, gives no picture for `NETWORK_TIMEOUT_S`, or holds none.
    """
    with hiding_passwords(address), open_address(address, form) as container:
        stream = pictures_of(container, address)
        if stream is None:
            raise SourceError(f"{address} holds no moving pictures: check the address.")
        stream.thread_type = "SLICE"  # a thread for each frame would hold back as many frames
        to_rgb = RgbConverter(stream, address)
        last_s = time.monotonic()
        for packet in container.demux(stream):
            for frame in packet.decode():
                yield to_rgb(frame)
                last_s = time.monotonic()
            if time.monotonic() - last_s > NETWORK_TIMEOUT_S:
                raise SourceError(f"{address} gives no picture: check the source.")


@contextmanager
def open_address(address: str, form: str | None = None) -> Iterator["InputContainer"]:
    """Open what FFmpeg finds at an address; what goes wrong in the block is told as an error of the source.

    Raises:
        SourceError: If it cannot be opened or read, or stays silent for `NETWORK_TIMEOUT_S`.
    """
    import av

    scheme, mark, rest = address.partition("://")
    known = scheme.lower() + mark + rest if mark else address  # FFmpeg knows no RTSP://
    limits_s = (NETWORK_TIMEOUT_S, NETWORK_TIMEOUT_S)
    over_tcp = {"rtsp_transport": "tcp"}
    try:
        with av.open(known, "r", format=form, options=over_tcp, timeout=limits_s, metadata_errors=TITLES) as container:
            yield container
    except av.FFmpegError as error:
        reason = str(error.strerror or error).lower()
        raise SourceError(f"{address} cannot be read ({reason}): check the address and the network.") from None
