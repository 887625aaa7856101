"""Fetching one large file over HTTP: resumed after any interruption, checked before it is used.

huggingface_hub 2 and pooch 1.9 both start again from nothing when the process was killed, hence this file.
"""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from howfar.errors import DownloadError
from howfar.io.addresses import without_password
from howfar.io.http import TooLargeError, TransportError, at_most, open_client, stated_length, streaming
from howfar.io.parsing import read_json_file
from howfar.models.session import file_digest

if TYPE_CHECKING:
    import httpx

Progress = Callable[[int, int | None], None]
"""Called with the bytes that are here and the bytes in all (None when the server does not say)."""


@dataclass(frozen=True, slots=True)
class Patience:
    """When to give up.

    Attributes:
        timeout_s: Longest silence of a server.
        attempts: Requests in a row that bring nothing new.
        pause_s: Wait between two requests.
    """

    timeout_s: float = 30.0
    attempts: int = 3
    pause_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be fetched.

    Attributes:
        url: Where from.
        sha256: Its digest, if it is known beforehand.
        size_bytes: Its size, if it is known exactly.
        limit_bytes: More than this is not taken, whatever the server says.
    """

    url: str
    sha256: str | None = None
    size_bytes: int | None = None
    limit_bytes: int | None = None


class UnreachableError(DownloadError):
    """The server could not be reached, or broke off again and again; what has come is kept for the next time."""


class _BrokenOffError(Exception):
    """This request ended before the file did; the next one may go on from there."""


def fetch(wanted: Wanted, part: Path, progress: Progress | None = None, patience: Patience | None = None) -> str:
    """Fetch a file into `part`, going on from what an earlier call left there.

    Returns:
        The SHA-256 of the whole file.

    Raises:
        UnreachableError: If the server cannot be reached or keeps breaking off; `part` is kept.
        DownloadError: If the server refuses, or what came is not what was wanted; then `part` is removed.
    """
    patience = patience or Patience()
    idle = 0
    while True:
        before = _size(part)
        try:
            _request(wanted, part, progress, patience)
            break
        except _BrokenOffError as reason:
            idle = idle + 1 if _size(part) <= before else 0
            if idle >= patience.attempts:
                raise UnreachableError(f"{wanted.url} could not be fetched ({reason})") from None
            time.sleep(patience.pause_s)
        except OSError as error:
            raise DownloadError(f"{part} could not be written ({error.strerror}); free some space there.") from None
    return _verified(wanted, part)


def discard(part: Path) -> None:
    """Remove what was fetched so far."""
    part.unlink(missing_ok=True)
    _note_path(part).unlink(missing_ok=True)


def _request(wanted: Wanted, part: Path, progress: Progress | None, patience: Patience) -> None:
    """One request: the rest of the file, or all of it. Returns when the file is complete."""
    start, headers = _resume_from(wanted, part)
    if start and start == wanted.size_bytes:
        return
    try:
        with open_client(patience.timeout_s) as client, streaming(client, wanted.url, headers) as response:
            _receive(wanted, part, start, response, progress)
    except TransportError as error:
        if error.kind == "timeout":
            raise _BrokenOffError(f"the server said nothing for {patience.timeout_s:g} s") from None
        if error.kind in ("unknown host", "refused", "certificate", "unreachable"):
            raise _BrokenOffError("the server cannot be reached") from None
        if error.kind in ("proxy", "protocol", "broken off"):
            raise _BrokenOffError(f"the connection broke off ({error.detail})") from None
        raise DownloadError(
            f"{wanted.url} could not be fetched ({error.detail}): check the address or the mirror."
        ) from None


def _receive(wanted: Wanted, part: Path, start: int, response: "httpx.Response", progress: Progress | None) -> None:
    if start and response.status_code == 416 and wanted.size_bytes is None and _length_in_range(response) == start:
        return  # all of it was here already: only the check was missing
    start, total = _placed(wanted, part, start, response)
    if start == 0:
        _write_note(wanted, part, response.headers.get("etag"))
    limit = min(size for size in (total, wanted.limit_bytes, 1 << 50) if size is not None)
    done = start
    try:
        with part.open("r+b" if start else "wb") as file:
            file.seek(start)
            file.truncate()
            for chunk in at_most(response.iter_raw(), limit - start):  # raw: a piece before a break is not lost
                file.write(chunk)
                done += len(chunk)
                if progress is not None:
                    progress(done, total)
    except TooLargeError:
        discard(part)
        raise DownloadError(
            f"{wanted.url} is longer than the {limit} bytes that were expected: it is another file."
        ) from None
    if total is not None and done < total:
        raise _BrokenOffError(f"the server sent {done} of {total} bytes")


def _placed(wanted: Wanted, part: Path, start: int, response: "httpx.Response") -> tuple[int, int | None]:
    """Where the body begins in the file, and how long the file is."""
    status = response.status_code
    if status == 206:
        begins, total = _content_range(response)
        if begins != start:
            discard(part)
            raise _BrokenOffError("the server sent another part than it was asked for")
        return start, _agreed(wanted, part, total)
    if status == 200:
        return 0, _agreed(wanted, part, stated_length(response))
    if status == 416:
        discard(part)
        raise _BrokenOffError("the server has less than what is here already")
    if status == 429 or status >= 500:
        raise _BrokenOffError(f"the server answered {status} {response.reason_phrase}")
    raise DownloadError(
        f"{wanted.url} could not be fetched: the server answered {status} {response.reason_phrase}; "
        "check the address or the mirror."
    )


def _agreed(wanted: Wanted, part: Path, total: int | None) -> int | None:
    """The file's size, on which the server and what was known beforehand must agree."""
    expected = wanted.size_bytes
    if total is not None and expected is not None and total != expected:
        discard(part)
        raise DownloadError(f"{wanted.url} should have {expected} bytes and has {total}: it is another file.")
    return total if total is not None else expected


