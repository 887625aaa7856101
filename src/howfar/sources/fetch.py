"""Fetching a picture or a video from an http(s) address, within a time and a size."""

import threading
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from howfar.errors import SourceError
from howfar.io.addresses import hiding_passwords
from howfar.io.http import (
    MAX_REDIRECTS,
    Kind,
    TooLargeError,
    TransportError,
    at_most,
    open_client,
    stated_length,
    streaming,
    within,
)
from howfar.io.kinds import HEAD_BYTES, is_page, is_video, picture_format

if TYPE_CHECKING:
    import httpx

MAX_BYTES = 64 * 2**20
TIMEOUT_S = 20.0

NO_TYPES = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/mp4", "text/plain"})
"""Content types of servers that do not know what they have."""
MJPEG_TYPE = "multipart/x-mixed-replace"
"""A stream of JPEG pictures, as network cameras send it."""

PLAYLIST_TYPES = frozenset({"application/vnd.apple.mpegurl", "application/x-mpegurl", "audio/mpegurl"})


def fetch(
    url: str,
    *,
    timeout_s: float = TIMEOUT_S,
    max_bytes: int = MAX_BYTES,
    transport: "httpx.BaseTransport | None" = None,
) -> bytes:
    """Fetch what lies at an address. A proxy named in HTTP_PROXY or HTTPS_PROXY is used.

    Args:
        url: An http or https address.
        timeout_s: Time for everything together, in seconds, from looking up the host to the last byte.
        max_bytes: The most to take.
        transport: What makes the connections, in place of the usual one; then no proxy is used.

    Raises:
        SourceError: If the address is wrong or out of reach, redirects too often, is too slow or too big, breaks off,
            or is a web page.
    """
    sink = BytesIO()
    fetch_into(sink, url, timeout_s=timeout_s, max_bytes=max_bytes, transport=transport)
    return sink.getvalue()


def fetch_into(
    sink: BinaryIO,
    url: str,
    *,
    timeout_s: float = TIMEOUT_S,
    max_bytes: int = MAX_BYTES,
    transport: "httpx.BaseTransport | None" = None,
) -> None:
    """As `fetch`, into an open file, from its beginning."""
    with hiding_passwords(url):
        _check_scheme(url)
        try:
            client = open_client(timeout_s, transport)
            within(timeout_s, partial(_download, client, url, sink, max_bytes), client.close)
        except TransportError as error:
            raise SourceError(_sentence(url, error, timeout_s)) from None
        except TooLargeError:
            raise SourceError(
                f"{url} is larger than {max_bytes / 2**20:g} MB, the most that is fetched: fetch it yourself and give "
                "the file."
            ) from None


def content_type(url: str, *, timeout_s: float = TIMEOUT_S) -> str:
    """What a server says that lies at an address, without fetching it, such as `image/jpeg`; empty if it does not say.

    Where its word says nothing, a video is told by its first bytes.

    Raises:
        SourceError: If the address is wrong or out of reach, or the server refuses.
    """
    told = BytesIO()
    with hiding_passwords(url):
        _check_scheme(url)
        try:
            client = open_client(timeout_s)
            within(timeout_s, lambda _: _ask_type(client, url, told), client.close)
        except TransportError as error:
            raise SourceError(_sentence(url, error, timeout_s)) from None
    return told.getvalue().decode()


def _ask_type(client: "httpx.Client", url: str, told: BytesIO) -> None:
    with streaming(client, url) as response:
        _refuse_failure(url, response)
        kind = _type_of(response)
        if kind in NO_TYPES and is_video(next(response.iter_raw(), b"")[:HEAD_BYTES]):
            kind = "video/mp4"
        told.write(kind.encode())


def _type_of(response: "httpx.Response") -> str:
    return str(response.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


def _refuse_failure(url: str, response: "httpx.Response") -> None:
    if not response.is_success:
        raise SourceError(f"{url} answered {response.status_code} {response.reason_phrase}: {_advice(response)}.")


def _check_scheme(url: str) -> None:
    scheme, found, _ = url.partition("://")
    if not found or scheme.lower() not in ("http", "https"):
        raise SourceError(
            f"{url} is no http:// or https:// address, and only those can be fetched: give one, or a file."
        )


def _download(client: "httpx.Client", url: str, sink: BinaryIO, max_bytes: int, given_up: threading.Event) -> None:
    with streaming(client, url) as response:
        _refuse_failure(url, response)
        if _type_of(response) == MJPEG_TYPE:
            raise SourceError(f"{url} is a stream of pictures, which has no end: name it without the ending of a file.")
        if (stated_length(response) or 0) > max_bytes:
            raise TooLargeError
        head = b""
        for chunk in at_most(response.iter_raw(), max_bytes):
            if given_up.is_set():
                return
            head += chunk[: HEAD_BYTES - len(head)]
            sink.write(chunk)
        if not head:
            raise SourceError(f"{url} gave nothing where a picture was expected: check the address.")
        _refuse_page(url, head, response.headers.get("Content-Type", ""))


def _refuse_page(url: str, head: bytes, content_type: str) -> None:
    """Refuse a web page; what the server calls a page and is a picture is a picture."""
    called_page = content_type.lower().startswith(("text/html", "application/xhtml"))
    if is_page(head) or (called_page and picture_format(head) is None and not is_video(head)):
        raise SourceError(f"{url} is a page, not a picture: copy the picture's own address.")


def _advice(response: "httpx.Response") -> str:
    if response.status_code in (401, 403, 407):
        return "it wants a permission, so fetch it with a browser and give the file"
    if response.status_code >= 500:
        return "the server has a problem, so try again later"
    return "check the address"


def _sentence(url: str, error: TransportError, timeout_s: float) -> str:
    """What a failure of the transport means for the user."""
    sentences: dict[Kind, str] = {
        "timeout": f"{url} did not give the whole answer within {timeout_s:g} s: try again, or fetch it and give the "
        "file.",
        "redirects": f"{url} redirects more than {MAX_REDIRECTS} times: open it in a browser and copy the address it "
        "ends at.",
        "address": f"{url} is no address that can be fetched, or leads to one ({error.detail}): check the address.",
        "settings": f"{url} could not be fetched, as {error.detail}.",
        "proxy": f"{url} could not be fetched through the proxy ({error.detail}): check HTTP_PROXY and HTTPS_PROXY.",
        "unknown host": f"The host of {url} is not known: check the address and the network.",
        "refused": f"{url} refused the connection: check the address, or try again later.",
        "certificate": f"{url} does not prove who it is ({error.detail}): check the address, or fetch it and give the "
        "file.",
        "packed": f"{url} packs its answer ({error.detail}), though it was asked not to: fetch it and give the file.",
        "protocol": f"{url} broke off or does not keep to HTTP ({error.detail}): try again, or fetch it and give the "
        "file.",
    }
    other = f"{url} could not be fetched ({error.detail}): check the network and try again."
    return sentences.get(error.kind, other)
