"""Fetching for strangers: connections to public addresses alone, so that nobody reaches this machine's own network.

A host is looked up once, all of its addresses have to be public, and the connection goes to the one that was looked at:
a name that is another address a moment later gains nothing. A redirect is a connection of its own and is checked too.
"""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx

NAT64 = IPv6Network("64:ff9b::/96")
"""Addresses in which a gateway finds one of IPv4, in the last four bytes (RFC 6052)."""


class PublicTransport(httpx.HTTPTransport):
    """Connects to hosts whose addresses are all public."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Look up the host of a request, and connect to what was found.

        Raises:
            ValueError: If the host has an address that is not public, or none.
        """
        host = request.url.host
        address = public_address(host, request.url.port or (443 if request.url.scheme == "https" else 80))
        pinned = httpx.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,  # with the Host that was asked for
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        return super().handle_request(pinned)


def public_address(host: str, port: int) -> str:
    """The address to connect to for a host.

    Raises:
        ValueError: If one of its addresses is not public, or it has none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise ValueError("its host is not known") from None
    addresses = [str(each[4][0]) for each in found]
    if not addresses or not all(is_public(address) for address in addresses):
        raise ValueError("its host is not on the public internet")
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an address can be reached by everybody, also where it stands for one of IPv4."""
    try:
        parsed = ip_address(address)
    except ValueError:  # one with a scope, such as fe80::1%eth0, is of the local network
        return False
    if isinstance(parsed, IPv6Address):
        if parsed.teredo is not None:
            return False
        inner = _ipv4_within(parsed)
        if inner is not None:
            return is_public(str(inner))
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


def _ipv4_within(address: IPv6Address) -> IPv4Address | None:
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
