"""From what the user names to sources of frames: files, folders, globs, addresses, cameras, streams, standard input."""

import glob
import re
import stat
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, partial
from pathlib import Path
from typing import BinaryIO, Protocol

from howfar.errors import SourceError
from howfar.files import expanded
from howfar.io.addresses import hiding_passwords, split_address, without_password
from howfar.io.kinds import (
    HEAD_BYTES,
    MJPEG_SUFFIXES,
    PICTURE_SUFFIXES,
    PLAYLIST_SUFFIXES,
    SOURCE_SUFFIXES,
    VIDEO_SUFFIXES,
    has_suffix,
    is_text,
    is_video,
)
from howfar.io.pictures import decode_picture, read_picture
from howfar.io.video import VideoFile, check_every, pictures_of, read_frames
from howfar.scene.frame import Frame
from howfar.sources.fetch import MJPEG_TYPE, PLAYLIST_TYPES, content_type, fetch, fetch_into
from howfar.sources.live import LiveStream, is_live, network_images, open_address
from howfar.sources.piped import PipedSource

MAX_VIDEO_BYTES = 2 * 2**30
VIDEO_TIMEOUT_S = 600.0
"""What a video at an address may take: it is fetched into a temporary file first."""

_CAMERA_NUMBER = re.compile(r"\d{1,2}")
"""How OpenCV's and YOLO's users name a camera."""

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)


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
            path = Path(folder) / f"video{_suffix_of_url(self.name)}"
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
            return PictureSource(self.name, partial(_raise, error))
        if kind == MJPEG_TYPE:
            opener = partial(network_images, self.url, "mpjpeg")
            return LiveSource(self.name, LiveStream(self.url, opener=opener))
        if kind in PLAYLIST_TYPES:
            return PlaylistSource(self.name, self.url)
        if kind.startswith("video/"):
            return RemoteVideoSource(self.name, self.url)
        return _picture_at(self.name, self.url)

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


def open_sources(specs: Sequence[str], *, stdin: BinaryIO | None = None, each_alone: bool = False) -> list[Source]:
    """Turn what the user names into sources, in that order; nothing is read or decoded yet.

    Args:
        specs: Each a picture or video file, a folder (the pictures and videos in it, not in its subfolders), a glob
            (`photos/*.jpg`), an http(s) address of a picture, a video, a playlist or a stream of JPEG pictures,
            `camera:0` or just `0`, `rtsp://…`, or `-` for a picture or a video on standard input.
        stdin: What to read for `-`; the process's own standard input when None.
        each_alone: Whether, of several, one that is missing becomes a source that fails when it is read, so that the
            others are not stopped by it.

    Raises:
        SourceError: If something is missing, a folder or glob holds nothing, or an address is of no known kind.
    """
    opened: list[Source] = []
    for spec in specs:
        try:
            opened += _open(spec, stdin)
        except SourceError as error:
            if not each_alone or len(specs) == 1:
                raise
            opened.append(PictureSource(without_password(spec), partial(_raise, error)))
    return opened


