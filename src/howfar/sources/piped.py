"""Standard input as a source: a picture, or a video that is read as it comes."""

import io
import sys
import tempfile
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from howfar.errors import SourceError
from howfar.io.kinds import is_video
from howfar.io.pictures import decode_stream
from howfar.io.video import TITLES, VideoFile, check_every, pictures_of, read_frames
from howfar.scene.frame import Frame

LOOKED_AT_BYTES = 1024
"""How much of the beginning tells what it is."""

MAX_VIDEO_BYTES = 2 * 2**30
"""The most of an MP4 that is taken: it may end with its index, so that it is read whole before its first frame."""


@dataclass(frozen=True)
class PipedSource:
    """What is piped in, a picture or a video; its first bytes are read when it is asked which."""

    stdin: BinaryIO | None
    name = "-"
    path = None
    fps = None

    @cached_property
    def _pipe(self) -> "_Pipe":
        if self.stdin is None and sys.stdin is None:
            raise SourceError("Standard input is closed: pipe a picture or a video in, or name a file.")
        stream = sys.stdin.buffer if self.stdin is None else self.stdin
        if stream.isatty():
            raise SourceError(
                "Standard input is the keyboard where a picture was expected: pipe one in, or name a file."
            )
        return _Pipe(stream)

    @property
    def is_stream(self) -> bool:
        """Whether it is a video; waits for its first bytes."""
        try:
            return is_video(self._pipe.head)
        except SourceError:  # `frames` says it
            return False

    @property
    def frame_count(self) -> int | None:
        """One for a picture; nobody knows of a video that still comes."""
        return None if self.is_stream else 1

    def frames(self, every: int = 1) -> Generator[Frame, None, None]:
        """Give the picture, or every n-th frame of the video."""
        check_every(every)
        pipe = self._pipe
        if not self.is_stream:
            yield decode_stream(io.BufferedReader(pipe), self.name)
        elif pipe.head[4:8] in (b"ftyp", b"moov", b"mdat"):
            yield from self._whole(pipe, every)
        else:
            yield from self._as_it_comes(pipe, every)

    def _whole(self, pipe: "_Pipe", every: int) -> Generator[Frame, None, None]:
        with tempfile.TemporaryDirectory(prefix="howfar-") as folder:
            path = Path(folder) / "video.mp4"
            count = 0
            with path.open("wb") as file:
                while chunk := pipe.read(2**20):
                    count += file.write(chunk)
                    if count > MAX_VIDEO_BYTES:
                        raise SourceError(
                            f"Standard input gave more than {MAX_VIDEO_BYTES // 2**20} MB of an MP4: save the video "
                            "and name the file, or pipe it in as MPEG-TS or Matroska."
                        )
            with closing(VideoFile(path, self.name).frames(every)) as frames:
                yield from frames

    def _as_it_comes(self, pipe: "_Pipe", every: int) -> Generator[Frame, None, None]:
        import av

        try:
            container = av.open(pipe, "r", metadata_errors=TITLES)
        except av.FFmpegError as error:
            reason = str(error.strerror or error).lower()
            raise SourceError(
                f"Standard input begins as a video and cannot be read ({reason}): check what is piped in."
            ) from None
        with container:
            stream = pictures_of(container, self.name)
            if stream is None:
                raise SourceError("Standard input holds no moving pictures, at most sound: pipe a video in.")
            yield from read_frames(container, stream, self.name, every)


class _Pipe(io.RawIOBase):
    """A stream whose first bytes have been looked at already; it gives what has come, and does not wait for more."""

    def __init__(self, stream: BinaryIO) -> None:
        self.head = stream.read(LOOKED_AT_BYTES)
        self._given = 0
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        size = len(buffer)
        data = self.head[self._given : self._given + size]
        self._given += len(data)
        if not data:
            read = getattr(self._stream, "read1", self._stream.read)
            data = read(size)
        buffer[: len(data)] = data
        return len(data)
