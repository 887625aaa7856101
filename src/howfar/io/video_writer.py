"""Writing annotated frames as a video."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.errors import OutputError
from howfar.files import refuse_existing, replacing, uninterrupted

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

ENCODERS = ("libx264", "libopenh264", "mpeg4")
"""Best first; the last one is not H.264."""

X264_OPTIONS = {"crf": "20", "preset": "veryfast", "bf": "0", "rc-lookahead": "2"}
"""A good picture; the preset leaves the processor to the networks, at the price of a somewhat larger file.

No B-frames: with them, FFmpeg states too short a length for a video whose frames are unevenly spaced, and players stop
there. The encoder looks two frames ahead: what it holds back is lost where the process is killed.
"""

MP4_OPTIONS = {"movflags": "+hybrid_fragmented+frag_every_frame", "flush_packets": "1"}
"""Each frame is a fragment of its own and in the file at once, so that the file can be played at any moment. When it is
finished it becomes an ordinary MP4, with one index at its end."""

BITS_A_PIXEL = 0.2
"""For encoders without a constant quality."""

TICKS_PER_S = 60_000
"""The clock of the time stamps: a common multiple of the usual frame rates; MPEG-4 Part 2 takes up to 65535."""

DEFAULT_FPS = 25.0
SLOWEST_FPS, FASTEST_FPS = 0.1, 1000.0
BT709, LIMITED_RANGE = 1, 1
"""What players take high-definition video for; written into the file, so that the colours hold in smaller ones too."""


class VideoWriter:
    """An MP4 file that is being written: H.264, 4:2:0, no sound.

    It is a context manager. The file has a temporary name until the end, which says that it is unfinished. What was
    written is kept, finished and renamed, whatever ends the block: an error of the source, a disk that is full, or
    Ctrl-C. Where the process is killed, the unfinished file stays, and can be played. Without any frame there is no
    file.

    The size is that of the first frame; where it is odd, the last column or row is repeated once, as 4:2:0 needs even
    sides. Later frames of another size are fitted into it, with black beside them where the shape is another.

    Attributes:
        path: The file.
        frame_count: Frames written so far.
        notice: A sentence for the user where no H.264 encoder was there and another had to do; else empty.
    """

    def __init__(self, path: Path, fps: float | None = None, *, overwrite: bool = False) -> None:
        """Nothing is written until the first frame.

        Args:
            path: Where to; it ends in `.mp4`.
            fps: Frames a second, for frames without a time of their own; 25 when None or no rate that a video has, as
                some cameras tell.
            overwrite: Replace a file that is there.

        Raises:
            OutputError: If the file exists and overwrite is not set.
        """
        refuse_existing(path, overwrite=overwrite)
        self.path = path
        self.frame_count = 0
        self.notice = ""
        self._overwrite = overwrite
        self._fps = fps if fps is not None and SLOWEST_FPS <= fps <= FASTEST_FPS else DEFAULT_FPS
        self._clock = _Clock(self._fps)
        self._files = ExitStack()
        self._encoding: _Encoding | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, image: NDArray[np.uint8], time_s: float | None = None) -> None:
        """Add a frame.

        Args:
            image: H×W×3 uint8 RGB.
            time_s: Its time; the first frame's becomes 0. Without it the frame follows the last one at the frame rate.

        Raises:
            OutputError: If the file cannot be written. The frames before are kept, and nothing can be added.
        """
        with uninterrupted(), self._failing_as_output_error():
            if self._encoding is None:
                self._encoding = self._start(image)
            self._encoding.add(image, self._clock.tick(time_s))
        self.frame_count += 1

    def close(self) -> None:
        """Finish the file and give it its name; without any frame nothing happens.

        Ctrl-C waits until it is done.

        Raises:
            OutputError: If the file cannot be finished; what could be written is kept.
        """
        if self._encoding is None:
            return
        with uninterrupted(), self._files, self._failing_as_output_error():
            self._encoding.finish()
        self._encoding = None

    def _start(self, first: NDArray[np.uint8]) -> "_Encoding":
        temporary = self._files.enter_context(replacing(self.path, overwrite=self._overwrite, good_unfinished=True))
        encoding = _Encoding(temporary, first.shape, self._fps)
        if encoding.encoder == ENCODERS[-1]:
            self.notice = (
                f"This build of PyAV has no H.264 encoder: {self.path} is MPEG-4 Part 2, which browsers may not play; "
                "install PyAV from its wheels for H.264."
            )
        return encoding

    @contextmanager
    def _failing_as_output_error(self) -> Iterator[None]:
        """Turn a failure of FFmpeg into an OutputError; the frames that are in the file already are kept."""
        import av

        try:
            yield
        except av.FFmpegError as error:
            encoding, self._encoding = self._encoding, None
            if encoding is not None:
                with suppress(av.FFmpegError):
                    encoding.close()
            kept = encoding is not None and encoding.packet_count > 0
            told = "; what was written until then is kept" if kept else ""
            failure = OutputError(f"{self.path} could not be written ({error.strerror}){told}.")
            self._files.__exit__(*((None, None, None) if kept else (OutputError, failure, None)))
            raise failure from None


class _Clock:
    """Time stamps that only go up, whatever the source says."""

    def __init__(self, fps: float) -> None:
        self._ticks_a_frame = TICKS_PER_S / fps
        self._first_s: float | None = None
        self._last = -self._ticks_a_frame

    def tick(self, time_s: float | None) -> int:
        """The time stamp of the next frame."""
        if time_s is None:
            tick = self._last + self._ticks_a_frame
        else:
            self._first_s = time_s if self._first_s is None else self._first_s
            tick = (time_s - self._first_s) * TICKS_PER_S
        self._last = max(tick, self._last + 1, 0.0)
        return round(self._last)


class _Encoding:
    """An open encoder and the file it writes to.

    Attributes:
        encoder: Name of the encoder.
        packet_count: How many frames are in the file.
    """

    def __init__(self, path: Path, shape: tuple[int, ...], fps: float) -> None:
        import av

        self.packet_count = 0
        self._height, self._width = shape[:2]
        self.encoder = next(name for name in ENCODERS if name in av.codecs_available)
        self._container = av.open(str(path), "w", format="mp4", options=MP4_OPTIONS)
        rate = Fraction(fps).limit_denominator(1001)
        options = X264_OPTIONS if self.encoder == "libx264" else {}
        stream = cast("VideoStream", self._container.add_stream(self.encoder, rate=rate, options=options))
        stream.width, stream.height = self._width + self._width % 2, self._height + self._height % 2
        stream.pix_fmt = "yuv420p"
        if not options:
            stream.bit_rate = int(stream.width * stream.height * fps * BITS_A_PIXEL)
        context = stream.codec_context
        context.time_base = Fraction(1, TICKS_PER_S)
        context.colorspace = context.color_primaries = context.color_trc = BT709
        context.color_range = LIMITED_RANGE
        self._stream = stream

    def add(self, image: NDArray[np.uint8], tick: int) -> None:
        """Encode a frame."""
        import av

        fitted = _fitted(image, self._width, self._height)
        even = cv2.copyMakeBorder(fitted, 0, self._height % 2, 0, self._width % 2, cv2.BORDER_REPLICATE)
        frame = av.VideoFrame.from_ndarray(np.asarray(even, dtype=np.uint8), format="rgb24")
        frame = frame.reformat(format="yuv420p", dst_colorspace=BT709, dst_color_range=LIMITED_RANGE)
        frame.pts, frame.time_base = tick, Fraction(1, TICKS_PER_S)
        self._mux(frame)

    def finish(self) -> None:
        """Write what the encoder still holds and close the file."""
        self._mux(None)
        self.close()

    def close(self) -> None:
        """Close the file with what is in it."""
        self._container.close()

    def _mux(self, frame: "VideoFrame | None") -> None:
        for packet in self._stream.encode(frame):
            self._container.mux(packet)
            self.packet_count += 1


def _fitted(image: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """A picture as large as it fits into a frame, in its middle."""
    own_height, own_width = image.shape[:2]
    if (own_width, own_height) == (width, height):
        return image
    scale = min(width / own_width, height / own_height)
    wide, high = max(1, round(own_width * scale)), max(1, round(own_height * scale))
    left, top = (width - wide) // 2, (height - high) // 2
    frame = np.zeros((height, width, 3), dtype=np.uint8)
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    frame[top : top + high, left : left + wide] = cv2.resize(image, (wide, high), interpolation=interpolation)
    return frame
