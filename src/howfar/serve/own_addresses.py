"""The names under which this machine is reached."""

import contextlib
import socket

EVERYWHERE = ("0.0.0.0", "::", "[::]")
"""What a server listens at to be reached at all addresses of its machine."""
DOCUMENTATION = ("192.0.2.1", 9)
"""An address that nobody has (RFC 5737)."""


def own_addresses(host: str) -> tuple[str, ...]:
    """The names and addresses of this machine, where a server listens at all of them; else none.

    Args:
        host: What the server listens at.
    """
    if host not in EVERYWHERE:
        return ()
    name = socket.gethostname()
    names = {name, f"{name}.local"}
    with contextlib.suppress(OSError):  # of a machine that does not know its own name
        names |= {str(each[4][0]) for each in socket.getaddrinfo(name, None)}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(DOCUMENTATION)  # sends nothing: it tells by which address packets would leave
        names.add(str(probe.getsockname()[0]))
    return tuple(sorted(f"[{each}]" if ":" in each else each for each in names))