def expected_frames(source: Source, every: int) -> int | None:
    """How many frames a source will give, where it tells."""
    return None if source.frame_count is None else -(-source.frame_count // every)


def _open(spec: str, stdin: BinaryIO | None) -> Iterator[Source]:
    if _SCHEME.match(spec.strip()):
        spec = spec.strip()
    scheme = _SCHEME.match(spec)
    if not spec.strip():
        raise SourceError("An empty name was given where a picture was expected: name a file, a folder or an address.")
    if spec == "-":
        yield PipedSource(stdin)
    elif _CAMERA_NUMBER.fullmatch(spec) and not Path(spec).exists():
        yield LiveSource(f"camera:{spec}", LiveStream(f"camera:{spec}"))
    elif is_live(spec):
        yield LiveSource(without_password(spec), LiveStream(spec))
    elif scheme and scheme[1].lower() in ("http", "https"):
        yield _from_url(spec)
    elif scheme:
        raise SourceError(
            f"{without_password(spec)} begins with {scheme[0]}, and howfar knows http, https and rtsp: give one of "
            "these, or a file."
        )
    else:
        for name, path in _files(spec):
            if _is_video_file(path):
                yield VideoSource(name, path)
            else:
                yield PictureSource(name, partial(read_picture, path, name), path)


def _files(spec: str) -> list[tuple[str, Path]]:
    """The files that a path or a glob stands for, each with its name."""
    path = expanded(spec)
    try:
        if path.is_dir():
            return [(str(each), each) for each in _in_folder(path)]
        if path.exists():
            return [(spec, path)]
    except OSError as error:
        raise SourceError(
            f"{spec} cannot be looked up ({error.strerror}): check the name and the permissions."
        ) from None
    if path.is_symlink():
        raise SourceError(f"{spec} is a link to {path.readlink()}, and that is not there: check the link.")
    if glob.has_magic(spec):
        return [(str(each), each) for each in _matching(path)]
    raise SourceError(f"There is no file or folder {without_password(spec)}: {_hint(path)}")


def _in_folder(folder: Path) -> list[Path]:
    found = [
        path
        for path in folder.iterdir()
        if has_suffix(path, PICTURE_SUFFIXES | VIDEO_SUFFIXES)
        and not path.name.startswith(".")
        and _is_for_reading(path)
        and not _is_source_text(path)
    ]
    if not found:
        raise SourceError(f"The folder {folder} holds no picture or video: name another, or the files themselves.")
    return sorted(found, key=_natural)


def _matching(pattern: Path) -> list[Path]:
    names = glob.glob(_with_folders_as_named(pattern), recursive=True)  # noqa: PTH207  Path.glob takes none from the root
    found = [path for path in map(Path, names) if _is_for_reading(path)]
    if not found:
        raise SourceError(f"No file matches {pattern}: check the pattern and the folder.")
    return sorted(found, key=_natural)


def _with_folders_as_named(pattern: Path) -> str:
    """A pattern in which the brackets of folders that are there stand for themselves: `trip [2024]/*.jpg`."""
    here, parts = Path(), []
    for part in pattern.parts:
        here /= part
        parts.append(glob.escape(part) if here.exists() else part)
    return str(Path(*parts))


def _is_for_reading(path: Path) -> bool:
    """Whether it is a file, or a link to nowhere, which is told; a pipe or a device could be waited for for ever."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return True


def _natural(path: Path) -> list[tuple[int, str]]:
    """Sorts 2.jpg before 10.jpg: runs of digits count as numbers, the rest without regard to capitals."""
    parts = re.split(r"(\d+)", str(path).lower())
    return [(int(part) if part.isdecimal() else -1, part) for part in parts]


def _hint(path: Path) -> str:
    try:
        close = get_close_matches(path.name, [each.name for each in path.parent.iterdir()], n=1)
    except OSError:
        return f"there is no folder {path.parent} either."
    return f"did you mean {path.parent / close[0]}?" if close else "check the name."


def _is_source_text(path: Path) -> bool:
    """Whether it is a program in TypeScript, whose endings are those of a transport stream."""
    if not has_suffix(path, SOURCE_SUFFIXES) or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return is_text(file.read(HEAD_BYTES))
    except OSError:
        return False


def _is_video_file(path: Path) -> bool:
    """By its ending; by its first bytes where that tells nothing. A pipe is not looked into."""
    if has_suffix(path, VIDEO_SUFFIXES | PLAYLIST_SUFFIXES | PICTURE_SUFFIXES) or not path.is_file():
        return has_suffix(path, VIDEO_SUFFIXES | PLAYLIST_SUFFIXES)
    try:
        with path.open("rb") as file:
            return is_video(file.read(HEAD_BYTES))
    except OSError:
        return False


def _from_url(url: str) -> Source:
    name, suffix = without_password(url), _suffix_of_url(url)
    if suffix in VIDEO_SUFFIXES - MJPEG_SUFFIXES:
        return RemoteVideoSource(name, url)
    if suffix in PLAYLIST_SUFFIXES:
        return PlaylistSource(name, url)
    if suffix in PICTURE_SUFFIXES:
        return _picture_at(name, url)
    return AddressSource(name, url)


def _picture_at(name: str, url: str) -> PictureSource:
    return PictureSource(name, lambda: decode_picture(fetch(url), name))


def _raise(error: SourceError) -> Frame:
    raise error


def _suffix_of_url(url: str) -> str:
    return Path(split_address(url).path).suffix.lower()
