"""Reading video files with PyAV: frame by frame, in constant memory."""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from howfar.errors import SettingError, SourceError
from howfar.io.kinds import HEAD_BYTES, describe, is_video
from howfar.io.pictures import open_file
from howfar.io.steady_size import SteadySize
from howfar.io.video_clock import VideoClock
from howfar.io.video_frames import RgbConverter
from howfar.scene.frame import Frame

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

MAX_FRAME_PIXELS = 8192 * 8192
"""Twice as many as any level of H.264, HEVC or AV1 has; a frame takes a dozen bytes a pixel on its way."""

MISSING_SHARE = 0.1
MISSING_S = 0.5
"""A video that ends short of the length it states by more than this share and this time has been cut off.

FFmpeg does not say so by itself. The slack is for a sound track that is a little longer than the pictures. A format
that states no length, such as an MPEG transport stream, can be cut off without a sign.
"""

DRAIN_TRIES = 64
"""More than a decoder has threads."""

TITLES = "replace"
"""What to do with a title, of the whole or of one stream, that is not in UTF-8."""

SILENT_PACKETS = 4
"""A few packets at the end of which no frame comes are no sign of anything. More are: a decoder says nothing where a
transport stream goes on with another codec."""

CLOCK_MAY_LEAP = 0x200
"""FFmpeg's AVFMT_TS_DISCONT, which PyAV does not name: the formats that are joined by writing one after the other."""


