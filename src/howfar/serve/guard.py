"""Who may ask: checks of every request before anything else sees it, and what every answer says to browsers."""

import hmac
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from howfar.serve.problems import ProblemError, problem_response
from howfar.serve.settings import ServeSettings

OPEN_PATHS = ("/", "/healthz")
"""What everybody who reaches the server may see: the page, which holds nothing, and whether it is up."""

SUBPROTOCOL = "howfar"
TOKEN_SUBPROTOCOL = "howfar.token."
"""A browser can give a WebSocket no header of its own, so that a page names the token among the subprotocols."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}

Told = Callable[[str, str, int, float], None]
"""Is told of each answer: the method, the path, the status and the seconds that it took."""


class Guard:
    """Lets a request through if it calls the server by one of its names, comes from no strange page, and has the token.

    A page of another site could otherwise ask in the name of whoever looks at it, also by a name of its own that it
    lets point at this machine.
    """

    def __init__(self, app: ASGIApp, settings: ServeSettings, told: Told) -> None:
        self._app, self._settings, self._told = app, settings, told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request and hand it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        start, status = time.perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            elif message["type"] == "websocket.accept":
                status = HTTPStatus.SWITCHING_PROTOCOLS.value
            await send(message)

        try:
            self._check(scope)
        except ProblemError as problem:
            if scope["type"] == "websocket":
                await receive()
                await answer({"type": "websocket.close", "code": 1008, "reason": problem.detail[:100]})
                status = HTTPStatus.FORBIDDEN.value
            else:
                await problem_response(problem)(scope, receive, answer)
        else:
            await self._app(scope, receive, answer)
        finally:
            method = scope.get("method", "WEBSOCKET")
            self._told(method, scope["path"], status or 500, time.perf_counter() - start)

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if _without_port(host) not in self._settings.hosts:
            raise ProblemError(
                HTTPStatus.BAD_REQUEST,
                f"This server is not called {_without_port(host)[:60]!r}: call it by its address, or start it with "
                "--allowed-host and that name.",
            )
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host and origin not in self._settings.allowed_origins:
            raise ProblemError(
                HTTPStatus.FORBIDDEN,
                "Pages of other sites may not ask this server: open its own page, or start it with --allow-origin.",
            )
        is_question = scope.get("method") == "OPTIONS" and "access-control-request-method" in headers
        if self._settings.token and scope["path"] not in OPEN_PATHS and not is_question:
            given = token_of(headers)
            if given is None or not hmac.compare_digest(given.encode(), self._settings.token.encode()):
                what = "This server wants a token" if given is None else "The token is not the right one"
                raise ProblemError(
                    HTTPStatus.UNAUTHORIZED,
                    f"{what}: send the one that it printed when it started, as 'Authorization: Bearer TOKEN'.",
                )


def token_of(headers: Mapping[str, str]) -> str | None:
    """The token that a request shows, in its header or, of a WebSocket, among its subprotocols; None for none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    for each in headers.get("sec-websocket-protocol", "").split(","):
        if each.strip().startswith(TOKEN_SUBPROTOCOL):
            return each.strip().removeprefix(TOKEN_SUBPROTOCOL)
    return None


def _without_port(host: str) -> str:
    """A host in lower case without its port; an address of IPv6 keeps its brackets."""
    name = host.strip().lower()
    if name.startswith("["):
        return name.partition("]")[0] + "]"
    return name.partition(":")[0]
