"""Fetching one large file over HTTP: resumed after any interruption, checked before it is used.

huggingface_hub 2 and pooch 1.9 both start again from nothing when the process was killed, hence this file.
"""

import json
import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from howfar.errors import DownloadError
from howfar.io.addresses import without_password
from howfar.io.http import (
    LEAST_BYTES,
    TooLargeError,
    TransportError,
    at_most,
    number_of_bytes,
    open_client,
    stated_length,
    streaming,
    within,
)
from howfar.io.kinds import HEAD_BYTES, is_page
from howfar.io.parsing import read_json_file
from howfar.models.model_file import file_digest

if TYPE_CHECKING:
    import httpx

LARGEST_BYTES = 50 * 10**9
"""More is not taken where nobody knows how long a file is; no model is as large."""

STRONG_TAG = re.compile(r'"[\x21\x23-\x7e]{1,1000}"')
"""An entity tag that vouches for every byte and may be sent back; a weak one begins with W/."""

Progress = Callable[[int, int | None], None]
"""Called with the bytes that are here and the bytes in all (None when the server does not say)."""


@dataclass(frozen=True, slots=True)
class Patience:
    """When to give up.

    Attributes:
        timeout_s: Longest silence of a server; in as long a time it sends at least `LEAST_BYTES`.
        attempts: Requests in a row that bring nothing new, or next to nothing.
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
        least_bytes: A file of less is another one, where nobody knows its digest.
    """

    url: str
    sha256: str | None = None
    size_bytes: int | None = None
    limit_bytes: int | None = None
    least_bytes: int = 1


class UnreachableError(DownloadError):
    """The server could not be reached, or broke off again and again; what has come is kept for the next time."""


class _BrokenOffError(Exception):
    """This request ended before the file did; the next one may go on from there."""


def fetch(wanted: Wanted, part: Path, progress: Progress | None = None, patience: Patience | None = None) -> str:
    """Fetch a file into `part`, going on from what an earlier call left there.

    Returns:
        The SHA-256 of the whole file.

    Raises:
        UnreachableError: If the server cannot be reached, keeps breaking off or is too slow; `part` is kept.
        DownloadError: If the server refuses, or what came is not what was wanted; then `part` is removed.
    """
    patience = patience or Patience()
    most, idle = _size(part), 0
    while True:
        try:
            _request(wanted, part, progress, patience)
            break
        except _BrokenOffError as reason:
            # Against the most that there ever was: a server that begins anew each time may send now more, now less.
            idle = 0 if _size(part) >= most + LEAST_BYTES else idle + 1
            most = max(most, _size(part))
            if idle >= patience.attempts:
                raise UnreachableError(f"{wanted.url} could not be fetched ({reason})") from None
            time.sleep(patience.pause_s)
        except OSError as error:
            raise DownloadError(
                f"{part} could not be written ({error.strerror or error}): free some space there, or choose another "
                "folder with HOWFAR_CACHE."
            ) from None
    return _verified(wanted, part)


def discard(part: Path) -> None:
    """Remove what was fetched so far."""
    part.unlink(missing_ok=True)
    note_path(part).unlink(missing_ok=True)


def _request(wanted: Wanted, part: Path, progress: Progress | None, patience: Patience) -> None:
    """One request: the rest of the file, or all of it. Returns when the file is complete."""
    start, headers = _resume_from(wanted, part)
    if start and start == wanted.size_bytes:
        return
    answer = _Answer(wanted, part, start, progress)
    try:
        with open_client(patience.timeout_s) as client:

            def work(given_up: threading.Event) -> None:
                with streaming(client, wanted.url, headers) as response:
                    answer.receive(response, given_up)

            within(patience.timeout_s, work, client.close, came=lambda: answer.came)
    except TransportError as error:
        with answer.writing:  # what was being written when the wait was over is written now
            raise _failure(wanted, error, patience) from None


def _failure(wanted: Wanted, error: TransportError, patience: Patience) -> Exception:
    """What a failure of the transport means: that it may be tried again, or not."""
    if error.kind == "timeout":
        return _BrokenOffError(f"the server said nothing for {patience.timeout_s:g} s")
    if error.kind == "slow":
        return _BrokenOffError(f"the server is too slow, {error.detail}")
    if error.kind in ("unknown host", "refused", "certificate", "unreachable"):
        return _BrokenOffError("the server cannot be reached")
    if error.kind in ("proxy", "protocol", "broken off"):
        return _BrokenOffError(f"the connection broke off ({error.detail})")
    if error.kind == "settings":
        return DownloadError(f"{wanted.url} could not be fetched, as {error.detail}.")
    if error.kind == "packed":
        return DownloadError(
            f"{wanted.url} could not be fetched: the server packs it ({error.detail}), though it was asked not to; "
            "name another mirror.",
            setting="mirror",
        )
    return DownloadError(f"{wanted.url} could not be fetched ({error.detail}): check the address or the mirror.")


