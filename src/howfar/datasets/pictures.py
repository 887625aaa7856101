"""Reading the picture files of a data set, as they are stored.

A data set's boxes and depths are counted in stored pixels, so an EXIF rotation is not applied here.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from howfar.errors import SourceError


def read_rgb(path: Path) -> NDArray[np.uint8]:
    """Read a picture as H×W×3 uint8 RGB.

    Raises:
        SourceError: If the file is missing or is not a picture that can be decoded.
    """
    return _decode(path, mode="RGB")


def read_grey8(path: Path) -> NDArray[np.uint8]:
    """Read a picture of one 8-bit channel, whose values are numbers rather than colours, as H×W uint8.

    Raises:
        SourceError: If the file is missing, cannot be decoded, or has another kind of pixel.
    """
    return _decode(path, mode=None)


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


def _decode(path: Path, mode: str | None) -> NDArray[np.uint8]:
    try:
        with Image.open(path) as picture:
            if mode is None and picture.mode != "L":
                raise SourceError(f"{path} should have one 8-bit channel and has pixels of kind {picture.mode}.")
            return np.asarray(picture if mode is None else picture.convert(mode), dtype=np.uint8)
    except FileNotFoundError:
        raise SourceError(f"There is no picture {path}: check the data set's folder.") from None
    # Pillow reports a broken PNG as a SyntaxError, and other broken files as a ValueError or an OSError.
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        reason = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
        raise SourceError(f"{path} cannot be read as a picture ({reason}): fetch it again.") from None
