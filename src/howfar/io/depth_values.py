"""The bare numbers of a depth file: PNG, TIFF, NumPy, PFM or OpenEXR, of a user's camera or of a data set."""

import re
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from howfar.errors import MissingExtraError, SourceError
from howfar.files import is_file
from howfar.io.arrays import plain_array
from howfar.io.numpy_files import MOST_VALUES, refuse_odd_array

DEPTH_FORMATS = "a 16-bit PNG, a TIFF, .npy, .npz, .pfm or .exr"

FARTHEST = 1e9
"""Renderers write 1e10 into an EXR where a ray meets nothing."""

NO_SURFACE_HALF = 65504.0
"""The same in half floats: their largest number."""

_DAMAGE = (
    OSError,
    ValueError,
    TypeError,
    OverflowError,
    LookupError,
    EOFError,
    SyntaxError,
    RuntimeError,
    MemoryError,
    struct.error,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
    cv2.error,
)
"""What the libraries raise on a damaged file."""


def is_depth_file(path: Path) -> bool:
    """Whether a path ends as depth files do."""
    return path.suffix.lower() in _READERS


def read_values(path: Path, *, coarse: bool = False) -> NDArray[Any]:
    """Read the numbers of a depth file as they are.

    Args:
        path: The file; an `.npz` holds one array or one called `depth`, an `.exr` a channel Z.
        coarse: Take 8 bits a pixel too, which some data sets have; without it they are refused as too coarse.

    Returns:
        H×W integers or floating-point numbers.

    Raises:
        SourceError: If there is no such file, or it is damaged, no depth map, or has more than `MOST_VALUES` values.
        MissingExtraError: If it is an EXR file and OpenEXR is not installed.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise SourceError(f"A depth file is {DEPTH_FORMATS}, which {path} is not by its ending.")
    if not is_file(path):
        raise SourceError(f"There is no depth file {path}: check the path.")
    try:
        values = reader(path)
    except MemoryError:
        raise SourceError(f"{path} does not fit into this machine's memory: give a smaller depth map.") from None
    except (*_DAMAGE, Image.DecompressionBombError) as error:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise SourceError(
            f"{path} cannot be read as a depth file, it may be damaged ({reason}): copy or fetch it again."
        ) from None
    return checked_values(plain_array(values, str(path)), str(path), coarse=coarse)


def checked_values(values: NDArray[Any], name: str, *, coarse: bool = False) -> NDArray[Any]:
    """Check that an array can be a depth map.

    Args:
        values: H×W numbers, with any axes of length 1.
        name: What messages call them.
        coarse: Take 8 bits a value too.

    Returns:
        H×W numbers.

    Raises:
        SourceError: If it cannot.
    """
    shape = values.shape
    while values.ndim > 2 and 1 in (values.shape[0], values.shape[-1]):
        values = values[0] if values.shape[0] == 1 else values[..., 0]
    if values.ndim == 3 and shape[-1] in (3, 4):
        raise _colour_picture(name)
    if values.ndim != 2 or values.size == 0:
        raise SourceError(f"{name} holds an array of shape {shape}; a depth map has rows and columns.")
    if values.dtype.kind not in "uif":
        raise SourceError(f"{name} holds values of type {values.dtype}; a depth map holds numbers.")
    if values.dtype.itemsize == 1 and not coarse:
        raise SourceError(f"{name} has 8 bits a pixel, too coarse for distances: give {DEPTH_FORMATS}.")
    return values


def _refuse_large(path: Path, width: int, height: int) -> None:
    """Raise SourceError for a declared size that is larger than any depth map's."""
    if width * height > MOST_VALUES:
        raise SourceError(
            f"{path} says that it has {width}×{height} values, and at most {MOST_VALUES // 10**6} million are read: "
            "make it smaller first."
        )


def _from_picture(path: Path) -> NDArray[Any]:
    try:
        with Image.open(path, formats=("PNG", "TIFF")) as picture:
            if picture.mode == "P":
                raise _colour_picture(str(path))
            _refuse_large(path, *picture.size)
            return np.asarray(picture)
    except UnidentifiedImageError:
        if path.suffix.lower() == ".png":
            raise
    return _from_opencv(path)  # a TIFF of doubles, which NumPy's users save by default and Pillow lacks