@dataclass
class _Answer:
    """The answer to one request on its way into the file.

    It is received in a thread, which may outlive the wait for it and then writes nothing more.

    Attributes:
        wanted: What was asked for.
        part: The file.
        start: How much of it was here.
        progress: Told how much is here.
        came: Bytes that came.
        writing: Held while the file is changed.
    """

    wanted: Wanted
    part: Path
    start: int
    progress: Progress | None
    came: int = 0
    writing: threading.Lock = field(default_factory=threading.Lock)

    def receive(self, response: "httpx.Response", given_up: threading.Event) -> None:
        """Write the body to where it belongs in the file."""
        wanted, part = self.wanted, self.part
        with self.writing:
            if given_up.is_set() or self._is_complete(response):
                return
            start, total = _placed(wanted, part, self.start, response)
            if start == 0:
                _write_note(wanted, part, response.headers.get("etag"))
            file = part.open("r+b" if start else "wb")
        limit = min(size for size in (total, wanted.limit_bytes, LARGEST_BYTES) if size is not None)
        try:
            with file:
                file.seek(start)
                file.truncate()
                for chunk in at_most(response.iter_raw(), limit - start):
                    with self.writing:
                        if given_up.is_set():
                            return
                        file.write(chunk)
                        file.flush()  # a piece before a break is not lost
                    self.came += len(chunk)
                    if self.progress is not None:
                        self.progress(start + self.came, total)
        except TooLargeError:
            discard(part)
            raise DownloadError(
                f"{wanted.url} is longer than the {limit} bytes that were expected: it is another file."
            ) from None
        if total is not None and start + self.came < total:
            raise _BrokenOffError(f"the server sent {start + self.came} of {total} bytes")

    def _is_complete(self, response: "httpx.Response") -> bool:
        """Whether all of it was here already, and only the check was missing."""
        return (
            self.start > 0
            and response.status_code == 416
            and self.wanted.size_bytes is None
            and _length_in_range(response) == self.start
        )


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
    first = number_of_bytes(response.headers.get("content-range", "").removeprefix("bytes ").partition("-")[0])
    return -1 if first is None else first, _length_in_range(response)


def _length_in_range(response: "httpx.Response") -> int | None:
    """Size of the whole in `bytes 100-199/200` or `bytes */200`."""
    return number_of_bytes(response.headers.get("content-range", "").rpartition("/")[2])


def _resume_from(wanted: Wanted, part: Path) -> tuple[int, dict[str, str]]:
    """How much of the same file is here already, and the headers that ask for the rest.

    Two parts may be joined only if they certainly belong to one file: its digest is known beforehand and is checked in
    the end, or the server's entity tag has not changed.
    """
    headers: dict[str, str] = {}
    start, note = _size(part), _read_note(part)
    etag = note.get("etag", "")
    if wanted.sha256 and note.get("sha256") == wanted.sha256:
        pass
    elif not wanted.sha256 and note.get("url") == without_password(wanted.url) and STRONG_TAG.fullmatch(etag):
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
    if not wanted.sha256 and (why := _other_file(wanted, part)):
        discard(part)
        raise DownloadError(f"{wanted.url} {why}: it is another file, so check the address or the mirror.")
    return digest


def _other_file(wanted: Wanted, part: Path) -> str:
    """Why a file whose digest nobody knows is not the one that was wanted; empty if nothing speaks against it."""
    size = _size(part)
    if size < wanted.least_bytes:
        return f"has {size} bytes, and at least {wanted.least_bytes} were expected"
    with part.open("rb") as file:
        return "is a page for people, such as one to log in" if is_page(file.read(HEAD_BYTES)) else ""


def note_path(part: Path) -> Path:
    """Where it is kept what a part is of: beside it."""
    return part.with_name(f"{part.name}.json")


def _write_note(wanted: Wanted, part: Path, etag: str | None) -> None:
    part.unlink(missing_ok=True)  # first, so that a note never stands beside the bytes of another file
    note = {"url": without_password(wanted.url), "sha256": wanted.sha256, "etag": etag}
    note_path(part).write_text(json.dumps(note), encoding="utf-8")


def _read_note(part: Path) -> dict[str, str]:
    """The texts of the note; none where there is no note, or one that was cut short: then all begins anew."""
    with suppress(OSError, ValueError):
        note = read_json_file(note_path(part))
        if isinstance(note, dict):
            return {name: text for name, text in note.items() if isinstance(text, str)}
    return {}


def _size(part: Path) -> int:
    return part.stat().st_size if part.is_file() else 0
