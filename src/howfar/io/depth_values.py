"""The bare numbers of a depth file: PNG, TIFF, NumPy, PFM or OpenEXR, of a user's camera or of a data set."""

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
from howfar.io.numpy_files import refuse_odd_array

DEPTH_FORMATS = "a 16-bit PNG, a TIFF, .npy, .npz, .pfm or .exr"

NO_SURFACE = 65504.0
"""Renderers write 1e10 into an EXR where a ray meets nothing; in half floats, their largest number."""

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


def read_values(path: Path, *, coarse: bool = False) -> NDArray[Any]:
    """Read the numbers of a depth file as they are.

    Args:
        path: The file; an `.npz` holds one array or one called `depth`, an `.exr` a channel Z.
        coarse: Take 8 bits a pixel too, which some data sets have; without it they are refused as too coarse.

    Returns:
        H×W integers or floating-point numbers.

    Raises:
        SourceError: If there is no such file, or it is damaged or no depth map.
        MissingExtraError: If it is an EXR file and OpenEXR is not installed.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise SourceError(f"A depth file is {DEPTH_FORMATS}, which {path} is not by its ending.")
    if not is_file(path):
        raise SourceError(f"There is no depth file {path}: check the path.")
    try:
        values = reader(path)
    except (*_DAMAGE, Image.DecompressionBombError) as error:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise SourceError(
            f"{path} cannot be read as a depth file, it may be damaged ({reason}): copy or fetch it again."
        ) from None
    return _checked(values, path, coarse)


def _checked(values: NDArray[Any], path: Path, coarse: bool) -> NDArray[Any]:
    shape = values.shape
    if values.ndim == 3:
        values = values.squeeze()
    if values.ndim == 3 and shape[-1] in (3, 4):
        raise _colour_picture(path)
    if values.ndim != 2 or values.size == 0:
        raise SourceError(f"{path} holds an array of shape {shape}; a depth map has rows and columns.")
    if values.dtype.kind not in "uif":
        raise SourceError(f"{path} holds values of type {values.dtype}; a depth map holds numbers.")
    if values.dtype.itemsize == 1 and not coarse:
        raise SourceError(f"{path} has 8 bits a pixel, too coarse for distances: give {DEPTH_FORMATS}.")
    return values


def _from_picture(path: Path) -> NDArray[Any]:
    try:
        with Image.open(path, formats=("PNG", "TIFF")) as picture:
            if picture.mode == "P":
                raise _colour_picture(path)
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


def _from_exr(path: Path) -> NDArray[Any]:
    try:
        import OpenEXR  # type: ignore[import-not-found]
    except ImportError:
        raise MissingExtraError(f"Reading {path}", "exr") from None
    with OpenEXR.File(str(path), separate_channels=True) as file:
        channels = {name: channel.pixels for name, channel in file.channels().items()}
    values = channels[_depth_channel(list(channels), path)]
    return np.where(values >= NO_SURFACE, np.float32(np.nan), values.astype(np.float32))


def _colour_picture(path: Path) -> SourceError:
    return SourceError(f"{path} is a colour picture; a depth file has one number a pixel: {DEPTH_FORMATS}.")


def _depth_channel(names: list[str], path: Path) -> str:
    """The channel called Z (renderers), depth, V or Y (one-channel pictures), in any layer; else the only one."""
    for wanted in ("z", "depth", "v", "y"):
        found = [name for name in names if name.rpartition(".")[2].lower() == wanted]
        if found:
            return found[0]
    if len(names) != 1:
        raise SourceError(f"{path} has the channels {', '.join(names)} and none called Z; store the depth as Z.")
    return names[0]


_READERS: dict[str, Callable[[Path], NDArray[Any]]] = {
    ".png": _from_picture,
    ".tif": _from_picture,
    ".tiff": _from_picture,
    ".npy": _from_npy,
    ".npz": _from_npz,
    ".pfm": _from_opencv,
    ".exr": _from_exr,
}
