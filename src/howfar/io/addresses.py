"""Addresses as they may be shown: without the user's name and password."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from howfar.errors import HowfarError

_USER = re.compile(r"(?<=://)[^/?#\s]*@")


def without_password(text: str) -> str:
    """A text whose addresses have nothing before the @ of their hosts: `rtsp://me:secret@host/1` gives `rtsp://host/1`."""
    return _USER.sub("", text)


@contextmanager
def hiding_passwords() -> Iterator[None]:
    """Take names and passwords out of every address in the message of a HowfarError that the block raises."""
    try:
        yield
    except HowfarError as error:
        error.args = (without_password(str(error)),)
        raise
