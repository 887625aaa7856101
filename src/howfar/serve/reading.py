"""Reading a request: its picture and what it asks for, within a size and a time, before anything is decoded."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from io import BytesIO

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive

from howfar.errors import SourceError
from howfar.io.kinds import HEAD_BYTES, PICTURE_NAMES, picture_format
from howfar.io.picture_formats import TooManyPixelsError, open_picture
from howfar.serve.parameters import ADDRESS, Asked, Parameter
from howfar.serve.problems import ProblemError
from howfar.serve.settings import ServeSettings

MULTIPART = "multipart/form-data"
PICTURE_FIELDS = ("picture", "image", "file")
"""What a form may call its picture."""
BODY = "The picture"
"""What a picture is called that comes without a name."""
MOST_FIELDS = 30
MOST_FIELD_BYTES = 64 * 1024

Fetch = Callable[[str], bytes]
"""Gives what lies at an address; raises SourceError."""


@dataclass(frozen=True, slots=True)
class PictureRequest:
    """A request with a picture.

    Attributes:
        data: The bytes of the picture file, which is known to be of a format that is read, and of its size.
        name: What the client calls it.
        asked: What is asked for.
    """

    data: bytes
    name: str
    asked: Asked


async def read_picture_request(
    request: Request, settings: ServeSettings, known: Sequence[Parameter], fetch: Fetch
) -> PictureRequest:
    """Read a request that brings a picture: as its body, in a form, or by an address.

    Args:
        request: The request.
        settings: The limits.
        known: What it may ask for.
        fetch: Fetches from an address, where that is allowed.

    Raises:
        ProblemError: If it is too large or too slow, brings no picture or one of an unknown format, or asks for what
            there is not.
    """
    try:
        async with asyncio.timeout(settings.deadline_s):
            data, name, fields = await _body(request, settings)
            asked = Asked.read([*request.query_params.multi_items(), *fields], (*known, ADDRESS))
            if not data:
                name = asked.of("url", "")
                data = await _fetched(name, settings, fetch)
    except TimeoutError:
        raise ProblemError(
            HTTPStatus.REQUEST_TIMEOUT, f"The picture did not come within {settings.deadline_s:g} s: send it again."
        ) from None
    except ClientDisconnect:
        raise ProblemError(HTTPStatus.BAD_REQUEST, "The connection ended before the picture had come.") from None
    check_picture(data, settings)
    return PictureRequest(data, name, asked)


def check_picture(data: bytes, settings: ServeSettings) -> None:
    """Check that bytes are a picture of a known format and of no more pixels than are taken; nothing is decoded.

    Raises:
        ProblemError: If they are not.
    """
    if not data:
        raise ProblemError(
            HTTPStatus.BAD_REQUEST, "There is no picture: send one as the body, or as the field `picture` of a form."
        )
    if picture_format(data[:HEAD_BYTES]) is None:
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"This is no picture that is read: send {PICTURE_NAMES}.")
    try:
        open_picture(BytesIO(data), BODY, settings.max_pixels)
    except TooManyPixelsError as error:
        raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, str(error)) from None
    except SourceError as error:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from None


async def _body(request: Request, settings: ServeSettings) -> tuple[bytes, str, list[tuple[str, str]]]:
    """The picture, its name and the fields of a form; no bytes where there is no body."""
    stated = request.headers.get("content-length", "")
    if stated.isdigit() and int(stated[:18]) > settings.max_bytes:
        raise _too_large(settings)
    limited = Request(request.scope, partial(_limited, request.receive, settings, [0]))
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == MULTIPART:
        return await _form(limited, settings.max_bytes)
    return await limited.body(), BODY, []


async def _form(request: Request, most_bytes: int) -> tuple[bytes, str, list[tuple[str, str]]]:
    data, name, fields = b"", BODY, []
    try:
        parser = MultiPartParser(
            request.headers, request.stream(), max_files=2, max_fields=MOST_FIELDS, max_part_size=MOST_FIELD_BYTES
        )
        parser.spool_max_size = most_bytes  # else what is larger than a megabyte would be written to the disk
        form = await parser.parse()
        for key, value in form.multi_items():
            if not isinstance(value, UploadFile):
                fields.append((key, value))
            elif key in PICTURE_FIELDS:
                data, name = await value.read(), value.filename or BODY
            else:
                fields.append((key, await _text(key, value)))
        await form.close()
    except MultiPartException as error:
        raise ProblemError(HTTPStatus.BAD_REQUEST, f"The form cannot be read: {error.message}") from None
    return data, name, fields


async def _text(key: str, value: UploadFile) -> str:
    """A field that came as a file: a camera file."""
    data = await value.read(MOST_FIELD_BYTES + 1)
    try:
        if len(data) <= MOST_FIELD_BYTES:
            return data.decode()
    except UnicodeDecodeError:
        pass
    raise ProblemError(
        HTTPStatus.BAD_REQUEST,
        f"The field {key[:40]!r} holds no text of at most {MOST_FIELD_BYTES // 1024} KB: send a picture as `picture`.",
    )


async def _fetched(url: str, settings: ServeSettings, fetch: Fetch) -> bytes:
    if not url:
        return b""
    if not settings.allow_urls:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "This server fetches nothing from addresses: send the picture itself, or start it with --allow-urls.",
        )
    try:
        return await asyncio.to_thread(fetch, url)
    except SourceError as error:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from None


async def _limited(receive: Receive, settings: ServeSettings, count: list[int]) -> Message:
    """The next piece of a body, as long as all pieces together are not too large."""
    message = await receive()
    count[0] += len(message.get("body", b""))
    if count[0] > settings.max_bytes:
        raise _too_large(settings)
    return message


def _too_large(settings: ServeSettings) -> ProblemError:
    return ProblemError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"The request is larger than the {settings.max_bytes / 2**20:g} MB that are taken: send a smaller picture.",
    )