def _content_range(response: "httpx.Response") -> tuple[int, int | None]:
    """First byte and size of the whole in `bytes 100-199/200`; −1 when it says something else."""
    first = response.headers.get("content-range", "").removeprefix("bytes ").partition("-")[0]
    return int(first) if first.isdigit() else -1, _length_in_range(response)


def _length_in_range(response: "httpx.Response") -> int | None:
    """Size of the whole in `bytes 100-199/200` or `bytes */200`."""
    size = response.headers.get("content-range", "").rpartition("/")[2]
    return int(size) if size.isdigit() else None


def _resume_from(wanted: Wanted, part: Path) -> tuple[int, dict[str, str]]:
    """How much of the same file is here already, and the headers that ask for the rest.

    Two parts may be joined only if they certainly belong to one file: its digest is known beforehand and is checked in
    the end, or the server's entity tag has not changed.
    """
    headers: dict[str, str] = {}
    start, note = _size(part), _read_note(part)
    etag = note.get("etag") or ""
    if wanted.sha256 and note.get("sha256") == wanted.sha256:
        pass
    elif not wanted.sha256 and note.get("url") == without_password(wanted.url) and etag and not etag.startswith("W/"):
        headers["If-Range"] = etag
    else:
        start = 0
    if start:
        headers["Range"] = f"bytes={start}-"
    return start, headers


def _verified(wanted: Wanted, part: Path) -> str:
    digest = file_digest(part)
    if wanted.sha256 and digest != wanted.sha256:
        discard(part)
        raise DownloadError(
            f"{wanted.url} is not the file that was expected (SHA-256 {digest[:12]}… instead of "
            f"{wanted.sha256[:12]}…) and was removed: pull again, from another mirror if it stays so."
        )
    return digest


def _note_path(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _write_note(wanted: Wanted, part: Path, etag: str | None) -> None:
    part.unlink(missing_ok=True)  # first, so that a note never stands beside the bytes of another file
    note = {"url": without_password(wanted.url), "sha256": wanted.sha256, "etag": etag}
    _note_path(part).write_text(json.dumps(note), encoding="utf-8")


def _read_note(part: Path) -> dict[str, str | None]:
    with suppress(OSError, ValueError):  # no note, or one that was cut short, means a fresh start
        note = read_json_file(_note_path(part))
        if isinstance(note, dict):
            return note
    return {}


def _size(part: Path) -> int:
    return part.stat().st_size if part.is_file() else 0
