"""Reading the picture files of a data set, as they are stored.

A data set's boxes and depths are counted in stored pixels, so an EXIF rotation is not applied here.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from howfar.errors import SourceError

Read = TypeVar("Read")

PICTURE_ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".ppm", ".tif", ".tiff")


def read_rgb(path: Path) -> NDArray[np.uint8]:
    """Read a picture as H×W×3 uint8 RGB.

    Raises:
        SourceError: If the file is missing or is not a picture that can be decoded.
    """
    return _decode(path, lambda picture: np.asarray(picture.convert("RGB")))


def read_grey8(path: Path) -> NDArray[np.uint8]:
    """Read a picture of one 8-bit channel, whose values are numbers rather than colours, as H×W uint8.

    Raises:
        SourceError: If the file is missing, cannot be decoded, or has another kind of pixel.
    """
    return _decode(path, lambda picture: _numbers(picture, path, ("L",), "one 8-bit channel"))


def read_grey(path: Path) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Read a picture of one channel of 8 or 16 bits, whose values are numbers, as H×W uint8 or uint16.

    Raises:
        SourceError: If the file is missing, cannot be decoded, or has another kind of pixel.
    """
    return _decode(path, lambda picture: _numbers(picture, path, ("L", "I;16"), "one channel of 8 or 16 bits"))


def picture_size(path: Path) -> tuple[int, int]:
    """Width and height of a picture in pixels, read from its header alone.

    Raises:
        SourceError: If the file is missing or is not a picture.
    """
    return _decode(path, lambda picture: picture.size)


def pictures_in(folder: Path) -> list[Path]:
    """The pictures that lie in a folder, by their endings, in the order of their names."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURE_ENDINGS)


def refuse_missing(paths: Iterable[Path], what: str) -> None:
    """Raise SourceError if a file is missing, so that a long run does not end there.

    Args:
        paths: The files to look for.
        what: What they are, in the plural.
    """
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise SourceError(
            f"{len(missing)} of the {what} are missing, the first being {missing[0]}: complete the data set."
        )


def _numbers(picture: Image.Image, path: Path, modes: tuple[str, ...], wanted: str) -> NDArray[Any]:
    if picture.mode not in modes:
        raise SourceError(f"{path} should have {wanted} and has pixels of kind {picture.mode}.")
    return np.asarray(picture)


def _decode(path: Path, read: Callable[[Image.Image], Read]) -> Read:
    try:
        with Image.open(path) as picture:
            return read(picture)
    except FileNotFoundError:
        raise SourceError(f"There is no picture {path}: check the data set's folder.") from None
    # Pillow reports a broken PNG as a SyntaxError, and other broken files as a ValueError or an OSError.
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        reason = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
        raise SourceError(f"{path} cannot be read as a picture ({reason}): fetch it again.") from None
