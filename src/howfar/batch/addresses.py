"""Files at the addresses that fsspec knows, such as `s3://…`, and at paths of this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from howfar.errors import HowfarError, MissingExtraError, SourceError
from howfar.io.addresses import EXTRAS, scheme_of, without_password, without_passwords


def is_address(name: str) -> bool:
    """Whether it is an address, not a path of this machine."""
    return bool(scheme_of(name))


def file_system(address: str) -> tuple[Any, str]:
    """The file system that an address is in (fsspec's), and the path in it.

    Raises:
        MissingExtraError: If a library is needed that is not installed.
        SourceError: If no file system is known by that name, or it cannot be reached.
    """
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise MissingExtraError(f"The address {without_password(address)}", "batch") from None
    with telling(address):
        try:
            system, path = url_to_fs(address)
        except ImportError as error:
            if extra := EXTRAS.get(scheme_of(address)):
                raise MissingExtraError(f"The address {without_password(address)}", extra) from None
            raise SourceError(f"{without_password(address)} needs a library ({error}): install it.") from None
    return system, str(path)


@contextmanager
def open_address(address: str) -> Iterator[Any]:
    """Open what lies at an address, for reading bytes.

    Raises:
        SourceError: If it is not there or cannot be read.
        MissingExtraError: If a library is needed that is not installed.
    """
    system, path = file_system(address)
    with telling(address), system.open(path, "rb") as file:
        yield file


@contextmanager
def open_anywhere(name: str) -> "Iterator[BinaryIO]":
    """Open a path or an address for reading bytes; raises as `open_address` does."""
    if is_address(name):
        with open_address(name) as file:
            yield file
        return
    with telling(name), Path(name).open("rb") as file:
        yield file


@contextmanager
def telling(address: str) -> Iterator[None]:
    """Make one sentence of what a library of a file system raises: each has errors of its own.

    Raises:
        SourceError: In their place.
    """
    try:
        yield
    except (HowfarError, ImportError):
        raise
    except FileNotFoundError:
        raise SourceError(f"There is nothing at {without_password(address)}: check the name.") from None
    except Exception as error:  # noqa: BLE001  botocore's and others' have no base but this
        said = " ".join(without_passwords(str(error)).split()) or "no reason was given"
        raise SourceError(
            f"{without_password(address)} cannot be read ({type(error).__name__}: {said.rstrip('.')}): check the name "
            "and the permissions."
        ) from None
