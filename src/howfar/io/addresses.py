"""What addresses begin with, and how they may be shown and kept: without the user's name and password."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import SplitResult, urlsplit

from howfar.errors import HowfarError

_USER = (
    r"(?:(?<=://)|(?<=http:/)|(?<=https:/))(?:[^/?#{blank}]*@|(?!\[)[^/?#@:{blank}]*:(?!\d*(?:[/?#]|$))[^{blank}]*@)"
)
"""A name and a password before the @ of the host. The password may hold what should have been escaped, such as a slash;
what follows a colon and is a port is no password. A path of files has one slash where an address has two."""

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)(?:::|://)", re.IGNORECASE)

EXTRAS = {"s3": "s3", "s3a": "s3"}
"""The extra of howfar that brings what fsspec needs for an address; for others fsspec itself says what to install."""

_IN_ADDRESS = re.compile(_USER.format(blank="\0"))
_IN_TEXT = re.compile(_USER.format(blank=r"\s"))


def scheme_of(name: str) -> str:
    """What an address begins with, such as `s3`, in lower case; empty for a path."""
    found = _SCHEME.match(name)
    return found[1].lower() if found else ""


def without_password(address: str) -> str:
    """An address with nothing before the @ of its host: `rtsp://me:secret@host/1` gives `rtsp://host/1`."""
    return _IN_ADDRESS.sub("", address)


def without_passwords(text: str) -> str:
    """A text with nothing before the @ of every address in it."""
    return _IN_TEXT.sub("", text)


@contextmanager
def hiding_passwords(*addresses: str) -> Iterator[None]:
    """Take names and passwords out of every address in the message of a HowfarError that the block raises.

    Args:
        *addresses: Addresses that the block works with: their passwords are taken out wherever they stand, as a message
            may quote a part of an address that cannot be read.
    """
    try:
        yield
    except HowfarError as error:
        text = str(error)
        for address in addresses:
            text = _hidden(text, address)
        error.args = (without_passwords(text),)
        raise


def split_address(address: str) -> SplitResult:
    """The parts of an address; empty parts where it cannot be read: whoever opens it says what is wrong with it."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _hidden(text: str, address: str) -> str:
    """A message without the password of an address, and without the pieces of it that are quoted as a port."""
    text = text.replace(address, without_password(address))
    user = _IN_ADDRESS.search(address)
    password = user[0].removesuffix("@").partition(":")[2] if user else ""
    if password:
        text = text.replace(password, "…")
        for piece in re.split(r"[/?#\s]", password):
            text = text.replace(repr(piece), "'…'")
    return text
