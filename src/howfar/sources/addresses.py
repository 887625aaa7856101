"""Addresses as they may be shown: without the user's name and password."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from howfar.errors import SourceError

_USER = re.compile(r"(?<=://)[^/?#\s]*@")


def without_password(address: str) -> str:
    """The address without what stands before the @ of its host: `rtsp://me:secret@host/1` gives `rtsp://host/1`."""
    return _USER.sub("", address)


@contextmanager
def hiding_password(address: str) -> Iterator[None]:
    """Show the address without its password in any SourceError that the block raises."""
    try:
        yield
    except SourceError as error:
        raise SourceError(str(error).replace(address, without_password(address))) from None
