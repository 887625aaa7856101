"""Opening pictures with Pillow: by the formats that are named here and no other, and no larger than can be read.

Pillow knows some forty formats, one of which starts another program. A file's first bytes decide which one reader sees
it, whatever its name ends in.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO

from howfar.errors import HowfarError, MissingExtraError, SourceError
from howfar.io.free_memory import free_bytes
from howfar.io.kinds import HEAD_BYTES, PICTURE_NAMES, describe, picture_format

if TYPE_CHECKING:
    from PIL import Image

MAX_PICTURE_PIXELS = 200_000_000
"""The largest telephone sensors have 200 megapixels; what says that it has more is refused before it is decoded."""

LARGE_PIXELS = 20_000_000
"""Smaller pictures take less than is worth asking for."""

BYTES_PER_PIXEL = 8
"""What a picture takes while it is decoded: four bytes of Pillow's and three of the result, and a little more."""

_PLUGINS = {
    "JPEG": ("PIL.JpegImagePlugin", "JpegImageFile"),
    "PNG": ("PIL.PngImagePlugin", "PngImageFile"),
    "WebP": ("PIL.WebPImagePlugin", "WebPImageFile"),
    "AVIF": ("PIL.AvifImagePlugin", "AvifImageFile"),
    "JPEG 2000": ("PIL.Jpeg2KImagePlugin", "Jpeg2KImageFile"),
    "TIFF": ("PIL.TiffImagePlugin", "TiffImageFile"),
    "BMP": ("PIL.BmpImagePlugin", "BmpImageFile"),
    "GIF": ("PIL.GifImagePlugin", "GifImageFile"),
    "PPM": ("PIL.PpmImagePlugin", "PpmImageFile"),
    "HEIC": ("pillow_heif", "HeifImageFile"),
}


class TooManyPixelsError(SourceError):
    """A picture has more pixels than are read."""


def open_picture(file: BinaryIO, source: str, most_pixels: int = MAX_PICTURE_PIXELS) -> "tuple[Image.Image, str]":
    """A picture whose header is read and whose pixels are not yet, and the name of its format.

    Args:
        file: The file.
        source: What to call it.
        most_pixels: The most pixels that it may have; never more than `MAX_PICTURE_PIXELS`.

    Raises:
        SourceError: If there is no picture, or its header is damaged.
        TooManyPixelsError: If it has too many pixels.
        MissingExtraError: If it is HEIC and pillow-heif is not installed.
    """
    head = file.read(HEAD_BYTES)
    if not head:
        raise SourceError(f"{source} is empty where a picture was expected: copy or fetch it again.")
    format_name = picture_format(head)
    if format_name is None:
        raise SourceError(f"{source} {describe(head)} where a picture was expected: give {PICTURE_NAMES}.")
    file.seek(0)
    plugin = _plugin(format_name)
    with _refusing(f"{source} begins as {format_name} and cannot be opened", "it is damaged or of a rare kind"):
        image = plugin(file)
    refuse_size(image.size, source, most_pixels)
    return image, format_name


def refuse_beyond_memory(image: "Image.Image", source: str) -> None:
    """Raise SourceError for a picture whose pixels, which are not decoded yet, take more memory than is free."""
    pixels = image.width * image.height
    free = free_bytes() if pixels > LARGE_PIXELS else None
    needed = pixels * BYTES_PER_PIXEL
    if free is not None and needed > free:
        raise SourceError(
            f"{source} has {image.width}×{image.height} pixels, which take about {needed / 1e9:.1f} GB of memory, and "
            f"{free / 1e9:.1f} GB are free: make it smaller, or close other programs."
        )


def decoding(source: str) -> AbstractContextManager[None]:
    """Turns whatever Pillow raises on bad pixels, or for want of memory, into one sentence."""
    return _refusing(f"{source} cannot be decoded", "it is damaged or cut short, so copy or fetch it again")


def refuse_size(size_px: tuple[int, int], source: str, most_pixels: int = MAX_PICTURE_PIXELS) -> None:
    """Raise TooManyPixelsError for a picture of more than `most_pixels`, or more than `MAX_PICTURE_PIXELS`.

    Args:
        size_px: Its width and height.
        source: What to call it.
        most_pixels: The most that it may have.
    """
    width, height = size_px
    most = min(most_pixels, MAX_PICTURE_PIXELS)
    if width * height > most:
        raise TooManyPixelsError(
            f"{source} says that it has {width}×{height} pixels, and at most {most / 1e6:g} megapixels are read: "
            "make it smaller first."
        )


def _plugin(format_name: str) -> Any:
    """Pillow's reader for one format: it alone is imported, and it does not warn of big pictures as Image.open does."""
    module, name = _PLUGINS[format_name]
    try:
        return getattr(import_module(module), name)
    except ImportError:
        if format_name != "HEIC":
            raise
        raise MissingExtraError("Reading HEIC pictures", "heic") from None


@contextmanager
def _refusing(what: str, hint: str) -> Iterator[None]:
    """Turn whatever Pillow raises on bad data into one sentence."""
    try:
        yield
    except HowfarError:
        raise
    except MemoryError:
        raise SourceError(f"{what}: there is not enough memory for its pixels, so make it smaller first.") from None
    except Exception as error:  # noqa: BLE001  Pillow's readers let through whatever their parsing meets
        reason = str(error).strip().split("\n")[0].rstrip(".") or type(error).__name__
        raise SourceError(f"{what} ({reason}): {hint}.") from None
