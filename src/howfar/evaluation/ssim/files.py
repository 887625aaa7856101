"""Maps to be compared, as files: 8-bit pictures and depth files."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SourceError
from howfar.files import is_file
from howfar.io.depth_values import read_values
from howfar.io.picture_formats import open_picture
from howfar.io.pictures import open_file, read_rgb

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".pgm", ".tif", ".tiff")
NUMBERS = (".npy", ".npz", ".exr")
EIGHT_BITS = ("L", "LA", "P", "RGB", "RGBA")
"""Pillow's kinds of pixels of 8 bits."""


@dataclass(frozen=True, slots=True)
class MapPair:
    """The files of one prediction and its truth."""

    name: str
    prediction: Path
    truth: Path


def map_pairs(prediction: Path, truth: Path) -> list[MapPair]:
    """Pair predictions with truths: two files, or the files of two folders that have the same name but for the ending.

    Raises:
        SourceError: If one is a folder and the other is none, a truth has no prediction, or a name is there twice.
    """
    if not truth.is_dir():
        if prediction.is_dir():
            raise SourceError(f"{prediction} is a folder and {truth} is not: give two files or two folders.")
        return [MapPair(truth.stem, prediction, truth)]
    if not prediction.is_dir():
        raise SourceError(f"{truth} is a folder and {prediction} is not: give two files or two folders.")
    predictions, truths = _by_name(prediction), _by_name(truth)
    if not truths:
        raise SourceError(f"{truth} holds no map: it should hold files ending in {', '.join(PICTURES + NUMBERS)}.")
    missing = sorted(truths.keys() - predictions.keys())
    if missing:
        raise SourceError(
            f"{len(missing)} of the {len(truths)} maps in {truth} have no prediction of their name in {prediction}, "
            f"the first being {missing[0]}: complete the predictions."
        )
    return [MapPair(name, predictions[name], truths[name]) for name in sorted(truths)]


def read_map(path: Path) -> NDArray[np.float32]:
    """Read a predicted map: a grey picture of 8 bits, or a depth file.

    Integers of more than 8 bits are divided by 1000, as depth files keep millimetres.

    Returns:
        H×W float32, NaN where a value is not finite.

    Raises:
        SourceError: If the file is missing, damaged, no map, or a picture in colour.
    """
    return _read(path)[0]


def read_truth(path: Path, *, zero_unknown: bool = False) -> NDArray[np.float32]:
    """Read a true map as `read_map` does; in a depth file, zero and negative values are unknown.

    Args:
        path: The file.
        zero_unknown: Zeros of an 8-bit picture are unknown too.
    """
    values, eight_bits = _read(path)
    if zero_unknown or not eight_bits:
        values[~(values > 0)] = np.nan
    return values


def _by_name(folder: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in PICTURES + NUMBERS:
            continue
        if path.stem in found:
            raise SourceError(f"{found[path.stem]} and {path} have one name: keep one of them.")
        found[path.stem] = path
    return found


def _read(path: Path) -> tuple[NDArray[np.float32], bool]:
    if not is_file(path):
        raise SourceError(f"There is no map {path}: name a picture of 8 bits or a depth file.")
    if _has_8_bits(path):
        return _grey(path), True
    counts = read_values(path)
    values = counts.astype(np.float32)
    if counts.dtype.kind in "ui":
        values *= np.float32(0.001)
    values[~np.isfinite(values)] = np.nan
    return values, False


def _has_8_bits(path: Path) -> bool:
    if path.suffix.lower() not in PICTURES:
        return False
    try:
        with open_file(path) as file:
            return open_picture(file, str(path))[0].mode in EIGHT_BITS
    except SourceError:
        return False  # whoever reads it as a depth file next says what is wrong with it


def _grey(path: Path) -> NDArray[np.float32]:
    colours = read_rgb(path)
    if (colours != colours[..., :1]).any():
        raise SourceError(f"{path} is in colours, whose brightness is no depth: give the map in grey, or its numbers.")
    return colours[..., 0].astype(np.float32)