def _from_opencv(path: Path) -> NDArray[Any]:
    values = cv2.imdecode(np.fromfile(path, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None:
        raise ValueError("no integers, and no numbers of single or double precision")
    return values


def _from_npy(path: Path) -> NDArray[Any]:
    with path.open("rb") as file:
        refuse_odd_array(file, path)
    # Mapped, so that a header that promises more than the file holds fails before memory is taken for it.
    return np.array(np.lib.format.open_memmap(path, mode="r"))


def _from_npz(path: Path) -> NDArray[Any]:
    with path.open("rb") as file, np.lib.npyio.NpzFile(file, allow_pickle=False) as arrays:
        names = list(arrays)
        if "depth" not in names and len(names) != 1:
            raise SourceError(f"{path} holds {', '.join(names) or 'no array'}; call the depth map 'depth'.")
        name = "depth" if "depth" in names else names[0]
        with zipfile.ZipFile(path) as archive:
            member = next(each for each in archive.namelist() if each.removesuffix(".npy") == name)
            with archive.open(member) as array:
                refuse_odd_array(array, path)
        return np.asarray(arrays[name])


_PFM_HEADER = re.compile(rb"(P[fF])\s+(?:#[^\n]*\s+)*(\d{1,9})\s+(\d{1,9})\s+([-+.\deE]{1,30})(?:\r?\n|[ \t])")
_PFM_HEADER_BYTES = 1024


def _from_pfm(path: Path) -> NDArray[Any]:
    """PFM: rows from the bottom; the sign of the scale gives the order of bytes, and its size changes no number.

    OpenCV divides by the size, which most writers, Middlebury's among them, set to whatever they like.
    """
    with path.open("rb") as file:
        header = _PFM_HEADER.match(file.read(_PFM_HEADER_BYTES))
        if header is None:
            raise ValueError("it does not begin as a PFM does")
        kind, width, height, scale = header[1], int(header[2]), int(header[3]), float(header[4])
        if kind == b"PF":
            raise _colour_picture(str(path))
        _refuse_large(path, width, height)
        file.seek(header.end())
        values = np.frombuffer(file.read(4 * height * width), dtype="<f4" if scale < 0 else ">f4")
    return values.reshape(height, width)[::-1].astype(np.float32)


def _from_exr(path: Path) -> NDArray[Any]:
    try:
        import OpenEXR  # type: ignore[import-not-found]
    except ImportError:
        raise MissingExtraError(f"Reading {path}", "exr") from None
    with OpenEXR.File(str(path), header_only=True) as file:
        for index in range(len(file.parts)):
            for window in _WINDOWS:
                _refuse_large(path, *_size(file.header(index)[window]))
    with OpenEXR.File(str(path), separate_channels=True) as file:
        named = {(index, name): each for index, part in enumerate(file.parts) for name, each in part.channels.items()}
        index, name = _depth_channel(list(named), path)
        values = np.array(named[index, name].pixels)
        data, display = (file.header(index)[window] for window in _WINDOWS)
    if values.dtype.kind == "f":
        singles = values.astype(np.float32)
        values = np.where((singles >= FARTHEST) | (singles == NO_SURFACE_HALF), np.float32(np.nan), singles)
    return _as_displayed(values, data, display)


_WINDOWS = ("dataWindow", "displayWindow")
Window = tuple[NDArray[np.int32], NDArray[np.int32]]
"""The first and the last pixel of a part of an EXR, x before y."""


def _size(window: Window) -> tuple[int, int]:
    """Width and height of a window."""
    width, height = (window[1].astype(np.int64) - window[0] + 1).tolist()
    return width, height


def _as_displayed(values: NDArray[Any], data: Window, display: Window) -> NDArray[Any]:
    """The numbers of the whole picture, of which the file may hold a part, or more: unknown where it holds nothing."""
    width, height = _size(display)
    x, y = (data[0].astype(np.int64) - display[0]).tolist()
    if (x, y) == (0, 0) and values.shape == (height, width):
        return values
    whole = np.full((height, width), np.nan if values.dtype.kind == "f" else 0, dtype=values.dtype)
    rows, columns = values.shape
    top, left, bottom, right = max(y, 0), max(x, 0), min(y + rows, height), min(x + columns, width)
    if top < bottom and left < right:
        whole[top:bottom, left:right] = values[top - y : bottom - y, left - x : right - x]
    return whole


def _colour_picture(name: str) -> SourceError:
    return SourceError(f"{name} is a colour picture; a depth file has one number a pixel: {DEPTH_FORMATS}.")


def _depth_channel(named: list[tuple[int, str]], path: Path) -> tuple[int, str]:
    """The channel called Z (renderers), depth, V or Y (one-channel pictures), in any layer; else the only one.

    Args:
        named: The channels, each by the index of its part and its name.
        path: The file, for errors.
    """
    for wanted in ("z", "depth", "v", "y"):
        found = [each for each in named if each[1].rpartition(".")[2].lower() == wanted]
        if found:
            return found[0]
    if len(named) != 1:
        names = ", ".join(name for _, name in named)
        raise SourceError(f"{path} has the channels {names or 'none'} and none called Z; store the depth as Z.")
    return named[0]


_READERS: dict[str, Callable[[Path], NDArray[Any]]] = {
    ".png": _from_picture,
    ".tif": _from_picture,
    ".tiff": _from_picture,
    ".npy": _from_npy,
    ".npz": _from_npz,
    ".pfm": _from_pfm,
    ".exr": _from_exr,
}
