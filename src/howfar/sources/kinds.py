"""The kinds of sources: what gives frames, each made without being opened."""

import tempfile
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Protocol

from howfar.errors import SourceError
from howfar.io.addresses import hiding_passwords, split_address
from howfar.io.pictures import decode_picture
from howfar.io.video import VideoFile, check_every, pictures_of, read_frames
from howfar.scene.frame import Frame
from howfar.sources.fetch import MJPEG_TYPE, PLAYLIST_TYPES, content_type, fetch, fetch_into
from howfar.sources.live import LiveStream, network_images, open_address

MAX_VIDEO_BYTES = 2 * 2**30
VIDEO_TIMEOUT_S = 600.0
"""What a video at an address may take: it is fetched into a temporary file first."""


class Source(Protocol):
    """Something that gives frames. It is made without being opened: what is wrong with it shows in `frames`."""

    @property
    def name(self) -> str:
        """What the user named, or the path of a file in a folder or glob that the user named."""

    @property
    def is_stream(self) -> bool:
        """Whether it is a video or live, not one picture."""

    @property
    def path(self) -> Path | None:
        """The file that it is, or None."""

    @property
    def frame_count(self) -> int | None:
        """Number of frames as far as it can be told beforehand; None otherwise."""

    @property
    def fps(self) -> float | None:
        """Frames a second as far as it can be told beforehand; None otherwise."""

    def frames(self, every: int = 1) -> Generator[Frame, None, None]:
        """Give the frames 0, every, 2·every, … (of a live source, the newest whenever one is asked for).

        Raises:
            SettingError: If `every` is below 1.
            SourceError: If the source cannot be read, or where it breaks.
            MissingExtraError: If a library is needed that is not installed.
        """


@dataclass(frozen=True)
class PictureSource:
    """One picture: a file, what lies at an address, or standard input."""

    name: str
    load: Callable[[], Frame]
    path: Path | None = None
    is_stream = False
    frame_count = 1
    fps = None

    def frames(self, every: int = 1) -> Generator[Frame, None, None]:
        """Give the picture, as the only frame."""
        check_every(every)
        yield self.load()


@dataclass(frozen=True)
class VideoSource:
    """A video file."""

    name: str
    path: Path
    is_stream = True

    @cached_property
    def _stated(self) -> VideoFile | None:
        """The open file, or None where it cannot be opened: `frames` says why."""
        try:
            return VideoFile(self.path, self.name)
        except SourceError:
            return None

    @property
    def frame_count(self) -> int | None:
        """Number of frames that the file states; None if it does not or cannot be opened."""
        return self._stated.frame_count if self._stated else None

    @property
    def fps(self) -> float | None:
        """Frame rate that the file states; None if it does not or cannot be opened."""
        return self._stated.fps if self._stated else None

    def frames(self, every: int = 1) -> Generator[Frame, None, None]:
        """Give every n-th frame of the file."""
        yield from VideoFile(self.path, self.name).frames(every)


@dataclass(frozen=True)
class RemoteVideoSource:
    """A video at an http(s) address, fetched whole into a temporary file when its frames are asked for."""

    name: str
    url: str
    path = None
    is_stream = True
    frame_count = None
    fps = None

    def frames(self, every: int = 1) -> Generator[Frame, None, None]:
        """Fetch the video and give every n-th frame."""
        check_every(every)
        with tempfile.TemporaryDirectory(prefix="howfar-") as folder:
            path = Path(folder) / f"video{suffix_of_url(self.name)}"
            with path.open("wb") as file:
                fetch_into(file, self.url, timeout_s=VIDEO_TIMEOUT_S, max_bytes=MAX_VIDEO_BYTES)
            yield from VideoFile(path, self.name).frames(every)


@dataclass(frozen=True)
class AddressSource:
    """What lies at an http(s) address whose name does not tell what it is: the server says it, when it is asked for."""

    name: str
    url: str
    path = None

    @cached_property
    def _found(self) -> Source:
        try:
            kind = content_type(self.url)
        except SourceError as error:
            return failing(self.name, error)
        if kind == MJPEG_TYPE:
            opener = partial(network_images, self.url, "mpjpeg")
            return LiveSource(self.name, LiveStream(self.url, opener=opener))
        if kind in PLAYLIST_TYPES:
            return PlaylistSource(self.name, self.url)
        if kind.startswith("video/"):
            return RemoteVideoSource(self.name, self.url)
        return picture_at(self.name, self.url)

    @property
    def is_stream(self) -> bool:
        """Whether the server says that it is a video or a stream."""
        return self._found.is_stream

    @property
    def frame_count(self) -> int | None:
        """One for a picture; None otherwise."""
        return self._found.frame_count

    @property
    def fps(self) -> float | None:
        """None: a server does not tell."""
        return self._found.fps

    def frames(self, every: int = 1) -> Generator[Frame, None, None]:
        """Fetch the picture or the video, or give what the stream gives."""
        yield from self._found.frames(every)


@dataclass(frozen=True)
class PlaylistSource:
    """A playlist (HLS) at an http(s) address: of a video with an end, or of one that is live."""

    name: str
    url: str
    path = None
    is_stream = True
    frame_count = None
    fps = None

    def frames(self, every: int = 1) -> Generator[Frame, None, None]:
        """Give every n-th frame of a video; of a live one, the newest whenever one is asked for."""
        check_every(every)
        with hiding_passwords(self.url), open_address(self.url, "hls") as container:
            is_live_one = not container.duration
            if not is_live_one:
                stream = pictures_of(container, self.name)
                if stream is None:
                    raise SourceError(f"{self.name} holds no moving pictures: check the address.")
                yield from read_frames(container, stream, self.name, every)
        if is_live_one:
            yield from LiveStream(self.url, opener=partial(network_images, self.url, "hls")).frames(every)


@dataclass(frozen=True)
class LiveSource:
    """A camera, an RTSP stream, or one of JPEG pictures over HTTP."""

    name: str
    stream: LiveStream
    path = None
    is_stream = True
    frame_count = None
    fps = None

    def frames(self, every: int = 1) -> Generator[Frame, None, None]:
        """Give the newest frame whenever one is asked for."""
        yield from self.stream.frames(every)


def expected_frames(source: Source, every: int) -> int | None:
    """How many frames a source will give, where it tells."""
    return None if source.frame_count is None else -(-source.frame_count // every)


def picture_at(name: str, url: str) -> PictureSource:
    """The picture at an http(s) address."""
    return PictureSource(name, lambda: decode_picture(fetch(url), name))


def failing(name: str, error: SourceError) -> PictureSource:
    """A source that says why it gives nothing, when it is read."""
    return PictureSource(name, partial(_raise, error))


def suffix_of_url(url: str) -> str:
    """The ending of what an address names, in lower case."""
    return Path(split_address(url).path).suffix.lower()


def _raise(error: SourceError) -> Frame:
    raise error
