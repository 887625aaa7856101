"""Fetching over HTTP: one client for pictures and models, limits of size and time, and what went wrong, by kind."""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import httpx

MAX_REDIRECTS = 5
HEADERS = {"User-Agent": "howfar", "Accept-Encoding": "identity"}

Kind = Literal[
    "timeout",
    "redirects",
    "address",
    "proxy",
    "unknown host",
    "refused",
    "certificate",
    "unreachable",
    "protocol",
    "broken off",
    "other",
]
"""What can go wrong with a request; an "address" that cannot be fetched may also be one that it was redirected to."""


class TransportError(Exception):
    """A request that did not bring the whole answer.

    Attributes:
        kind: What went wrong.
        detail: What the transport says of it, in a few words.
    """

    def __init__(self, kind: Kind, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail


class TooLargeError(Exception):
    """More bytes came than are taken."""


def open_client(timeout_s: float) -> "httpx.Client":
    """A client that follows at most `MAX_REDIRECTS` redirects and uses the proxies that HTTP_PROXY, HTTPS_PROXY name.

    Args:
        timeout_s: Longest wait for a connection, and for more bytes, in seconds.
    """
    import httpx

    return httpx.Client(follow_redirects=True, max_redirects=MAX_REDIRECTS, timeout=timeout_s, headers=HEADERS)


@contextmanager
def streaming(client: "httpx.Client", url: str, headers: Mapping[str, str] | None = None) -> "Iterator[httpx.Response]":
    """Ask for what lies at an address; the body is read within the block.

    Raises:
        TransportError: If the request fails, or reading the body in the block does.
    """
    import httpx

    try:
        with client.stream("GET", url, headers=headers) as response:
            yield response
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise TransportError(_kind(error), str(error).strip().rstrip(".") or type(error).__name__) from None


def stated_length(response: "httpx.Response") -> int | None:
    """How many bytes the server says that the body has; None where it does not say."""
    stated = response.headers.get("Content-Length", "")
    return int(stated) if stated.isdigit() else None


def at_most(chunks: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    """The pieces of a body as they come.

    Raises:
        TooLargeError: When a piece would make it more than max_bytes; that piece is not given.
    """
    count = 0
    for chunk in chunks:
        count += len(chunk)
        if count > max_bytes:
            raise TooLargeError
        yield chunk


def within(timeout_s: float, work: Callable[[threading.Event], None], hang_up: Callable[[], None]) -> None:
    """Do a piece of work in a thread of its own and wait for it, for a limited time.

    A client limits each wait for the network alone: a name server that stays silent, or a server that sends a byte a
    second, would block the caller without end. A thread can be left behind; it ends when its connection is closed.

    Args:
        timeout_s: The time, in seconds.
        work: What to do; it is given an event that is set when the wait is over.
        hang_up: Called at the end, whether the work is done or not; it closes the connection.

    Raises:
        TransportError: Of the kind "timeout", if the time is over.
        Exception: Whatever the work raises.
    """
    outcome: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
    given_up = threading.Event()

    def run() -> None:
        try:
            work(given_up)
            outcome.put(None)
        except BaseException as error:  # noqa: BLE001  whatever it is belongs to the caller
            outcome.put(error)

    threading.Thread(target=run, name="howfar-fetch", daemon=True).start()
    try:
        error = outcome.get(timeout=timeout_s)
    except queue.Empty:
        raise TransportError("timeout", f"{timeout_s:g} s") from None
    finally:
        given_up.set()
        hang_up()
    if error is not None:
        raise error


def _kind(error: Exception) -> Kind:
    import socket
    import ssl

    import httpx

    causes = _causes(error)
    kinds: tuple[tuple[bool, Kind], ...] = (
        (isinstance(error, httpx.TimeoutException), "timeout"),
        (isinstance(error, httpx.TooManyRedirects), "redirects"),
        (isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol), "address"),
        (isinstance(error, httpx.ProxyError), "proxy"),
        (any(isinstance(cause, socket.gaierror) for cause in causes), "unknown host"),
        (any(isinstance(cause, ConnectionRefusedError) for cause in causes), "refused"),
        (any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes), "certificate"),
        (isinstance(error, httpx.ConnectError), "unreachable"),
        (isinstance(error, httpx.RemoteProtocolError), "protocol"),
        (isinstance(error, httpx.NetworkError), "broken off"),
    )
    return next((kind for applies, kind in kinds if applies), "other")


def _causes(error: BaseException) -> list[BaseException]:
    chain = []
    cause: BaseException | None = error
    while cause is not None:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    return chain
