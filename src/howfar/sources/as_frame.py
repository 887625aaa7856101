"""A picture in any of the forms that Python users may give it in, as a frame."""

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias, TypeGuard

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SourceError
from howfar.io.arrays import plain_array
from howfar.io.pictures import decode_picture, decode_stream, frame_of_image
from howfar.io.pixels import Rgb, rgb_of, rgb_of_16_bits
from howfar.scene.frame import Frame
from howfar.sources.opening import open_sources

if TYPE_CHECKING:
    from PIL import Image

Picture: TypeAlias = "str | os.PathLike[str] | bytes | bytearray | BinaryIO | Image.Image | NDArray[Any] | Frame"

ARRAYS = "H×W×3 uint8 in RGB order, H×W×4 with transparency, or H×W or H×W×1 in grey, of uint8 or uint16"


def as_frame(picture: Picture) -> Frame:
    """The frame of a picture.

    Args:
        picture: A path or an address; the bytes of a picture file, or a file open for reading in binary; a picture of
            Pillow's, which is turned as its EXIF data say and brings their camera, as its file would; an array or
            tensor (see `ARRAYS`); or a frame, which is given back.

    Raises:
        SourceError: If it cannot be read, is a video, or is none of these.
    """
    if isinstance(picture, Frame):
        return picture
    if isinstance(picture, str | os.PathLike):
        return _from_name(os.fspath(picture))
    if isinstance(picture, bytes | bytearray | memoryview):
        return decode_picture(bytes(picture), "bytes")
    if isinstance(picture, np.ndarray):
        return _from_array(plain_array(picture, "The picture"))
    if _is_image(picture):
        return frame_of_image(picture)
    if hasattr(picture, "read"):
        return _from_file(picture)
    if hasattr(picture, "__array__"):
        return _from_array(plain_array(picture, "The picture"))
    raise SourceError(_refusal(picture))


def as_pair(picture: Picture, right: "Picture | None" = None) -> Frame:
    """The frame of a picture, with the right-hand picture of a pair where there is one.

    Args:
        picture: As for `as_frame`: the left-hand picture.
        right: Likewise; None for none, or for that of the frame.

    Raises:
        SourceError: As for `as_frame`.
    """
    frame = as_frame(picture)
    return frame if right is None else paired(frame, as_frame(right))


def paired(left: Frame, right: Frame) -> Frame:
    """One frame of the two of a pair."""
    notes = tuple(dict.fromkeys((*left.notes, *right.notes)))
    return replace(left, right=right.image, notes=notes, reshaped=left.reshaped or right.reshaped)


def _from_name(name: str) -> Frame:
    sources = open_sources([name])
    if len(sources) != 1 or sources[0].is_stream:
        raise SourceError(f"{name} is not one picture: use `watch` for a video, and `look` once for each picture.")
    return next(iter(sources[0].frames()))


def _from_file(file: Any) -> Frame:
    name = getattr(file, "name", None)
    source = name if isinstance(name, str) else "file"
    try:
        if isinstance(file.read(0), str):
            raise SourceError(f"{source} is open as text: open it in binary, with mode 'rb'.")
        if hasattr(file, "seekable") and file.seekable():
            file.seek(0)  # from the beginning, as Pillow does: who wrote into it has left it at its end
        return decode_stream(file, source)
    except (OSError, ValueError, TypeError) as error:
        raise SourceError(f"{source} cannot be read ({error}): open it in binary, with mode 'rb'.") from None


def _from_array(array: NDArray[Any]) -> Frame:
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    channels = 1 if array.ndim == 2 else array.shape[2] if array.ndim == 3 else 0
    if channels not in (1, 3, 4) or array.dtype not in (np.uint8, np.uint16, np.bool_) or 0 in array.shape:
        raise SourceError(
            f"A picture is an array of {ARRAYS}, not of shape {array.shape} and type {array.dtype}{_advice(array)}."
        )
    pixels, notes = _rgb(np.uint8(255) * array if array.dtype == np.bool_ else array)
    return Frame(np.ascontiguousarray(pixels), "array", notes=notes)


def _rgb(array: NDArray[Any]) -> Rgb:
    """An array of 8 or 16 bits in colour; transparency is laid on white."""
    notes: tuple[str, ...] = ()
    if array.dtype == np.uint16:
        colours = array[:, :, :3] if array.ndim == 3 else array
        pixels, notes = rgb_of_16_bits(colours)
        array = pixels if array.ndim == 2 else np.dstack([pixels, (array[:, :, 3:] >> 8).astype(np.uint8)])
    if array.ndim == 3 and array.shape[2] == 3:
        return Rgb(array, notes)
    from PIL import Image

    return Rgb(rgb_of(Image.fromarray(np.ascontiguousarray(array)), "array").image, notes)


def _advice(array: NDArray[Any]) -> str:
    """What to do with an array that is none of a picture, if it looks like a known kind."""
    if 0 in array.shape:
        return ": it is empty"
    if array.ndim == 3 and array.shape[0] in (1, 3, 4) and array.shape[2] not in (1, 3, 4):
        return ": its channels come first, so give array.transpose(1, 2, 0), of a tensor permute(1, 2, 0)"
    if array.ndim == 4:
        return ": it holds several pictures, so give one at a time"
    if array.dtype.kind == "f":
        return ": numbers from 0 to 1 become a picture by (255 * array).astype(numpy.uint8)"
    return ""


def _refusal(given: object) -> str:
    """Why something is no picture, and what to give in its place."""
    if given is None:
        return (
            "None was given where a picture was expected, as cv2.imread gives for a file that it cannot read: give the "
            "path itself, or check it."
        )
    if isinstance(given, list | tuple | set | dict):
        return f"A {type(given).__name__} was given where one picture was expected: look at each of its pictures."
    return (
        f"A {type(given).__name__} is no picture: give a path, an address, the bytes of a file, a picture of Pillow's "
        f"or an array of {ARRAYS}."
    )


def _is_image(picture: object) -> "TypeGuard[Image.Image]":
    """Whether it is a picture of Pillow's. Without Pillow imported, there is none."""
    pillow = sys.modules.get("PIL.Image")
    return pillow is not None and isinstance(picture, pillow.Image)
