"""Fetching over HTTP: one client for pictures and models, limits of size and time, and what went wrong, by kind."""

import os
import queue
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Literal

from howfar.io.addresses import without_password

if TYPE_CHECKING:
    import httpx

MAX_REDIRECTS = 5
PACKED = ("gzip", "x-gzip", "deflate", "compress", "br", "zstd")
"""Encodings in which a few bytes may stand for gigabytes; nothing that is fetched gets smaller by them."""
LEAST_BYTES = 10_000
"""What a server has to send in the time that is given it: a modem of 1994 does."""
HEADERS = {"User-Agent": "howfar", "Accept-Encoding": "identity"}

Kind = Literal[
    "timeout",
    "redirects",
    "address",
    "settings",
    "proxy",
    "unknown host",
    "refused",
    "certificate",
    "unreachable",
    "protocol",
    "packed",
    "slow",
    "broken off",
    "other",
]
"""What can go wrong with a request.

An "address" that cannot be fetched may also be one that it was redirected to; "settings" are those of the environment,
and the detail says what to do.
"""


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


def open_client(timeout_s: float, transport: "httpx.BaseTransport | None" = None) -> "httpx.Client":
    """A client that follows at most `MAX_REDIRECTS` redirects and uses the proxies that HTTP_PROXY, HTTPS_PROXY name.

    Args:
        timeout_s: Longest wait for a connection, and for more bytes, in seconds.
        transport: What makes the connections, each redirect's too; then no proxy is used.

    Raises:
        TransportError: If the environment names a proxy or a file of certificates that cannot be used.
    """
    import httpx

    try:
        return httpx.Client(
            follow_redirects=True,
            max_redirects=MAX_REDIRECTS,
            timeout=timeout_s,
            headers=HEADERS,
            transport=transport,
        )
    except ImportError:
        remedy = "install it with  pip install 'httpx[socks]'  , or unset ALL_PROXY"
        raise TransportError("settings", f"a SOCKS proxy needs an optional library: {remedy}") from None
    except (ValueError, httpx.InvalidURL) as error:  # ValueError: a scheme that it does not know
        reason = without_password(_text(error))
        remedy = "correct or unset HTTP_PROXY, HTTPS_PROXY, ALL_PROXY or NO_PROXY"
        raise TransportError("settings", f"the proxy cannot be ({reason}): {remedy}") from None
    except OSError as error:  # ssl.SSLError is one
        files = " or ".join(name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if name in os.environ)
        which = f" that {files} names" if files else ""
        reason = error.strerror or str(error)
        raise TransportError("settings", f"the certificates{which} cannot be read ({reason}): correct it") from None


@contextmanager
def streaming(client: "httpx.Client", url: str, headers: Mapping[str, str] | None = None) -> "Iterator[httpx.Response]":
    """Ask for what lies at an address; the body is read within the block.

    Raises:
        TransportError: If the request fails, the answer is packed, or reading the body in the block fails.
    """
    import httpx

    with ExitStack() as open_answer:
        try:
            response = open_answer.enter_context(client.stream("GET", url, headers=headers))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise TransportError(_kind(error), _text(error)) from None
        except (ValueError, OverflowError) as error:  # UnicodeError is one: of names that no host can have
            raise TransportError("address", _text(error)) from None
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        if {each.strip() for each in encoding.split(",")} & set(PACKED):
            raise TransportError("packed", encoding[:40])
        try:
            yield response
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise TransportError(_kind(error), _text(error)) from None


def stated_length(response: "httpx.Response") -> int | None:
    """How many bytes the server says that the body has; None where it does not say."""
    return number_of_bytes(response.headers.get("Content-Length", ""))


def number_of_bytes(text: str) -> int | None:
    """A number in a header; None where it is none, or of more bytes than there are."""
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else None


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


def within(
    timeout_s: float,
    work: Callable[[threading.Event], None],
    hang_up: Callable[[], None],
    came: Callable[[], int] | None = None,
) -> None:
    """Do a piece of work in a thread of its own and wait for it, for a limited time.

    A client limits each wait for the network alone: a name server that stays silent, or a server that sends a byte a
    second, would block the caller without end. A thread can be left behind; it ends when its connection is closed.

    Args:
        timeout_s: The time, in seconds.
        work: What to do; it is given an event that is set when the wait is over.
        hang_up: Called at the end, whether the work is done or not; it closes the connection.
        came: Tells how many bytes have come. Where it is given, the time starts anew whenever it ends, as long as
            `LEAST_BYTES` have come meanwhile.

    Raises:
        TransportError: Of the kind "timeout" if the time is over, or "slow" if bytes come too slowly.
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
        error = _outcome(outcome, timeout_s, came)
    finally:
        given_up.set()
        hang_up()
    if error is not None:
        raise error


def _outcome(
    outcome: "queue.SimpleQueue[BaseException | None]", timeout_s: float, came: Callable[[], int] | None
) -> BaseException | None:
    before = 0
    while True:
        try:
            return outcome.get(timeout=timeout_s)
        except queue.Empty:
            if came is None:
                raise TransportError("timeout", f"{timeout_s:g} s") from None
            now = came()
            if now - before < LEAST_BYTES:
                kind: Kind = "slow" if now > before else "timeout"
                raise TransportError(kind, f"{now - before} bytes in {timeout_s:g} s") from None
            before = now


def _text(error: Exception) -> str:
    return str(error).strip().rstrip(".") or type(error).__name__


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
