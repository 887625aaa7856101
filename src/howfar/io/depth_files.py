"""Depth maps as files: those of a user's own camera in, and our estimates out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from howfar.errors import MissingExtraError, SettingError, SourceError
from howfar.files import replacing
from howfar.io.arrays import plain_array
from howfar.io.depth_units import AUTO, DepthUnit, Unit, check_unit
from howfar.io.depth_values import checked_values, read_values
from howfar.io.picture_writer import encode
from howfar.io.resample import resample
from howfar.scene import DepthMap

ASPECT_TOLERANCE = 0.01
MAX_PNG_MM = 65534
"""The largest number of 16 bits is read as unknown."""


@dataclass(frozen=True, slots=True, eq=False)
class OwnMap:
    """A depth map of the user's own.

    Attributes:
        depth: The map.
        taken_as: What its numbers were taken for, and what came of it: `1/1000 m a step: 1.10 to 5.00 m`; empty where
            the map was given in metres.
    """

    depth: DepthMap
    taken_as: str = ""


def own_map(given: DepthMap | str | Path | NDArray[Any], unit: Unit = AUTO) -> OwnMap:
    """A depth map of the user's own: a map, the path of a file, or an array.

    The numbers of files and arrays are taken alike: integers for millimetres (a 16-bit PNG of a RealSense, Azure Kinect
    or phone) and floating-point numbers for metres unless the unit is given. Zero, negative numbers, NaN, infinity and
    the largest number of 16 bits are unknown. A map is already in metres, or relative.

    Args:
        given: The map; a path as for `read_depth`; or H×W numbers, with any axes of length 1.
        unit: What the numbers of a file or an array mean. What is given is trusted; what `auto` takes it for is checked
            against the median.

    Raises:
        SourceError: If a file is missing or damaged, or there is no depth map, or it has no value above zero.
        SettingError: If the unit is none, or the values are unlikely in the unit they were taken for.
        MissingExtraError: If an EXR file needs OpenEXR.
    """
    if isinstance(given, DepthMap):
        return OwnMap(given)
    name, values = _numbers(given)
    given_unit = DepthUnit.parse(unit)
    metres = given_unit.metres(values)
    if not np.isfinite(metres).any():
        raise SourceError(f"{name} holds no depth: none of its values is a number above zero.")
    if given_unit.metres_per_step is None:
        check_unit(name, values, metres)
    taken = f"{given_unit.told_by(values)}: {np.nanmin(metres):.2f} to {np.nanmax(metres):.2f} m"
    return OwnMap(DepthMap(metres, "metres"), taken)


def read_depth(path: Path, unit: Unit = AUTO) -> DepthMap:
    """Read a depth map from a file, for cameras that measure depth themselves.

    Args:
        path: The file; an `.npz` holds one array or one called `depth`, an `.exr` a channel Z.
        unit: As for `own_map`.

    Returns:
        The map in metres, at the file's resolution.

    Raises:
        HowfarError: As `own_map`.
    """
    return own_map(path, unit).depth


def save_depth(depth: DepthMap, path: Path, width_px: int, height_px: int, *, overwrite: bool = False) -> int:
    """Write a depth map in the format of the path's ending.

    A `.png` holds millimetres, as `save_depth_png` writes them. `.npy`, `.tiff` and `.exr` (channel Z) hold single
    precision, NaN where unknown: metres, or the numbers of a relative map as they are.

    Args:
        depth: The map; it is resized bilinearly, without mixing unknown values in.
        path: Where to.
        width_px: Width of the picture that the map belongs to, and of the result.
        height_px: Height of them.
        overwrite: Replace a file that is there.

    Returns:
        How many pixels were too far for the format and were written as unknown.

    Raises:
        SettingError: If the ending is none of these, or the map is relative and the format holds millimetres.
        MissingExtraError: If OpenEXR is needed.
        OutputError: If the file exists and overwrite is not set, or cannot be written.
    """
    if path.suffix == ".png":
        return save_depth_png(depth, path, width_px, height_px, overwrite=overwrite)
    writer = _WRITERS.get(path.suffix)
    if writer is None:
        raise SettingError(f"A depth map is written as .png, .npy, .tiff or .exr, not as {path.suffix or path.name}.")
    known = depth.metres() if depth.is_metric else np.where(depth.valid, depth.values, np.float32(np.nan))
    with replacing(path, overwrite=overwrite) as temporary:
        writer(temporary, np.ascontiguousarray(resample(known, width_px, height_px), dtype=np.float32))
    return 0


def save_depth_png(depth: DepthMap, path: Path, width_px: int, height_px: int, *, overwrite: bool = False) -> int:
    """Write a metric depth map as a 16-bit PNG in millimetres, 0 where unknown.

    Args:
        depth: The map; it is resized bilinearly, without mixing unknown values in.
        path: Where to.
        width_px: Width of the picture that the map belongs to, and of the PNG.
        height_px: Height of them.
        overwrite: Replace a file that is there.

    Returns:
        How many pixels were farther than the 65.534 m that the format can hold and were written as unknown.

    Raises:
        SettingError: If the map is relative.
        OutputError: If the file exists and overwrite is not set, or cannot be written.
    """
    data, too_far = depth_png(depth, width_px, height_px)
    with replacing(path, overwrite=overwrite) as temporary:
        temporary.write_bytes(data)
    return too_far


def depth_png(depth: DepthMap, width_px: int, height_px: int) -> tuple[bytes, int]:
    """A metric depth map as the bytes of a PNG, and how many pixels were too far for it; see `save_depth_png`.

    Raises:
        SettingError: If the map is relative.
    """
    millimetres = np.nan_to_num(np.rint(resample(depth.metres(), width_px, height_px) * 1000))
    too_far = millimetres > MAX_PNG_MM
    millimetres[too_far] = 0
    return encode(millimetres.astype(np.uint16), ".png"), int(too_far.sum())


def _write_npy(path: Path, values: NDArray[np.float32]) -> None:
    with path.open("wb") as file:
        np.save(file, values)


def _write_tiff(path: Path, values: NDArray[np.float32]) -> None:
    path.write_bytes(encode(values, ".tiff"))


def _write_exr(path: Path, values: NDArray[np.float32]) -> None:
    try:
        import OpenEXR  # type: ignore[import-not-found]
    except ImportError:
        raise MissingExtraError("Writing EXR files", "exr") from None
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    with OpenEXR.File(header, {"Z": values}) as file:
        file.write(str(path))


_WRITERS: dict[str, Callable[[Path, NDArray[np.float32]], None]] = {
    ".npy": _write_npy,
    ".tiff": _write_tiff,
    ".exr": _write_exr,
}


def _numbers(given: str | Path | NDArray[Any]) -> tuple[str, NDArray[Any]]:
    """What messages call a map, and its H×W numbers."""
    if isinstance(given, str | Path):
        return str(given), read_values(Path(given))
    name = "The depth array"
    if isinstance(given, np.ma.MaskedArray):
        given = given.filled(0)
    return name, checked_values(plain_array(given, name), name)
