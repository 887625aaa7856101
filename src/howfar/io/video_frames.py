"""From decoded frames to pictures as they are shown: square pixels, upright, with the brightness of a screen."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SourceError
from howfar.io.hdr import is_hdr, tone_mapped
from howfar.io.picture_formats import refuse_size
from howfar.scene.orientation import LYING, TURNS

if TYPE_CHECKING:
    from av.buffer import Buffer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

MOST_OBLONG = 8.0
"""No camera's pixels are longer than this, in one direction or the other; common are 0.5 to 3."""


class RgbConverter:
    """Turns decoded frames into pictures; one for each stream, as it keeps its scaler and the shape of its pixels."""

    def __init__(self, stream: "VideoStream", name: str) -> None:
        """Take what the stream says of its pixels; to be called before its first frame is decoded.

        Args:
            stream: The stream that the frames will be of.
            name: What to call it, in errors.
        """
        from av.video.reformatter import VideoReformatter

        self._name = name
        self._reformatter = VideoReformatter()
        self._pixels = _PixelShape(stream)
        self._matrix: bytes | None = None
        self.orientation = 1
        """How the frame that was last turned into a picture was stored, as EXIF would say it."""

    def pass_over(self, frame: "VideoFrame") -> None:
        """See a frame that no picture is wanted of: it may say how pictures are shown from here on."""
        self._see_matrix(frame)
        with self._telling_what_cannot_be(frame):
            self._pixels.see(frame)

    def __call__(self, frame: "VideoFrame") -> NDArray[np.uint8]:
        """The frame as H×W×3 uint8 RGB, as a player shows it.

        Raises:
            SourceError: If its pixels are of a kind or a shape that no picture can be made of.
        """
        self._see_matrix(frame)
        with self._telling_what_cannot_be(frame):
            self._pixels.see(frame)
            width, height = self._shown_size(frame)
            pixel_format = "rgb48le" if is_hdr(frame.color_trc) else "rgb24"
            shown = self._reformatter.reformat(frame, width, height, pixel_format)
        pixels = cast("NDArray[Any]", shown.to_ndarray())
        self.orientation = _orientation(self._matrix)
        return _upright(tone_mapped(pixels, frame.color_trc) if is_hdr(frame.color_trc) else pixels, self.orientation)

    def _see_matrix(self, frame: "VideoFrame") -> None:
        """Take the display matrix of a frame; a codec states it at a key frame, for all until the next one."""
        stated = cast("Buffer | None", frame.side_data.get("DISPLAYMATRIX"))
        if stated is not None or frame.key_frame:
            self._matrix = None if stated is None else bytes(stated)

    def _shown_size(self, frame: "VideoFrame") -> tuple[int, int]:
        """Width and height in pixels, before the frame is turned upright. The longer side of a pixel is kept."""
        ratio = self._pixels.ratio
        if not 1 / MOST_OBLONG <= ratio <= MOST_OBLONG:
            raise SourceError(
                f"{self._name} has pixels that are said to be {ratio:g} times as wide as high, which no camera's are: "
                "set the video's sample aspect ratio right."
            )
        size = (round(frame.width * max(ratio, 1)), round(frame.height / min(ratio, 1)))
        refuse_size(size, self._name)
        return size

    @contextmanager
    def _telling_what_cannot_be(self, frame: "VideoFrame") -> Iterator[None]:
        from av import FFmpegError

        try:
            yield
        except (FFmpegError, ValueError) as error:
            raise SourceError(
                f"{self._name} has frames of {frame.width}×{frame.height} pixels in {frame.format.name}, which no "
                f"picture can be made of ({error}): convert it to yuv420p."
            ) from None


class _PixelShape:
    """How oblong the pixels of a stream are: the width of one by its height.

    The container's word goes before the codec's, as it does in FFmpeg's own programs. The codec's may change at a key
    frame, and is read off the frame itself: what the decoder says of the stream is ahead of the frames that it gives.
    """

    def __init__(self, stream: "VideoStream") -> None:
        stated, coded = stream.sample_aspect_ratio, stream.codec_context.sample_aspect_ratio
        self._container_says = bool(stated and stated != coded)
        self.ratio = float(stated) if stated else 1.0
        self._probe: _PixelProbe | None = None

    def see(self, frame: "VideoFrame") -> None:
        """Take what the next frame says; one of a few pixels, which the filter refuses, says nothing."""
        from av import FFmpegError

        if self._container_says:
            return
        with suppress(FFmpegError):
            if self._probe is None or not self._probe.fits(frame):
                self._probe = _PixelProbe(frame)
            elif not frame.key_frame:
                return
            self.ratio = self._probe.ratio(frame)


class _PixelProbe:
    """Tells the sample aspect ratio of frames, which PyAV does not: FFmpeg's scaling filter can compute with it."""

    STEPS = 10_000
    """How fine it is told: to a quarter of a pixel in a picture of 5000."""

    def __init__(self, frame: "VideoFrame") -> None:
        from av.filter import Graph

        self._layout = (frame.width, frame.height, frame.format.name)
        self._graph = Graph()
        self._graph.threads = 1
        source = self._graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 1000)
        )
        corner = self._graph.add("crop", "w=min(iw\\,256):h=min(ih\\,16):x=0:y=0")
        # A small picture whose width says how oblong a pixel is, and whose height says in which direction.
        longer = f"round({self.STEPS}*clip(max(sar,1/sar),1,{2 * MOST_OBLONG}))"
        scale = self._graph.add("scale", f"w='{longer}':h='if(gte(sar,1),2,4)':eval=frame")
        sink = self._graph.add("buffersink")
        for one, next_one in ((source, corner), (corner, scale), (scale, sink)):
            one.link_to(next_one)
        self._graph.configure()

    def fits(self, frame: "VideoFrame") -> bool:
        return self._layout == (frame.width, frame.height, frame.format.name)

    def ratio(self, frame: "VideoFrame") -> float:
        """Width of a pixel by its height; 1 where the frame does not say."""
        self._graph.vpush(frame)
        told = self._graph.vpull()
        longer = told.width / self.STEPS
        return longer if told.height == 2 else 1 / longer


def _orientation(matrix: bytes | None) -> int:
    """The EXIF orientation that a display matrix stands for, by where it takes a step right and a step down."""
    if matrix is None:
        return 1
    a, b, _, c, d = np.frombuffer(matrix, dtype=np.int32)[:5].tolist()
    if abs(b) + abs(c) > abs(a) + abs(d):  # a pixel's column becomes its row
        right_goes, down_goes = (0, _sign(b)), (_sign(c), 0)
    else:
        right_goes, down_goes = (_sign(a), 0), (0, _sign(d))
    wanted = ((right_goes[0], down_goes[0]), (right_goes[1], down_goes[1]))
    return next(orientation for orientation, turn in TURNS.items() if turn == wanted)


def _sign(number: int) -> int:
    return -1 if number < 0 else 1


def _upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """The picture of a stored one, by the EXIF orientation of that."""
    (a, b), (c, d) = TURNS[orientation]
    if orientation in LYING:
        pixels = pixels.transpose(1, 0, 2)
    if a + b < 0:
        pixels = pixels[:, ::-1]
    if c + d < 0:
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)
