"""What a server is told when it starts: who may ask, and how much it takes on."""

import re
from dataclasses import dataclass
from ipaddress import ip_address

from howfar.errors import SettingError

TOKEN_SIGNS = "-._~"
TOKEN = re.compile(f"[A-Za-z0-9{re.escape(TOKEN_SIGNS)}]{{8,200}}")
"""A token stands in headers, in subprotocols of WebSockets and in addresses."""
LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """The limits of a server.

    Attributes:
        host: The address to listen at.
        port: Its port; 0 for any that is free.
        token: What a client has to show; None where everybody at the address may ask.
        allowed_hosts: Names, besides the address itself, under which the server may be called.
        allowed_origins: Other sites whose pages may ask, such as `https://example.org`.
        max_bytes: The most that one request may bring.
        max_pixels: The most pixels that one picture may have.
        waiting: How many requests may wait while one is worked on; further ones are told to come later.
        deadline_s: Seconds from the first byte of a request within which it is answered, or refused.
        allow_urls: Whether the server fetches pictures from addresses.

    Raises:
        SettingError: If a limit is not above 0, or the server is open to other machines without a token.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    token: str | None = None
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    max_bytes: int = 20 * 2**20
    max_pixels: int = 50_000_000
    waiting: int = 16
    deadline_s: float = 30.0
    allow_urls: bool = False

    def __post_init__(self) -> None:
        for name in ("max_bytes", "max_pixels", "waiting", "deadline_s"):
            if not getattr(self, name) > 0:
                raise SettingError(f"Of a server, {name} must be above 0, not {getattr(self, name)}.", setting=name)
        if self.token is not None and not TOKEN.fullmatch(self.token):
            raise SettingError(
                f"A token is made of letters, digits and any of {TOKEN_SIGNS}, eight of them or more.", setting="token"
            )
        if not self.token and not self.is_local:
            raise SettingError(
                f"At {self.host} other machines can reach the server, so that clients need a token: give one, or "
                "listen at 127.0.0.1.",
                setting="token",
            )

    @property
    def is_local(self) -> bool:
        """Whether it listens where this machine alone can reach it."""
        return is_local(self.host)

    @property
    def hosts(self) -> frozenset[str]:
        """The names that a request may call it by, in lower case, without a port."""
        own = f"[{self.host}]" if ":" in self.host and not self.host.startswith("[") else self.host
        return frozenset(name.lower() for name in (own, *LOCAL_NAMES, *self.allowed_hosts))


def is_local(host: str) -> bool:
    """Whether an address can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