class VideoFile:
    """A video file: what it says of itself, and its frames. It is open only while frames are read.

    Attributes:
        path: The file.
        name: What to call it, in frames and in errors.
        fps: Mean frame rate in frames a second; None when the file does not say.
        duration_s: Length that the file states, in seconds; None when it does not.
        frame_count: Number of frames that it states, or that follows from length and rate; None when neither is known.
    """

    def __init__(self, path: Path, name: str | None = None) -> None:
        """Open the file to see what it says of itself; nothing is decoded yet.

        Raises:
            SourceError: If it is missing, empty, no video, or holds only sound.
        """
        self.path = path
        self.name = name or str(path)
        with _opened(path, self.name) as (container, stream):
            self.fps = _fps(stream)
            self.duration_s = _duration_s(container)
            estimate = round(self.duration_s * self.fps) if self.duration_s and self.fps else None
            self.frame_count: int | None = stream.frames or estimate

    @cached_property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels of the upright frames; the first frame is decoded for it.

        Raises:
            SourceError: If no frame can be decoded.
        """
        with closing(self.frames()) as frames:
            first = next(frames)
        return first.width_px, first.height_px

    def frames(self, every: int = 1) -> Generator[Frame, None, None]:
        """Read the frames 0, every, 2·every, …, upright, each with its number and its time from the start.

        What is damaged is passed over, as far as the decoder finds its way again.

        Raises:
            SettingError: If `every` is below 1.
            SourceError: At the end, if something was damaged or the file was cut off: what was read is good.
        """
        check_every(every)
        with _opened(self.path, self.name) as (container, stream):
            yield from read_frames(container, stream, self.name, every)


def read_frames(
    container: "InputContainer", stream: "VideoStream", name: str, every: int = 1
) -> Generator[Frame, None, None]:
    """Read the frames 0, every, 2·every, … of an open video, as `VideoFile.frames` does.

    Args:
        container: The video.
        stream: Its stream of pictures (`pictures_of`).
        name: What to call it, in frames and in errors.
        every: The step between frames.

    Raises:
        SourceError: At the end, if something was damaged or the video was cut off.
    """
    decoding = _Decoding(container, stream)
    to_rgb, steady = RgbConverter(stream, name), SteadySize()
    clock: VideoClock | None = None
    for index, frame in enumerate(decoding):
        if clock is None:
            may_leap = bool(container.format.flags & CLOCK_MAY_LEAP)
            clock = VideoClock(decoding.start_s, _fps(stream), may_leap=may_leap)
        time_s = clock.time_s(frame.time, index)
        if index % every:
            to_rgb.pass_over(frame)
        else:
            image, reshaped = steady(to_rgb(frame))
            orientation = to_rgb.orientation
            yield Frame(image, name, index=index, time_s=time_s, orientation=orientation, reshaped=reshaped)
    has_jumped = clock is not None and clock.has_jumped
    _complain(decoding, name, None if has_jumped else _duration_s(container))


def pictures_of(container: "InputContainer", name: str) -> "VideoStream | None":
    """The main stream of pictures, ready to be decoded; None where there is none.

    The cover of an album is none, nor is a text that FFmpeg would draw.

    Raises:
        SourceError: If it is coded in a way that is not known, or its frames would take gigabytes.
    """
    from av.stream import Disposition

    best = container.streams.best("video")
    if best is None or best.disposition & Disposition.attached_pic or container.format.name == "tty":
        return None
    stream = cast("VideoStream", best)
    if stream.codec_context is None:
        raise SourceError(f"{name} is coded in a way that this build of FFmpeg lacks: convert it to H.264.")
    _refuse_large_frames(stream, name)
    stream.thread_type = "AUTO"
    return stream


def _fps(stream: "VideoStream") -> float | None:
    stated, coded = stream.average_rate, stream.guessed_rate
    rate = coded or stated if stream.start_time is None else stated or coded  # without a clock, FFmpeg states 25
    return float(rate) if rate else None


def _duration_s(container: "InputContainer") -> float | None:
    return container.duration / 1e6 if container.duration else None


def _complain(decoding: "_Decoding", name: str, duration_s: float | None) -> None:
    if not decoding.count:
        raise SourceError(f"No frame of {name} can be decoded: it is damaged, or of a kind that FFmpeg lacks.")
    broken_after = decoding.broken_after
    if broken_after is None and _is_short(decoding.end_s, duration_s):
        broken_after = decoding.count
    if broken_after is not None:
        where = f"after frame {broken_after - 1}" if broken_after else "at its first frame"
        raise SourceError(
            f"{name} breaks {where}: what was read is kept ({decoding.count} frames); "
            "copy the file again to have it all."
        )


class _Decoding:
    """The frames of a stream as they come out of the decoder, past what is damaged; remembers where that began."""

    def __init__(self, container: "InputContainer", stream: "VideoStream") -> None:
        self.count = 0
        self.end_s = 0.0
        self.broken_after: int | None = None
        self._fed = 0
        self._fed_at_frame = 0
        self._count_at_frame = 0
        self._container = container
        self._stream = stream
        self._has_started = False
        self.start_s = (stream.start_time or 0) * float(stream.time_base or 0)

    def __iter__(self) -> Iterator["VideoFrame"]:
        for packet in self._packets():
            self._note_end(packet)
            frames = self._decode(packet)
            self._note_silence(packet, len(frames))
            for frame in frames:
                self.count += 1
                yield frame

    def _packets(self) -> Iterator["Packet[VideoStream]"]:
        """The packets, and an empty one at the end, which drains the decoder; where the file breaks, too."""
        from av import FFmpegError, Packet

        try:
            yield from self._container.demux(self._stream)
        except FFmpegError:
            self._note_break()
            end = cast("Packet[VideoStream]", Packet())
            end.stream = self._stream
            yield end

    def _decode(self, packet: "Packet[VideoStream]") -> list["VideoFrame"]:
        from av import FFmpegError
        from av.error import EOFError as DecoderIsEmpty

        # The last packet, an empty one, drains the decoder, whose threads may each still hold an error.
        for _ in range(DRAIN_TRIES if packet.size == 0 else 1):
            try:
                return packet.decode()
            except DecoderIsEmpty:
                break
            except FFmpegError:
                self._note_break()
        return []

    def _note_break(self, good: int = 0) -> None:
        """Remember after which frame something broke: the last one that was given, or `good` frames further."""
        if self.broken_after is None:
            self.broken_after = self.count + good

    def _note_silence(self, packet: "Packet[VideoStream]", came: int) -> None:
        """Tell, when the decoder is drained, whether it made nothing of the last packets and did not complain."""
        if packet.size and not packet.is_discard:
            self._fed += 1
        if packet.size and came:
            self._fed_at_frame, self._count_at_frame = self._fed, self.count + came
        packets_a_frame = self._fed_at_frame / self._count_at_frame if self._count_at_frame else 2.0
        if not packet.size and self._fed - self._fed_at_frame > packets_a_frame * came + SILENT_PACKETS:
            self._note_break(came)

    def _note_end(self, packet: "Packet[VideoStream]") -> None:
        if packet.pts is not None:
            if not self._has_started and not packet.is_discard:
                self.start_s = float(packet.pts * packet.time_base)  # some formats state when it is decoded, earlier
            self._has_started = True
            end_s = float((packet.pts + (packet.duration or 0)) * packet.time_base)
            self.end_s = max(self.end_s, end_s - self.start_s)


def check_every(every: int) -> None:
    """Raise SettingError unless `every` can be a step between frames."""
    if every < 1:
        raise SettingError(f"The step between frames must be at least 1, not {every}.")


def _is_short(end_s: float, duration_s: float | None) -> bool:
    return duration_s is not None and end_s < (1 - MISSING_SHARE) * duration_s - MISSING_S


@contextmanager
def _opened(path: Path, name: str) -> Iterator[tuple["InputContainer", "VideoStream"]]:
    """Open a file and find its video stream; it is closed however the block ends."""
    import av

    with open_file(path) as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise SourceError(f"{name} is empty where a video was expected: copy or record it again.")
    try:
        container = _open_container(path)
    except av.FFmpegError as error:
        raise SourceError(_cannot_open(name, head, str(error.strerror or error).lower())) from None
    with container:
        stream = pictures_of(container, name)
        if stream is None:
            told = describe(head)
            holds = told if told == "holds text" else "holds no moving pictures, at most sound,"
            raise SourceError(f"{name} {holds} where a video was expected: give a video file.")
        yield container, stream


def _open_container(path: Path) -> "InputContainer":
    """Open a file with FFmpeg, by its absolute path: what comes before a colon is taken for a protocol otherwise."""
    import av

    return av.open(str(path.absolute()), "r", metadata_errors=TITLES)


def _refuse_large_frames(stream: "VideoStream", name: str) -> None:
    """Raise SourceError for frames that would take gigabytes; the decoder refuses those that come later in the file."""
    width, height = stream.codec_context.width, stream.codec_context.height
    if width * height > MAX_FRAME_PIXELS:
        raise SourceError(
            f"{name} says that its frames have {width}×{height} pixels, and at most {MAX_FRAME_PIXELS // 10**6} "
            "megapixels are read: make it smaller first."
        )
    stream.codec_context.options = {"max_pixels": str(MAX_FRAME_PIXELS)}


def _cannot_open(name: str, head: bytes, reason: str) -> str:
    if is_video(head):
        return f"{name} begins as a video and cannot be opened ({reason}): it is damaged or cut off, so copy it again."
    return f"{name} {describe(head)} where a video was expected ({reason}): give a video file."
