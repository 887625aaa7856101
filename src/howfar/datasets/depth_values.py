"""The depth files of a data set: numbers in whatever unit, and how they become metres."""

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.datasets.pictures import read_grey
from howfar.errors import SourceError

DEPTH_ENDINGS = (".png", ".npy", ".npz", ".tif", ".tiff", ".pfm", ".exr")

_DAMAGE = (OSError, ValueError, EOFError, SyntaxError, zipfile.BadZipFile, zlib.error, cv2.error)
"""What the libraries raise on a damaged file."""


def read_counts(path: Path) -> NDArray[Any]:
    """Read the numbers of a depth file as they are stored, whatever they count.

    Args:
        path: A PNG of 8 or 16 bits, `.npy`, `.npz` (of one array, or one called `depth`), TIFF, PFM, or EXR where
            OpenCV was built with it.

    Returns:
        H×W integers or floating-point numbers.

    Raises:
        SourceError: If there is no such file, or it is damaged or no depth map.
    """
    ending = path.suffix.lower()
    if ending not in DEPTH_ENDINGS:
        raise SourceError(f"{path} is no depth file by its ending: give {', '.join(DEPTH_ENDINGS)}.")
    if not path.is_file():
        raise SourceError(f"There is no depth file {path}: complete the data set.")
    if ending == ".png":
        return read_grey(path)
    try:
        counts = _from_numpy(path) if ending in (".npy", ".npz") else _from_opencv(path)
    except _DAMAGE as error:
        reason = str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
        raise SourceError(f"{path} cannot be read as a depth file ({reason}): fetch it again.") from None
    if counts.ndim != 2 or counts.size == 0 or counts.dtype.kind not in "uif":
        raise SourceError(
            f"{path} holds {counts.dtype} of shape {counts.shape}: a depth map is rows and columns of numbers."
        )
    return counts


def metres_of(counts: NDArray[Any], metres_per_count: float, invalid: Sequence[float] = ()) -> NDArray[np.float32]:
    """Turn stored numbers into metres.

    Args:
        counts: H×W numbers of a depth file.
        metres_per_count: What one of them is worth; 0.001 for millimetres.
        invalid: Numbers that stand for "not known", besides those that no depth can be: zero, negative, not finite.

    Returns:
        H×W float32 metres, NaN where the depth is not known.
    """
    with np.errstate(over="ignore"):
        metres = (counts * np.float64(metres_per_count)).astype(np.float32)
    known = np.isfinite(metres) & (metres > 0)
    if invalid:
        # Of 0.1 in the description, a file of single precision holds the nearest single.
        marks = np.asarray(invalid, dtype=counts.dtype if counts.dtype.kind == "f" else np.float64)
        known &= ~np.isin(counts, marks)
    return np.where(known, metres, np.float32(np.nan))


def _from_numpy(path: Path) -> NDArray[Any]:
    # Mapped, so that a header that promises more than the file holds fails before memory is taken for it.
    loaded = np.load(path, mmap_mode="r", allow_pickle=False)
    if isinstance(loaded, np.ndarray):
        return np.array(loaded)
    with loaded:
        names = list(loaded)
        if "depth" not in names and len(names) != 1:
            raise SourceError(f"{path} holds {', '.join(names) or 'no array'}: call the depth map 'depth'.")
        return np.asarray(loaded["depth" if "depth" in names else names[0]])


def _from_opencv(path: Path) -> NDArray[Any]:
    counts = cv2.imdecode(np.fromfile(path, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    if counts is None:
        raise ValueError("this build of OpenCV cannot decode it, or it is cut off")
    return counts
