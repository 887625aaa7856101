"""Fetching a picture or a video from an http(s) address, within a time and a size."""

import queue
import threading
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from howfar.errors import SourceError
from howfar.io.kinds import HEAD_BYTES, is_page, is_video, picture_format
from howfar.sources.addresses import hiding_password

if TYPE_CHECKING:
    import httpx

MAX_REDIRECTS = 5
MAX_BYTES = 64 * 2**20
TIMEOUT_S = 20.0


def fetch(url: str, *, timeout_s: float = TIMEOUT_S, max_bytes: int = MAX_BYTES) -> bytes:
    """Fetch what lies at an address. A proxy named in HTTP_PROXY or HTTPS_PROXY is used.

    Args:
        url: An http or https address.
        timeout_s: Time for everything together, in seconds, from looking up the host to the last byte.
        max_bytes: The most to take.

    Raises:
        SourceError: If the address is wrong or out of reach, redirects more than `MAX_REDIRECTS` times, is too slow or
            too big, breaks off, or is a web page.
    """
    sink = BytesIO()
    fetch_into(sink, url, timeout_s=timeout_s, max_bytes=max_bytes)
    return sink.getvalue()


def fetch_into(sink: BinaryIO, url: str, *, timeout_s: float = TIMEOUT_S, max_bytes: int = MAX_BYTES) -> None:
    """As `fetch`, into an open file, from its beginning."""
    with hiding_password(url):
        _check_scheme(url)
        _fetch_into(sink, url, timeout_s, max_bytes)


def _fetch_into(sink: BinaryIO, url: str, timeout_s: float, max_bytes: int) -> None:
    import httpx

    outcome: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
    stop = threading.Event()
    client = httpx.Client(
        follow_redirects=True,
        max_redirects=MAX_REDIRECTS,
        timeout=timeout_s,
        headers={"User-Agent": "howfar", "Accept-Encoding": "identity"},
    )

    def work() -> None:
        try:
            _download(client, url, sink, max_bytes, stop)
            outcome.put(None)
        except BaseException as error:  # noqa: BLE001  whatever it is belongs to the caller
            outcome.put(error)

    # httpx limits each wait for the network; a name server that stays silent, or a server that sends a byte a second,
    # would hold the caller for ever. A thread can be left behind, and ends when its connection is closed.
    threading.Thread(target=work, name="howfar-fetch", daemon=True).start()
    try:
        error = outcome.get(timeout=timeout_s)
    except queue.Empty:
        raise SourceError(_too_slow(url, timeout_s)) from None
    finally:
        stop.set()
        client.close()
    if isinstance(error, httpx.HTTPError | httpx.InvalidURL):
        raise SourceError(_sentence(url, error, timeout_s)) from None
    if error is not None:
        raise error


def _check_scheme(url: str) -> None:
    scheme, found, _ = url.partition("://")
    if not found or scheme.lower() not in ("http", "https"):
        raise SourceError(
            f"{url} is no http:// or https:// address, and only those can be fetched: give one, or a file."
        )


def _download(client: "httpx.Client", url: str, sink: BinaryIO, max_bytes: int, stop: threading.Event) -> None:
    with client.stream("GET", url) as response:
        if not response.is_success:
            raise SourceError(f"{url} answered {response.status_code} {response.reason_phrase}: {_advice(response)}.")
        stated = response.headers.get("Content-Length", "")
        if stated.isdigit() and int(stated) > max_bytes:
            raise SourceError(_too_big(url, max_bytes))
        head = b""
        size = 0
        for chunk in response.iter_bytes():
            if stop.is_set():
                return
            size += len(chunk)
            if size > max_bytes:
                raise SourceError(_too_big(url, max_bytes))
            head += chunk[: HEAD_BYTES - len(head)]
            sink.write(chunk)
        if not size:
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


def _too_slow(url: str, timeout_s: float) -> str:
    return f"{url} did not give the whole answer within {timeout_s:g} s: try again, or fetch it and give the file."


def _too_big(url: str, max_bytes: int) -> str:
    return (
        f"{url} is larger than {max_bytes / 2**20:g} MB, the most that is fetched: fetch it yourself and give the file."
    )


def _sentence(url: str, error: Exception, timeout_s: float) -> str:
    """What one of httpx's errors means for the user."""
    import socket
    import ssl

    import httpx

    if isinstance(error, httpx.TimeoutException):
        return _too_slow(url, timeout_s)
    if isinstance(error, httpx.TooManyRedirects):
        return f"{url} redirects more than {MAX_REDIRECTS} times: open it in a browser and copy the address it ends at."
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return f"{url} is no address that can be fetched, or leads to one ({_text(error)}): check the address."
    if isinstance(error, httpx.ProxyError):
        return f"{url} could not be fetched through the proxy ({_text(error)}): check HTTP_PROXY and HTTPS_PROXY."
    causes = _causes(error)
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return f"The host of {url} is not known: check the address and the network."
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return f"{url} refused the connection: check the address, or try again later."
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return f"{url} does not prove who it is ({_text(error)}): check the address, or fetch it and give the file."
    if isinstance(error, httpx.RemoteProtocolError):
        return f"{url} broke off or does not keep to HTTP ({_text(error)}): try again, or fetch it and give the file."
    return f"{url} could not be fetched ({_text(error)}): check the network and try again."


def _text(error: Exception) -> str:
    return str(error).strip().rstrip(".") or type(error).__name__


def _causes(error: BaseException) -> list[BaseException]:
    chain = []
    cause: BaseException | None = error
    while cause is not None:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    return chain
