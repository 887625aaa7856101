"""Addresses as they may be shown: without the user's name and password."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import SplitResult, urlsplit

from howfar.errors import HowfarError

_USER = re.compile(r"(?<=://)[^/?#\s]*@")


def without_password(text: str) -> str:
    """A text whose addresses have nothing before the @ of their hosts: `rtsp://me:secret@host/1` gives `rtsp://host/1`."""
    return _USER.sub("", text)


def split_address(url: str) -> SplitResult:
    """The parts of an address; they are empty where it is none, such as `http://[::1`."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", "", "", "")


@contextmanager
def hiding_passwords() -> Iterator[None]:
    """Take names and passwords out of every address in the message of a HowfarError that the block raises."""
    try:
        yield
    except HowfarError as error:
        error.args = (without_password(str(error)),)
        raise
