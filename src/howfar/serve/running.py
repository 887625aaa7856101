"""Running the server until it is told to stop; what it has begun is finished first."""

import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from howfar.errors import SettingError
from howfar.serve.settings import ServeSettings

GRACE_S = 10
"""The longest wait, at the end, for requests that have begun."""
BACKLOG = 128


def listening_socket(settings: ServeSettings) -> socket.socket:
    """A socket that listens where the settings say.

    Raises:
        SettingError: If nothing can listen there.
    """
    host = settings.host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends an answer at once only where the socket says that it is of TCP; else its second packet waits 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, settings.port))
    except (OSError, OverflowError) as error:
        listening.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingError(
            f"Nothing can listen at {settings.host}, port {settings.port} ({reason}): choose another port or address.",
            setting="port",
        ) from None
    return listening


def run_server(
    app: Starlette,
    settings: ServeSettings,
    listening: socket.socket,
    certificate: tuple[Path, Path] | None = None,
    ready: Callable[[], None] | None = None,
) -> None:
    """Serve until the process is told to stop.

    Args:
        app: The application.
        settings: The limits.
        listening: Where it listens.
        certificate: The files of the certificate and of its key, for https; None for http.
        ready: Is called once requests are answered.

    Raises:
        SettingError: If the certificate cannot be used.
    """
    try:
        config = uvicorn.Config(
            app,
            log_config=None,  # which would take over the handlers of the whole process
            log_level="warning",
            access_log=False,
            server_header=False,
            ws_max_size=settings.max_bytes,
            ws_max_queue=2,
            timeout_graceful_shutdown=GRACE_S,
            backlog=BACKLOG,
            ssl_certfile=None if certificate is None else str(certificate[0]),
            ssl_keyfile=None if certificate is None else str(certificate[1]),
        )
        config.load()
    except OSError as error:  # ssl.SSLError is one
        raise SettingError(
            f"The certificate cannot be used ({error.strerror or error}): give the PEM files of a certificate and of "
            "its key.",
            setting="tls_cert",
        ) from None
    _Server(config, ready).run(sockets=[listening])


class _Server(uvicorn.Server):
    """A server that tells when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None] | None) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell."""
        await super().startup(sockets)
        if self.started and self._ready is not None:
            self._ready()
