"""From what the user names to sources of frames: files, folders, globs, addresses, cameras, streams, standard input."""

import glob
import re
import stat
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import BinaryIO

from howfar.errors import SourceError
from howfar.files import expanded
from howfar.io.addresses import without_password
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
from howfar.io.pictures import read_picture
from howfar.sources.kinds import (
    AddressSource,
    LiveSource,
    PictureSource,
    PlaylistSource,
    RemoteVideoSource,
    Source,
    VideoSource,
    failing,
    picture_at,
    suffix_of_url,
)
from howfar.sources.live import LiveStream, is_live
from howfar.sources.piped import PipedSource

_CAMERA_NUMBER = re.compile(r"\d{1,2}")
"""How OpenCV's and YOLO's users name a camera."""

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)


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
            opened.append(failing(without_password(spec), error))
    return opened


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
    name, suffix = without_password(url), suffix_of_url(url)
    if suffix in VIDEO_SUFFIXES - MJPEG_SUFFIXES:
        return RemoteVideoSource(name, url)
    if suffix in PLAYLIST_SUFFIXES:
        return PlaylistSource(name, url)
    if suffix in PICTURE_SUFFIXES:
        return picture_at(name, url)
    return AddressSource(name, url)
